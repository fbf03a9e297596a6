"""TrackML hit weights: the values of the challenge by hand, every limit, and those that came with genuine files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.hit_weights import hit_weight_factors, hit_weights


def track(hits, pt=5.0, nhits=None, particle=7):
    """Return truth and particles of one particle whose hits lie ever further along z."""
    truth = {"hit_id": np.arange(hits), "particle_id": np.full(hits, particle), "tz": 10.0 * np.arange(hits)}
    particles = {"particle_id": [particle], "vz": [-1.0], "px": [0.6 * pt], "py": [-0.8 * pt]}
    return truth, {**particles, "nhits": [hits if nhits is None else nhits]}


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        (4, [0.41096, 0.21918, 0.12329, 0.24658]),
        (5, [0.35714, 0.21429, 0.10714, 0.10714, 0.21429]),
        (9, np.array([10, 8, 6, 5, 3, 3, 3, 5, 6]) / 49),
    ],
)
def test_along_the_track(hits, expected):
    np.testing.assert_allclose(hit_weights(*track(hits)), expected, atol=5e-6)


@pytest.mark.parametrize("hits", range(4, 21))
def test_the_curve_adds_up_to_one_and_is_highest_at_both_ends(hits):
    order = hit_weight_factors(*track(hits))["weight_order"]
    assert order.sum() == pytest.approx(1)
    assert order[0] == order.max()
    assert order[-1] > order[len(order) // 2]


@pytest.mark.parametrize("hits", [1, 2, 3])
def test_less_than_four_hits_weigh_nothing(hits):
    assert hit_weights(*track(hits)).tolist() == [0] * hits


def test_nhits_counts_hits_that_truth_does_not_have():
    truth, particles = track(3, nhits=4)
    np.testing.assert_allclose(
        hit_weight_factors(truth, particles)["weight_order"], [0.41096, 0.21918, 0.12329], atol=5e-6
    )


def test_more_than_twenty_hits():
    truth, particles = track(23)
    factors = hit_weight_factors(truth, particles)
    np.testing.assert_array_equal(factors["weight_order"][:20], hit_weight_factors(*track(20))["weight_order"])
    assert factors["weight_order"][20:].tolist() == [0, 0, 0]
    assert factors["ihit"].tolist() == list(range(23))
    assert factors["particle_nhits"].tolist() == [23] * 23


@pytest.mark.parametrize(
    ("pt", "expected"),
    [(0.04, 0), (0.05, 0.2), (0.3, 0.2), (0.5, 0.2), (1.75, 0.6), (3, 1), (50, 1)],
)
def test_pt(pt, expected):
    factors = hit_weight_factors(*track(4, pt=pt * (1 + 1e-12)))
    np.testing.assert_allclose(factors["weight_pt"], expected, atol=1e-9)


def test_the_place_is_by_distance_in_z_from_the_vertex():
    truth = {"hit_id": [1, 2, 3, 4, 5], "particle_id": [7, 7, 7, 7, 7], "tz": [9.0, -2.0, 4.0, 5.5, -30.0]}
    particles = {"particle_id": [7], "vz": [3.0], "px": [1.0], "py": [0.0], "nhits": [5]}
    assert hit_weight_factors(truth, particles)["ihit"].tolist() == [3, 2, 0, 1, 4]


def test_equal_distances_have_their_mean_place_rounded_down():
    truth = {"hit_id": np.arange(6), "particle_id": np.full(6, 7), "tz": [4.0, 2.0, 4.0, 2.0, 2.0, 4.0]}
    particles = {"particle_id": [7], "vz": [3.0], "px": [1.0], "py": [0.0], "nhits": [6]}
    assert hit_weight_factors(truth, particles)["ihit"].tolist() == [2] * 6  # places 0 to 5, mean 2.5
    truth["tz"] = [5.0, 3.5, 3.5, 9.0, 9.0, 9.0]
    assert hit_weight_factors(truth, particles)["ihit"].tolist() == [2, 0, 0, 4, 4, 4]  # 0.5 and 4


def test_noise_and_unknown_particles_weigh_nothing():
    truth, particles = track(4)
    truth = {
        "hit_id": np.arange(7),
        "particle_id": np.array([0, *truth["particle_id"], 0, 99]),
        "tz": np.array([1.0, *truth["tz"], 2.0, 3.0]),
    }
    weights = hit_weights(truth, particles)
    assert weights[[0, 5, 6]].tolist() == [0, 0, 0]
    np.testing.assert_allclose(weights[1:5], hit_weights(*track(4)))
    factors = hit_weight_factors(truth, particles)
    assert [factors[name][[0, 6]].tolist() for name in factors] == [[0, 0]] * 4


def test_two_particles_share_by_pt():
    one, other = track(4, pt=5.0, particle=7), track(4, pt=0.4, particle=3)
    truth = {name: np.concatenate([one[0][name], other[0][name]]) for name in one[0]}
    particles = {name: [*one[1][name], *other[1][name]] for name in one[1]}
    weights = hit_weights(truth, particles)
    assert weights[:4].sum() == pytest.approx(1 / 1.2)
    assert weights.sum() == pytest.approx(1)


def test_the_second_phase_leaves_out_decay_products():
    primary, secondary = (1 << 52) + (4 << 36), (1 << 52) + (4 << 36) + (1 << 24)
    one, other = track(4, particle=primary), track(4, particle=secondary)
    truth = {name: np.concatenate([one[0][name], other[0][name]]) for name in one[0]}
    particles = {name: [*one[1][name], *other[1][name]] for name in one[1]}
    np.testing.assert_allclose(hit_weights(truth, particles, phase=2)[:4], hit_weights(*one))
    assert hit_weights(truth, particles, phase=2)[4:].tolist() == [0] * 4
    assert hit_weights(truth, particles, phase=1)[:4].sum() == pytest.approx(0.5)


def test_no_hits():
    empty = {"hit_id": np.zeros(0, int), "particle_id": np.zeros(0, int), "tz": np.zeros(0)}
    assert hit_weights(empty, track(4)[1]).tolist() == []
    no_particles = {name: np.zeros(0) for name in ("particle_id", "vz", "px", "py", "nhits")}
    assert hit_weights(track(4)[0], no_particles).tolist() == [0] * 4


def test_bad_tables_are_refused():
    truth, particles = track(5, nhits=4)
    with pytest.raises(ValueError, match="nhits is the number of hits in truth, got more for particle 7"):
        hit_weights(truth, particles)
    with pytest.raises(ValueError, match="particles: every particle is there once, got 7 twice"):
        hit_weights(truth, {name: np.repeat(column, 2) for name, column in particles.items()})
    with pytest.raises(ValueError, match="phase is 1 or 2, got 3"):
        hit_weights(truth, particles, phase=3)
    with pytest.raises(ValueError, match=r"particles needs the columns .*, got none of the name vz"):
        hit_weights(truth, {name: column for name, column in particles.items() if name != "vz"})


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-20, 20)), min_size=1, max_size=60), st.integers(0, 2**32 - 1))
def test_invariants(hits, seed):
    random = np.random.default_rng(seed)
    particle_id = np.array([particle for particle, _ in hits])
    truth = {"hit_id": np.arange(len(hits)), "particle_id": particle_id, "tz": np.array([z for _, z in hits], float)}
    particles = {"particle_id": np.array([3, 1, 2]), "vz": random.normal(size=3), "px": random.exponential(size=3)}
    particles |= {"py": np.zeros(3), "nhits": np.bincount(particle_id, minlength=4)[[3, 1, 2]]}
    weights = hit_weights(truth, particles)
    assert np.all(weights >= 0)
    assert np.all(weights[particle_id == 0] == 0)
    assert weights.sum() == pytest.approx(1) or not weights.any()
    order = random.permutation(len(hits))
    permuted = hit_weights({name: column[order] for name, column in truth.items()}, particles)
    np.testing.assert_allclose(permuted, weights[order], rtol=1e-12)
    mirrored = {**truth, "tz": -truth["tz"]}
    np.testing.assert_allclose(hit_weights(mirrored, {**particles, "vz": -particles["vz"]}), weights)


def test_weights_that_came_with_a_genuine_event(real_data):
    trackml = pytest.importorskip("keras_hep.formats.trackml")
    pytest.importorskip("pandas")
    truth, particles = trackml.load_event(real_data("trackml/event000000001"), ("truth", "particles"))
    shipped = truth["weight"].to_numpy(float)
    second, first = hit_weights(truth, particles, phase=2), hit_weights(truth, particles, phase=1)
    # The event is one of the throughput phase: decay products weigh nothing. Particles that are left out of the files
    # leave one common factor free; values are written with six digits.
    assert np.array_equal(shipped == 0, second == 0)
    weighty = shipped > 0
    np.testing.assert_allclose(second[weighty] * (shipped.sum() / second.sum()), shipped[weighty], rtol=1e-5)
    np.testing.assert_allclose(first[weighty] / first[weighty].sum(), second[weighty], rtol=1e-12)
    assert np.count_nonzero(first) == 4606
    assert np.count_nonzero(shipped) == 4300
