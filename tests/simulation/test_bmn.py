"""The BM@N look-alike: what is published of its events, and that its records hold together."""

import dataclasses
import json

import numpy as np
import pytest

from keras_hep.metrics.track_candidates import true_slots
from keras_hep.simulation.bmn import NOMINAL_Z, NORMALISATION, BMNLike
from keras_hep.simulation.bmn_detector import HIGHEST_Z, LOWEST_Z, SILICON, STATIONS, WINDOWS

EVENTS = 2500
GENERATORS = [BMNLike(data, fakes) for data in ("easy", "hard") for fakes in ("fakes68", "fakes76")]


@pytest.fixture(scope="module")
def samples():
    return {(generator.data, generator.fakes): generator.sample(EVENTS, seed=12) for generator in GENERATORS}


def hits_per_station(sample, fake):
    chosen = (sample.hits["track"] < 0) == fake
    return np.bincount(sample.hits["station"][chosen], minlength=STATIONS) / EVENTS


@pytest.mark.parametrize("data", ["easy", "hard"])
def test_the_authors_file_has_these_numbers_of_hits(samples, data):
    """Tolerance 15 %: the reference rounds, and the spread between stations and efficiencies are ours."""
    sample = samples[data, "fakes76"]
    assert len(sample.hits["x"]) / EVENTS == pytest.approx(632, rel=0.15)
    real, fake = hits_per_station(sample, fake=False), hits_per_station(sample, fake=True)
    assert real[:SILICON].mean() == pytest.approx(23, rel=0.15)
    assert fake[:SILICON].mean() == pytest.approx(17, rel=0.15)
    assert real[SILICON:].mean() == pytest.approx(14, rel=0.15)
    assert fake[SILICON:].mean() == pytest.approx(71, rel=0.15)


@pytest.mark.parametrize("data", ["easy", "hard"])
@pytest.mark.parametrize(("fakes", "share"), [("fakes68", 0.68), ("fakes76", 0.76)])
def test_the_share_of_fakes_is_the_published_one(samples, data, fakes, share):
    assert np.mean(samples[data, fakes].hits["track"] < 0) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(("data", "tracks"), [("easy", 7.1), ("hard", 10.9)])
def test_reconstructable_tracks_per_event(samples, data, tracks):
    found = samples[data, "fakes68"].tracks["reconstructable"].sum() / EVENTS
    assert found == pytest.approx(tracks, rel=0.1)


def test_multiplicity(samples):
    tracks = samples["easy", "fakes68"].tracks
    counts = np.bincount(tracks["event"][tracks["primary"]], minlength=EVENTS)
    assert counts.mean() == pytest.approx(37, abs=1)
    assert 1 <= counts.min() < counts.max() <= 100


@pytest.mark.parametrize("fakes", ["fakes68", "fakes76"])
def test_a_station_can_have_more_than_500_hits(samples, fakes):
    hits = samples["easy", fakes].hits
    counts = np.bincount(hits["event"] * STATIONS + hits["station"], minlength=EVENTS * STATIONS)
    assert counts.max() > 500
    assert np.median(counts) < 100


def test_some_events_have_no_fakes(samples):
    """In the authors' file 0.8 %; tolerance: four standard errors."""
    hits = samples["easy", "fakes76"].hits
    without = np.bincount(hits["event"][hits["track"] < 0], minlength=EVENTS) == 0
    assert without.mean() == pytest.approx(0.008, abs=0.007)
    assert without.any()


@pytest.mark.parametrize("data", ["easy", "hard"])
def test_hits_lie_where_stations_are(samples, data):
    hits = samples[data, "fakes76"].hits
    station = hits["station"]
    for axis, name in enumerate("xy"):
        assert np.all(hits[name] >= WINDOWS[station, axis, 0] - 1e-3)
        assert np.all(hits[name] <= WINDOWS[station, axis, 1] + 1e-3)
    assert np.all((hits["z"] >= LOWEST_Z[station] - 1e-3) & (hits["z"] <= HIGHEST_Z[station] + 1e-3))
    positions = np.stack([hits[name] for name in "xyz"], axis=1)
    assert np.all((positions >= NORMALISATION[0]) & (positions <= NORMALISATION[1]))


def test_columns_and_types(samples):
    sample = samples["hard", "fakes68"]
    types = {"x": "f4", "y": "f4", "z": "f4", "station": "i4", "track": "i4", "event": "i4"}
    assert {name: column.dtype for name, column in sample.hits.items()} == types
    assert len({len(column) for column in sample.hits.values()}) == 1
    types = dict.fromkeys(("pt", "theta", "phi", "vx", "vy", "vz"), np.dtype("f4"))
    types |= dict.fromkeys(("track", "charge", "event"), np.dtype("i4"))
    types |= dict.fromkeys(("primary", "reconstructable"), np.dtype(bool))
    assert {name: column.dtype for name, column in sample.tracks.items()} == types
    assert len({len(column) for column in sample.tracks.values()}) == 1
    np.testing.assert_array_equal(sample.tracks["track"], np.arange(len(sample.tracks["pt"])))


@pytest.mark.parametrize("generator", GENERATORS, ids=str)
def test_which_tracks_count_can_be_told_from_the_hits(generator):
    for event in generator.events(40, seed=5):
        numbers, slots = true_slots(event.hits, STATIONS)
        last = np.max(np.where(slots >= 0, np.arange(1, STATIONS + 1), 0), axis=1, initial=0)
        if generator.data == "easy":
            numbers = numbers[(slots >= 0).sum(axis=1) == last]
        np.testing.assert_array_equal(np.flatnonzero(event.tracks["reconstructable"]), numbers)
        assert event.tracks["primary"][numbers].all()


def test_hits_of_a_track_belong_to_its_event(samples):
    sample = samples["easy", "fakes68"]
    real = sample.hits["track"] >= 0
    np.testing.assert_array_equal(sample.tracks["event"][sample.hits["track"][real]], sample.hits["event"][real])
    cell = sample.hits["track"][real] * STATIONS + sample.hits["station"][real]
    assert len(np.unique(cell)) == len(cell)  # none spins


def test_events_are_the_sample_cut_apart():
    generator, number = BMNLike("hard"), 300  # more than a block
    sample, events = generator.sample(number, seed=2), generator.events(number, seed=2)
    assert len(events) == number
    first_hit = first_track = 0
    for index, event in enumerate(events):
        hits, tracks = len(event.hits["x"]), len(event.tracks["pt"])
        for name in ("x", "y", "z", "station"):
            np.testing.assert_array_equal(event.hits[name], sample.hits[name][first_hit : first_hit + hits])
        track = sample.hits["track"][first_hit : first_hit + hits]
        np.testing.assert_array_equal(event.hits["track"], np.where(track < 0, -1, track - first_track))
        np.testing.assert_array_equal(event.tracks["track"], np.arange(tracks))
        np.testing.assert_array_equal(event.tracks["pt"], sample.tracks["pt"][first_track : first_track + tracks])
        assert np.all(sample.hits["event"][first_hit : first_hit + hits] == index)
        assert not event.hits["event"].any()
        first_hit, first_track = first_hit + hits, first_track + tracks
    assert (first_hit, first_track) == (len(sample.hits["x"]), len(sample.tracks["pt"]))


def test_hits_are_shuffled_within_their_event(samples):
    hits = samples["easy", "fakes68"].hits
    assert np.all(np.diff(hits["event"]) >= 0)
    place = np.arange(len(hits["event"])) - np.searchsorted(hits["event"], hits["event"])
    share = place / np.bincount(hits["event"])[hits["event"]]
    for column in (hits["station"], hits["track"] >= 0):
        assert abs(np.corrcoef(share, column)[0, 1]) < 5 / np.sqrt(len(share))


@pytest.mark.parametrize("generator", GENERATORS[:2], ids=str)
def test_same_seed_same_events_other_seed_other_events(generator):
    first, again, other = (generator.event(seed).hits["x"] for seed in ([1, 2], [1, 2], [1, 3]))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(generator.event(4).hits["x"], generator.events(1, 4)[0].hits["x"])


def test_true_hits_do_not_depend_on_the_fakes():
    few, many = (BMNLike("easy", fakes).sample(300, seed=3) for fakes in ("fakes68", "fakes76"))
    for name, column in few.tracks.items():
        np.testing.assert_array_equal(column, many.tracks[name])
    of_few, of_many = (sorted(sample.hits["x"][sample.hits["track"] >= 0]) for sample in (few, many))
    np.testing.assert_array_equal(of_few, of_many)


@pytest.mark.parametrize("data", ["easy", "hard"])
def test_tracks_are_those_of_events(data, samples):
    positions, present = BMNLike(data).tracks(20_000, seed=8)
    assert positions.shape == (20_000, STATIONS, 3)
    assert positions.dtype == np.float32
    assert np.all(positions[~present] == 0)
    assert np.all(positions[present][:, 2] > 100)
    sample = samples[data, "fakes68"]
    hits = {name: sample.hits[name] for name in ("station", "track")}
    wanted = np.flatnonzero(sample.tracks["reconstructable"])
    numbers, slots = true_slots(hits, STATIONS, reconstructable=wanted)
    np.testing.assert_array_equal(numbers, wanted)
    np.testing.assert_allclose(present.mean(axis=0), (slots >= 0).mean(axis=0), atol=5 * 0.005)
    x = sample.hits["x"][slots[:, 0]]
    assert positions[:, 0, 0].mean() == pytest.approx(x.mean(), abs=5 * x.std() / np.sqrt(len(x) / 10))
    if data == "easy":
        assert np.all(np.diff(present.astype(int), axis=1) <= 0)
    else:
        assert np.any(np.diff(present.astype(int), axis=1) > 0)


def test_tracks_are_determined_by_their_seed():
    first, again, other = (BMNLike().tracks(500, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
    np.testing.assert_array_equal(BMNLike().tracks(100, 1)[0], first[:100])


def test_nominal_planes_change_z_alone():
    actual, nominal = BMNLike("hard"), BMNLike("hard", nominal_z=True)
    ours, baked = actual.event(3).hits, nominal.event(3).hits
    for name in ("x", "y", "station", "track"):
        np.testing.assert_array_equal(ours[name], baked[name])
    np.testing.assert_array_equal(baked["z"], NOMINAL_Z[baked["station"]])
    assert np.abs(ours["z"] - baked["z"]).max() < 12
    (positions, present), (on_planes, same) = (generator.tracks(50, 3) for generator in (actual, nominal))
    np.testing.assert_array_equal(present, same)
    np.testing.assert_array_equal(positions[..., :2], on_planes[..., :2])
    np.testing.assert_array_equal(on_planes[..., 2], np.where(present, NOMINAL_Z, 0))


def test_without_field_true_tracks_are_straight_in_x_and_with_it_they_bend_by_charge():
    for field, straight in ((0.0, True), (0.6, False)):
        positions, present = BMNLike(efficiency=1.0, field=field).tracks(2000, seed=9)
        whole = positions[present.all(axis=1)].astype(float)
        x, z = whole[..., 0], whole[..., 2]
        line = x[:, 0, None] + (x[:, 3] - x[:, 0])[:, None] * (z - z[:, :1]) / (z[:, 3] - z[:, 0])[:, None]
        bend = np.median(np.abs(x - line)[:, -1])
        assert (bend < 15) == straight  # mm; scattering alone gives a few
    event = BMNLike(efficiency=1.0, field=0.6).sample(300, seed=9)
    numbers, slots = true_slots(event.hits, STATIONS, minimum_hits=STATIONS)
    x, z = (event.hits[name][slots].astype(float) for name in "xz")
    slopes = np.diff(x[:, [0, 3, 6, 8]], axis=1)[:, ::2] / np.diff(z[:, [0, 3, 6, 8]], axis=1)[:, ::2]
    turned = np.sign(slopes[:, 1] - slopes[:, 0])
    assert np.mean(turned == -event.tracks["charge"][numbers]) > 0.99


@pytest.mark.parametrize(
    ("data", "efficiency", "expected"), [("easy", None, 0.97), ("hard", None, 0.95), ("easy", 0.7, 0.7)]
)
def test_efficiency_has_a_default_of_the_data_and_can_be_set(data, efficiency, expected):
    """Of tracks seen on stations 0, 1, 2 and 4, which count whether station 3 saw them or not."""
    hits = BMNLike(data, efficiency=efficiency).sample(600, seed=1).hits
    seen = true_slots(hits, STATIONS)[1] >= 0
    seen = seen[seen[:, [0, 1, 2, 4]].all(axis=1)]
    assert abs(seen[:, 3].mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / len(seen)) + 0.002


@pytest.mark.parametrize("generator", GENERATORS, ids=str)
def test_fields_are_json(generator):
    assert BMNLike(**json.loads(json.dumps(dataclasses.asdict(generator)))) == generator


def test_no_event_and_no_track():
    assert BMNLike().events(0, seed=1) == []
    sample = BMNLike().sample(0, seed=1)
    assert {len(column) for table in (sample.hits, sample.tracks) for column in table.values()} == {0}
    positions, present = BMNLike().tracks(0, seed=1)
    assert positions.shape == (0, STATIONS, 3)
    assert present.shape == (0, STATIONS)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"data": "medium"}, "data must be easy or hard, got 'medium'"),
        ({"fakes": "fakes70"}, "fakes must be fakes68 or fakes76, got 'fakes70'"),
        ({"fakes": 68}, "fakes must be fakes68 or fakes76, got 68"),
        ({"nominal_z": "yes"}, "nominal_z must be True or False, got 'yes'"),
        ({"efficiency": 0.0}, "efficiency must be a probability above 0, or None, got 0.0"),
        ({"efficiency": 1.1}, "efficiency must be a probability above 0, or None, got 1.1"),
        ({"efficiency": float("nan")}, "efficiency must be a probability above 0, or None, got nan"),
        ({"field": float("inf")}, "field must be a finite number of tesla, got inf"),
    ],
)
def test_arguments_out_of_range(arguments, rule):
    with pytest.raises(ValueError, match=f"BMNLike: {rule}"):
        BMNLike(**arguments)


@pytest.mark.parametrize("draw", ["sample", "events", "tracks"])
def test_a_negative_number_is_refused(draw):
    with pytest.raises(ValueError, match=r"the number of (events|tracks) must not be negative, got -1"):
        getattr(BMNLike(), draw)(-1, seed=1)
