"""Features of hits and segments: by hand, and unchanged when the event is turned around the beam."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.graphs.graph import Graph
from keras_hep.graphs.segment_features import from_beam_line, hit_features, segment_features


def graph_of(position, senders, receivers):
    return Graph({"position": np.array(position, np.float32)}, {}, np.array(senders), np.array(receivers))


def test_features_by_hand():
    graph = graph_of([[30, 0, 1], [0, 70, 3], [-110, 0, 5]], [0, 1], [1, 2])
    dr, dphi, dz, curvature, origin, deta = segment_features(graph).T
    np.testing.assert_allclose(dr, [0.4, 0.4])
    np.testing.assert_allclose(dphi, np.array([np.pi, np.pi]) / 2 / 0.1, rtol=1e-6)
    np.testing.assert_allclose(dz, [0.2, 0.2], rtol=1e-6)
    np.testing.assert_allclose(curvature, np.array([1, 1]) * np.pi / 2 / 40 * 1000, rtol=1e-6)
    np.testing.assert_allclose(origin, [(1 - 30 * 2 / 40) / 100, (3 - 70 * 2 / 40) / 100], atol=1e-7)
    np.testing.assert_allclose(deta[0], np.arcsinh(3 / 70) - np.arcsinh(1 / 30), atol=1e-7)
    hits = hit_features(graph)
    np.testing.assert_allclose(hits[:, 0], [0.03, 0.07, 0.11], rtol=1e-6)
    np.testing.assert_allclose(hits[:, 1], [0.1, 0.3, 0.5], rtol=1e-6)
    np.testing.assert_allclose(hits[:, 2], np.log1p([0, 1, 1]), rtol=1e-6)
    np.testing.assert_allclose(hits[:, 3], np.log1p([1, 1, 0]), rtol=1e-6)


@pytest.mark.parametrize(
    ("turn", "z", "kept"), [(0.0, 5.0, True), (0.119, 5.0, True), (0.121, 5.0, False), (0.0, 69.0, False)]
)
def test_segments_from_the_beam_line(turn, z, kept):
    graph = graph_of([[30, 0, 5], [70 * np.cos(turn), 70 * np.sin(turn), z]], [0], [1])  # 3e-3 rad / mm are 0.12 rad
    assert from_beam_line(graph).tolist() == [kept]


def test_azimuth_is_wrapped_across_the_seam():
    angles = np.array([np.pi - 0.01, -np.pi + 0.02])
    graph = graph_of(np.stack([[30, 70] * np.cos(angles), [30, 70] * np.sin(angles), [0, 0]], axis=1), [0], [1])
    assert segment_features(graph)[0, 1] == pytest.approx(0.03 / 0.1, abs=1e-4)


@settings(deadline=None)
@given(angle=st.floats(-10, 10), seed=st.integers(0, 1000))
def test_turning_the_event_changes_nothing(angle, seed):
    random = np.random.default_rng(seed)
    radius = np.array([32, 72, 116, 172, 260])
    phi = random.uniform(-np.pi, np.pi) + random.uniform(-0.1, 0.1, 5)
    position = np.stack([radius * np.cos(phi), radius * np.sin(phi), random.uniform(-50, 50, 5)], axis=1)
    c, s = np.cos(angle), np.sin(angle)
    turned = position @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    ends = [0, 1, 2, 3], [1, 2, 3, 4]
    before, after = graph_of(position, *ends), graph_of(turned, *ends)
    np.testing.assert_allclose(segment_features(before), segment_features(after), atol=2e-4)
    np.testing.assert_allclose(hit_features(before), hit_features(after), atol=1e-5)
