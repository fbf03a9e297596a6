"""Track building: by hand, against plain loops, and what it does with two hits in a layer."""

import importlib.util
import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.graphs.graph import Graph, merge, select_edges
from keras_hep.tracking.track_building import (
    connected_components,
    greedy_walk,
    matched_edges,
    submission,
    track_sizes,
)

_SPEC = importlib.util.spec_from_file_location(
    "plain", pathlib.Path(__file__).parents[1] / "benchmarks" / "plain_track_building.py"
)
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

RADII = np.array([32.0, 32.05, 72.0, 116.0, 172.0])  # the second within 0.1 mm of the first
seeds = st.integers(0, 2**32 - 1)


def random_graph(seed, nodes=14, edges=40):
    """Hits on four layers, some of which two radii share, joined at random: inwards, sideways and twice too."""
    random = np.random.default_rng(seed)
    nodes, edges = random.integers(1, nodes), random.integers(0, edges)
    place = random.integers(0, len(RADII), nodes)
    phi = random.uniform(-np.pi, np.pi, nodes)
    position = np.stack([RADII[place] * np.cos(phi), RADII[place] * np.sin(phi), phi], axis=1).astype(np.float32)
    layer = np.array([802, 802, 804, 806, 808])[place]
    graph = Graph({"position": position, "layer": layer}, {}, *random.integers(0, nodes, (2, edges)))
    return graph, random.integers(0, 7, edges).astype(random.choice(["float32", "float64"])) / 8


def radius_of(graph):
    x, y = graph.nodes["position"][:, :2].T
    return np.sqrt(x**2 + y**2) / np.float32(1000)


@given(seeds, st.sampled_from([-1.0, 0.3, 0.5, 1.0]))
def test_components_as_by_a_plain_loop(seed, threshold):
    graph, scores = random_graph(seed)
    expected = plain.connected_components(graph.number_of_nodes, graph.senders, graph.receivers, scores, threshold)
    np.testing.assert_array_equal(connected_components(graph, scores, threshold), expected)


@settings(deadline=None)
@given(seeds, st.sampled_from([-1.0, 0.3, 0.5]), st.sampled_from([0, 1, None]), st.sampled_from([1, 2, 15]))
def test_the_walk_as_by_a_plain_loop(seed, threshold, max_tracks, max_steps):
    graph, scores = random_graph(seed)
    for min_hits in (1, 2, 3):
        found = greedy_walk(graph, scores, threshold, max_tracks, max_steps, min_hits)
        tracks = plain.greedy_walk(
            graph.nodes["layer"],
            radius_of(graph),
            graph.senders,
            graph.receivers,
            scores,
            threshold,
            np.inf if max_tracks is None else max_tracks,
            max_steps,
            min_hits,
        )
        expected = np.full(graph.number_of_nodes, -1)
        for number, track in enumerate(tracks):
            expected[track] = number
            in_order = np.argsort(np.where(found == number, radius_of(graph), np.inf))[: len(track)]
            assert in_order.tolist() == track
        np.testing.assert_array_equal(found, expected)


@given(seeds, st.sampled_from([-1.0, 0.3, 0.5, 1.0]))
def test_matched_edges_as_by_a_plain_loop(seed, threshold):
    graph, scores = random_graph(seed)
    edges = plain.matched_edges(graph.number_of_nodes, graph.senders, graph.receivers, scores, threshold)
    kept = np.isin(np.arange(graph.number_of_edges), edges)
    chains = select_edges(graph, kept)
    expected = connected_components(chains, np.ones(len(edges)), 0.5)
    np.testing.assert_array_equal(matched_edges(graph, scores, threshold), expected)
    assert np.bincount(chains.senders, minlength=1).max() <= 1
    assert np.bincount(chains.receivers, minlength=1).max() <= 1


@given(seeds, st.sampled_from([connected_components, greedy_walk, matched_edges]))
def test_the_order_of_edges_with_different_scores_does_not_matter(seed, build):
    graph, _ = random_graph(seed)
    random = np.random.default_rng(seed)
    scores, order = random.random(graph.number_of_edges), random.permutation(graph.number_of_edges)
    shuffled = Graph(graph.nodes, {}, graph.senders[order], graph.receivers[order])
    np.testing.assert_array_equal(build(shuffled, scores[order], 0.4), build(graph, scores, 0.4))


@given(st.lists(seeds, min_size=2, max_size=3), st.sampled_from([connected_components, matched_edges]))
def test_merged_graphs_keep_their_tracks(numbers, build):
    graphs, scores = zip(*map(random_graph, numbers), strict=True)
    found = build(merge(graphs), np.concatenate(scores), 0.3)
    parts = np.split(found, np.cumsum([graph.number_of_nodes for graph in graphs])[:-1])
    shift = 0
    for graph, score, part in zip(graphs, scores, parts, strict=True):
        np.testing.assert_array_equal(part - shift, build(graph, score, 0.3))
        shift += part.max() - shift + 1


def four_layers():
    """Two particles of four hits (0, 2, 4, 6 and 1, 3, 5, 7), true edges first, and two false edges across."""
    radius, layer = np.repeat([32.0, 72, 116, 172], 2), np.repeat([802, 804, 806, 808], 2)
    position = np.stack([radius, np.tile([0.0, 5.0], 4), np.zeros(8)], axis=1)
    graph = Graph({"position": position, "layer": layer}, {}, [0, 1, 2, 3, 4, 5, 0, 3], [2, 3, 4, 5, 6, 7, 3, 4])
    return graph, np.array([0.9, 0.8, 0.9, 0.7, 0.9, 0.9, 0.75, 0.3])


def test_a_false_edge_joins_components_but_no_chains():
    graph, scores = four_layers()
    assert connected_components(graph, scores, 0.6).tolist() == [0] * 8
    assert connected_components(graph, scores, 0.75).tolist() == [0, 1, 0, 1, 0, 2, 0, 2]
    assert matched_edges(graph, scores, 0.2).tolist() == [0, 1] * 4


def test_the_walk_takes_the_best_edge_and_leaves_hits_of_failed_walks():
    graph, scores = four_layers()
    assert greedy_walk(graph, scores, 0.6).tolist() == [0, 1] * 4
    assert greedy_walk(graph, scores, 0.6, max_tracks=1).tolist() == [0, -1] * 4
    assert greedy_walk(graph, scores, 0.6, max_steps=2).tolist() == [0, 1, 0, 1, 0, 1, -1, -1]
    scores[0] = 0.7  # now the first seed steps to hit 3, and the second finds it used
    assert greedy_walk(graph, scores, 0.6).tolist() == [0, -1, -1, 0, -1, 0, -1, 0]
    scores[3] = 0.5  # that walk has two hits only, too few: hit 3 stays free, but the second walk ends there too
    assert greedy_walk(graph, scores, 0.6, min_hits=3).tolist() == [-1] * 8
    assert greedy_walk(graph, scores, 0.6, min_hits=2).tolist() == [0, -1, -1, 0, -1, -1, -1, -1]


def test_thresholds_are_strict_and_in_the_precision_of_the_scores():
    graph = Graph({"x": np.zeros(2)}, {}, [0], [1])
    for build in (connected_components, matched_edges):
        assert build(graph, [0.5], 0.5).tolist() == [0, 1]
        assert build(graph, np.array([0.7], np.float32), 0.7).tolist() == [0, 1]
        assert build(graph, [0.7], 0.6999).tolist() == [0, 0]


def test_two_hits_in_a_layer_break_a_chain_unless_they_count_as_one():
    """A particle with hits 1 and 2 in the second layer: all four edges are true."""
    graph = Graph({"hit_id": np.arange(4)}, {}, [0, 0, 1, 2], [1, 2, 3, 3])
    left_out, broken = np.array([0.9, 0.8, 0.9, 0.8]), np.array([0.9, 0.8, 0.8, 0.9])
    assert matched_edges(graph, left_out, 0.5).tolist() == [0, 0, 1, 0]
    assert matched_edges(graph, broken, 0.5).tolist() == [0, 0, 1, 1]
    for scores in (left_out, broken):
        assert matched_edges(graph, scores, 0.5, same_hit=[7, 2, 2, 0]).tolist() == [0, 0, 0, 0]


@given(seeds)
def test_hits_that_count_as_one_share_a_track(seed):
    graph, scores = random_graph(seed)
    same_hit = np.random.default_rng(seed).integers(0, graph.number_of_nodes, graph.number_of_nodes)
    found = matched_edges(graph, scores, 0.3, same_hit)
    pairs = np.unique(np.stack([same_hit, found]), axis=1)
    assert len(np.unique(pairs[0])) == pairs.shape[1]
    assert [*dict.fromkeys(found.tolist())] == [*range(found.max() + 1)]


@pytest.mark.parametrize("build", [connected_components, greedy_walk, matched_edges])
def test_graphs_without_nodes_or_edges(build):
    empty = Graph({"position": np.zeros((0, 3)), "layer": np.zeros(0, int)}, {}, [], [])
    assert build(empty, [], 0.5).shape == (0,)
    alone = Graph({"position": np.ones((2, 3)), "layer": np.zeros(2, int)}, {}, [], [])
    assert build(alone, [], 0.5).tolist() == ([-1, -1] if build is greedy_walk else [0, 1])


@pytest.mark.parametrize("build", [connected_components, greedy_walk, matched_edges])
def test_scores_that_do_not_fit_are_refused(build):
    graph, scores = four_layers()
    with pytest.raises(ValueError, match=r"one for each of 8 edges, got shape \(7,\)"):
        build(graph, scores[1:], 0.5)
    with pytest.raises(ValueError, match="numbers, got nan at edge 3"):
        build(graph, np.where(np.arange(8) == 3, np.nan, scores), 0.5)


def test_other_arguments_that_do_not_fit_are_refused():
    graph, scores = four_layers()
    with pytest.raises(ValueError, match="min_hits must be at least 1, got 0"):
        greedy_walk(graph, scores, 0.5, min_hits=0)
    with pytest.raises(ValueError, match=r"each of 8 nodes, got shape \(2,\)"):
        matched_edges(graph, scores, 0.5, same_hit=[0, 1])
    with pytest.raises(ValueError, match="lowest number -1"):
        matched_edges(graph, scores, 0.5, same_hit=np.arange(8) - 1)
    with pytest.raises(ValueError, match=r"each of 8 nodes, got \(1,\)"):
        submission(graph, [0])


def test_sizes_of_tracks():
    sizes = track_sizes([4, 4, -1, 4, 2, 2, 9], min_hits=2)
    assert (sizes.tracks, sizes.long_tracks, sizes.largest, sizes.hits.tolist()) == (3, 2, 3, [2, 3, 1])
    none = track_sizes([-1, -1])
    assert (none.tracks, none.long_tracks, none.largest, none.hits.tolist()) == (0, 0, 0, [])


def test_a_submission_has_one_track_for_every_hit():
    graph = Graph({"hit_id": np.array([9, 4, 7, 5], np.int32)}, {}, [], [])
    found = submission(graph, np.array([3, -1, 3, -1], np.int32))
    assert found["hit_id"].tolist() == [9, 4, 7, 5]
    assert found["track_id"].tolist() == [3, 4, 3, 5]
    assert submission(graph, [-1] * 4)["track_id"].tolist() == [0, 1, 2, 3]
