"""Graphs of segments: by hand, against a plain loop, and the counts of genuine events."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.graphs.segments import barrel_hits, node_features, segment_graph

LAYERS = (802, 804, 806, 808, 1302, 1304, 1306, 1308, 1702, 1704)


def table(layers, radius, phi, z, particle_id=None):
    """Hits from cylindrical coordinates, as the columns of the challenge."""
    layers, phi = np.asarray(layers), np.asarray(phi)
    columns = {
        "hit_id": np.arange(1, len(layers) + 1, dtype=np.int32),
        "x": np.asarray(radius * np.cos(phi), np.float32),
        "y": np.asarray(radius * np.sin(phi), np.float32),
        "z": np.asarray(z, np.float32),
        "volume_id": (layers // 100).astype(np.int32),
        "layer_id": (layers % 100).astype(np.int32),
    }
    return columns if particle_id is None else columns | {"particle_id": np.asarray(particle_id, np.int64)}


def random_hits(number, seed, layers=LAYERS, particles=40):
    random = np.random.default_rng(seed)
    layer = random.choice(layers, number)
    phi, z = random.uniform(-np.pi, np.pi, number), random.uniform(-50, 50, number)
    return table(layer, np.asarray(layer, float) - 770, phi, z, random.integers(0, particles, number))


def by_loop(hits, pairs, phi_limit=0.5, z_limit=20.0):
    """Every pair of hits on neighbouring layers looked at, one by one, in single precision."""
    layer, phi = 100 * hits["volume_id"] + hits["layer_id"], np.arctan2(hits["y"], hits["x"])
    edges = []
    for inner, outer in pairs:
        for i in np.flatnonzero(layer == inner):
            for j in np.flatnonzero(layer == outer):
                dphi = np.abs(phi[j] - phi[i])
                dphi = np.float32(2 * np.pi) - dphi if dphi > np.float32(np.pi) else dphi
                if dphi < np.float32(phi_limit) and np.abs(hits["z"][j] - hits["z"][i]) < np.float32(z_limit):
                    same = hits["particle_id"][i] == hits["particle_id"][j] != 0
                    edges.append((int(i), int(j), bool(same)))
    return edges


def edges_of(graph):
    return [*zip(graph.senders.tolist(), graph.receivers.tolist(), graph.edges["label"].tolist(), strict=True)]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.5, 2.0, 3.1415, 3.1416, 4.0]), st.sampled_from([5.0, 20.0]))
def test_as_by_a_plain_loop(seed, phi_limit, z_limit):
    hits = random_hits(60, seed, layers=LAYERS[:4])
    found = segment_graph(hits, phi_limit=phi_limit, z_limit=z_limit)
    present = np.unique(100 * hits["volume_id"] + hits["layer_id"])
    assert edges_of(found) == by_loop(hits, itertools.pairwise(present), phi_limit, z_limit)


def test_as_by_a_plain_loop_for_300_hits_that_cross_the_cut_of_azimuth():
    hits = random_hits(300, seed=5)
    expected = by_loop(hits, itertools.pairwise(LAYERS))
    assert edges_of(segment_graph(hits)) == expected
    phi = np.arctan2(hits["y"], hits["x"])
    assert sum(abs(phi[i] - phi[j]) > np.pi for i, j, _ in expected) > 10


@given(st.integers(0, 2**32 - 1))
def test_another_order_of_the_hits_gives_the_same_segments(seed):
    hits = random_hits(60, seed)
    order = np.random.default_rng(seed).permutation(60)
    shuffled = {name: values[order] for name, values in hits.items()}
    expected = {(hits["hit_id"][i], hits["hit_id"][j], same) for i, j, same in edges_of(segment_graph(hits))}
    found = edges_of(segment_graph(shuffled))
    assert {(shuffled["hit_id"][i], shuffled["hit_id"][j], same) for i, j, same in found} == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize("volumes", [(8, 13, 17), (8,), (17,)])
def test_hits_of_the_middle_of_the_barrel(volumes):
    hits = {"hit_id": np.arange(5), "z": np.array([-50, -49.9, 49.9, 50, 0], np.float32)}
    hits["volume_id"] = np.array([8, 13, 17, 8, 9])
    expected = [number for number, volume in ((1, 13), (2, 17)) if volume in volumes]
    assert barrel_hits(hits, volumes=volumes)["hit_id"].tolist() == expected


def test_truth_joins_the_hits_by_their_number():
    hits = {"hit_id": np.array([3, 1, 2], np.int32), "z": np.zeros(3, np.float32), "volume_id": np.full(3, 8)}
    truth = {"hit_id": np.array([1, 4, 3]), "particle_id": np.array([2**60 + 1, 5, 0]), "weight": np.array([0.5, 1, 0])}
    found = barrel_hits(hits, truth)
    assert found["hit_id"].tolist() == [3, 1]
    assert found["hit_id"].dtype == np.int32
    assert found["particle_id"].tolist() == [0, 2**60 + 1]
    assert found["weight"].tolist() == [0.0, 0.5]


def test_truth_that_does_not_fit_is_refused():
    hits = {"hit_id": np.array([1, 2]), "z": np.zeros(2), "volume_id": np.full(2, 8), "weight": np.zeros(2)}
    with pytest.raises(ValueError, match="each hit once, got hit 7 twice"):
        barrel_hits(hits, {"hit_id": np.array([7, 1, 7])})
    with pytest.raises(ValueError, match=r"share hit_id alone, got \['weight', 'z'\] in both"):
        barrel_hits(hits, {"hit_id": np.array([1]), "weight": np.zeros(1), "z": np.zeros(1)})


def test_a_segment_is_true_if_both_hits_are_of_one_particle_and_not_noise():
    large = 2**53 + 1  # in double precision equal to the number below it
    hits = table([802] * 3 + [804] * 3, 50.0, np.zeros(6), np.zeros(6), [0, large, large - 1, 0, large, 3])
    assert [(i, j) for i, j, same in edges_of(segment_graph(hits)) if same] == [(1, 4)]
    del hits["particle_id"]
    graph = segment_graph(hits)
    assert (graph.number_of_edges, graph.edges, graph.nodes.keys()) == (9, {}, {"hit_id", "position", "layer"})


def test_limits_are_strict():
    hits = table([802, 804, 804], 50.0, np.zeros(3), [0, 20, np.nextafter(np.float32(20), np.float32(0))])
    assert segment_graph(hits).receivers.tolist() == [2]
    hits = table([802, 804], 50.0, [0, np.float32(0.5)], [0, 0])
    phi = np.arctan2(hits["y"][1], hits["x"][1])
    assert segment_graph(hits, phi_limit=phi).number_of_edges == 0
    assert segment_graph(hits, phi_limit=np.nextafter(phi, np.float32(1))).number_of_edges == 1


def test_layers_without_hits_are_passed_over():
    hits = table([1702, 806, 1304], 50.0, np.zeros(3), np.zeros(3), [1, 1, 1])
    assert edges_of(segment_graph(hits)) == [(1, 2, True), (2, 0, True)]


@pytest.mark.parametrize("rows", [[], [0]])
def test_few_hits_give_no_edge(rows):
    hits = {name: values[rows] for name, values in random_hits(1, seed=1).items()}
    graph = segment_graph(hits)
    assert (graph.number_of_nodes, graph.number_of_edges) == (len(rows), 0)
    assert graph.edges["label"].shape == (0,)
    assert node_features(graph).shape == (len(rows), 5)


def test_given_pairs_decide_for_any_volume():
    hits = table([702, 802, 714], 50.0, np.zeros(3), np.zeros(3), [1, 1, 2])
    with pytest.raises(ValueError, match=r"got hits in \[7\] too: give layer_pairs"):
        segment_graph(hits)
    found = segment_graph(hits, layer_pairs=[(802, 714), (802, 702), (714, 904)])
    assert edges_of(found) == [(1, 2, False), (1, 0, True)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer_pairs": [(802, 804), (804, 806), (802, 804)]}, r"each pair once, got \(802, 804\) twice"),
        ({"layer_pairs": [(802, 802)]}, r"two layers, got \(802, 802\)"),
        ({"phi_limit": 0}, "phi_limit must be positive, got 0"),
        ({"z_limit": -1.0}, "z_limit must be positive, got -1.0"),
        ({"z_limit": float("nan")}, "z_limit must be positive, got nan"),
    ],
)
def test_arguments_without_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        segment_graph(random_hits(5, seed=1), **arguments)


def test_particles_in_double_precision_are_refused():
    hits = random_hits(5, seed=1)
    hits["particle_id"] = hits["particle_id"].astype(float)
    with pytest.raises(ValueError, match="particle_id must be integers, got float64"):
        segment_graph(hits)


def test_features_of_the_notebook():
    hits = table([802, 804], np.array([32.0, 72.0]), [np.pi / 2, -np.pi / 4], [10, -20])
    features = node_features(segment_graph(hits))
    assert features.dtype == np.float32
    side = 0.072 / np.sqrt(2)
    expected = [[0, 0.032, 0.01, 0.032, 0.5], [side, -side, -0.02, 0.072, -0.25]]
    np.testing.assert_allclose(features, expected, rtol=1e-6, atol=1e-8)


def test_counts_of_a_genuine_event(real_data):
    prefix = real_data("trackml/event000000001")
    hits, truth = genuine(f"{prefix}-hits.csv.gz"), genuine(f"{prefix}-truth.csv.gz")
    graph = segment_graph(barrel_hits(hits, truth))
    assert (graph.number_of_nodes, graph.number_of_edges) == (466, 1548)
    assert np.count_nonzero(graph.edges["label"]) == 219
    assert per_layer(graph) == [148, 76, 55, 45, 31, 36, 17, 27, 17, 14]


def test_counts_of_the_genuine_part_of_event_1000(real_data):
    hits = barrel_hits(genuine(real_data("trackml/event000001000-barrel-partial-hits-truth.csv.gz")))
    graph = segment_graph(hits)
    assert graph.number_of_nodes == 4547
    assert np.count_nonzero(graph.edges["label"]) == 2208
    assert per_layer(graph) == [1497, 831, 574, 443, 307, 243, 198, 168, 148, 138]
    # One pair differs by 20 mm in the digits of the file, 32.6 and 12.6, and by less than that in single precision.
    difference = np.abs(hits["z"][graph.receivers] - hits["z"][graph.senders])
    assert (graph.number_of_edges, np.count_nonzero(difference < 20)) == (139_689, 139_688)


def genuine(path):
    pandas = pytest.importorskip("pandas")
    return pandas.read_csv(path)


def per_layer(graph):
    layers, counts = np.unique(graph.nodes["layer"], return_counts=True)
    assert layers.tolist() == [*LAYERS]
    return counts.tolist()
