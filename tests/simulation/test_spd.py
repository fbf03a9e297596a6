"""The SPD toy: its published counts, its laws one by one, and what the seed promises."""

import dataclasses
import json

import numpy as np
import pytest
from scipy import stats

from keras_hep.simulation.spd import HALF_LENGTH, RADII, RESOLUTION, STATIONS, SPDToy

TOY = SPDToy()
MANY = SPDToy(events=2000)
REAL = SPDToy(fakes=False)


@pytest.fixture(scope="module")
def slices():
    """200 time slices."""
    return [TOY.event([2024, number]) for number in range(200)]


@pytest.fixture(scope="module")
def large():
    """2,000 events at once."""
    return MANY.event(31)


def hits_per_track(event):
    track = event.hits["track"]
    return np.bincount(track[track >= 0], minlength=len(event.tracks["track"]))


def of(hits, chosen):
    return {name: column[chosen] for name, column in hits.items()}


def sorted_rows(hits):
    columns = [hits[name] for name in ("x", "y", "z", "station", "track", "event")]
    return np.stack(columns)[:, np.lexsort(columns)]


def test_published_counts(slices):
    hits = np.array([len(event.hits["x"]) for event in slices])
    fakes = np.array([np.count_nonzero(event.hits["track"] < 0) for event in slices])
    tracks = np.array([len(event.tracks["track"]) for event in slices])
    assert abs(tracks.mean() - 200) < 3
    assert abs(hits.mean() - 40_090) < 1200
    per_station = sum(np.bincount(event.hits["station"], minlength=STATIONS) for event in slices) / len(slices)
    assert len(per_station) == STATIONS
    assert np.abs(per_station - 1145).max() < 40
    assert 0.815 < fakes.sum() / hits.sum() < 0.84
    assert abs(hits.std() - 5050) < 4 * 5050 / np.sqrt(2 * 200)


def test_published_lengths_of_tracks(slices):
    lengths = np.concatenate([hits_per_track(event) for event in slices])
    assert abs(lengths[lengths > 0].mean() - 34.20) < 0.1
    assert abs((lengths == STATIONS).mean() - 0.939) < 0.005
    for hits, share in ((1, 0.0068), (3, 0.0086), (4, 0.0096)):
        assert abs((lengths < hits).mean() - share) < 4 * np.sqrt(share / len(lengths))


def test_hits_are_typed_as_the_record_says(slices):
    event = slices[0]
    floats = {"x", "y", "z", "pt", "theta", "phi", "vx", "vy", "vz"}
    for table, rows in ((event.hits, len(event.hits["x"])), (event.tracks, len(event.tracks["pt"]))):
        for name, column in table.items():
            assert column.dtype == ("float32" if name in floats else "int32"), name
            assert column.shape == (rows,)
    assert set(event.hits) == {"x", "y", "z", "station", "track", "event"}
    assert set(event.tracks) == {"track", "pt", "theta", "phi", "charge", "vx", "vy", "vz", "event"}


def test_a_track_is_one_event_and_has_its_stations_once_from_the_first_on(slices):
    for event in slices[:20]:
        tracks = event.tracks
        np.testing.assert_array_equal(tracks["track"], np.arange(len(tracks["pt"])))
        assert set(tracks["event"].tolist()) == set(range(40))
        real = of(event.hits, event.hits["track"] >= 0)
        np.testing.assert_array_equal(tracks["event"][real["track"]], real["event"])
        assert len(np.unique(real["track"] * STATIONS + real["station"])) == len(real["track"])
        last = np.full(len(tracks["pt"]), -1)
        np.maximum.at(last, real["track"], real["station"])
        np.testing.assert_array_equal(last + 1, hits_per_track(event))


def test_parameters_of_tracks_follow_their_laws(large):
    tracks = large.tracks
    first = np.unique(tracks["event"], return_index=True)[1]
    uniform = {"pt": (0.1, 0.9), "phi": (0, 2 * np.pi)}
    assert all(stats.kstest(tracks[name], "uniform", law).pvalue > 1e-3 for name, law in uniform.items())
    assert stats.kstest(np.cos(tracks["theta"]), "uniform", (-1, 2)).pvalue > 1e-3
    assert stats.kstest(tracks["vz"][first], "uniform", (-300, 600)).pvalue > 1e-3
    np.testing.assert_array_equal(tracks["vz"], tracks["vz"][first][tracks["event"]])
    assert not tracks["vx"].any()
    assert not tracks["vy"].any()
    assert set(tracks["charge"].tolist()) == {-1, 1}
    assert abs(tracks["charge"].mean()) < 4 / np.sqrt(len(first) * 5)
    assert stats.chisquare(np.bincount(np.bincount(tracks["event"]), minlength=10)[1:]).pvalue > 1e-3


@pytest.mark.parametrize("most_tracks", [1, 3])
def test_the_number_of_tracks_has_its_limit(most_tracks):
    tracks = np.bincount(SPDToy(events=300, most_tracks=most_tracks).event(1).tracks["event"])
    assert (tracks.min(), tracks.max()) == (1, most_tracks)


def test_a_displaced_vertex_is_gaussian_and_shared_by_its_event():
    tracks = dataclasses.replace(MANY, vertex="exact", fakes=False).event(5).tracks
    first = np.unique(tracks["event"], return_index=True)[1]
    for name in ("vx", "vy"):
        assert stats.kstest(tracks[name][first], "norm", (0, 10)).pvalue > 1e-3
        np.testing.assert_array_equal(tracks[name], tracks[name][first][tracks["event"]])
    assert abs(np.corrcoef(tracks["vx"][first], tracks["vy"][first])[0, 1]) < 4 / np.sqrt(2000)


def test_fakes_are_uniform_on_the_cylinders(large):
    fakes = of(large.hits, large.hits["track"] < 0)
    radius = np.hypot(fakes["x"].astype(float), fakes["y"])
    np.testing.assert_allclose(radius, RADII[fakes["station"]], rtol=1e-6)
    assert stats.kstest(np.arctan2(fakes["y"], fakes["x"]), "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3
    assert stats.kstest(fakes["z"], "uniform", (-HALF_LENGTH, 2 * HALF_LENGTH)).pvalue > 1e-3
    assert stats.chisquare(np.bincount(fakes["station"], minlength=STATIONS)).pvalue > 1e-3


def test_fakes_grow_with_the_square_of_the_tracks(large):
    tracks = np.bincount(large.tracks["event"])
    fakes = np.bincount(large.hits["event"][large.hits["track"] < 0], minlength=len(tracks))
    most = STATIONS * tracks**2
    assert np.all((fakes >= most // 2) & (fakes < most))
    assert stats.kstest((fakes - most // 2 + 0.5) / (most - most // 2), "uniform").pvalue > 1e-3


def test_no_order_gives_the_truth_away(slices):
    for event in slices[:5]:
        fake = event.hits["track"] < 0
        places = np.arange(len(fake))
        assert stats.kstest(places[fake], "uniform", (0, len(fake))).pvalue > 1e-4
        assert stats.kstest(places[~fake], "uniform", (0, len(fake))).pvalue > 1e-4
        for name in ("event", "station", "track"):
            column = event.hits[name]
            assert abs(np.corrcoef(column, places)[0, 1]) < 5 / np.sqrt(len(places))
            assert abs(np.corrcoef(column[1:], column[:-1])[0, 1]) < 5 / np.sqrt(len(places))


@pytest.mark.parametrize("vertex", ["z_only", "exact"])
def test_hits_lie_on_the_cylinders_to_within_the_smearing(vertex):
    for smearing, room in (("none", 1e-3), ("azimuthal", 1e-3), ("published", 6 * RESOLUTION)):
        hits = SPDToy(events=100, fakes=False, smearing=smearing, vertex=vertex).event(3).hits
        off = np.hypot(hits["x"].astype(float), hits["y"]) - RADII[hits["station"]]
        assert np.abs(off).max() < room
        assert np.abs(hits["z"]).max() < HALF_LENGTH + 6 * RESOLUTION
    assert off.std() == pytest.approx(RESOLUTION / np.sqrt(2), rel=0.05)  # mean of cos(2 phi)^2 is 1/2


@pytest.fixture(scope="module")
def shifts():
    """Return a function of `smearing`: true positions and the shifts of smeared ones, of all hits of 500 tracks."""
    exact, present = dataclasses.replace(REAL, smearing="none").tracks(500, 17)

    def of_smearing(smearing):
        measured, seen = dataclasses.replace(REAL, smearing=smearing).tracks(500, 17)
        np.testing.assert_array_equal(seen, present)
        return exact[present].astype(float), measured[present].astype(float) - exact[present]

    return of_smearing


@pytest.mark.parametrize("smearing", ["published", "azimuthal"])
def test_transverse_shift_and_shift_along_z_are_gaussian_and_independent(smearing, shifts):
    positions, shift = shifts(smearing)
    x, y, _ = positions.T
    along = np.stack([x, -y] if smearing == "published" else [-y, x]) / np.hypot(x, y)
    size = (shift[:, :2].T * along).sum(axis=0)
    np.testing.assert_allclose(shift[:, :2].T, size * along, atol=2e-4)
    for values in (size, shift[:, 2]):
        assert stats.kstest(values, "norm", (0, RESOLUTION)).pvalue > 1e-3
    assert abs(np.corrcoef(size, shift[:, 2])[0, 1]) < 4 / np.sqrt(len(size))


def test_published_smearing_depends_on_the_azimuth_and_the_corrected_one_does_not(shifts):
    for smearing, off_axis, on_axis in (("published", 0, RESOLUTION), ("azimuthal", 0, 0)):
        positions, shift = shifts(smearing)
        azimuth, (x, y, _) = np.arctan2(positions[:, 1], positions[:, 0]), positions.T
        radial = (shift[:, 0] * x + shift[:, 1] * y) / np.hypot(x, y)
        near = np.abs(np.cos(2 * azimuth))
        assert radial[near < 0.1].std() == pytest.approx(off_axis, abs=0.1 * RESOLUTION)
        assert radial[near > 0.99].std() == pytest.approx(on_axis, rel=0.1, abs=1e-4)


@pytest.mark.parametrize("efficiency", [0.98, 0.5])
def test_efficiency_drops_hits_at_random(efficiency):
    full = REAL.event(8)
    thinned = dataclasses.replace(REAL, efficiency=efficiency).event(8)
    whole, kept = sorted_rows(full.hits), sorted_rows(thinned.hits)
    assert set(map(tuple, kept.T.tolist())) < set(map(tuple, whole.T.tolist()))
    for name, column in full.tracks.items():
        np.testing.assert_array_equal(column, thinned.tracks[name])
    _, present = dataclasses.replace(REAL, efficiency=efficiency).tracks(4000, 9)
    central = present[:, :-1] & present[:, 1:]  # two in a row are kept independently of each other
    inside = REAL.tracks(4000, 9)[1].mean()
    assert present.mean() == pytest.approx(efficiency * inside, abs=5e-3)
    assert central.mean() == pytest.approx(efficiency**2 * inside, abs=8e-3)


def test_fakes_can_be_left_out():
    whole, real = TOY.event(4), REAL.event(4)
    assert real.hits["track"].min() == 0
    np.testing.assert_array_equal(sorted_rows(real.hits), sorted_rows(of(whole.hits, whole.hits["track"] >= 0)))


@pytest.mark.parametrize("toy", [TOY, SPDToy(efficiency=0.05), SPDToy(vertex="exact", smearing="azimuthal")])
def test_tracks_for_training_have_a_hit_and_zeros_elsewhere(toy):
    positions, present = toy.tracks(5000, 6)
    assert positions.dtype == np.float32
    assert present.dtype == bool
    assert positions.shape == (*present.shape, 3) == (5000, STATIONS, 3)
    assert present.any(axis=1).all()
    assert not positions[~present].any()
    radius = np.hypot(positions[..., 0], positions[..., 1])
    assert np.abs(radius - RADII)[present].max() < 6 * RESOLUTION
    assert present.mean() < 1


def test_tracks_for_training_are_those_of_events():
    """Radius of curvature, z and azimuth of hits have the same laws, whichever way tracks are drawn."""
    positions, present = TOY.tracks(4000, 12)
    event = SPDToy(events=800, fakes=False).event(13).hits
    for station in (0, 34):
        drawn, chosen = positions[present[:, station], station], of(event, event["station"] == station)
        assert stats.ks_2samp(drawn[:, 2], chosen["z"]).pvalue > 1e-3
        azimuths = np.arctan2(drawn[:, 1], drawn[:, 0]), np.arctan2(chosen["y"], chosen["x"])
        assert stats.ks_2samp(*azimuths).pvalue > 1e-3


def test_no_tracks():
    positions, present = TOY.tracks(0, 1)
    assert positions.shape == (0, STATIONS, 3)
    assert present.shape == (0, STATIONS)


@pytest.mark.parametrize("toy", [TOY, SPDToy(2, 3, 0.9, "azimuthal", "exact", False)])
def test_same_seed_same_bits_other_seed_other_bits(toy):
    first, second, other = (sorted_rows(toy.event(seed).hits) for seed in ([1, 2], [1, 2], [1, 3]))
    np.testing.assert_array_equal(first, second)
    assert first.shape != other.shape or np.any(first != other)
    for one, same in zip(toy.event(5).hits.values(), toy.event(5).hits.values(), strict=True):
        np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(toy.tracks(9, [1, 2])[0], toy.tracks(9, [1, 2])[0])
    assert np.any(toy.tracks(9, [1, 2])[0] != toy.tracks(9, [1, 3])[0])


def test_fields_are_plain():
    assert SPDToy(**json.loads(json.dumps(dataclasses.asdict(TOY)))) == TOY


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"events": 0}, "events must be a whole number of at least 1, got 0"),
        ({"events": 2.5}, "events must be a whole number of at least 1, got 2.5"),
        ({"most_tracks": 0}, "most_tracks must be a whole number of at least 1, got 0"),
        ({"efficiency": 0.0}, "efficiency is a probability above 0, got 0.0"),
        ({"efficiency": 1.01}, "efficiency is a probability above 0, got 1.01"),
        ({"efficiency": float("nan")}, "efficiency is a probability above 0, got nan"),
        ({"smearing": "radial"}, "smearing must be one of published, azimuthal, none, got 'radial'"),
        ({"vertex": "xy"}, "vertex must be z_only or exact, got 'xy'"),
        ({"fakes": 3}, "fakes must be True or False, got 3"),
    ],
)
def test_arguments_out_of_range(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        SPDToy(**arguments)


def test_a_negative_number_of_tracks():
    with pytest.raises(ValueError, match="number of tracks must not be negative, got -1"):
        TOY.tracks(-1, 1)
