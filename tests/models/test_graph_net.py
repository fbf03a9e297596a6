"""The edge classifier of track candidates: its size, its formula with dense matrices, and nodes without edges."""

import keras
import numpy as np
import pytest

from keras_hep.graphs.graph import Graph
from keras_hep.graphs.padding import pad
from keras_hep.models import GraphNet

SENDERS, RECEIVERS = np.array([0, 0, 1, 2], "int32"), np.array([1, 2, 3, 3], "int32")  # node 4 has no edge


def five_nodes(seed=0):
    nodes = np.random.default_rng(seed).normal(size=(5, 3)).astype("float32")
    return {"nodes": nodes, "senders": SENDERS, "receivers": RECEIVERS}


def small_network(iterations, seed=4):
    """A network whose biases are not zero, so that the formula has to have them."""
    keras.utils.set_random_seed(seed)
    model, random = GraphNet(hidden_units=6, iterations=iterations), np.random.default_rng(seed)
    model.set_weights([random.normal(0, 0.5, weights.shape) for weights in model.get_weights()])
    return model


def predicted(model, inputs):
    return keras.ops.convert_to_numpy(model(inputs, training=False))


class DenseFormula:
    """The network as matrices of nodes x edges, in double precision, without Keras."""

    def __init__(self, model, inputs):
        self.layers = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
        self.nodes = inputs["nodes"].astype(float)
        self.starts, self.ends = (np.eye(len(self.nodes))[:, inputs[name]] for name in ("senders", "receivers"))

    def layer(self, name, inputs):
        kernel, bias = self.layers[name]
        return inputs @ kernel + bias

    def logits(self, state):
        pair = np.concatenate([self.ends.T @ state, self.starts.T @ state], axis=1)
        return self.layer("logits", np.tanh(self.layer("edge_hidden", pair)))

    def run(self, iterations):
        """Return the states of the nodes and the logits of the edges."""
        state = np.concatenate([np.tanh(self.layer("node_encoder", self.nodes)), self.nodes], axis=1)
        for _ in range(iterations):
            weights = np.diag(1 / (1 + np.exp(-self.logits(state)[:, 0])))
            incoming = self.ends @ weights @ self.starts.T @ state
            outgoing = self.starts @ weights @ self.ends.T @ state
            hidden = np.tanh(self.layer("node_hidden", np.concatenate([incoming, outgoing, state], axis=1)))
            state = np.concatenate([np.tanh(self.layer("node_output", hidden)), self.nodes], axis=1)
        return state, self.logits(state)


@pytest.mark.parametrize(("features", "hidden"), [(3, 128), (3, 64), (5, 7)])
@pytest.mark.parametrize("iterations", [1, 4])
def test_the_number_of_weights(features, hidden, iterations):
    state = hidden + features
    encoder, edges = (features + 1) * hidden, (2 * state + 1) * hidden + hidden + 1
    nodes = (3 * state + 1) * hidden + (hidden + 1) * hidden
    assert GraphNet(features, hidden, iterations).count_params() == encoder + edges + nodes


def test_the_published_size():
    assert GraphNet().count_params() == 101_249
    assert GraphNet(iterations=0).count_params() == 101_249 - (3 * 131 + 1) * 128 - 129 * 128


@pytest.mark.parametrize("iterations", [0, 1, 4])
def test_it_equals_the_formula_with_dense_matrices(iterations):
    model, inputs = small_network(iterations), five_nodes()
    state, logits = DenseFormula(model, inputs).run(iterations)
    np.testing.assert_allclose(predicted(model, inputs), logits, atol=2e-6)
    states = keras.Model(model.input, model.get_layer(f"state_{iterations}").output)
    np.testing.assert_allclose(predicted(states, inputs), state, atol=2e-6)


def test_swapped_edges_are_other_edges():
    model, inputs = small_network(2), five_nodes()
    swapped = inputs | {"senders": RECEIVERS, "receivers": SENDERS}
    assert np.abs(predicted(model, swapped) - predicted(model, inputs)).min() > 1e-3


def test_a_node_without_edges_sees_itself_alone():
    model, inputs = small_network(3), five_nodes()
    states = keras.Model(model.input, model.get_layer("state_3").output)
    alone = {"nodes": inputs["nodes"][4:], "senders": SENDERS[:0], "receivers": RECEIVERS[:0]}
    np.testing.assert_allclose(predicted(states, inputs)[4:], predicted(states, alone), atol=1e-6)
    assert predicted(model, alone).shape == (0, 1)
    moved = inputs | {"nodes": inputs["nodes"] + np.eye(5, dtype="float32")[:, 4:]}
    np.testing.assert_array_equal(predicted(model, moved), predicted(model, inputs))


def test_padding_changes_no_score():
    model, inputs = small_network(4), five_nodes()
    padded = pad(Graph({"nodes": inputs["nodes"]}, {}, SENDERS, RECEIVERS), 16, 32)
    filled = {**padded.nodes, "senders": padded.senders, "receivers": padded.receivers}
    np.testing.assert_allclose(predicted(model, filled)[:4], predicted(model, inputs), atol=1e-6)


@pytest.mark.parametrize("iterations", [0, 1, 2, 3])
def test_each_iteration_lets_an_edge_see_one_step_farther(iterations):
    model, chain = small_network(iterations), np.arange(8, dtype="int32")
    nodes = np.random.default_rng(0).normal(size=(9, 3)).astype("float32")
    moved = nodes.copy()
    moved[0] += 2
    before, after = (
        predicted(model, {"nodes": values, "senders": chain, "receivers": chain + 1})[:, 0] for values in (nodes, moved)
    )
    assert np.flatnonzero(np.abs(after - before) > 1e-7).tolist() == list(range(iterations + 1))


def test_iterations_are_not_negative():
    with pytest.raises(ValueError, match="iterations must not be negative, got -1"):
        GraphNet(iterations=-1)
