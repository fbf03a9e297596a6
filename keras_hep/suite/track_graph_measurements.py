"""What the graphs of time slices hold: edges between tracks for several time resolutions, and paths of hits."""

import dataclasses

import numpy as np

from keras_hep.graphs.time_slice_graphs import hit_graph, track_graph
from keras_hep.metrics import estimates
from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.suite.record import Curve, Quantity
from keras_hep.tracking.track_building import connected_components


@dataclasses.dataclass(frozen=True, eq=False)
class TrackGraphCounts:
    """Counts of time slices.

    Attributes:
        resolutions: tuple of int.
        tracks: int array, shape (slices,).
        edges: int array, shape (resolutions, slices). Both directions count.
        true_edges: int array, shape (resolutions, slices).
        faults: int array, shape (3,): edges that the rule in whole numbers of events has and the intervals have not, or
            the other way round; edges whose opposite is missing; pieces of the graph of hits too many or too few, and
            edges of it off 2 (hits - tracks).
    """

    resolutions: tuple
    tracks: np.ndarray
    edges: np.ndarray
    true_edges: np.ndarray
    faults: np.ndarray


def counted(simulation, slices, resolutions, seed):
    """Draw time slices and count the edges of their graphs for each time resolution.

    Args:
        simulation: `SPDSlices` or `TrackMLSlices`. Its own resolution is not used; with jitter, intervals are drawn
            anew for each resolution, and the rule in whole numbers, that does not hold then, is not asked.
        slices: int.
        resolutions: sequence of int.
        seed: list of int. The number of the slice is appended to it.

    Returns:
        `TrackGraphCounts`.
    """
    tracks, edges, true_edges, faults = [], [], [], np.zeros(3, int)
    for number in range(slices):
        drawn = simulation.slice([*seed, number])
        shift = simulation.jitter, np.random.default_rng([*seed, number, 1])
        rows = [_count(drawn, resolution, *shift) for resolution in resolutions]
        tracks.append(drawn.tracks)
        edges.append([row[0] for row in rows])
        true_edges.append([row[1] for row in rows])
        faults += [sum(row[2] for row in rows), sum(row[3] for row in rows), _path_faults(drawn)]
    return TrackGraphCounts(tuple(resolutions), np.array(tracks), np.array(edges).T, np.array(true_edges).T, faults)


def edge_curves(name, counts):
    """Describe edges per slice and the share of true ones against the time resolution, as a list of two `Curve`.

    Args:
        name: str. Put behind the names of the curves.
        counts: `TrackGraphCounts`.
    """
    slices = len(counts.tracks)
    edges = np.transpose([estimates.mean(values) for values in counts.edges])
    shares = np.transpose(
        [estimates.ratio(true, every) for true, every in zip(counts.true_edges, counts.edges, strict=True)]
    )
    number = f"directed edges of the track graph per time slice, mean of {slices:,}"
    share = f"edges that join tracks of one event, over all edges of {slices:,} time slices"
    resolutions = counts.resolutions
    return [
        Curve(f"edges_{name}", resolutions, *edges, "events to each side", "edges", number),
        Curve(f"true_fraction_{name}", resolutions, *shares, "events to each side", "1", share),
    ]


def tracks(name, counts):
    """Return the tracks of a time slice, as `Quantity`."""
    slices = len(counts.tracks)
    return Quantity(name, *estimates.mean(counts.tracks), "tracks", f"per time slice, mean of {slices:,}", slices)


def true_fraction(name, counts, resolution):
    """Return the share of true edges at one time resolution, as `Quantity`."""
    row = counts.resolutions.index(resolution)
    true, every = counts.true_edges[row], counts.edges[row]
    definition = f"true edges over all edges of {len(every):,} time slices, r = {resolution}"
    return Quantity(name, *estimates.ratio(true, every), "1", definition, len(every))


def faults(counts):
    """Describe what must not occur in any slice, as a list of three `Quantity`.

    Args:
        counts: list of `TrackGraphCounts`.
    """
    total = np.sum([each.faults for each in counts], axis=0)
    described = (
        ("rule_disagreements", "edges", "edges of the intervals, or of |i - j| <= min(r, N - 2), but not of both"),
        ("one_way_edges", "edges", "edges between tracks without one in the opposite direction"),
        ("path_faults", "faults", "graph of hits: edges off 2 (hits - tracks), plus connected pieces off the tracks"),
    )
    return [
        Quantity(name, int(value), unit=unit, definition=f"{definition}; all slices")
        for (name, unit, definition), value in zip(described, total, strict=True)
    ]


def _count(drawn, resolution, jitter, random):
    """Return edges, true edges, and edges that break the rule or symmetry."""
    event, events = drawn.event, drawn.events
    again = dataclasses.replace(drawn, intervals=drift_intervals(event, events, resolution, jitter, random))
    graph = track_graph(again)
    joined = np.zeros((drawn.tracks, drawn.tracks), bool)
    joined[graph.senders, graph.receivers] = True
    rule = np.abs(event[:, None] - event) <= min(resolution, events - 2)
    np.fill_diagonal(rule, False)
    broken = 0 if jitter else np.count_nonzero(joined != rule)
    true = np.count_nonzero(graph.edges["label"])
    return graph.number_of_edges, true, broken, np.count_nonzero(joined & ~joined.T)


def _path_faults(drawn):
    graph, hits = hit_graph(drawn), len(drawn.hits)
    piece = connected_components(graph, np.ones(graph.number_of_edges), threshold=0.5)
    pieces = len(np.unique(piece))
    whole = len(np.unique(np.stack([piece, drawn.track]), axis=1).T)  # pieces of tracks: as many as tracks
    return abs(graph.number_of_edges - 2 * (hits - drawn.tracks)) + abs(pieces - drawn.tracks) + whole - drawn.tracks
