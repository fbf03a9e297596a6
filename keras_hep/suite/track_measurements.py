"""Quantities and curves of tracks built from scored edges, alike in all items that have them."""

import numpy as np

from keras_hep.metrics import tracking
from keras_hep.suite.record import Curve, Quantity
from keras_hep.suite.segment_measurements import over_events
from keras_hep.suite.trackml_events import FEWEST_HITS, scored_truth
from keras_hep.tracking import track_building
from keras_hep.tracking.double_hits import double_hits

WAYS = ("components", "greedy", "matched")


def build(way, graph, scores, threshold):
    """Build tracks in one of the three `WAYS`; return the track of each hit, int array of shape (hits,)."""
    if way == "components":
        return track_building.connected_components(graph, scores, threshold)
    if way == "greedy":
        return track_building.greedy_walk(graph, scores, threshold)
    return track_building.matched_edges(graph, scores, threshold, double_hits(graph))


def track_quality(hits, labels):
    """Measure the tracks of one event.

    Args:
        hits: dict of arrays with hit_id, particle_id and weight.
        labels: int array, shape (hits,). Track of each hit; negative: none.

    Returns:
        dict of float: `score`, the TrackML score of particles with at least three selected hits; `efficiency`, the
        share of those particles that a track matches; `purity`, mean over tracks of three hits or more of the share of
        their majority particle, 0 where it is noise; `tracks`, number of those; `largest`, hits of the largest.
    """
    kept = labels >= 0
    truth = scored_truth(hits)
    tracks = tracking.analyze_tracks(truth, {"hit_id": hits["hit_id"][kept], "track_id": labels[kept]})
    matched = tracking.double_majority(tracks) & (tracks["major_particle_id"] != 0)
    long_particles = matched & (tracks["major_particle_nhits"] >= FEWEST_HITS)
    count = np.unique(hits["particle_id"][hits["particle_id"] != 0], return_counts=True)[1]
    wanted = np.count_nonzero(count >= FEWEST_HITS)
    share = _purity(tracks)
    sizes = track_building.track_sizes(labels)
    return {
        "score": float(tracks["major_weight"][matched].sum()),
        "efficiency": np.unique(tracks["major_particle_id"][long_particles]).size / max(wanted, 1),
        "purity": float(share.mean()) if share.size else 0.0,
        "tracks": sizes.long_tracks,
        "largest": sizes.largest,
    }


def limit_of_graph(hits, graph):
    """Return the TrackML score that perfect edge scores would reach with connected components."""
    label = graph.edges["label"].astype(float)
    return track_quality(hits, track_building.connected_components(graph, label, 0.5))["score"]


def _purity(tracks):
    share = np.where(tracks["major_particle_id"] == 0, 0.0, tracks["major_nhits"] / tracks["nhits"])
    return share[(tracks["nhits"] >= FEWEST_HITS) & (tracks["track_id"] >= 0)]


def tracks_found(qualities, suffix=""):
    """Describe what `track_quality` measured in one or several events (list of dict), as a list of `Quantity`.

    Events without a track of three hits have no purity and are left out of its mean.
    """
    units = {"tracks": "tracks", "largest": "hits"}
    names = {"tracks": "long_tracks", "largest": "largest_component"}
    definitions = {
        "score": "TrackML score of particles with at least three selected hits",
        "efficiency": "particles with at least three selected hits that a track matches",
        "purity": "mean over tracks of three hits or more of the share of their majority particle",
        "tracks": "tracks of three hits or more",
        "largest": "hits of the largest track",
    }
    with_tracks = [quality for quality in qualities if quality["tracks"]] or qualities
    return [
        over_events(
            names.get(name, name) + suffix,
            [quality[name] for quality in (with_tracks if name == "purity" else qualities)],
            units.get(name, "1"),
            definition,
        )
        for name, definition in definitions.items()
    ]


def score_gain(qualities, others):
    """Describe how much higher the score of one way to build tracks is than that of another, as a list of `Quantity`.

    Args:
        qualities: list of dict, as `track_quality` measured them, one for each event.
        others: list of dict, of the other way in the same events.

    Returns:
        The gain and, of several events, the gain less twice its standard error: above 0 it is established.
    """
    gains = [one["score"] - other["score"] for one, other in zip(qualities, others, strict=True)]
    gain = over_events("score_gain", gains, definition="TrackML score less that of connected components")
    if gain.error is None:
        return [gain]
    definition = "gain in TrackML score less twice its standard error, from the spread between events"
    return [gain, Quantity("established_score_gain", gain.value - 2 * gain.error, definition=definition)]


def per_training(qualities, suffix=""):
    """Return the numbers of tracks and the scores one by one (list of dict, as from `track_quality`), as `Curve`s."""
    numbers = range(len(qualities))
    return [
        Curve(f"{name}{suffix}", numbers, [one[key] for one in qualities], None, "training", unit, definition)
        for name, key, unit, definition in [
            ("long_tracks_per_training", "tracks", "tracks", "tracks of three hits or more, training by training"),
            ("score_per_training", "score", "1", "TrackML score, training by training"),
        ]
    ]


def score_against_threshold(hits, graph, scores, weight, points=13):
    """Scan the threshold of connected components.

    Args:
        hits: dict of arrays.
        graph: `Graph` of these hits.
        scores: float array, shape (edges,), sigmoids of a classifier trained with true edges weighted up.
        weight: float. That weight.
        points: int.

    Returns:
        `Curve` of the TrackML score against the threshold, as the probability of a true edge that it stands for.
    """
    probability = np.geomspace(0.005, 0.95, points)
    thresholds = probability * weight / (1 - probability + probability * weight)
    found = [
        track_quality(hits, track_building.connected_components(graph, scores, threshold))["score"]
        for threshold in thresholds
    ]
    definition = "TrackML score of connected components against the probability of a true edge at the threshold"
    return Curve("score_against_threshold", probability, found, definition=definition)


def best_of(scan):
    """Return where a scan of thresholds (`Curve`) is best, as a list of `Quantity`."""
    best = int(np.argmax(scan.y))
    return [
        Quantity("best_score", scan.y[best], definition="highest TrackML score of all thresholds tried"),
        Quantity("best_probability", scan.x[best], definition="probability of a true edge at that threshold"),
    ]


def tuned(hits, graphs, logits, points=12):
    """Choose the threshold of each way to build tracks on events made for it.

    Args:
        hits: list of dict of arrays, one for each event.
        graphs: list of `Graph`.
        logits: list of float array, shape (edges,).
        points: int. Thresholds tried: logits that let through so many times as many edges as there are true ones, from
            a quarter to thirty.

    Returns:
        dict of way to (threshold, mean score of these events).
    """
    true = sum(np.count_nonzero(graph.edges["label"]) for graph in graphs)
    ordered = np.sort(np.concatenate(logits))[::-1]
    places = np.minimum(np.geomspace(0.25, 30, points) * true, len(ordered) - 1).astype(int)
    cuts = {}
    for way in WAYS:
        means = [np.mean(_scores(way, hits, graphs, logits, threshold)) for threshold in ordered[places]]
        best = int(np.argmax(means))
        cuts[way] = float(ordered[places][best]), float(means[best])
    return cuts


def scores_of_ways(prefix, hits, graphs, logits, cuts):
    """Return the TrackML scores of each way with its tuned threshold, and that of the way that was best in tuning.

    Args:
        prefix: str. Put before every name.
        hits: list of dict of arrays, of the test events.
        graphs: list of `Graph`.
        logits: list of float array, shape (edges,).
        cuts: dict, as `tuned` returns it.

    Returns:
        list of `Quantity`.
    """
    definition = "TrackML score of particles with at least three selected hits, threshold from other events"
    found = {way: _scores(way, hits, graphs, logits, cuts[way][0]) for way in WAYS}
    best = max(WAYS, key=lambda way: cuts[way][1])
    return [
        over_events(f"{prefix}score", found[best], definition=f"{definition}; the way that was best there: {best}"),
        *[over_events(f"{prefix}score_{way}", values, definition=definition) for way, values in found.items()],
    ]


def scores_curve(prefix, quantities):
    """Return the scores among a list of `Quantity`, as `scores_of_ways` named them, as a `Curve` over the `WAYS`."""
    named = {one.name: one for one in quantities}
    chosen = [named[f"{prefix}score_{way}"] for way in WAYS]
    errors = [one.error or 0.0 for one in chosen]
    definition = "TrackML score by way to build tracks: " + ", ".join(WAYS)
    return Curve(f"{prefix}scores", range(len(WAYS)), [one.value for one in chosen], errors, definition=definition)


def _scores(way, hits, graphs, logits, threshold):
    return [
        track_quality(event, build(way, graph, values, threshold))["score"]
        for event, graph, values in zip(hits, graphs, logits, strict=True)
    ]
