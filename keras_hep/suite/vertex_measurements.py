"""What groups tracks with shifted intervals: rules on common points and times, choices on other slices, seeds."""

import functools

import numpy as np

from keras_hep.metrics.clustering import adjusted_rand_index
from keras_hep.suite import learning_free_measurements, vertex_training
from keras_hep.suite.record import Quantity
from keras_hep.suite.time_slice_measurements import (
    all_rejected,
    clustering_quantities,
    curve,
    drawn,
    edge_quantities,
    grouped,
    neighbourhood_scores,
    network_scores,
)
from keras_hep.tracking.grouping.greedy_merging import merged_groups
from keras_hep.tracking.grouping.louvain import louvain_groups
from keras_hep.tracking.grouping.pair_evidence import PairEvidence
from keras_hep.tracking.helix_fit import fit_helices

CHI2_LIMITS = (6.0, 9.0, 12.0, 16.0)
TIME_LIMITS = (0.25, 0.3, 0.35)  # of the longest interval; two tracks of an event differ by a third at most
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
SCANNED = ("point_time", "merging_weighed", "merging_ours")  # what is followed to coarser hits


def training_slices(task, number, seed):
    """Draw slices like those of the training, but none of them, on which limits and thresholds are chosen.

    Args:
        task: `keras_hep.suite.vertex_training.PairTask`.
        number: int.
        seed: int. Of the run.

    Returns:
        list of `keras_hep.suite.time_slice_measurements.JoinedSlice`.
    """
    return drawn(task.stream(), number, [seed, 13])


def judged_slices(task, events, number, seed):
    """Draw slices to judge by; TrackML-like tracks are of particles of their own.

    Args:
        task: `PairTask`.
        events: int. Mean number of events.
        number: int.
        seed: int. Of the run.

    Returns:
        list of `JoinedSlice`.
    """
    return drawn(task.stream(events, test=True), number, [seed, 14, events])


def rule_scores(graphs, limits):
    """Score edges by what learns nothing: 1 where a pair has a common point, and is close in time if that is asked for.

    Args:
        graphs: list of `Graph` of `keras_hep.graphs.track_pair_graphs.TrackPairGraphs`.
        limits: (largest chi2, largest distance of intervals in units of the longest one), the latter None for any.

    Returns:
        list of float arrays, one of shape (edges,) per graph.
    """
    chi2, distance = limits
    distance = np.inf if distance is None else distance
    return [((one.edges["chi2"] < chi2) & (one.edges["time_distance"] < distance)).astype(float) for one in graphs]


def best_limits(joined, graphs, times):
    """Return the limits of `rule_scores` whose groups agree best with the events.

    Args:
        joined: list of `JoinedSlice`: training slices.
        graphs: list of `Graph`: theirs.
        times: bool. Whether times are asked for.
    """
    choices = [(chi2, time) for chi2 in CHI2_LIMITS for time in (TIME_LIMITS if times else [None])]
    return max(choices, key=lambda limits: _agreement(joined, rule_scores(graphs, limits), louvain_groups))


def best_merging(joined, scores):
    """Return greedy merging with the threshold whose groups agree best with the events.

    Args:
        joined: list of `JoinedSlice`: training slices.
        scores: list of float arrays: probabilities of their edges.

    Returns:
        callable (senders, receivers, scores, tracks) -> groups, with the attribute `keywords`.
    """
    choices = [functools.partial(merged_groups, threshold=threshold) for threshold in THRESHOLDS]
    return max(choices, key=lambda grouping: _agreement(joined, scores, grouping))


def _agreement(joined, scores, grouping):
    groups = grouped(joined, scores, grouping)
    return np.mean([adjusted_rand_index(one.slice.event, found) for one, found in zip(joined, groups, strict=True)])


def without_hits(name, other, joined):
    """Return quantities of what reads no hit: no edge, equal neighbourhoods, distances of intervals.

    Args:
        name: str. Put behind all names.
        other: list of `JoinedSlice`: training slices, on which thresholds are chosen.
        joined: list of `JoinedSlice`: those judged.

    Returns:
        list of `Quantity`.
    """
    neighbourhoods = neighbourhood_scores(joined)
    distance, threshold = learning_free_measurements.scores_by_distance(other, joined)
    return [
        all_rejected(name, joined),
        *learning_free_measurements.scored(f"neighbourhoods_{name}", joined, neighbourhoods),
        *learning_free_measurements.scored(f"distance_{name}", joined, distance, threshold),
    ]


def by_rules(name, task, other, joined):
    """Return quantities of what reads a handful of numbers of each pair: limits on the common point, and weights.

    Args:
        name: str. Put behind all names.
        task: `keras_hep.suite.vertex_training.PairTask`.
        other: list of `JoinedSlice`: training slices, on which limits and weights are chosen.
        joined: list of `JoinedSlice`: those judged.

    Returns:
        list of `Quantity`: with `point_` in the names, of a limit on chi2; with `point_time_`, of one on times as well;
        with `weighed_`, of `keras_hep.tracking.grouping.pair_evidence.PairEvidence`, whose probabilities are merged
        greedily, too.
    """
    chosen_on, graphs, quantities = task.graphs(other), task.graphs(joined), []
    for way, times in (("point", False), ("point_time", True)):
        limits = best_limits(other, chosen_on, times)
        quantities += _described(f"{way}_{name}", joined, rule_scores(graphs, limits))
        quantities.append(Quantity(f"chi2_limit_{way}_{name}", limits[0], definition="chosen on training slices"))
    evidence = PairEvidence().fit(*_numbers(chosen_on), np.concatenate([one.labels for one in other]))
    scores = [[evidence.scores(*_numbers([one])) for one in each] for each in (chosen_on, graphs)]
    return quantities + _described(f"weighed_{name}", joined, scores[1], best_merging(other, scores[0]))


def _numbers(graphs):
    """Return what `PairEvidence` reads of the edges of all graphs."""
    return [np.concatenate([one.edges[key] for one in graphs]) for key in ("chi2", "z_error", "time_distance")]


def by_networks(name, task, fitted, other, joined):
    """Return quantities of trained networks: of edges, of Louvain groups and, with `merging_`, of greedy merging.

    Args:
        name: str. Put behind all names.
        task: `PairTask`, or None: these are published networks, which read hits.
        fitted: list of `keras_hep.training.Training`, alike but for the seed.
        other: list of `JoinedSlice`: training slices, on which the threshold of merging is chosen.
        joined: list of `JoinedSlice`: those judged.

    Returns:
        list of `Quantity`, as from `over_seeds`.
    """

    def scored(model, slices):
        return vertex_training.pair_scores(model, task.graphs(slices)) if task else network_scores(model, slices)

    found = []
    for one in fitted:
        merging = best_merging(other, scored(one.model, other))
        found.append(_described(name, joined, scored(one.model, joined), merging))
    return over_seeds(found)


def _described(name, joined, scores, merging=None):
    """Return quantities of scores of edges, of their Louvain groups and, with a merging, of its groups."""
    found = edge_quantities(name, joined, scores) + _agreements(name, joined, grouped(joined, scores))
    return found + (_agreements(f"merging_{name}", joined, grouped(joined, scores, merging)) if merging else [])


def beam_points(time_slice):
    """Return z of each track where it is closest to the beam and its error, float array of shape (tracks, 2), mm."""
    fitted = fit_helices(time_slice.hits, time_slice.hit_counts)
    return np.stack([fitted.z, np.sqrt(fitted.longitudinal_covariance[:, 0, 0])], axis=1)


def _agreements(name, joined, groups):
    found = clustering_quantities(name, joined, groups)
    return [one for one in found if not one.name.startswith("deviation")]


def over_seeds(trainings):
    """Return quantities of several trainings as their means.

    The error of each is the larger one of that between slices and that between trainings; the standard deviation
    between trainings of each ARI is a quantity of its own, with `spread_` before the name.

    Args:
        trainings: list of lists of `Quantity`, one list per training. What some lack, as a precision where no edge is
            accepted, is left out.

    Returns:
        list of `Quantity`.
    """
    named, quantities = [{one.name: one for one in found} for found in trainings], []
    for name in named[0]:
        each = [found[name] for found in named if name in found]
        if len(each) < len(named):
            continue
        values, errors = np.array([one.value for one in each]), [one.error or 0.0 for one in each]
        spread = values.std(ddof=1) if len(values) > 1 else 0.0
        error = max(np.mean(errors), spread / np.sqrt(len(values)))
        quantities.append(Quantity(name, values.mean(), error, definition=f"mean of trainings: {len(values)}"))
        if name.startswith("ari") and len(values) > 1:
            definition = f"standard deviation of {len(values)} trainings"
            quantities.append(Quantity(f"spread_{name}", spread, definition=definition))
    return quantities


def resolution_scan(exact, fitted, chosen, judged, seed):
    """Follow what groups SPD tracks to coarser hits, on slices of 15 events.

    Args:
        exact: dict of `Quantity` by name, with hits as they are: "ari_", one of `SCANNED`, "_spd15".
        fitted: dict of float to `keras_hep.training.Training`: our network, trained with all hits shifted by so many mm
            along x, y and z; every limit and weight is chosen for such hits, too.
        chosen: int. Slices on which they are chosen.
        judged: int. Slices to judge by.
        seed: int. Of the run.

    Returns:
        (list of `Quantity`, list of `Curve`): adjusted Rand indices by the names of `SCANNED` and the shift; the same
        against the resolution of hits.
    """
    quantities, scan = [], {way: [exact[f"ari_{way}_spd15"]] for way in SCANNED}
    for blur, trained in fitted.items():
        task, name = vertex_training.PairTask("spd", blur=blur), vertex_training.micrometres(blur)
        other, joined = training_slices(task, chosen, seed), judged_slices(task, 15, judged, seed)
        found = by_rules(name, task, other, joined) + by_networks(f"ours_{name}", task, [trained], other, joined)
        by_name = {one.name: one for one in found}
        for way, points in scan.items():
            one = by_name[f"ari_{way}_{name}"]
            quantities.append(Quantity(one.name, one.value, one.error))
            points.append(one)
    sizes = [vertex_training.PairTask("spd", blur=blur).resolution for blur in (0.0, *fitted)]
    label = "adjusted Rand index against the resolution of hits, SPD tracks, 15 events"
    return quantities, [curve(f"resolution_{way}", sizes, points, label, "mm") for way, points in scan.items()]
