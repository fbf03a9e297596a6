"""Numbers of events of the BM@N look-alike against hand-counted ones, and against events drawn one by one."""

import numpy as np
import pytest

from keras_hep.simulation.bmn import BMNLike
from keras_hep.suite import bmn_measurements as measurements

COUNTS = measurements.EventCounts(
    primaries=np.array([1, 5, 6, 100]),
    wanted=np.array([0, 2, 1, 5]),
    true=np.array([[0] * 9, [1] * 9, [2] * 9, [1] * 3 + [3] * 6]),
    fake=np.array([[0] * 9, [0] * 9, [1] * 3 + [2] * 6, [499] * 3 + [500] * 6]),
)


def by_name(quantities):
    return {one.name: one for one in quantities}


def test_events_are_counted_in_blocks(monkeypatch):
    monkeypatch.setattr(measurements, "_BLOCK_EVENTS", 30)
    simulation = BMNLike("hard")
    counts = measurements.event_counts(simulation, 70, [5, 2])
    drawn = [event for block, number in enumerate((30, 30, 10)) for event in simulation.events(number, [5, 2, block])]
    assert len(drawn) == 70
    for index, event in enumerate(drawn):
        assert counts.primaries[index] == event.tracks["primary"].sum()
        assert counts.wanted[index] == event.tracks["reconstructable"].sum()
        for station in range(9):
            track = event.hits["track"][event.hits["station"] == station]
            assert (counts.true[index, station], counts.fake[index, station]) == ((track >= 0).sum(), (track < 0).sum())


def test_multiplicity():
    quantities, spectrum = measurements.multiplicity(COUNTS)
    quantities = by_name(quantities)
    assert quantities["multiplicity"].value == 28
    assert quantities["multiplicity"].error == pytest.approx(np.std([1, 5, 6, 100], ddof=1) / 2)
    assert quantities["largest_multiplicity"].value == 100
    assert spectrum.y == (2, 1, *[0] * 17, 1)
    assert spectrum.x[:2] == (3, 8)
    assert sum(spectrum.y) == 4


def test_fakes_by_hand():
    found = by_name(measurements.fakes(COUNTS, "68"))
    true, fake = 0 + 9 + 18 + 21, 0 + 0 + 15 + 4497
    assert found["fake_share_68"].value == pytest.approx(fake / (true + fake))
    assert found["hits_per_event_68"].value == pytest.approx((true + fake) / 4)
    assert found["largest_station_68"].value == 503
    assert found["crowded_68"].value == 0.25  # 500 hits of silicon are not more than 500
    assert found["without_fakes_68"].value == 0.5
    assert found["silicon_true_68"].value == 1
    assert found["silicon_fake_68"].value == 125
    assert found["gem_true_68"].value == 1.5
    assert found["gem_fake_68"].value == 125.5
    assert all(one.name.endswith("_68") and one.count == 4 for one in found.values())


def test_hits_by_station():
    true, fake = measurements.hits_by_station(COUNTS, "76")
    assert (true.name, fake.name) == ("true_hits_76", "fake_hits_76")
    assert true.y == (1, 1, 1, *[1.5] * 6)
    assert fake.y == (125, 125, 125, *[125.5] * 6)
    assert true.error[0] == pytest.approx(np.std([0, 1, 2, 1], ddof=1) / 2)
    assert true.x == tuple(range(9))


def test_wanted_tracks():
    tracks = measurements.wanted_tracks(COUNTS, "easy")
    assert (tracks.name, tracks.value, tracks.unit) == ("tracks_easy", 2, "tracks")


def test_the_typical_event_has_the_mean_number_of_hits():
    simulation = BMNLike()
    sizes = np.array([len(event.hits["x"]) for event in simulation.events(40, [1, 3])])
    chosen = len(measurements.typical_event(simulation, [1, 3], drawn=40).hits["x"])
    assert abs(chosen - sizes.mean()) == np.abs(sizes - sizes.mean()).min()
