import numpy as np
import pytest

from keras_hep.simulation.trackml_detector import modules
from keras_hep.simulation.trackml_transport import LOWEST_PT
from keras_hep.simulation.trackml_true_hits import joined_hits, signal


@pytest.fixture(scope="module")
def event():
    return signal(8000, np.random.default_rng(1))


def test_particles_are_ordered_and_own_their_hits(event):
    particles, hits = event
    assert np.all(np.diff(particles.identifiers()) > 0)
    assert hits.owner.min() >= 0
    assert hits.owner.max() < len(particles.vertex)
    # Hits lie in the direction in which their particle starts, if they are near and it is fast.
    momentum = particles.momentum[hits.owner]
    size = np.linalg.norm(momentum, axis=1)
    flight = hits.position - particles.position[hits.owner]
    distance = np.linalg.norm(flight, axis=1)
    near = (size > 2) & (distance < 500)
    cosine = (flight * momentum).sum(axis=1)[near] / (size * distance)[near]
    assert near.sum() > 1000
    assert np.percentile(cosine, 1) > 0.95


def test_a_hit_has_the_momentum_of_its_particle_less_what_it_lost(event):
    particles, hits = event
    start = np.linalg.norm(particles.momentum[hits.owner], axis=1)
    assert np.all(hits.momentum <= start + 1e-9)
    assert np.median(start - hits.momentum) == pytest.approx(0.002, abs=0.0015)
    np.testing.assert_allclose((hits.direction**2).sum(axis=1), 1)


def test_local_and_global_positions_agree(event):
    _, hits = event
    every = modules()
    local = np.einsum("nij,ni->nj", every.rotation[hits.module], hits.position - every.centre[hits.module])
    np.testing.assert_allclose(local, np.stack([hits.u, hits.v, 0 * hits.u], axis=1), atol=1e-9)


def test_slow_particles_leave_one_hit_at_most(event):
    particles, hits = event
    slow = np.hypot(particles.momentum[:, 0], particles.momentum[:, 1]) < LOWEST_PT
    counts = np.bincount(hits.owner, minlength=len(slow))
    assert slow.sum() > 300
    assert np.mean(counts[slow] <= 1) > 0.98  # those that meet a disc before any other material may hit it twice
    assert np.mean(counts[slow & (particles.generation == 0)] == 0) > 0.9  # they end in the beam pipe
    assert 0.5 < np.mean(counts[slow & (particles.generation > 0)] == 0) < 0.9  # 28 of 39 genuine ones


def test_secondaries_descend_from_particles_of_the_event(event):
    particles, _ = event
    family = set(
        zip(particles.vertex[particles.generation == 0], particles.primary[particles.generation == 0], strict=True)
    )
    later = particles.generation > 0
    assert 0.15 < later.mean() < 0.3
    assert set(zip(particles.vertex[later], particles.primary[later], strict=True)) <= family
    assert particles.generation.max() >= 2


def test_parents_leave_no_hits_behind_their_interactions(event):
    particles, hits = event
    generation = particles.generation
    identifiers = particles.identifiers()
    family = identifiers >> 36
    first = np.flatnonzero((generation == 1) & (particles.secondary == 1))
    parent = np.searchsorted(family, family[first])  # the primary particle comes first in its family
    assert np.all(generation[parent] == 0)
    place = np.linalg.norm(particles.position[first] - particles.position[parent], axis=1)
    furthest = np.zeros(len(generation))
    distance = np.linalg.norm(hits.position - particles.position[np.maximum(hits.owner, 0)], axis=1)
    np.maximum.at(furthest, hits.owner, distance)
    assert np.all(furthest[parent] <= place + 1e-6)
    # About half of the interactions in layers are in a module: there the parent's last hit is.
    assert 0.2 < np.mean(np.abs(furthest[parent] - place) < 1e-6) < 0.5


def test_joining_keeps_the_order(event):
    _, hits = event
    both = joined_hits([hits[:3], hits[5:6]])
    np.testing.assert_array_equal(both.module, hits.module[[0, 1, 2, 5]])
    np.testing.assert_array_equal(both.position, hits.position[[0, 1, 2, 5]])
