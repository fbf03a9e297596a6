"""Double hits: by hand, against all pairs, when the event is turned, and in a genuine event."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.graphs.graph import Graph, merge
from keras_hep.tracking.double_hits import double_hits


def graph_of(position, layer):
    return Graph({"position": np.asarray(position, np.float32), "layer": np.asarray(layer)}, {}, [], [])


def crowded(seed, hits=60):
    """Hits of two layers so close together that there are pairs to choose from."""
    random = np.random.default_rng(seed)
    radius, phi = random.uniform(31, 34, hits), np.pi + random.uniform(-0.03, 0.03, hits)
    position = np.stack([radius * np.cos(phi), radius * np.sin(phi), random.uniform(18, 22, hits)], axis=1)
    return graph_of(position, random.choice([802, 1302], hits))


def by_all_pairs(graph, limits, least=0.4, most=14.0):
    """The definition in vectors: distances from the line through origin and inner hit; the nearest of both."""
    position, layer = graph.nodes["position"].astype(float), graph.nodes["layer"]
    distance = {}
    for i, inner in enumerate(position):
        along = inner / np.linalg.norm(inner)
        beside = np.array([-inner[1], inner[0], 0]) / np.hypot(inner[0], inner[1])
        upwards = np.cross(along, beside)
        for j in np.flatnonzero(layer == layer[i]):
            step = position[j] - inner
            across = np.array([step @ beside, step @ upwards]) / limits.get(layer[i] // 100, (1e-9, 1e-9))
            nearer = np.linalg.norm(inner) < np.linalg.norm(position[j])
            if i != j and nearer and least < step @ along < most and (np.abs(across) < 1).all():
                distance[i, j] = distance[j, i] = np.hypot(*across)
    nearest = {
        i: min((pair for pair in distance if pair[0] == i), key=distance.get)[1] for i in {pair[0] for pair in distance}
    }
    return {(i, j) for i, j in nearest.items() if nearest[j] == i and i < j}


def pairs_in(labels):
    return {(i, j) for i in range(len(labels)) for j in range(i + 1, len(labels)) if labels[i] == labels[j]}


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_as_by_all_pairs(seed):
    limits = {8: (0.3, 1.0), 13: (0.2, 0.5)}
    graph = crowded(seed)
    assert pairs_in(double_hits(graph, limits)) == by_all_pairs(graph, limits)


def test_there_are_pairs_in_the_crowd():
    assert len(pairs_in(double_hits(crowded(1)))) > 5


@given(st.integers(0, 2**32 - 1), st.floats(-np.pi, np.pi))
def test_a_turn_around_the_beam_or_a_mirror_changes_nothing(seed, angle):
    graph = crowded(seed)
    expected = double_hits(graph)
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, -1]])
    turned = Graph({**graph.nodes, "position": graph.nodes["position"].astype(float) @ turn}, {}, [], [])
    np.testing.assert_array_equal(double_hits(turned), expected)


@pytest.mark.parametrize(
    ("outer", "paired"),
    [
        ([33.0, 0.2, 20.6], True),
        ([33.0, 0.4, 20.6], False),  # beside the line by more than 0.3 mm
        ([33.0, 0.2, 22.6], False),  # off the line along the beam
        ([32.2, 0.2, 20.1], False),  # in the same module
        ([31.0, 0.2, 19.4], True),  # the inner one of the two
        ([48.0, 0.2, 30.0], False),  # too deep
    ],
)
def test_pairs_lie_on_a_line_from_the_origin(outer, paired):
    labels = double_hits(graph_of([[32.0, 0, 20], outer], [802, 802]))
    assert labels.tolist() == ([0, 0] if paired else [0, 1])
    assert double_hits(graph_of([[32.0, 0, 20], outer], [802, 804])).tolist() == [0, 1]


def test_limits_are_of_volumes():
    graph = graph_of([[260.0, 0, 0], [263.0, 2, 0]], [1302, 1302])
    assert double_hits(graph).tolist() == [0, 0]
    assert double_hits(graph, {13: (1.0, 1.0)}).tolist() == [0, 1]
    assert double_hits(graph, {8: (9.0, 9.0)}).tolist() == [0, 1]


def test_merged_graphs_keep_their_pairs():
    graph = graph_of([[32.0, 0, 20], [33.0, 0.2, 20.6]], [802, 802])
    single = graph_of([[33.0, 0.1, 20.6]], [802])
    assert double_hits(merge([graph, single, graph])).tolist() == [0, 0, 1, 2, 2]


def test_no_hits():
    assert double_hits(graph_of(np.zeros((0, 3)), np.zeros(0, int))).shape == (0,)


def test_pairs_of_a_genuine_event(real_data):
    """Of 994 layers in which a particle of the 5 % event leaves two hits or more, most are found, nearly all right."""
    pandas = pytest.importorskip("pandas")
    prefix = real_data("trackml/event000000001")
    hits, truth = (pandas.read_csv(f"{prefix}-{part}.csv.gz") for part in ("hits", "truth"))
    particle = hits.merge(truth[["hit_id", "particle_id"]], on="hit_id").particle_id.to_numpy()
    layer = (100 * hits.volume_id + hits.layer_id).to_numpy()
    labels = double_hits(graph_of(hits[["x", "y", "z"]], layer))
    order = np.argsort(labels, kind="stable")
    same = np.flatnonzero(np.diff(labels[order]) == 0)
    right = particle[order[same]] == particle[order[same + 1]]
    right &= particle[order[same]] != 0
    counts = np.unique(np.stack([particle, layer])[:, particle != 0], axis=1, return_counts=True)[1]
    assert np.count_nonzero(counts > 1) == 994
    assert (len(same), int(right.sum())) == (851, 848)
