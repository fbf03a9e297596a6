"""Edges per second of the graphs of segments against the notebook's loop, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.graphs.segments import segment_graph

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_segment_graph.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

LAYERS = np.array([802, 804, 806, 808, 1302, 1304, 1306, 1308, 1702, 1704])
RADII = np.array([32.0, 72, 116, 172, 260, 360, 500, 660, 820, 1020])
HITS = np.array([3460, 1697, 1187, 926, 619, 502, 424, 336, 292, 281])  # |z| < 50 mm in an event of full density


def middle_of_barrel(density, seed=1):
    """Hits as numerous as in the middle of an event of the challenge, uniform in azimuth and z, in random order."""
    random = np.random.default_rng(seed)
    place = random.permutation(np.repeat(np.arange(10), (density * HITS).astype(int)))
    phi = random.uniform(-np.pi, np.pi, len(place))
    columns = {"x": RADII[place] * np.cos(phi), "y": RADII[place] * np.sin(phi), "z": random.uniform(-50, 50, len(phi))}
    return {name: values.astype(np.float32) for name, values in columns.items()} | {
        "hit_id": np.arange(1, len(place) + 1),
        "volume_id": LAYERS[place] // 100,
        "layer_id": LAYERS[place] % 100,
        "particle_id": random.integers(0, len(place) // 4, len(place)),
    }


def by_loop(hits):
    position = np.stack([hits[name] for name in "xyz"], axis=1)
    return plain.segments(position, 100 * hits["volume_id"] + hits["layer_id"], hits["particle_id"])


def fastest(build, rounds):
    seconds = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        build()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds


@pytest.mark.parametrize("density", [0.2, 0.5, 0.95])
def test_edges_against_the_plain_loop(report_ratio, density):
    hits = middle_of_barrel(density)
    graph, edges = segment_graph(hits), by_loop(hits)
    for found, expected in zip((graph.senders, graph.receivers, graph.edges["label"]), edges, strict=True):
        np.testing.assert_array_equal(found, expected)
    number = graph.number_of_edges
    ours, theirs = fastest(lambda: segment_graph(hits), 10), fastest(lambda: by_loop(hits), 2)
    report_ratio(f"segments, {len(hits['x']):,} hits, {number:,}", number / ours, number / theirs, "edges/s")
