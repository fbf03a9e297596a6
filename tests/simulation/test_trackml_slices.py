"""Time slices of TrackML-like tracks: where their hits are from, their shifts, and what the seed promises."""

import dataclasses
import json

import numpy as np
import pytest
from scipy import stats

from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.slice_composition import draw_composition
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.trackml_slices import SHIFT, TrackMLSlices

SLICES = TrackMLSlices(pool_events=6, particles=400.0)


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    """Keep the drawn pools of these tests out of the user's folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HEP_CACHE", str(tmp_path_factory.mktemp("pools")))
        yield


@pytest.fixture(scope="module")
def drawn():
    """100 time slices."""
    return [SLICES.slice([2025, number]) for number in range(100)]


def tracks_of(slice_):
    return np.split(slice_.hits, np.cumsum(slice_.hit_counts)[:-1])


def test_tracks_of_event_k_are_particles_of_event_k_of_the_pool():
    pool = SLICES.particles_of_pool()
    own = dataclasses.replace(SLICES, mean_events=4.0)
    for seed in range(10):
        slice_ = own.slice(seed)
        particles, _ = reference_draw(own, seed)
        np.testing.assert_array_equal(slice_.hit_counts, pool.hit_counts[particles])
        source = np.searchsorted(pool.first_particles, particles, side="right") - 1
        np.testing.assert_array_equal(source, slice_.event % 6)


def reference_draw(slices, seed):
    """Return the particles and the event of each track, drawn as `slice` does."""
    random = np.random.default_rng(seed)
    event, _ = draw_composition(random, slices.mean_events, slices.most_tracks)
    return slices.particles_of_pool().draw(random, event), event


def test_all_hits_of_an_event_are_shifted_together(drawn):
    pool, shifts = SLICES.particles_of_pool(), []
    for number, slice_ in enumerate(drawn):
        particles, event = reference_draw(SLICES, [2025, number])
        shift = slice_.hits.astype(float) - pool.hits_of(particles)
        first = shift[np.unique(event[slice_.track], return_index=True)[1]]
        np.testing.assert_allclose(shift, first[event[slice_.track]], atol=1e-3)
        shifts.append(first)
    for values, reach in zip(np.concatenate(shifts).T, SHIFT, strict=True):
        assert stats.kstest(values, "uniform", (-reach, 2 * reach)).pvalue > 1e-3
    assert SHIFT.tolist() == [20, 20, 350]


def test_hits_are_ordered_by_their_distance_before_the_shift(drawn):
    pool = SLICES.particles_of_pool()
    distance = np.linalg.norm(pool.hits.astype(float), axis=1)
    steps = np.diff(distance)
    between = np.repeat(np.arange(len(pool.hit_counts)), pool.hit_counts)
    assert np.all(steps[np.diff(between) == 0] >= 0)
    after = [np.diff(np.linalg.norm(track.astype(float), axis=1)).min() for track in tracks_of(drawn[0])]
    assert min(after) < 0  # the shift disturbs the order of some


def test_shape_of_the_sample(drawn):
    """Hits per track and ranges of a stored time slice of the authors: 5 to 14 hits, 10 to 1031 mm from the axis."""
    counts = np.concatenate([slice_.hit_counts for slice_ in drawn])
    assert counts.min() == 3
    assert 9.5 < counts.mean() < 11.5
    assert 15 <= counts.max() <= 22
    hits = np.concatenate([slice_.hits for slice_ in drawn])
    radius = np.hypot(hits[:, 0], hits[:, 1])
    assert 1 < radius.min() < 15
    assert 1020 < radius.max() < 1060
    assert 2900 < np.abs(hits[:, 2]).max() < 3350


def test_intervals_and_composition_are_those_of_spd_slices(drawn):
    for number, slice_ in enumerate(drawn[:20]):
        np.testing.assert_array_equal(slice_.intervals, drift_intervals(slice_.event, slice_.events, 2))
        np.testing.assert_array_equal(slice_.event, SPDSlices().slice([2025, number]).event)


def test_pools_are_independent():
    one, other = SLICES.particles_of_pool(), dataclasses.replace(SLICES, pool=1).particles_of_pool()
    assert not {*one.hits[:, 0].tolist()} >= {*other.hits[:100, 0].tolist()}


@pytest.mark.parametrize("change", [{"resolution": 7}, {"jitter": 1.0}, {"resolution": 4, "jitter": 0.5}])
def test_resolution_and_jitter_change_the_intervals_alone(change):
    for seed in range(5):
        slice_, other = SLICES.slice(seed), dataclasses.replace(SLICES, **change).slice(seed)
        for name in ("hits", "hit_counts", "event"):
            np.testing.assert_array_equal(getattr(slice_, name), getattr(other, name))
        assert slice_.events == other.events
        assert np.any(slice_.intervals != other.intervals)


def test_same_seed_same_bits_other_seed_other_bits():
    first, again, other = (SLICES.slice(seed) for seed in ([1, 2], [1, 2], [1, 3]))
    for name in ("hits", "hit_counts", "event", "intervals"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert first.hits.shape != other.hits.shape or np.any(first.hits != other.hits)


def test_fields_are_plain():
    slices = TrackMLSlices(mean_events=10, event_files=["a", "b"])
    fields = dataclasses.asdict(slices)
    assert TrackMLSlices(**json.loads(json.dumps(fields))) == slices
    assert hash(slices) == hash(dataclasses.replace(slices))


def test_genuine_tracks(real_data):
    slices = TrackMLSlices(mean_events=3.0, event_files=(real_data("trackml/event000000001"),))
    pool, slice_ = slices.particles_of_pool(), slices.slice(4)
    assert len(pool.particle_counts) == 1
    particles, event = reference_draw(slices, 4)
    np.testing.assert_array_equal(slice_.hit_counts, pool.hit_counts[particles])
    shift = slice_.hits - pool.hits_of(particles)
    assert np.ptp(shift[event[slice_.track] == 0], axis=0).max() < 1e-3
    simulated = np.bincount(SLICES.particles_of_pool().hit_counts, minlength=25) / len(
        SLICES.particles_of_pool().hit_counts
    )
    genuine = np.bincount(pool.hit_counts, minlength=25) / len(pool.hit_counts)
    assert np.abs(np.cumsum(simulated) - np.cumsum(genuine)).max() < 0.06


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"mean_events": -1.0}, "TrackMLSlices: mean_events must be a positive finite number, got -1.0"),
        ({"most_tracks": 1}, "most_tracks must be an int of at least 2"),
        ({"minimum_hits": 0}, "minimum_hits must be an int of at least 1, got 0"),
        ({"pool": -1}, "pool must be an int of at least 0"),
        ({"pool_events": 0}, "pool_events must be an int of at least 1"),
        ({"pool_events": 2.0}, "pool_events must be an int"),
        ({"event_files": "event000000001"}, "event_files must be a tuple of str, one per event"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        TrackMLSlices(**arguments)


def test_an_event_with_too_few_particles_is_refused():
    fewest = SLICES.particles_of_pool().particle_counts.min()
    with pytest.raises(ValueError, match=rf"every event must have {fewest + 1} particles or more, got {fewest}"):
        dataclasses.replace(SLICES, most_tracks=int(fewest) + 1).slice(1)
