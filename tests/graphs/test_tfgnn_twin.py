"""TensorFlow GNN's layers compute what ours do. Run by `tox -e tfgnn`."""

import importlib.util
import os

import numpy as np
import pytest

from keras_hep.graphs import tfgnn
from keras_hep.graphs.graph import Graph, merge
from keras_hep.graphs.tfgnn_twin import interaction_network_twin

if importlib.util.find_spec("tensorflow_gnn") is None or os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    pytest.skip(
        "TensorFlow GNN is not installed, or TF_USE_LEGACY_KERAS=1 is not set: run tox -e tfgnn.",
        allow_module_level=True,
    )

import keras

from keras_hep.models import InteractionNetwork, SegmentClassifier

tensorflow, gnn = tfgnn.libraries()


def random_graph(seed, nodes, edges, connected=None):
    """Return a graph, only the first `connected` nodes of which have edges."""
    random = np.random.default_rng(seed)
    return Graph(
        {"features": random.normal(size=(nodes, 4)).astype(np.float32), "hit_id": np.arange(nodes)},
        {"features": random.normal(size=(edges, 3)).astype(np.float32), "label": random.random(edges) < 0.5},
        senders=random.integers(0, connected or nodes, edges),
        receivers=random.integers(0, connected or nodes, edges),
    )


def network(rounds, seed=5):
    """Return an interaction network, all weights of which have a value of their own."""
    model = InteractionNetwork(node_features=4, edge_features=3, hidden_units=8, rounds=rounds)
    random = np.random.default_rng(seed)
    for weight in model.weights:
        weight.assign(keras.ops.convert_to_numpy(weight) + random.normal(scale=0.2, size=weight.shape))
    return model


def inputs(graph):
    features = {"nodes": graph.nodes["features"], "edges": graph.edges["features"]}
    return {**features, "senders": graph.senders, "receivers": graph.receivers}


GRAPHS = {
    "one": random_graph(1, nodes=40, edges=300),
    "nodes without edges": random_graph(2, nodes=40, edges=30, connected=10),
    "several": merge([random_graph(3, 20, 50), random_graph(4, 5, 0), random_graph(5, 30, 200)]),
}


@pytest.mark.parametrize("rounds", [0, 1, 3])
@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_the_twin_gives_the_same_scores(graph, rounds):
    model = network(rounds)
    ours = keras.ops.convert_to_numpy(model(inputs(graph)))
    twin = interaction_network_twin(model)
    theirs = twin(tfgnn.to_graph_tensor(graph)).numpy()
    assert ours.shape == theirs.shape == (graph.number_of_edges, 1)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    assert twin.count_params() == model.count_params()


def test_the_gradients_are_the_same():
    graph, model = GRAPHS["several"], network(rounds=2)
    twin, tensor = interaction_network_twin(model), tfgnn.to_graph_tensor(graph)
    ours = gradients(lambda: model(inputs(graph)), model.trainable_variables, lambda weight: weight.value)
    theirs = gradients(lambda: twin(tensor), twin.trainable_variables, lambda weight: weight)
    assert set(ours) == {name(weight) for weight in model.trainable_variables} == set(theirs)
    for key, gradient in ours.items():
        if key.endswith("edge_hidden/kernel") or key == "head_hidden/kernel":
            of_receiver, of_sender, of_edge = np.split(gradient, 3)
            gradient = np.concatenate([of_edge, of_sender, of_receiver])
        np.testing.assert_allclose(gradient, theirs[key], rtol=1e-4, atol=1e-4 * np.abs(gradient).max(), err_msg=key)
        assert np.abs(gradient).max() > 0, key


def gradients(scores, weights, value):
    """Return the gradient of a loss with respect to each weight, by its name."""
    with tensorflow.GradientTape() as tape:
        loss = tensorflow.reduce_mean(tensorflow.square(scores() - 0.3))
    found = tape.gradient(loss, [value(weight) for weight in weights])
    return {name(weight): gradient.numpy() for weight, gradient in zip(weights, found, strict=True)}


def name(weight):
    return (weight.path if hasattr(weight, "path") else weight.name).removesuffix(":0")


def test_sets_and_features_may_have_other_names():
    model, graph = network(rounds=1), GRAPHS["one"]
    renamed = Graph({"x": graph.nodes["features"]}, {"e": graph.edges["features"]}, graph.senders, graph.receivers)
    twin = interaction_network_twin(model, node_set="cells", edge_set="links", node_feature="x", edge_feature="e")
    theirs = twin(tfgnn.to_graph_tensor(renamed, "cells", "links")).numpy()
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(inputs(graph))), theirs, rtol=1e-5, atol=1e-5)


def test_scores_depend_on_the_direction_of_edges():
    graph, twin = GRAPHS["one"], interaction_network_twin(network(rounds=1))
    turned = Graph(graph.nodes, graph.edges, graph.receivers, graph.senders)
    scores = [twin(tfgnn.to_graph_tensor(either)).numpy() for either in (graph, turned)]
    assert np.abs(scores[0] - scores[1]).max() > 0.01


def test_the_twin_trains_on_files_and_leaves_the_network_as_it_is(tmp_path):
    model = network(rounds=1)
    before = model.get_weights()
    tfgnn.write(tmp_path / "graphs.tfrecord", [random_graph(seed, 10, 30) for seed in range(4)])
    data = tfgnn.batched(tfgnn.read(tmp_path / "graphs.tfrecord"), 2)
    data = data.map(lambda tensor: (tensor, tensorflow.cast(tensor.edge_sets["segments"]["label"], tensorflow.float32)))
    twin = interaction_network_twin(model)
    twin.compile("adam", tensorflow.keras.losses.BinaryCrossentropy(from_logits=True))
    losses = twin.fit(data, epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    for weight, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_another_model_has_no_twin():
    with pytest.raises(ValueError, match="Only an InteractionNetwork has a twin, got a SegmentClassifier without"):
        interaction_network_twin(SegmentClassifier())
