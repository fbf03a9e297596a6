"""Graphs become examples of a data set and come back from its columns."""

import numpy as np
import pytest

from keras_hep.graphs.graph import Graph, merge, split
from keras_hep.graphs.record_columns import from_columns, to_example


def random_graph(seed, nodes, edges):
    random = np.random.default_rng(seed)
    return Graph(
        {
            "position": random.normal(size=(nodes, 3)).astype(np.float32),
            "particle_id": random.integers(2**62, size=nodes),
        },
        {"label": random.random(edges) < 0.5},
        senders=random.integers(0, nodes, edges),
        receivers=random.integers(0, nodes, edges),
    )


GRAPHS = [random_graph(1, 4, 9), random_graph(2, 3, 0), random_graph(3, 1, 2)]


def columns_of(examples):
    """Return what `keras_hep.data.load` would read of the examples."""
    columns = {}
    for kind in ("nodes", "edges"):
        for name in examples[0][kind]:
            arrays = [example[kind][name] for example in examples]
            if name.endswith("#size"):
                columns[f"{kind}/{name}"] = np.stack(arrays)
            else:
                columns[f"{kind}/{name}"] = np.concatenate(arrays)
                columns[f"{kind}/{name}_splits"] = np.cumsum([0] + [len(array) for array in arrays])
    return columns


def assert_equal(ours, theirs):
    for kind in ("nodes", "edges"):
        assert getattr(ours, kind).keys() == getattr(theirs, kind).keys()
        for name, array in getattr(ours, kind).items():
            assert array.dtype == getattr(theirs, kind)[name].dtype
            np.testing.assert_array_equal(array, getattr(theirs, kind)[name])
    for name in ("senders", "receivers", "node_counts", "edge_counts"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


def test_an_example_names_everything_of_a_graph():
    graph = Graph({"x": np.array([0.5, 1.5])}, {"label": np.array([True])}, senders=[0], receivers=[1])
    example = to_example(graph, "cells", "links")
    assert {kind: {name: array.tolist() for name, array in part.items()} for kind, part in example.items()} == {
        "nodes": {"cells.#size": [2], "cells.x": [0.5, 1.5]},
        "edges": {"links.#size": [1], "links.#source": [0], "links.#target": [1], "links.label": [True]},
    }


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_columns_of_several_examples_are_the_merged_graphs(number):
    graphs = GRAPHS[:number]
    read = from_columns(columns_of([to_example(graph) for graph in graphs]))
    assert_equal(merge(graphs), read)
    for graph, other in zip(graphs, split(read), strict=True):
        assert_equal(graph, other)


def test_other_columns_are_left_out():
    columns = columns_of([to_example(GRAPHS[0])])
    columns |= {"context/event_id": np.array([[7]]), "nodes/hitsets.#size": np.array([[1]])}
    assert_equal(GRAPHS[0], from_columns(columns))


def test_an_example_is_one_graph():
    with pytest.raises(ValueError, match="one graph, got 2"):
        to_example(merge(GRAPHS[:2]))


def test_a_set_that_is_not_there_is_named():
    columns = columns_of([to_example(GRAPHS[0])])
    with pytest.raises(ValueError, match=r"a set 'nodes/cells', got \['edges/segments', 'nodes/hits'\]"):
        from_columns(columns, node_set="cells")
    with pytest.raises(ValueError, match="a set 'nodes/hits', got none"):
        from_columns({})


def test_row_splits_that_do_not_fit_are_refused():
    columns = columns_of([to_example(graph) for graph in GRAPHS])
    columns["edges/segments.label_splits"] = columns["edges/segments.label_splits"] - [0, 1, 0, 0]
    with pytest.raises(ValueError, match=r"edges/segments\.label must have as many rows in each graph"):
        from_columns(columns)
