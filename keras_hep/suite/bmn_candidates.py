"""Candidates in events of the BM@N look-alike: found, decided on, matched, timed."""

import itertools
import time

import numpy as np

from keras_hep import training
from keras_hep.graphs.candidate_graphs import accepted, candidate_graph
from keras_hep.graphs.candidate_streams import candidate_inputs
from keras_hep.graphs.graph import merge
from keras_hep.metrics import estimates
from keras_hep.metrics.track_candidates import exact_match, fraction_match, true_slots
from keras_hep.simulation.bmn_detector import STATIONS
from keras_hep.suite.bmn_training import PLANES, SCALING
from keras_hep.suite.candidate_measurements import over_trainings
from keras_hep.suite.record import Quantity
from keras_hep.tracking.candidate_growth import SliceGrowth
from keras_hep.tracking.growth_pool import GrowthPool
from keras_hep.tracking.growth_rules import GrowthRules

TOGETHER = 16  # events that grow in the same steps, and whose graphs are read at once
_SAMPLE_EVENTS = 1_000
# A candidate with five branches at each of eight steps would be 390,000: in each event the best so many go on, those
# whose hits are nearest to where they were predicted.
MOST_CANDIDATES = 2_000
_APART = "error as of different events"
FIVE_NEAREST = GrowthRules(nearest=5, most_candidates=MOST_CANDIDATES)
TWO_NEAREST = GrowthRules(nearest=2, most_candidates=MOST_CANDIDATES)
# The authors allow two virtual points. Ours: a missing second hit is also tried beside found ones.
TWO_NEAREST_AHEAD = GrowthRules(nearest=2, step_ahead=True, most_virtual=2, most_candidates=MOST_CANDIDATES)
FIVE_NEAREST_AHEAD = GrowthRules(nearest=5, step_ahead=True, most_virtual=2, most_candidates=MOST_CANDIDATES)
OURS_AHEAD = GrowthRules(nearest=2, step_ahead=True, delayed="always", most_virtual=2, most_candidates=MOST_CANDIDATES)


def drawn(simulation, number, seed):
    """Return list of so many new `HitEvent` of a `BMNLike`; the same seed (list of int) gives the same events."""
    return [event for sample in samples(simulation, number, seed) for event in sample]


def samples(simulation, number, seed):
    """Yield lists of up to 1,000 of the events of `drawn`, so that any number of them fits in memory."""
    for block, start in enumerate(range(0, number, _SAMPLE_EVENTS)):
        yield simulation.events(min(_SAMPLE_EVENTS, number - start), [*seed, block])


def position(hits):
    """Return the positions of hits, float32 array of shape (hits, 3), in mm."""
    return np.stack([hits["x"], hits["y"], hits["z"]], axis=1)


def grown(cell, events, rules, workers=2):
    """Return list of `Candidates` of the first stage, one for each event.

    Args:
        cell: `keras_hep.tracking.track_net_cell.TrackNETCell`.
        events: list of `HitEvent`.
        rules: `GrowthRules`.
        workers: int. As of `keras_hep.tracking.growth_pool.GrowthPool`.
    """
    with _pool(cell, rules, workers) as pool:
        return list(_first_stage(pool, events))


def decided(network, events, candidates, threshold=None, view=SCALING):
    """Let the second stage decide, in groups of events.

    Args:
        network: `keras_hep.models.GraphNet`.
        events: sequence of `HitEvent`.
        candidates: iterable of `Candidates`, one for each event, asked for as they are needed.
        threshold: float or None. What the mean score of a candidate's edges must be above; None: 0.7, as published.
        view: object with `scale(positions)`. What the network reads of hits.

    Yields:
        `Candidates` that are accepted, one for each event.
    """
    pairs = zip(events, candidates, strict=True)
    for group in iter(lambda: list(itertools.islice(pairs, TOGETHER)), []):
        graphs = [candidate_graph(found, event, view) for event, found in group]
        joined = merge(graphs)
        logits = training.predict(network, candidate_inputs(joined))[:, 0] if joined.number_of_edges else np.empty(0)
        ends = np.cumsum([graph.number_of_edges for graph in graphs])[:-1]
        scores = np.split(0.5 * (1 + np.tanh(0.5 * logits)), ends)
        for (_, found), graph, score in zip(group, graphs, scores, strict=True):
            yield found.select(accepted(found, graph, score, threshold=threshold))


def matched(events, candidates, fraction=None):
    """Match candidates with the tracks to be reconstructed.

    Args:
        events: sequence of `HitEvent`.
        candidates: sequence of `Candidates`, one for each event.
        fraction: float or None. Share of the stations that must be the same; None: all hits, and no other ones.

    Returns:
        list of `keras_hep.metrics.track_candidates.CandidateMatching`.
    """
    matchings = []
    for event, found in zip(events, candidates, strict=True):
        slots = wanted_slots(event)
        of_event = exact_match(found.hits, slots) if fraction is None else fraction_match(found.hits, slots, fraction)
        matchings.append(of_event)
    return matchings


def candidate_numbers(prefix, matchings):
    """Describe how many candidates an event has, as a list of `Quantity`: mean and largest number.

    Args:
        prefix: str. Put before the names.
        matchings: list of `CandidateMatching`, one for each event.
    """
    numbers = np.array([len(matching.of) for matching in matchings])
    error = numbers.std(ddof=1) / np.sqrt(len(numbers))
    shown, fullest = {"unit": "candidates", "count": len(numbers)}, "candidates of the fullest event; error of a count"
    return [
        Quantity(f"{prefix}candidates", numbers.mean(), error, definition="candidates per event, mean", **shown),
        Quantity(f"{prefix}most_candidates", float(numbers.max()), np.sqrt(numbers.max()), definition=fullest, **shown),
    ]


def wrong_as_good(name, distances, matchings, percent=90):
    """Describe how many wrong candidates fit their hits as well as right ones, as a `Quantity`.

    Args:
        name: str.
        distances: list of float arrays. Mean squared distance of each candidate (`Candidates.distance`).
        matchings: list of `CandidateMatching` of the same events.
        percent: float. Wrong candidates count that are better than the worst of so many per cent of the right ones.
    """
    distance = np.concatenate(distances)
    right = np.concatenate([matching.of >= 0 for matching in matchings])
    if right.all() or not right.any():
        return Quantity(name, float("nan"), None, "%")
    limit = np.percentile(distance[right], percent)
    value, error = estimates.fraction(np.count_nonzero(distance[~right] < limit), np.count_nonzero(~right))
    definition = (
        f"wrong candidates whose hits are as close to the predictions as those of {percent:g} % of the right ones"
    )
    return Quantity(name, 100 * value, 100 * error, "%", definition, np.count_nonzero(~right))


def gained(prefix, before, after):
    """Describe what the second stage changes, as a list of `Quantity`: factor on precision, and points of recall lost.

    Args:
        prefix: str. Put before the names.
        before: list of `CandidateMatching` of the first stage.
        after: list of `CandidateMatching` of both stages, of the same events.

    The factor is NaN if the first stage finds nothing.
    """
    (recall, precision), (kept, refined) = (over_trainings("", "", [each]) for each in (before, after))
    gain = error = float("nan")
    if precision.value and refined.value:
        gain = refined.value / precision.value
        error = gain * np.hypot(refined.error / refined.value, precision.error / precision.value)
    definition, lost = "precision of both stages over the first's", "recall of the first stage less that of both"
    return [
        Quantity(f"{prefix}precision_gain", gain, error, definition=f"{definition}; {_APART}"),
        Quantity(
            f"{prefix}recall_loss",
            recall.value - kept.value,
            np.hypot(recall.error, kept.error),
            "%",
            f"{lost}; {_APART}",
        ),
    ]


def typical_decision(cell, simulation, rules, decide, seed, most=100):
    """Return the arrays of an event to be drawn, of 64 the one with most candidates within a limit.

    Args:
        cell: as of `grown`.
        simulation: `BMNLike`.
        rules: as of `grown`.
        decide: function of events and candidates, such as `decided` with its other arguments.
        seed: list of int.
        most: int. An event with more candidates is not drawn.

    Returns:
        dict of arrays: `position` of hits in mm, `slots` of the tracks to be found, `candidates` (hits), `correct` and
        `accepted`, bool, one for each candidate.
    """
    events = drawn(simulation, 64, seed)
    found = grown(cell, events, rules)
    sizes = np.array([len(one) for one in found])
    chosen = int(np.argmax(np.where(sizes <= most, sizes, -1)))
    event, candidates = events[chosen], found[chosen]
    (matching,), (kept,) = matched([event], [candidates]), decide([event], [candidates])
    accepted_hits = {row.tobytes() for row in kept.hits}
    return {
        "position": position(event.hits),
        "slots": wanted_slots(event),
        "candidates": candidates.hits,
        "correct": matching.of >= 0,
        "accepted": np.array([row.tobytes() in accepted_hits for row in candidates.hits], bool),
    }


def wanted_slots(event):
    """Return the hits of the tracks to be reconstructed, int32 array of shape (tracks, stations), -1 for none."""
    wanted = event.tracks["track"][event.tracks["reconstructable"]]
    return true_slots(event.hits, STATIONS, reconstructable=wanted)[1]


def events_per_second(cell, events, rules, second=None, processes=2, repeats=3):
    """Measure the speed from the coordinates of hits in mm on, scaling and index included.

    Args:
        cell: `TrackNETCell`.
        events: list of `HitEvent`.
        rules: `GrowthRules`.
        second: function of events and candidates, such as `decided` with its other arguments, or None. The second
            stage works in this process, beside those of the first.
        processes: int. Of the first stage.
        repeats: int. The best of so many is returned: others on the machine can only slow it down.
    """
    best = np.inf
    with _pool(cell, rules, processes) as pool:
        for repeat in range(repeats + 1):  # the first one starts the processes
            start = time.perf_counter()
            found = _first_stage(pool, events)
            for _ in found if second is None else second(events, found):
                pass
            best = min(best, time.perf_counter() - start) if repeat else best
    return len(events) / best


def _pool(cell, rules, workers):
    return GrowthPool(SliceGrowth(cell, STATIONS, rules, PLANES), workers, TOGETHER)


def _first_stage(pool, events):
    return pool.map((SCALING.scale(position(event.hits)), event.hits["station"]) for event in events)
