"""Communities of tracks: what is joined, what the fast way leaves out, and the half of it that the authors use."""

import hypothesis
import networkx
import numpy as np
import pytest
from hypothesis import strategies

from keras_hep.tracking.grouping import louvain
from keras_hep.tracking.grouping.louvain import joined_pairs, louvain_groups, numbered_by_first
from keras_hep.tracking.grouping.published_louvain import published_groups

# Two triangles joined by one edge: the communities are the triangles.
TRIANGLES = [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (3, 5), (4, 5)]


def both_ways(pairs):
    pairs = np.array(pairs, int).reshape(-1, 2)
    return np.concatenate([pairs, pairs[:, ::-1]]).T


def groups(pairs, tracks, **options):
    senders, receivers = both_ways(pairs)
    return louvain_groups(senders, receivers, np.ones(len(senders)), tracks, **options)


def cliques(sizes):
    """Return the edges of complete graphs of these sizes, and the graph of each node, nodes in random order."""
    member = np.random.default_rng(sum(sizes)).permutation(np.repeat(np.arange(len(sizes)), sizes))
    joined = member[:, None] == member
    np.fill_diagonal(joined, False)
    return np.nonzero(joined), member


@pytest.mark.parametrize("library", [None, "networkx", "igraph"])
def test_two_triangles(library):
    if library:
        pytest.importorskip(library)
    assert groups(TRIANGLES, 7, library=library).tolist() == [0, 0, 0, 1, 1, 1, 2]  # track 6 is alone
    assert groups(TRIANGLES, 7, library=library).dtype == np.int32


def test_scores_of_both_directions_are_averaged():
    senders, receivers = np.array([0, 1, 1, 2, 2, 3]), np.array([1, 0, 2, 1, 3, 2])
    pairs = joined_pairs(senders, receivers, [0.9, 0.2, 0.9, 0.0, 0.5, 0.5], 4, threshold=0.5)
    assert [ends.tolist() for ends in pairs] == [[0], [1]]  # 0.55, 0.45 and 0.5
    swapped = joined_pairs(receivers, senders, [0.9, 0.2, 0.9, 0.0, 0.5, 0.5], 4, threshold=0.5)
    assert [ends.tolist() for ends in swapped] == [[0], [1]]


def test_tracks_without_edges_are_groups_of_their_own():
    assert louvain_groups([], [], [], tracks=3).tolist() == [0, 1, 2]
    assert louvain_groups([], [], [], tracks=0).tolist() == []
    assert groups(TRIANGLES, 6, threshold=1.0).tolist() == list(range(6))


@hypothesis.given(strategies.lists(strategies.integers(1, 9), min_size=1, max_size=8), strategies.integers(0, 99))
def test_complete_graphs_are_communities_as_in_networkx(sizes, seed):
    (senders, receivers), member = cliques(sizes)
    graph = networkx.empty_graph(len(member))
    graph.add_edges_from(zip(senders.tolist(), receivers.tolist(), strict=True))
    by_networkx = {frozenset(group) for group in networkx.community.louvain_communities(graph, weight=None, seed=seed)}
    found = louvain_groups(senders, receivers, np.ones(len(senders)), len(member), seed=seed)
    assert by_networkx == {frozenset(np.flatnonzero(found == group).tolist()) for group in np.unique(found)}
    np.testing.assert_array_equal(found, numbered_by_first(member))


def test_the_library_is_asked_unless_all_components_are_complete(monkeypatch):
    asked = []
    monkeypatch.setattr(
        louvain, "_with_networkx", lambda first, second, tracks, seed: asked.append(len(first)) or np.zeros(tracks, int)
    )
    groups(TRIANGLES[:3] + TRIANGLES[4:], 6)
    assert asked == []
    groups(TRIANGLES, 6)
    assert asked == [7]


@pytest.mark.parametrize("library", ["networkx", "igraph"])
def test_a_seed_gives_the_same_groups(library):
    pytest.importorskip(library)
    random = np.random.default_rng(0)
    pairs = np.argwhere(np.triu(random.random((40, 40)) < 0.15, k=1))
    found = [groups(pairs, 40, seed=seed, library=library) for seed in (*range(8), *range(8))]
    np.testing.assert_array_equal(found[:8], found[8:])
    assert len({tuple(group) for group in found}) > 1  # the order of tracks matters here


def test_igraph_gets_its_random_numbers_back():
    import random

    pytest.importorskip("igraph")
    random.seed(5)
    expected = random.random()
    random.seed(5)
    groups(TRIANGLES, 6, library="igraph")
    assert random.random() == expected


@pytest.mark.parametrize(
    ("scores", "library", "message"),
    [([1.0], None, "one for each of 2 edges"), ([1.0, np.nan], None, "edge 1"), ([1, 1], "leiden", "'leiden'")],
)
def test_what_does_not_fit_is_refused(scores, library, message):
    with pytest.raises(ValueError, match=message):
        louvain_groups([0, 1], [1, 0], scores, tracks=2, library=library)


def test_published_groups_of_two_triangles():
    senders, receivers = both_ways(TRIANGLES)
    for seed in range(20):
        assert published_groups(senders, receivers, np.ones(14), 6, seed=seed).tolist() == [0, 0, 0, 1, 1, 1]


def test_published_groups_leave_out_the_last_tracks_without_edges():
    senders, receivers = both_ways([(1, 2)])
    assert published_groups(senders, receivers, np.ones(2), tracks=5).tolist() == [0, 1, 1]
    assert published_groups(senders, receivers, np.zeros(2), tracks=5).tolist() == []


def test_published_groups_take_one_direction_for_an_edge():
    # Track 2 sends nothing, so that it is no longer the last one that does, though an edge leads to it.
    assert published_groups([0, 1, 1], [1, 0, 2], [0.9, 0.9, 0.9], tracks=3).tolist() == [0, 0]
    assert published_groups([0, 1, 2, 3], [1, 0, 3, 2], [0.1, 0.9, 0.1, 0.9], tracks=4).tolist() == [0, 0, 1, 1]


def test_published_groups_are_not_joined_where_louvain_joins_them():
    ring = [(node, (node + 1) % 24) for node in range(24)]
    senders, receivers = both_ways(ring)
    found = [len(np.unique(published_groups(senders, receivers, np.ones(48), 24, seed=seed))) for seed in range(10)]
    assert min(found) > len(np.unique(groups(ring, 24)))


def test_published_groups_refuse_scores_that_do_not_fit():
    with pytest.raises(ValueError, match="one for each of 1 edges"):
        published_groups([0], [1], [1.0, 1.0], tracks=2)
