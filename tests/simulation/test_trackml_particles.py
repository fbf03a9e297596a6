import numpy as np
import pytest

from keras_hep.simulation.trackml_particles import MEAN_PARTICLES, Particles, joined, primaries, secondaries


@pytest.fixture(scope="module")
def event():
    return primaries(5 * MEAN_PARTICLES, np.random.default_rng(2))


def interacting(count, seed=0):
    """Return `count` particles of 30 primaries of 3 vertices."""
    random = np.random.default_rng(seed)
    vertex, primary = random.integers(1, 4, count), random.integers(1, 11, count)
    ones = np.ones(count, np.int64)
    return Particles(vertex, primary, 0 * ones, 0 * ones, np.zeros((count, 3)), np.ones((count, 3)), ones)


def test_identifiers_have_the_genuine_fields():
    particles = interacting(1)
    particles.vertex, particles.primary, particles.generation = np.array([[1], [54], [0]])
    assert particles.identifiers().tolist() == [4507310479114240]  # a genuine primary particle
    particles.primary, particles.generation, particles.secondary = np.array([[110], [1], [2]])
    assert particles.identifiers().tolist() == [4511158786596866]  # a genuine secondary of the second process
    assert particles.identifiers().dtype == np.int64


def test_primaries_of_an_event_have_different_identifiers(event):
    identifiers = event.identifiers()
    assert len(np.unique(identifiers)) == len(identifiers)
    assert np.all(identifiers > 0)
    assert np.all(np.diff(identifiers) > 0)


def test_particles_of_a_vertex_start_there_or_further_out(event):
    prompt = np.hypot(event.position[:, 0], event.position[:, 1]) < 0.2
    for vertex in (1, 2, 17):
        places = np.unique(event.position[prompt & (event.vertex == vertex)].round(9), axis=0)
        assert len(places) <= 1
    assert 0.85 < prompt.mean() < 0.95


def test_primary_numbers_leave_gaps_for_neutral_particles(event):
    for vertex in (1, 2, 17):
        numbers = event.primary[event.vertex == vertex]
        assert np.all(np.diff(numbers) >= 1)
        assert numbers[0] >= 1
    last = np.flatnonzero(np.diff(event.vertex, append=-1))
    assert event.primary[last].sum() / len(event.primary) == pytest.approx(2.7, rel=0.05)


def test_the_number_of_vertices_follows_the_number_of_particles():
    few, many = (primaries(particles, np.random.default_rng(1)) for particles in (1000, 20_000))
    assert len(many.vertex) / len(few.vertex) == pytest.approx(20, rel=0.6)
    assert len(primaries(0, np.random.default_rng(1)).vertex) == 0


def test_energetic_particles_come_from_large_vertices(event):
    multiplicity = np.bincount(event.vertex)[event.vertex]
    pt = np.hypot(event.momentum[:, 0], event.momentum[:, 1])
    large, small = np.mean(pt[multiplicity > 80]), np.mean(pt[multiplicity < 20])
    assert 1.15 < large / small < 1.8  # 1.5 in event 1000


def test_both_ends_of_a_vertex_differ_as_in_event_1000(event):
    # The excess over the binomial law of the asymmetry of particles in abs(eta) < 2.6, weighted by their numbers.
    pt = np.hypot(event.momentum[:, 0], event.momentum[:, 1])
    inside = np.abs(event.momentum[:, 2]) < pt * np.sinh(2.6)
    counts = np.bincount(event.vertex[inside])
    signed = np.bincount(event.vertex[inside], np.sign(event.momentum[inside, 2]))
    excess = (np.sum(signed**2) - counts.sum()) / np.sum(counts**2)
    assert excess == pytest.approx(0.019, abs=0.006)


def test_products_of_decays_come_in_pairs_of_opposite_charge(event):
    decayed = np.hypot(event.position[:, 0], event.position[:, 1]) > 0.2
    _, pair, count = np.unique(event.position[decayed], axis=0, return_inverse=True, return_counts=True)
    assert set(count) == {1, 2}  # one of both is often outside of the acceptance
    total = np.bincount(pair.ravel(), event.charge[decayed])
    assert set(total[count == 2]) == {0}


def test_pairs_have_the_mass_of_a_neutral_particle(event):
    decayed = np.flatnonzero(np.hypot(event.position[:, 0], event.position[:, 1]) > 0.2)
    _, pair, count = np.unique(event.position[decayed], axis=0, return_inverse=True, return_counts=True)
    both = decayed[count[pair.ravel()] == 2]
    both = both[np.lexsort(event.position[both].T)].reshape(-1, 2)
    momentum = event.momentum[both]
    np.testing.assert_array_equal(event.position[both[:, 0]], event.position[both[:, 1]])

    def mass(first_mass, second_mass):
        energy = sum(np.sqrt(m**2 + (momentum[:, n] ** 2).sum(axis=1)) for n, m in enumerate((first_mass, second_mass)))
        return np.sqrt(energy**2 - (momentum.sum(axis=1) ** 2).sum(axis=1))

    kaon = np.abs(mass(0.13957, 0.13957) - 0.4976) < 1e-6
    lambda_ = np.abs(np.stack([mass(0.93827, 0.13957), mass(0.13957, 0.93827)]) - 1.1157).min(axis=0) < 1e-6
    assert np.all(kaon | lambda_)
    assert kaon.mean() > lambda_.mean() > 0.05
    # The pair flies away from the beam in the direction of its momentum.
    flight = event.position[both[:, 0], :2]
    cosine = (flight * momentum.sum(axis=1)[:, :2]).sum(axis=1) / np.linalg.norm(flight, axis=1)
    assert np.all(cosine > 0)


def test_secondaries_start_where_their_parents_interacted():
    parents = interacting(3000)
    place = np.random.default_rng(5).normal(0, 300, (3000, 3))
    found = secondaries(parents, place, np.random.default_rng(6))
    index = {tuple(position): number for number, position in enumerate(place)}
    parent = np.array([index[tuple(position)] for position in found.position])
    np.testing.assert_array_equal(found.vertex, parents.vertex[parent])
    np.testing.assert_array_equal(found.primary, parents.primary[parent])
    assert set(found.generation) == {1}
    assert len(found.vertex) / 3000 == pytest.approx(1.3, abs=0.15)
    assert len(np.unique(found.identifiers())) == len(found.vertex)


def test_momenta_of_secondaries():
    found = secondaries(interacting(20_000), np.zeros((20_000, 3)), np.random.default_rng(6))
    pt = np.hypot(found.momentum[:, 0], found.momentum[:, 1])
    assert pt.min() > 0.1 - 1e-9
    assert np.mean(found.charge == 1) == pytest.approx(0.74, abs=0.02)
    median = np.median(np.linalg.norm(found.momentum, axis=1))
    assert median == pytest.approx(0.245, abs=0.01)  # of 118 genuine ones 0.243
    # All directions that leave 0.1 GeV of transverse momentum are about as frequent.
    assert abs(np.mean(np.sign(found.momentum[:, 2]))) < 0.02
    eta = np.arcsinh(found.momentum[:, 2] / pt)
    # Of 118 genuine ones 0.39 with an error of 0.045, of 883 with hits in the barrel, which prefers these, 0.52.
    assert 0.39 < np.mean(np.abs(eta) < 0.5) < 0.52


def test_joining_keeps_the_order():
    first, second = interacting(3, seed=1), interacting(2, seed=2)
    both = joined([first, second])
    np.testing.assert_array_equal(both.primary, [*first.primary, *second.primary])
    np.testing.assert_array_equal(both[3:].vertex, second.vertex)
