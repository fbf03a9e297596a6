"""What is asked of trained networks on graphs: which parameters move, what a logit depends on."""

import keras
import numpy as np
import pytest

from keras_hep import models, training
from keras_hep.graphs.graph import Graph, select_edges
from keras_hep.graphs.segment_features import from_beam_line
from keras_hep.suite import segment_training


def ring_graph(seed=0, particles=60):
    """Straight particles from the centre, a hit on each of two layers, every inner hit joined to every outer one."""
    random = np.random.default_rng(seed)
    azimuth, slope = random.uniform(-np.pi, np.pi, particles), random.uniform(-0.5, 0.5, particles)
    layers = [
        np.stack([radius * np.cos(azimuth + turn), radius * np.sin(azimuth + turn), radius * slope], axis=1)
        for radius, turn in ((32.0, 0.0), (72.0, 0.01))
    ]
    senders, receivers = (ends.ravel() for ends in np.meshgrid(np.arange(particles), np.arange(particles) + particles))
    position = np.concatenate(layers).astype(np.float32)
    return Graph({"position": position}, {"label": senders + particles == receivers}, senders, receivers)


def test_published_training_is_named_by_its_event_and_learns(tmp_path):
    graph = ring_graph()
    with training.store(training.Store(tmp_path)):
        first = segment_training.train_published(graph, {"events": "a"}, 30, seed=1)
        again = segment_training.train_published(graph, {"events": "a"}, 30, seed=1)
        other = segment_training.train_published(graph, {"events": "b"}, 10, seed=1)
    assert first.weights["key"] == again.weights["key"] != other.weights["key"]
    assert first.history["events"] == [10, 20, 30]
    assert set(first.history) == {"events", "loss", "auc"}
    assert first.history["loss"][-1] < first.history["loss"][0]


def test_parameters_without_gradient_are_those_of_the_node_network():
    assert segment_training.parameters_without_gradient(ring_graph(), seed=3) == 1_541


def test_batch_statistics_normalise_the_graph_itself_and_leave_the_network_alone():
    keras.utils.set_random_seed(0)
    network, graph = models.SegmentClassifier(hidden_units=4), ring_graph()
    before = network.get_weights()
    in_step, in_use = segment_training.batch_logits(network, graph), segment_training.logits(network, graph)
    assert np.abs(in_step - in_use).max() > 0.01  # the untrained averages are 0 and 1
    pairs = zip(before, network.get_weights(), strict=True)
    assert all(np.array_equal(old, new) for old, new in pairs)
    inputs = segment_training.published_inputs(graph)
    hidden = keras.ops.convert_to_numpy(network.get_layer("edge_hidden")(list(inputs.values())))
    normal = np.maximum((hidden - hidden.mean(axis=0)) / np.sqrt(hidden.var(axis=0) + 1e-5), 0)
    kernel, bias = network.get_layer("logits").get_weights()
    np.testing.assert_allclose(in_step, (normal @ kernel + bias)[:, 0], atol=1e-3)


def test_scores_are_sigmoids():
    np.testing.assert_allclose(segment_training.scores([-800.0, 0.0, 2.0, 800.0]), [0, 0.5, 1 / (1 + np.exp(-2)), 1])


def test_published_network_depends_on_the_direction_and_on_nothing_else():
    keras.utils.set_random_seed(0)
    reach, rotation = segment_training.invariances("p_", models.SegmentClassifier(), ring_graph())
    assert (reach.name, rotation.name) == ("p_message_reach", "p_rotation_change")
    assert reach.value == 0
    assert rotation.value > 0.01


def test_interaction_network_depends_on_other_edges_and_not_on_the_direction():
    keras.utils.set_random_seed(0)
    network = models.InteractionNetwork(node_features=4, edge_features=6, hidden_units=8, rounds=2)
    reach, rotation = segment_training.invariances("", network, ring_graph())
    assert reach.value > 0.001
    assert rotation.value < 0.01


def test_without_rounds_of_messages_nothing_reaches_an_edge():
    keras.utils.set_random_seed(0)
    network = models.InteractionNetwork(node_features=4, edge_features=6, hidden_units=8, rounds=0)
    assert segment_training.message_reach(network, ring_graph()) < 1e-6


def test_segments_off_the_beam_line_are_not_asked_about():
    graph = ring_graph()
    network = models.InteractionNetwork(node_features=4, edge_features=6, hidden_units=8, rounds=1)
    found, plausible = segment_training.logits(network, graph), from_beam_line(graph)
    assert plausible[graph.edges["label"]].all()
    assert 0 < np.count_nonzero(plausible) < graph.number_of_edges
    assert (found[~plausible] == segment_training.IMPLAUSIBLE).all()
    assert (found[plausible] > segment_training.IMPLAUSIBLE).all()
    none = select_edges(graph, ~plausible)
    assert (segment_training.logits(network, none) == segment_training.IMPLAUSIBLE).all()


def test_turning_keeps_edges_and_distances():
    graph = ring_graph()
    turned = segment_training.turned(graph, np.pi / 2)
    x, y, z = graph.nodes["position"].T
    np.testing.assert_allclose(turned.nodes["position"], np.stack([-y, x, z], axis=1), atol=1e-4)
    assert turned.senders is graph.senders


def test_logits_are_one_for_each_edge():
    graph = ring_graph()
    for network in (models.SegmentClassifier(), models.InteractionNetwork(4, 6, 8, 1)):
        assert segment_training.logits(network, graph).shape == (graph.number_of_edges,)


@pytest.mark.parametrize("angle", [0.3, 2.0])
def test_turning_back_is_the_identity(angle):
    graph = ring_graph()
    back = segment_training.turned(segment_training.turned(graph, angle), -angle)
    np.testing.assert_allclose(back.nodes["position"], graph.nodes["position"], atol=1e-4)
