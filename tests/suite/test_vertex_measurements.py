"""Rules, networks and seeds on slices with shifted intervals: choices are made on training slices, never on others."""

import dataclasses
import types

import numpy as np
import pytest

from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice
from keras_hep.suite import vertex_measurements as measurements
from keras_hep.suite import vertex_training
from keras_hep.suite.record import Quantity
from keras_hep.suite.time_slice_measurements import JoinedSlice, drawn
from keras_hep.suite.vertex_training import PairTask


def joined_slice(event):
    """Return tracks of one hit each, all of which overlap."""
    event = np.array(event, np.int32)
    hits, counts = np.ones((len(event), 3), np.float32), np.ones(len(event), np.int32)
    slice_ = TimeSlice(hits, counts, event, np.array([[0.0, 1.0]] * len(event)), int(event.max()) + 1)
    return JoinedSlice(slice_, *overlapping_pairs(slice_.intervals))


def by_name(quantities):
    return {one.name: one for one in quantities}


def between(joined, true, false):
    """Return one value for each true and another for each false edge."""
    return np.where(joined.labels, true, false)


def pair_graph(chi2, time_distance):
    return types.SimpleNamespace(edges={"chi2": np.array(chi2), "time_distance": np.array(time_distance)})


SLICE = joined_slice([0, 0, 1, 1])
OTHERWISE = joined_slice([0, 1, 0, 1])  # the same tracks with another truth


def test_limits_are_exclusive_and_times_may_be_anything():
    graph = pair_graph([5.0, 6.0, 5.0, 7.0], [0.1, 0.1, 0.3, 0.9])
    (scores,), (of_point,) = (measurements.rule_scores([graph], (6.0, distance)) for distance in (0.3, None))
    assert scores.tolist() == [1, 0, 0, 0]
    assert of_point.tolist() == [1, 0, 1, 0]


def test_the_best_limits_are_those_between_true_and_false_pairs():
    graph = pair_graph(between(SLICE, 10.0, 14.0), between(SLICE, 0.28, 0.1))
    assert measurements.best_limits([SLICE], [graph], times=False) == (12.0, None)
    assert measurements.best_limits([SLICE], [graph], times=True) == (12.0, 0.3)


def test_the_best_threshold_lies_between_true_and_false_pairs():
    merging = measurements.best_merging([SLICE], [between(SLICE, 0.45, 0.35)])
    assert merging.keywords == {"threshold": 0.4}


@pytest.mark.parametrize("tracks", ["spd", "trackml"])
def test_slices_to_choose_on_are_of_the_training_and_those_to_judge_by_are_not(tracks, monkeypatch):
    asked = []
    monkeypatch.setattr(measurements, "drawn", lambda stream, number, seed: asked.append((stream, number, seed)))
    task = PairTask(tracks, blur=0.3)
    measurements.training_slices(task, 3, 7)
    measurements.judged_slices(task, 10, 4, 7)
    (chosen, *of_chosen), (judged, *of_judged) = asked
    assert (of_chosen, of_judged) == ([3, [7, 13]], [4, [7, 14, 10]])
    assert (chosen.simulation.mean_events, judged.simulation.mean_events) == (15, 10)
    for one in (chosen, judged):
        assert (one.simulation.resolution, one.simulation.jitter, one.blur) == (5, 1.0, 0.3)
    if tracks == "trackml":
        assert (chosen.simulation.pool, judged.simulation.pool) == (0, 1)


def test_rules_do_not_know_the_truth_of_the_slices_judged():
    task, simulation = PairTask("spd"), SPDSlices(6.0, 5, jitter=1.0)
    other, joined = drawn(simulation, 4, [1]), drawn(simulation, 4, [2])
    turned = [
        dataclasses.replace(one, slice=dataclasses.replace(one.slice, event=np.roll(one.slice.event, 1)))
        for one in joined
    ]
    straight, wrong = (by_name(measurements.by_rules("x", task, other, each)) for each in (joined, turned))
    assert straight["ari_point_x"].value > 0.7 > wrong["ari_point_x"].value
    for way in ("point", "point_time"):
        limit = straight[f"chi2_limit_{way}_x"]
        assert limit.value == wrong[f"chi2_limit_{way}_x"].value
        assert limit.definition == "chosen on training slices"
    ways = ("point", "point_time", "weighed")
    assert {f"{kind}_{way}_x" for kind in ("accuracy", "ari", "nmi") for way in ways} < set(straight)
    assert {"ari_merging_weighed_x", "nmi_merging_weighed_x"} < set(straight)


def test_what_reads_no_hit():
    simulation = SPDSlices(6.0, 5, jitter=1.0)
    found = by_name(measurements.without_hits("x", drawn(simulation, 4, [1]), drawn(simulation, 4, [2])))
    kinds = ("accuracy", "precision", "recall", "f1", "average_precision", "ari", "nmi")
    assert set(found) == {"all_rejected_x"} | {f"{k}_{way}_x" for k in kinds for way in ("neighbourhoods", "distance")}
    assert found["ari_neighbourhoods_x"].value < 0.6


@pytest.fixture
def scored(monkeypatch):
    """Networks are functions from a slice to the scores of its edges."""

    def scores(model, slices):
        return [model(one) for one in slices]

    monkeypatch.setattr(vertex_training, "pair_scores", scores)
    monkeypatch.setattr(measurements, "network_scores", scores)
    return types.SimpleNamespace(graphs=lambda slices: slices)


@pytest.mark.parametrize("published", [False, True])
def test_the_threshold_of_merging_is_that_of_the_training_slices(scored, published):
    def model(one):
        return between(one, 0.45, 0.35) if one is SLICE else between(one, 0.9, 0.42)

    networks = [types.SimpleNamespace(model=model)]
    found = by_name(measurements.by_networks("x", None if published else scored, networks, [SLICE], [OTHERWISE] * 2))
    assert found["ari_x"].value == 1.0  # Louvain, above a half
    assert found["ari_merging_x"].value == 0.0  # above 0.4, all are joined
    found = by_name(measurements.by_networks("x", scored, networks, [OTHERWISE], [OTHERWISE] * 2))
    assert found["ari_merging_x"].value == 1.0


def test_networks_of_several_seeds_are_averaged(scored):
    right = types.SimpleNamespace(model=lambda one: between(one, 0.9, 0.1))
    idle = types.SimpleNamespace(model=lambda one: between(one, 0.01, 0.01))
    found = by_name(measurements.by_networks("x", scored, [right, idle], [SLICE], [SLICE] * 2))
    assert (found["ari_x"].value, found["ari_x"].error) == (pytest.approx(0.5), pytest.approx(0.5))
    assert found["spread_ari_x"].value == pytest.approx(np.sqrt(0.5))
    assert found["recall_x"].definition == "mean of trainings: 2"


def test_over_seeds_by_hand():
    trainings = [
        [Quantity("ari_a", 0.8, 0.01), Quantity("f1_a", 0.5, 0.2), Quantity("only", 1.0)],
        [Quantity("ari_a", 1.0, 0.03), Quantity("f1_a", 0.5, None)],
    ]
    found = by_name(measurements.over_seeds(trainings))
    assert list(found) == ["ari_a", "spread_ari_a", "f1_a"]
    assert found["ari_a"].value == pytest.approx(0.9)
    assert found["ari_a"].error == pytest.approx(0.1)  # between trainings, 0.141 / sqrt(2), not between slices, 0.02
    assert found["spread_ari_a"].value == pytest.approx(np.sqrt(0.02))
    assert found["f1_a"].error == pytest.approx(0.1)  # between slices: mean of 0.2 and 0
    (one, f1, only) = measurements.over_seeds(trainings[:1])
    assert (one.value, one.error, f1.error, only.value) == (0.8, 0.01, 0.2, 1.0)


def test_coarser_hits_are_followed_on_the_same_slices(monkeypatch):
    asked = []

    def known(kind):
        def quantities(name, task, *arguments):
            asked.append((name, task.blur, arguments[-2:]))
            ways = ("point_time", "merging_weighed") if kind == "rules" else ("merging",)
            return [Quantity(f"ari_{way}_{name}", 1 - 0.1 * task.blur, 0.01, definition="d") for way in ways]

        return quantities

    monkeypatch.setattr(measurements, "by_rules", known("rules"))
    monkeypatch.setattr(measurements, "by_networks", known("networks"))
    monkeypatch.setattr(measurements, "drawn", lambda stream, number, seed: (stream.blur, number, *seed))
    exact = by_name(Quantity(f"ari_{way}_spd15", 1.0, 0.0) for way in measurements.SCANNED)
    quantities, curves = measurements.resolution_scan(exact, {0.3: None, 3.0: None}, chosen=2, judged=4, seed=7)
    assert [name for name, *_ in asked] == ["300um", "ours_300um", "3000um", "ours_3000um"]
    assert asked[0][2] == asked[1][2] == ((0.3, 2, 7, 13), (0.3, 4, 7, 14, 15))
    assert [one.name for one in quantities[:3]] == [f"ari_{way}_300um" for way in measurements.SCANNED]
    assert [one.name for one in curves] == [f"resolution_{way}" for way in measurements.SCANNED]
    for curve in curves:
        assert curve.x == pytest.approx((0.1, np.hypot(0.1, 0.3), np.hypot(0.1, 3.0)))
        assert curve.y == pytest.approx((1.0, 0.97, 0.7))
        assert curve.error == (0.0, 0.01, 0.01)


def test_tracks_pass_the_beam_where_their_event_was():
    slice_ = SPDSlices(3.0).slice(5)
    z, error = measurements.beam_points(slice_).T
    spread = [np.ptp(z[slice_.event == number]) for number in range(slice_.events)]
    assert max(spread) < np.ptp(z) / 2
    assert max(spread) < 80  # mm: vertices are 10 mm off the axis
    assert (error > 0).all()
    assert error.max() < 10
