"""Features of segments that do not change when an event is turned around the beam."""

import numpy as np

# Typical sizes: mm between layers, rad, mm along the beam, and mm where a segment meets the beam.
_DISTANCE, _ANGLE, _LENGTH, _IMPACT = 100.0, 0.1, 10.0, 100.0
_RADIUS = 1000.0  # mm
CURVATURE_LIMIT, ORIGIN_LIMIT = 3e-3, 30.0  # rad / mm, mm


def segment_features(graph):
    """Describe each segment by the geometry of its two hits.

    Args:
        graph: `keras_hep.graphs.graph.Graph` with the node feature `position`, shape (hits, 3), in mm; senders are
            inner hits. Hits of one segment lie at different distances from the beam.

    Returns:
        float32 array, shape (segments, 6): difference of radius; of azimuth, wrapped to -pi to pi; of z; azimuth over
        radius, which measures the curvature; z where the straight line in (r, z) meets the beam; difference of
        pseudorapidity. Each in units of its typical size.

    Example:

    >>> from keras_hep.graphs.graph import Graph
    >>> graph = Graph({"position": np.array([[100.0, 0, 10], [0, 200, 30]])}, {}, senders=[0], receivers=[1])
    >>> print(segment_features(graph).round(2))
    [[ 1.   15.71  2.   15.71 -0.1   0.05]]
    """
    position = np.asarray(graph.nodes["position"], np.float32)
    r, phi, z = np.hypot(position[:, 0], position[:, 1]), np.arctan2(position[:, 1], position[:, 0]), position[:, 2]
    eta = np.arcsinh(z / r)
    inner, outer = graph.senders, graph.receivers
    dr, dphi, dz = (values[outer] - values[inner] for values in (r, phi, z))
    dphi = (dphi + np.pi) % (2 * np.pi) - np.pi
    origin = z[inner] - r[inner] * dz / dr
    columns = [
        dr / _DISTANCE,
        dphi / _ANGLE,
        dz / _LENGTH,
        dphi / dr * (_DISTANCE / _ANGLE),
        origin / _IMPACT,
        eta[outer] - eta[inner],
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def from_beam_line(graph, curvature_limit=CURVATURE_LIMIT, origin_limit=ORIGIN_LIMIT):
    """Say which segments may be of particles from the beam line: not too curved, and pointing at the collisions.

    Args:
        graph: as for `segment_features`.
        curvature_limit: float. Largest difference of azimuth over difference of radius, in rad / mm. A helix from the
            beam line has about half the inverse of its radius: 3e-3 lets pass 0.1 GeV in a field of 2 T.
        origin_limit: float. Largest distance from the centre where the straight line in (r, z) meets the beam, in mm.

    Returns:
        bool array, shape (segments,).
    """
    features = segment_features(graph)
    curvature, origin = features[:, 3] * (_ANGLE / _DISTANCE), features[:, 4] * _IMPACT
    return (np.abs(curvature) < curvature_limit) & (np.abs(origin) < origin_limit)


def hit_features(graph):
    """Describe each hit by its distance from the beam, its z, and the numbers of segments that end and start there.

    Args:
        graph: as for `segment_features`.

    Returns:
        float32 array, shape (hits, 4): r in m, z in units of 10 mm, ln(1 + segments inwards), and the same
        outwards.
    """
    position = np.asarray(graph.nodes["position"], np.float32)
    counts = [np.bincount(ends, minlength=len(position)) for ends in (graph.receivers, graph.senders)]
    columns = [np.hypot(position[:, 0], position[:, 1]) / _RADIUS, position[:, 2] / _LENGTH, *np.log1p(counts)]
    return np.stack(columns, axis=1).astype(np.float32)
