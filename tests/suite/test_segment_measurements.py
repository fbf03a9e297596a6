"""Numbers of graphs and of edge scores against hand-counted ones."""

import numpy as np
import pytest

from keras_hep.graphs.graph import Graph
from keras_hep.suite import segment_measurements as measurements
from keras_hep.suite import trackml_events


def small_graph(labels=(True, False, True, False)):
    """Four hits of two particles and one of noise on three layers."""
    nodes = {
        "hit_id": np.arange(5),
        "position": np.arange(15, dtype=np.float32).reshape(5, 3),
        "layer": np.array([802, 802, 804, 804, 806], np.int32),
        "particle_id": np.array([7, 9, 7, 0, 7]),
    }
    return Graph(nodes, {"label": np.array(labels)}, [0, 1, 2, 3], [2, 2, 4, 4])


def by_name(quantities):
    return {one.name: one for one in quantities}


def test_counts_of_one_graph_are_whole_numbers():
    counts = by_name(measurements.graph_counts([small_graph()]))
    assert [counts[name].value for name in ("nodes", "edges", "true_edges", "false_edges")] == [5, 4, 2, 2]
    assert all(isinstance(counts[name].value, int) for name in ("nodes", "edges", "true_edges", "false_edges"))
    assert (counts["class_weight"].value, counts["true_fraction"].value) == (1.0, 0.5)
    assert counts["edges"].error is None


def test_counts_of_several_graphs_are_means_with_errors():
    counts = by_name(measurements.graph_counts([small_graph(), small_graph((True, False, False, False))]))
    assert counts["true_edges"].value == 1.5
    assert counts["true_edges"].error == pytest.approx(0.5)
    assert counts["class_weight"].value == 2.0
    assert counts["true_edges"].count == 2


def test_shares_of_layers():
    hits = [{"volume_id": np.array([8, 8, 8, 13]), "layer_id": np.array([2, 2, 4, 2])}]
    curve = measurements.layer_shares(hits)
    assert curve.y == (0.5, 0.25, 0, 0, 0.25, 0, 0, 0, 0, 0)
    half = measurements.layer_shares([{name: values[1:] for name, values in hits[0].items()}], "c", 2, hits)
    assert half.y == (0.5, 1.0)
    assert half.error[0] == pytest.approx(np.sqrt(0.25 / 2))


def test_edges_by_layer():
    all_, true, share = measurements.edges_per_layer([small_graph()])
    assert (all_.y[:3], true.y[:3], share.y[:3]) == ((2, 2, 0), (1, 1, 0), (0.5, 0.5, 0))


def test_particles_of_the_selection():
    found = by_name(measurements.selected_particles(small_graph()))
    assert (found["particles"].value, found["particles_with_three_hits"].value) == (2, 1)
    assert (found["hits_per_particle"].value, found["layers_of_longest"].value) == (2.0, 3)
    assert measurements.hits_per_particle(small_graph()).y[:4] == (1, 0, 1, 0)


def test_what_a_display_leaves_out_is_counted():
    graph = small_graph()
    whole = trackml_events.drawn_graph(graph, most_false=1, seed=0)
    found = by_name(measurements.drawn_edges(graph, whole))
    assert (found["true_edges_left_out"].value, found["false_edges_drawn"].value) == (0, 1)
    cut = {**whole, "labels": whole["labels"] & (np.arange(len(whole["labels"])) > 0)}
    assert by_name(measurements.drawn_edges(graph, cut))["true_edges_left_out"].value == 1


def test_classification_of_separable_edges():
    graph = small_graph()
    found = by_name(measurements.edge_classification("net_", [graph], [np.array([3.0, 1.0, 2.0, 0.0])]))
    assert (found["net_auc"].value, found["net_average_precision"].value) == (1.0, 1.0)


def test_precision_at_an_efficiency():
    labels = np.array([True, False, True, False, False])
    assert measurements.precision_at_efficiency(labels, np.array([0.9, 0.8, 0.7, 0.6, 0.1]), 0.9) == pytest.approx(
        2 / 3
    )
    assert measurements.precision_at_efficiency(labels, np.array([0.9, 0.8, 0.7, 0.6, 0.1]), 0.5) == 1.0


def test_meaning_of_a_score():
    scores = np.array([0.8, 0.82, 0.79, 0.81, 0.1])
    labels = np.array([True, False, False, False, True])
    found = by_name(measurements.meaning_of_score(0.8, labels, scores, scores / 2))
    assert (found["observed_at_80"].value, found["observed_at_80"].count) == (0.25, 4)
    assert found["calibrated_at_80"].value == pytest.approx(0.4025)
    assert found["overconfidence_at_80"].value == pytest.approx(0.805 / 0.25)
    none = by_name(measurements.meaning_of_score(0.8, ~labels & (scores < 0.5), scores, scores))
    assert none["overconfidence_at_80"].value == float("inf")


def test_fraction_of_true_edges_near_a_score():
    scores, labels = np.array([0.8, 0.84, 0.86, 0.1]), np.array([True, False, True, True])
    assert measurements.fraction_near(0.8, labels, scores) == 0.5
    assert measurements.fraction_near(0.5, labels, scores) == 0.0


def test_calibrated_scores_have_the_smaller_error():
    random = np.random.default_rng(1)
    probability = random.beta(0.2, 5, 50_000)
    labels = random.random(50_000) < probability
    weighted = 50 * probability / (1 - probability + 50 * probability)
    errors = by_name(measurements.calibration_errors(labels, weighted, probability))
    assert errors["error_of_calibrated"].value < 0.005 < 0.2 < errors["error_of_scores"].value
    curve = measurements.reliability("r", labels, probability)
    np.testing.assert_allclose(curve.y, curve.x, atol=0.05)


def test_curves_of_scores_pool_the_events():
    graphs, scores = [small_graph(), small_graph()], [np.array([3.0, 1.0, 2.0, 0.0])] * 2
    assert measurements.roc_curve("roc", graphs, scores, 5).y[-1] == 1
    assert set(measurements.precision_recall("pr", graphs, scores, 5).y) == {1.0}
