"""Layers between nodes and edges: equal to the plain sum, whatever the order, and safe for nodes without edges."""

import keras
import numpy as np
import pytest

from keras_hep.layers import EdgeDense, EdgesToNodes, WeightedNeighbourSum
from keras_hep.layers.segment_operations import segment_mean, segment_sum

NODES, EDGES = 6, 11


def small_graph(seed=0):
    random = np.random.default_rng(seed)
    nodes = random.normal(size=(NODES, 3)).astype("float32")
    senders, receivers = random.integers(0, NODES - 1, (2, EDGES)).astype("int32")  # the last node has no edge
    return nodes, senders, receivers, random.normal(size=(EDGES, 2)).astype("float32")


def as_array(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("difference", [False, True])
@pytest.mark.parametrize("with_edges", [False, True])
def test_edge_dense_is_a_dense_layer_on_the_concatenation(difference, with_edges):
    nodes, senders, receivers, edges = small_graph()
    inputs = [nodes, senders, receivers, edges][: 3 + with_edges]
    layer = EdgeDense(4, difference=difference, bias_initializer="ones")
    found = as_array(layer(inputs))
    parts = [nodes[receivers], nodes[senders]]
    parts += [nodes[senders] - nodes[receivers]] if difference else []
    parts += [edges] if with_edges else []
    kernel, bias = (as_array(weight) for weight in layer.weights)
    np.testing.assert_allclose(found, np.concatenate(parts, axis=1) @ kernel + bias, atol=1e-5)
    assert layer.count_params() == (3 * (2 + difference) + 2 * with_edges) * 4 + 4


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_edges_to_nodes_equals_a_loop(reduction):
    nodes, senders, _, edges = small_graph()
    found = as_array(EdgesToNodes(reduction)([edges, senders, nodes]))
    for node in range(NODES):
        own = edges[senders == node]
        expected = getattr(own, reduction)(axis=0) if len(own) else np.zeros(2)
        np.testing.assert_allclose(found[node], expected, atol=1e-6)
    assert not found[-1].any()


@pytest.mark.parametrize("outgoing", [False, True])
def test_weighted_neighbour_sum_equals_a_loop(outgoing):
    nodes, senders, receivers, edges = small_graph()
    start, end = (receivers, senders) if outgoing else (senders, receivers)
    found = as_array(WeightedNeighbourSum()([nodes, edges[:, :1], start, end]))
    expected = np.zeros_like(nodes)
    for edge in range(EDGES):
        expected[end[edge]] += edges[edge, 0] * nodes[start[edge]]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert not found[-1].any()


def test_segments_without_values_are_zero_at_both_ends():
    values, segments = np.array([[1.0], [3.0]], "float32"), np.array([1, 1], "int32")
    assert as_array(segment_sum(values, segments, 4)).ravel().tolist() == [0, 4, 0, 0]
    assert as_array(segment_mean(values, segments, 4)).ravel().tolist() == [0, 2, 0, 0]


@pytest.mark.parametrize(
    "layer", [EdgeDense(3, difference=True, bias_initializer="ones"), EdgesToNodes("sum"), WeightedNeighbourSum()]
)
def test_a_layer_is_rebuilt_from_its_configuration(layer):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert type(again) is type(layer)
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize(("make", "message"), [(lambda: EdgeDense(0), "units"), (lambda: EdgesToNodes("max"), "mean")])
def test_what_a_layer_cannot_do_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
