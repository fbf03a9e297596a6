"""Streams of graphs: a fixed one, weighted as published, and simulated ones that are always new."""

import dataclasses

import numpy as np
import pytest

from keras_hep.graphs.padding import bucket
from keras_hep.graphs.segment_streams import FixedSegments, SimulatedSegments, invariant_inputs, published_inputs
from keras_hep.graphs.segments import barrel_hits, segment_graph


@dataclasses.dataclass(frozen=True)
class Rays:
    """Particles on straight lines from the origin, a hit on each of four layers."""

    density: float = 1.0

    def scaled(self, density):
        return dataclasses.replace(self, density=density * self.density)

    def event(self, seed):
        random = np.random.default_rng(seed)
        azimuth = random.uniform(-np.pi, np.pi, round(40 * self.density))
        azimuth, radius = (values.ravel() for values in np.meshgrid(azimuth, [32.0, 72.0, 116.0, 172.0]))
        hits = {"hit_id": np.arange(len(radius)), "x": radius * np.cos(azimuth), "y": radius * np.sin(azimuth)}
        hits |= {"z": np.zeros(len(radius)), "volume_id": np.full(len(radius), 8)}
        hits["layer_id"] = np.searchsorted([32.0, 72.0, 116.0, 172.0], radius) * 2 + 2
        truth = {"hit_id": hits["hit_id"], "particle_id": np.unique(azimuth, return_inverse=True)[1] + 1}
        return dataclasses.make_dataclass("Event", ["hits", "truth"])(hits, truth)


def graph_of(seed=0):
    event = Rays().event(seed)
    return segment_graph(barrel_hits(event.hits, event.truth))


def test_a_fixed_graph_weighs_true_as_much_as_false_segments():
    graph = graph_of()
    stream = FixedSegments.of(graph, {"seed": 0})
    inputs, labels, weights = stream.batch(1, seed=[1, 2])
    assert labels.shape == (graph.number_of_edges, 1)
    assert weights[labels[:, 0] == 1].sum() == pytest.approx(weights[labels[:, 0] == 0].sum(), rel=1e-6)
    assert {name: array.dtype.name for name, array in inputs.items()} == {
        "nodes": "float32",
        "senders": "int32",
        "receivers": "int32",
    }
    assert dataclasses.asdict(stream) == {"event": {"seed": 0}}


def test_a_fixed_graph_is_one_event():
    with pytest.raises(ValueError, match="one event, got events=2"):
        FixedSegments.of(graph_of(), {}).batch(2, 0)
    with pytest.raises(ValueError, match="must be made by FixedSegments"):
        FixedSegments({}).batch(1, 0)


def test_simulated_graphs_follow_their_seed():
    stream = SimulatedSegments(Rays(), densities=(0.5, 2.0))
    first, again, other = stream.batch(1, [7, 0]), stream.batch(1, [7, 0]), stream.batch(1, [7, 1])
    for name, array in first[0].items():
        np.testing.assert_array_equal(array, again[0][name])
    assert first[0]["nodes"].shape != other[0]["nodes"].shape or np.any(first[0]["nodes"] != other[0]["nodes"])


def test_densities_stay_within_their_range():
    stream = SimulatedSegments(Rays(), densities=(0.5, 2.0))
    sizes = [stream.graph([1, number]).number_of_nodes for number in range(50)]
    assert 4 * 20 <= min(sizes) < 4 * 30
    assert 4 * 60 < max(sizes) <= 4 * 80


def test_several_events_stand_side_by_side():
    stream = SimulatedSegments(Rays())
    inputs, labels, weights = stream.batch(3, 5)
    singles = [stream.graph([5, number]) for number in range(3)]
    nodes, edges = (sum(getattr(graph, f"number_of_{kind}") for graph in singles) for kind in ("nodes", "edges"))
    assert len(inputs["nodes"]) == bucket(nodes + 1)
    assert len(labels) == len(weights) == len(inputs["edges"]) == bucket(edges)
    assert weights.tolist() == [1.0] * edges + [0.0] * (len(weights) - edges)
    np.testing.assert_array_equal(inputs["edges"][edges - 1], invariant_inputs(singles[2])["edges"][-1])
    assert inputs["senders"][edges - 1] == singles[2].senders[-1] + nodes - singles[2].number_of_nodes
    assert (inputs["senders"][edges:] >= nodes).all()


def test_published_inputs_are_those_of_the_notebook():
    graph = graph_of()
    nodes = published_inputs(graph)["nodes"]
    np.testing.assert_allclose(nodes[:, 3], np.hypot(nodes[:, 0], nodes[:, 1]), rtol=1e-6)
    np.testing.assert_allclose(nodes[:, 4], np.arctan2(nodes[:, 1], nodes[:, 0]) / np.pi, atol=1e-6)
