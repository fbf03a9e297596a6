"""The Siamese network's training and scores: hand-computed groups, and a distance chosen on further slices only."""

import dataclasses

import numpy as np
import pytest

from keras_hep import training
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice
from keras_hep.suite import siamese_measurements as measurements

SETTINGS = ("fixed", "unfixed", "known")


def time_slice(event):
    """Return tracks of one hit each."""
    event = np.array(event, np.int32)
    hits, counts = np.ones((len(event), 3), np.float32), np.ones(len(event), np.int32)
    hits[:, 2] = np.arange(len(event))
    return TimeSlice(hits, counts, event, np.array([[0.0, 1.0]] * len(event)), int(event.max()) + 1)


def sample(*slices):
    return measurements.Sample(list(slices), list(slices), list(slices))


def by_name(quantities):
    return {one.name: one for one in quantities}


def of_event(scale):
    """Return the function that puts the tracks of an event at one place, and others so far away."""
    return lambda one: scale * one.event[:, None].astype(float)


def test_slices_of_a_sample():
    simulation = SPDSlices(6.0)
    drawn = measurements.drawn(simulation, 5, seed=7)
    assert [len(one) for one in (drawn.fixed, drawn.unfixed, drawn.choice)] == [5, 5, 3]
    assert {one.events for one in drawn.fixed} == {6}
    assert len({one.events for one in drawn.unfixed}) > 1
    assert len({one.hits.tobytes() for part in (drawn.fixed, drawn.unfixed, drawn.choice) for one in part}) == 13
    (again, *_) = measurements.drawn(simulation, 5, seed=7).choice
    assert np.array_equal(again.hits, drawn.choice[0].hits)
    assert np.array_equal(again.hits, simulation.slice([*training.seeds(7, "test"), 2, 0]).hits)


def test_scores_by_hand():
    slice_ = time_slice([0, 0, 1, 1])
    found = by_name(
        measurements.grouping_quality("x", lambda one: np.array([[0.0], [0.01], [0.02], [9.0]]), sample(slice_, slice_))
    )
    for name, value in {
        "fixed_precision": (2 / 3 + 1) / 2,
        "fixed_recall": (1 + 1 / 2) / 2,
        "fixed_accuracy": 3 / 4,
        "fixed_one_to_one_scores_accuracy": 3 / 5,  # the third track is too much in one group and missing in the other
        "known_accuracy": 3 / 5,
        "known_majority_scores_accuracy": 3 / 4,
        "fixed_pair_precision": 1 / 3,
        "fixed_pair_recall": 1 / 2,
        "fixed_pair_accuracy": 1 / 2,
    }.items():
        one = found[f"x_{name}"]
        assert (one.value, one.error, one.count) == (pytest.approx(value), pytest.approx(0.0), 2)


def test_events_at_places_of_their_own_are_told_apart_in_every_setting():
    found = by_name(
        measurements.grouping_quality("x", of_event(2.0), sample(time_slice([0, 1, 0, 2]), time_slice([1, 0, 1])))
    )
    kinds = (*measurements.SCORES, *measurements.AGREEMENT)
    reached = [found.get(f"x_{setting}_{kind}") for setting in SETTINGS for kind in kinds]
    reached = [one.value for one in reached if one]
    assert reached == pytest.approx([1.0] * (3 + 3 + 1 + 3 * 5))  # where the number is known, of the scores accuracy
    assert found["x_cut"].value == measurements.CUTS["embedding"][0]


@pytest.mark.parametrize(("cuts", "unit", "apart"), [("embedding", "1", 0.5), ("z", "mm", 20.0)])
def test_joining_stops_between_tracks_of_one_event_and_events(cuts, unit, apart):
    def points(one):
        return apart * one.event[:, None] + 0.1 * apart * np.arange(len(one.event))[:, None]

    slice_ = time_slice([0, 0, 1, 1])
    cut = by_name(measurements.grouping_quality("x", points, sample(slice_, slice_), cuts))["x_cut"]
    assert 0.1 * apart <= cut.value < 1.2 * apart
    assert cut.unit == unit


def test_the_distance_is_chosen_on_slices_for_the_choice():
    near, far = time_slice([0, 0, 1, 1, 1]), time_slice([0, 1, 2, 3, 3])

    def points(one):
        return np.array([[0.0], [0.1], [1.0], [1.1], [1.1]])

    chosen = {}
    for name, choice in (("near", near), ("far", far)):
        for judged in (near, far):
            parts = measurements.Sample([judged] * 2, [judged] * 2, [choice])
            found = by_name(measurements.grouping_quality("x", points, parts))
            chosen.setdefault(name, []).append(found["x_cut"].value)
            assert (found["x_unfixed_ari"].value == pytest.approx(1.0)) == (judged is choice)
    assert chosen["near"][0] == chosen["near"][1]
    assert chosen["far"][0] == chosen["far"][1] < chosen["near"][0]


def test_the_order_of_tracks_does_not_matter():
    slices = [SPDSlices(4.0).slice(number) for number in (1, 2)]
    place = {id(one): np.random.default_rng(3).random((one.tracks, 2)) + one.event[:, None] for one in slices}
    order = {id(one): np.random.default_rng(4).permutation(one.tracks) for one in slices}
    turned = [time_slice(one.event[order[id(one)]]) for one in slices]
    place |= {id(new): place[id(old)][order[id(old)]] for new, old in zip(turned, slices, strict=True)}
    found = [measurements.grouping_quality("x", lambda one: place[id(one)], sample(*each)) for each in (slices, turned)]
    for straight, other in zip(*found, strict=True):
        assert straight.name == other.name
        assert straight.value == pytest.approx(other.value)


def test_chance_is_the_same_with_the_same_seed_only():
    slice_ = time_slice([0, 0, 1])
    points = [measurements.shuffled(seed)(slice_) for seed in (7, 7, 8)]
    assert points[0].shape == (3, 1)
    assert np.array_equal(points[0], points[1])
    assert not np.array_equal(points[0], points[2])


def test_a_place_is_one_number_for_each_track():
    def last_z(hits, hit_counts):
        return hits[np.cumsum(hit_counts) - 1, 2]

    assert measurements.placed(last_z)(time_slice([0, 0, 1])).tolist() == [[0.0], [1.0], [2.0]]


def test_the_training_asked_for(monkeypatch):
    asked = []
    monkeypatch.setattr(training, "fit", lambda model, stream, **arguments: asked.append((model, stream, arguments)))
    simulation = dataclasses.replace(SPDSlices(), most_tracks=4)
    measurements.train(simulation, "at_radii", steps=30, seed=9)
    ((model, stream, arguments),) = asked
    assert model.count_params() == 150_304
    assert (stream.simulation, stream.reading) == (simulation, "at_radii")
    assert (arguments["events"], arguments["batch_size"], arguments["interval"]) == (240, 8, 24)
    assert arguments["seed"] == 9
    assert (arguments["loss"].margin, arguments["loss"].partners) == (0.1, 3)
