"""Two hits of one particle in one layer, where modules overlap."""

import numpy as np

from keras_hep.graphs.windows import written_out
from keras_hep.tracking.track_building import best_edges

# Distance from the line through origin and inner hit, in mm: in the transverse plane, and in the plane of that line and
# the beam. Pixels, short strips, long strips; each measured to hold most of the true double hits of a sample event.
_PIXELS, _SHORT_STRIPS, _LONG_STRIPS = (0.3, 1.0), (4.0, 1.5), (4.0, 6.0)
TRACKML_LIMITS = dict.fromkeys((7, 8, 9), _PIXELS)
TRACKML_LIMITS |= dict.fromkeys((12, 13, 14), _SHORT_STRIPS) | dict.fromkeys((16, 17, 18), _LONG_STRIPS)
_DEPTH = 0.4, 14.0  # mm between the two along the line; the nearest modules that overlap are 0.5 mm apart


def double_hits(graph, limits=None):
    """Name hits together that one particle is likely to have left in two overlapping modules of a layer.

    Two hits of a layer belong together if the outer one lies close to the straight line from the origin through the
    inner one, but behind it by the distance of two modules, and if of all such hits each is the nearest to the other.
    A third hit of a particle in a layer stays alone.

    In a sample event with 5 % of the usual density 848 of the 994 layers in which a particle has several hits give a
    right pair, and 3 pairs are wrong. Twenty turned copies of it laid over each other, 110,540 hits, give the right
    pair in 84 % of these layers, and 6 % of the pairs are wrong.

    Args:
        graph: `keras_hep.graphs.graph.Graph` with layer (100 volume_id + layer_id) and position in mm, as
            `keras_hep.graphs.segments.segment_graph` makes it.
        limits: dict of int to (float, float): for each volume the largest distances from the line, in mm: in the
            transverse plane, and in the plane through the beam. Volumes without limits have no double hits. None: those
            of the TrackML detector.

    Returns:
        int32 array, shape (nodes,): 0, 1, ...; equal for the two hits of a pair.

    Example:

    >>> from keras_hep.graphs.graph import Graph
    >>> position = np.array([[31.0, 0.0, 2.0], [33.0, 0.1, 2.1], [31.0, 9.0, 2.0]], np.float32)
    >>> double_hits(Graph({"position": position, "layer": np.array([802, 802, 802])}, {}, [], [])).tolist()
    [0, 0, 1]
    """
    inner, outer, distance = _candidates(graph, TRACKML_LIMITS if limits is None else limits)
    both = np.concatenate([inner, outer])
    nearest = best_edges(both, -np.tile(distance, 2), graph.number_of_nodes)
    pairs = np.arange(len(inner))
    nearest = np.where(nearest < 0, -1, nearest % max(len(inner), 1))
    mutual = (nearest[inner] == pairs) & (nearest[outer] == pairs)
    first = np.arange(graph.number_of_nodes)
    low, high = np.sort([inner[mutual], outer[mutual]], axis=0)
    first[high] = low
    return np.unique(first, return_inverse=True)[1].astype(np.int32)


def _candidates(graph, limits):
    """Return inner hit, outer hit and distance, in units of the limits, of all pairs within them."""
    position, volume = np.asarray(graph.nodes["position"], np.float64), graph.nodes["layer"] // 100
    limit = np.zeros((graph.number_of_nodes, 2))
    for number, values in limits.items():
        limit[volume == number] = values
    pairs = _within_azimuth(graph, position, limit[:, 0])
    distance = np.linalg.norm(position, axis=1)
    inner, outer = np.where(distance[pairs[0]] > distance[pairs[1]], pairs[::-1], pairs)
    depth, *across = _displacement(position[inner], position[outer])
    with np.errstate(divide="ignore"):
        scaled = np.abs(across) / limit[inner].T
    close = (depth > _DEPTH[0]) & (depth < _DEPTH[1]) & (scaled < 1).all(axis=0)
    return inner[close], outer[close], np.hypot(*scaled[:, close])


def _within_azimuth(graph, position, limit):
    """Return all pairs of hits of a layer whose azimuths may be within the limit in mm, int array, shape (2, pairs)."""
    graph_of = np.repeat(np.arange(graph.number_of_graphs), graph.node_counts)
    layer = np.unique(np.stack([graph_of, graph.nodes["layer"]]), axis=1, return_inverse=True)[1]
    # Azimuths of all layers on one axis, further apart than a window is wide; each layer with a second turn.
    phi = 8 * np.pi * layer + np.arctan2(position[:, 1], position[:, 0])
    turns = np.concatenate([phi, phi + 2 * np.pi])
    order = np.argsort(turns)
    behind = np.empty(len(order), np.int64)
    behind[order] = np.arange(1, len(order) + 1)  # each hit looks from its own place on: no pair is found twice
    radius = np.maximum(np.hypot(position[:, 0], position[:, 1]), np.finfo(float).tiny)
    reach = np.minimum(2 * limit / radius, np.pi)  # twice as far: the limit holds at the inner hit, here is either
    counts = np.searchsorted(turns[order], phi + reach, side="right") - behind[: len(phi)]
    hit, place = written_out(behind[: len(phi)], counts)
    return np.stack([hit, order[place] % max(len(phi), 1)])


def _displacement(inner, outer):
    """Return how far the outer hit lies along the line from the origin, beside it, and off it along the beam."""
    radius = np.hypot(inner[:, 0], inner[:, 1])
    beside = (inner[:, 0] * outer[:, 1] - inner[:, 1] * outer[:, 0]) / radius
    outwards = (inner[:, 0] * outer[:, 0] + inner[:, 1] * outer[:, 1]) / radius - radius
    along_beam, length = outer[:, 2] - inner[:, 2], np.hypot(radius, inner[:, 2])
    depth = (outwards * radius + along_beam * inner[:, 2]) / length
    return depth, beside, (along_beam * radius - outwards * inner[:, 2]) / length
