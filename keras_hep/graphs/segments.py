"""Graphs whose edges are candidate segments of tracks: pairs of hits on neighbouring layers, close in azimuth and z.

Reference: notebook "TrackML Particle Tracking", section Graph Building; data of the TrackML challenge, Amrouche et al.,
    The NeurIPS '18 Competition (2020), arXiv:1904.06778.
"""

import numpy as np

from keras_hep.graphs.graph import Graph
from keras_hep.graphs.windows import written_out

BARREL_VOLUMES = (8, 13, 17)  # pixels, short strips, long strips: the order of their numbers is that of their radii
_MARGIN = 1e-5  # radian; the windows are wider than the cut by more than the rounding of azimuths in single precision


def barrel_hits(hits, truth=None, volumes=BARREL_VOLUMES, z_limit=50.0):
    """Select the hits in the middle of some volumes.

    Args:
        hits: mapping of str to array, or DataFrame: hit_id, z in mm, volume_id and others, one row for each hit.
        truth: the same with hit_id, particle_id and others. Hits that it lacks are dropped, its columns join those of
            the hits.
        volumes: sequence of int.
        z_limit: float. In mm. Hits strictly between -z_limit and z_limit are kept.

    Returns:
        dict of str to array: all columns, in their own precision, of the hits kept, in the order of `hits`.

    Raises:
        ValueError: if `truth` has a hit twice or shares another column with `hits`.

    Example:

    >>> hits = {"hit_id": np.array([1, 2, 3]), "z": np.array([0.0, 50.0, -9.0]), "volume_id": np.array([8, 8, 7])}
    >>> barrel_hits(hits, {"hit_id": np.array([2, 1]), "particle_id": np.array([5, 2**60])})["particle_id"].tolist()
    [1152921504606846976]

    Reference: notebook, section Data loading: volumes 8, 13, 17 and -50 < z < 50.
    """
    columns = {name: np.asarray(hits[name]) for name in hits}
    if truth is not None:
        columns = _joined(columns, {name: np.asarray(truth[name]) for name in truth})
    kept = np.isin(columns["volume_id"], volumes) & (columns["z"] > -z_limit) & (columns["z"] < z_limit)
    return {name: values[kept] for name, values in columns.items()}


def segment_graph(hits, layer_pairs=None, phi_limit=0.5, z_limit=20.0):
    """Join every hit to all hits of the next layer that are close to it in azimuth and z.

    An edge leads from the inner to the outer hit if its difference of azimuths, over the shorter way round, is below
    `phi_limit` and its difference of z is below `z_limit`. Both are taken in single precision, in which the positions
    are stored: so the same edges come out as in the notebook, also where a difference is at its limit.

    Args:
        hits: mapping of str to array, or DataFrame: hit_id, x, y, z in mm, volume_id, layer_id; particle_id where the
            truth is known, 0 for noise.
        layer_pairs: sequence of (int, int), inner and outer layer as 100 volume_id + layer_id. None: each layer with
            hits and the next one in the order of these numbers, which is that of the radii in the barrel only.
        phi_limit: float, in radian.
        z_limit: float, in mm.

    Returns:
        `Graph`. Nodes are the hits in their order: hit_id; position, float32, shape (nodes, 3), in mm; layer, int32;
        and particle_id, int64, where given. Edges are ordered by pair of layers, inner hit and outer hit; where
        particle_id is given, label, bool, says that both hits are of one particle, noise being none.

    Raises:
        ValueError: if a limit is not positive, if a pair is given twice or joins a layer to itself, if pairs are needed
            because there are hits outside the barrel, or if particle_id is no integer.

    Example:

    >>> hits = {"hit_id": [1, 2, 3], "x": [32.0, 72.0, 0.0], "y": [0.0, 1.0, 72.0], "z": [0.0, 1.0, 0.0]}
    >>> hits |= {"volume_id": [8, 8, 8], "layer_id": [2, 4, 4], "particle_id": [7, 7, 7]}
    >>> graph = segment_graph(hits)
    >>> graph.senders.tolist(), graph.receivers.tolist(), graph.edges["label"].tolist()
    ([0], [1], [True])

    Reference: notebook, section Graph Building.
    """
    for name, limit in (("phi_limit", phi_limit), ("z_limit", z_limit)):
        if not limit > 0:
            raise ValueError(f"{name} must be positive, got {limit}.")
    position = np.stack([np.asarray(hits[name], np.float32) for name in ("x", "y", "z")], axis=1)
    layer = 100 * np.asarray(hits["volume_id"], np.int32) + np.asarray(hits["layer_id"], np.int32)
    pairs = _barrel_pairs(layer) if layer_pairs is None else _checked_pairs(layer_pairs)
    nodes = {"hit_id": np.asarray(hits["hit_id"]), "position": position, "layer": layer}
    senders, receivers = _segments(position, layer, pairs, float(phi_limit), float(z_limit))
    edges = {}
    if "particle_id" in hits:
        particle = nodes["particle_id"] = _particle_id(hits["particle_id"])
        edges["label"] = (particle[senders] == particle[receivers]) & (particle[senders] != 0)
    return Graph(nodes, edges, senders, receivers)


def node_features(graph):
    """Return the five features of the notebook: x, y, z, r in metres and azimuth / pi, float32, shape (nodes, 5).

    Args:
        graph: `Graph` with positions in mm, as `segment_graph` makes it.

    Example:

    >>> graph = Graph({"position": np.array([[0.0, 500.0, -20.0]], np.float32)}, {}, [], [])
    >>> node_features(graph).tolist() == [[0.0, 0.5, np.float32(-0.02), 0.5, 0.5]]
    True

    Reference: notebook, section Graph Building.
    """
    x, y, z = np.asarray(graph.nodes["position"], np.float32).T
    lengths = np.stack([x, y, z, np.sqrt(x**2 + y**2)], axis=1) / np.float32(1000)
    return np.concatenate([lengths, (np.arctan2(y, x) / np.float32(np.pi))[:, None]], axis=1)


def _joined(hits, truth):
    """Return the columns of both for the hits that are in `truth`."""
    shared = (hits.keys() & truth.keys()) - {"hit_id"}
    if shared:
        raise ValueError(
            f"hits and truth must share hit_id alone, got {sorted(shared)} in both: leave one of them out."
        )
    order = np.argsort(truth["hit_id"], kind="stable")
    known = truth["hit_id"][order]
    if np.any(known[1:] == known[:-1]):
        raise ValueError(f"truth must have each hit once, got hit {known[1:][known[1:] == known[:-1]][0]} twice.")
    place = np.searchsorted(known, hits["hit_id"])
    found = np.isin(hits["hit_id"], known)
    rows = order[place[found]]
    joined = {name: values[found] for name, values in hits.items()}
    return joined | {name: values[rows] for name, values in truth.items() if name != "hit_id"}


def _particle_id(values):
    values = np.asarray(values)
    if values.size and values.dtype.kind not in "iu":
        raise ValueError(
            f"particle_id must be integers, got {values.dtype}, which rounds those above 2**53: read them as int64."
        )
    return values.astype(np.int64, copy=False)


def _barrel_pairs(layer):
    present = np.unique(layer)
    others = sorted(set((present // 100).tolist()) - set(BARREL_VOLUMES))
    if others:
        raise ValueError(
            f"The numbers of layers follow the radius in volumes {BARREL_VOLUMES} only, got hits in {others} too: give "
            "layer_pairs, for the whole detector those of trackml_layers.trackml_layer_pairs()."
        )
    return list(zip(present[:-1].tolist(), present[1:].tolist(), strict=True))


def _checked_pairs(pairs):
    pairs = [(int(inner), int(outer)) for inner, outer in pairs]
    for pair in pairs:
        if pair[0] == pair[1]:
            raise ValueError(f"A pair must join two layers, got {pair} in layer_pairs.")
    if len(set(pairs)) < len(pairs):
        twice = next(pair for number, pair in enumerate(pairs) if pair in pairs[:number])
        raise ValueError(f"layer_pairs must have each pair once, got {twice} twice.")
    return pairs


def _segments(position, layer, pairs, phi_limit, z_limit):
    """Return senders and receivers, pair of layers by pair of layers."""
    phi, z = np.arctan2(position[:, 1], position[:, 0]), position[:, 2]
    rows = {number: np.flatnonzero(layer == number) for pair in pairs for number in pair}
    found = [_between(rows[inner], rows[outer], phi, z, phi_limit, z_limit) for inner, outer in pairs]
    none = np.zeros(0, np.int32)
    senders, receivers = (np.concatenate([none, *ends]) for ends in zip((none, none), *found, strict=True))
    return senders.astype(np.int32), receivers.astype(np.int32)


def _between(inner, outer, phi, z, phi_limit, z_limit):
    """Return the ends of all edges between the hits of two layers, given by their rows in ascending order."""
    by_phi = np.argsort(phi[outer], kind="stable").astype(np.int32)
    first, counts = _windows(phi[inner], phi[outer[by_phi]], phi_limit + _MARGIN)
    turns = np.tile(by_phi, 3)
    sender, place = written_out(first, counts)
    difference = np.abs(z[outer][turns][place] - np.repeat(z[inner], counts))
    near = np.flatnonzero(difference < z_limit)
    sender, receiver = sender[near], turns[place[near]]
    difference = np.abs(phi[outer][receiver] - phi[inner][sender])
    difference = np.where(difference > np.float32(np.pi), np.float32(2 * np.pi) - difference, difference)
    pair = (sender.astype(np.int64) * len(outer) + receiver)[difference < phi_limit]
    pair.sort()
    sender, receiver = np.divmod(pair, max(len(outer), 1))
    return inner[sender], outer[receiver]


def _windows(phi, ordered, reach):
    """Return first place and number of the hits within `reach` of each azimuth, on three turns of ordered hits."""
    if reach >= np.pi:
        return np.zeros(len(phi), np.int64), np.full(len(phi), len(ordered))
    turns = np.concatenate([ordered.astype(float) + turn for turn in (-2 * np.pi, 0.0, 2 * np.pi)])
    first = np.searchsorted(turns, phi.astype(float) - reach, side="left")
    return first, np.searchsorted(turns, phi.astype(float) + reach, side="right") - first
