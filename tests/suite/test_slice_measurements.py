"""Numbers of time slices against hand-counted ones."""

import numpy as np
import pytest

from keras_hep.metrics.hit_distances import uniform_nearest_median
from keras_hep.simulation.hit_event import HitEvent
from keras_hep.simulation.spd import HALF_LENGTH, RADII, STATIONS, SPDToy
from keras_hep.suite import slice_measurements as measurements

COUNTS = measurements.SliceCounts(
    tracks=np.array([[1, 3], [2, 2], [1, 1]]),
    real=np.array([[4, 2], [3, 3], [2, 0]]),
    fakes=np.array([[6, 8], [9, 9], [3, 5]]),
    complete=np.array([2, 3, 0]),
    short=np.array([1, 0, 1]),
    pt=np.linspace(0.1, 1.0, 10),
    vertex_z=np.linspace(-300, 300, 6),
)


def by_name(entries):
    return {one.name: one for one in entries}


class FixedSlices:
    """Stands in for a simulation: two events, four tracks of 35, 4, 3 and 0 hits, and two fakes."""

    events, efficiency = 2, 1.0

    def __init__(self):
        self.seeds = []

    def event(self, seed):
        self.seeds.append(seed)
        station = np.concatenate([np.arange(STATIONS), np.arange(4), np.arange(1, 4), [0, 34]])
        track = np.repeat([0, 1, 2, -1], [STATIONS, 4, 3, 2])
        hits = {"station": station, "track": track, **dict.fromkeys("xyz", np.zeros(len(station)))}
        event = np.array([0, 1, 1, 1])
        tracks = {"track": np.arange(4), "event": event, "pt": 0.1 * np.arange(1, 5), "vz": event - 20.0}
        return HitEvent({**hits, "event": np.zeros(len(station), int)}, tracks)


def test_slices_are_counted():
    toy = FixedSlices()
    counts = measurements.counted(toy, slices=2, seed=[5, 1])
    assert toy.seeds == [[5, 1, 0], [5, 1, 1]]
    assert counts.tracks.tolist() == [[1, 3], [1, 3]]
    assert counts.real[0, :6].tolist() == [2, 3, 3, 3, 1, 1]
    assert (counts.fakes[0, 0], counts.fakes[0, 34], counts.fakes[0].sum()) == (1, 1, 2)
    assert counts.hits.tolist() == [44, 44]
    assert counts.fake_fraction.tolist() == [2 / 44, 2 / 44]
    assert (counts.complete.tolist(), counts.short.tolist()) == ([1, 1], [2, 2])
    assert counts.pt.tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4] * 2)
    assert counts.vertex_z.tolist() == [-20, -19, -20, -19]


def test_contents_are_means_and_ratios_of_sums():
    found = by_name(measurements.contents(COUNTS, "_x"))
    values = {name.removesuffix("_x"): entry.value for name, entry in found.items()}
    assert values["tracks"] == pytest.approx(10 / 3)
    assert values["hits"] == pytest.approx((20 + 24 + 10) / 3)
    assert values["fake_hits"] == pytest.approx((14 + 18 + 8) / 3)
    assert values["real_hits"] == pytest.approx((6 + 6 + 2) / 3)
    assert values["hits_per_station"] == pytest.approx(9)
    assert values["fake_fraction"] == pytest.approx(40 / 54)
    assert values["hits_per_track"] == pytest.approx(14 / 10)
    assert values["complete_tracks"] == pytest.approx(5 / 10)
    assert values["short_tracks"] == pytest.approx(2 / 10)
    assert found["hits_x"].error == pytest.approx(np.std([20, 24, 10], ddof=1) / np.sqrt(3))
    assert {entry.count for entry in found.values()} == {3}


def test_the_error_of_a_ratio_is_that_of_the_spread_around_it():
    random = np.random.default_rng(8)

    def contents():
        tracks = random.integers(1, 10, (100, 4))
        real = random.binomial(34, 0.9, (100, 1)) * tracks.sum(axis=1, keepdims=True)
        kept = {"complete": tracks[:, 0], "short": tracks[:, 0], "pt": COUNTS.pt, "vertex_z": COUNTS.vertex_z}
        counts = measurements.SliceCounts(tracks=tracks, real=real, fakes=real, **kept)
        return by_name(measurements.contents(counts))["hits_per_track"]

    found = [contents() for _ in range(300)]
    spread = np.std([entry.value for entry in found])
    assert np.mean([entry.error for entry in found]) == pytest.approx(spread, rel=0.15)


def test_a_ratio_without_spread_has_no_error():
    same = measurements.SliceCounts(**{**vars(COUNTS), "real": COUNTS.tracks * 30})
    assert by_name(measurements.contents(same))["hits_per_track"].error == 0


def test_single_slices():
    found = by_name(measurements.single_slices(COUNTS, hits=20, fraction=0.75))
    assert found["hits_spread"].value == pytest.approx(np.std([20, 24, 10], ddof=1))
    assert found["fake_fraction_spread"].value == pytest.approx(np.std([14 / 20, 18 / 24, 8 / 10], ddof=1))
    assert found["slices_with_fewer_hits"].value == pytest.approx(2 / 3)  # equal ones count
    assert found["slices_with_fewer_fakes"].value == pytest.approx(2 / 3)


def test_distance_of_the_slide_in_standard_deviations():
    random = np.random.default_rng(9)
    real, fakes = random.normal(700, 30, 4000), random.normal(3000, 100, 4000)
    counts = measurements.SliceCounts(**{**vars(COUNTS), "real": real[:, None], "fakes": fakes[:, None]})
    hits = 730 + 3200
    (found,) = [one for one in measurements.single_slices(counts, hits, 3200 / hits) if one.name == "slide_chi2"]
    assert found.value == pytest.approx(1 + 4, rel=0.1)
    centre = real.mean() + fakes.mean()
    at_centre = by_name(measurements.single_slices(counts, centre, fakes.mean() / centre))["slide_chi2"]
    assert at_centre.value == pytest.approx(0, abs=1e-9)


def test_laws():
    counts = measurements.counted(SPDToy(events=3, most_tracks=4), 40, [1])
    found = by_name(measurements.laws(counts))
    assert [found[name].value for name in ("stations", "events_per_slice", "fewest_tracks", "most_tracks")] == [
        35,
        3,
        1,
        4,
    ]
    assert 0.1 < found["pt_smallest"].value < 0.12
    assert 0.98 < found["pt_largest"].value < 1.0
    assert found["pt_uniformity"].value > 1e-3
    assert found["vertex_uniformity"].value > 1e-3
    assert found["vertex_uniformity"].count == 120


def test_other_laws_are_seen():
    wrong = {"pt": COUNTS.pt.repeat(50) ** 2, "vertex_z": COUNTS.vertex_z.repeat(50) / 2}
    fakes = COUNTS.fakes * [1, 0]
    found = by_name(measurements.laws(measurements.SliceCounts(**{**vars(COUNTS), **wrong, "fakes": fakes})))
    assert found["stations"].value == 1
    assert found["pt_uniformity"].value < 1e-3
    assert found["vertex_uniformity"].value < 1e-3


def test_events_by_tracks():
    curve = measurements.events_by_tracks(COUNTS, most=4)
    assert curve.x == (1, 2, 3, 4)
    assert curve.y == pytest.approx((3 / 6, 2 / 6, 1 / 6, 0))
    assert curve.error[3] > 0


def test_hits_by_station():
    found = by_name(measurements.by_station(COUNTS))
    assert found["real_hits_by_station"].y == pytest.approx((3, 5 / 3))
    assert found["fake_hits_by_station"].y == pytest.approx((6, 22 / 3))
    assert found["hits_by_station"].y == pytest.approx((9, 9))
    assert found["hits_by_station"].error == pytest.approx(
        np.std([[10, 10], [12, 12], [5, 5]], axis=0, ddof=1) / 3**0.5
    )
    assert found["fake_share_by_station"].y == pytest.approx((18 / 40, 22 / 40))
    assert found["reach_by_station"].y == pytest.approx((9 / 10, 5 / 10))


@pytest.mark.parametrize(("fewest", "expected"), [(5, 1), (4, 2), (3, 2)])
def test_tracks_to_find_start_on_the_first_station(fewest, expected):
    found = measurements.tracks_to_find("t", FixedSlices(), 2, [5], fewest)
    assert (found.name, found.value, found.error, found.count) == ("t", expected, 0, 2)


def test_one_slice():
    found = by_name(measurements.one_slice(FixedSlices().event(0), np.zeros((2, STATIONS))))
    values = [found[name].value for name in ("stations", "events", "tracks", "tracks_to_find", "hits")]
    assert values == [35, 2, 4, 2, 44]
    assert found["fake_fraction"].value == pytest.approx(2 / 44)


def test_nearest_fakes_of_a_station():
    places = {"x": [270, 270, 270, 850, 270], "y": [0, 0, 0, 0, 0], "z": [0, 30, 50, 1, 1000]}
    hits = {name: np.array(values, np.float32) for name, values in places.items()}
    hits |= {"station": np.array([0, 0, 0, 34, 0]), "track": np.array([3, -1, 4, -1, -1])}
    distance, ratio = measurements.nearest_fake(hits, 0)
    assert (distance.name, distance.value, distance.count) == ("nearest_fake_0", 25, 2)
    density = 2 / (4 * np.pi * RADII[0] * HALF_LENGTH)
    assert ratio.value == pytest.approx(25 / uniform_nearest_median(density))
    assert ratio.error / ratio.value == pytest.approx(distance.error / distance.value)


def test_positions():
    hits = {"x": np.float32([1, 4]), "y": np.float32([2, 5]), "z": np.float32([3, 6])}
    assert measurements.positions(hits).tolist() == [[1, 2, 3], [4, 5, 6]]
