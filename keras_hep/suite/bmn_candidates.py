"""Candidates in events of the BM@N look-alike: found, decided on, matched, timed."""

import itertools
import time

import numpy as np

from keras_hep import training
from keras_hep.graphs.candidate_graphs import accepted, candidate_graph
from keras_hep.graphs.candidate_streams import candidate_inputs
from keras_hep.graphs.graph import merge
from keras_hep.metrics.track_candidates import exact_match, fraction_match, true_slots
from keras_hep.simulation.bmn_detector import STATIONS
from keras_hep.suite.bmn_training import PLANES, SCALING
from keras_hep.suite.record import Quantity
from keras_hep.tracking.candidate_growth import SliceGrowth
from keras_hep.tracking.growth_pool import GrowthPool
from keras_hep.tracking.growth_rules import GrowthRules

TOGETHER = 16  # events that grow in the same steps, and whose graphs are read at once
_BLOCK_EVENTS = 128
# A candidate with five branches at each of eight steps would be 390,000: in each event the best so many go on, those
# whose hits are nearest to where they were predicted.
MOST_CANDIDATES = 2_000
FIVE_NEAREST = GrowthRules(nearest=5, most_candidates=MOST_CANDIDATES)
TWO_NEAREST = GrowthRules(nearest=2, most_candidates=MOST_CANDIDATES)
# The authors allow two virtual points. Ours: a missing second hit is also tried beside found ones.
TWO_NEAREST_AHEAD = GrowthRules(nearest=2, step_ahead=True, most_virtual=2, most_candidates=MOST_CANDIDATES)
FIVE_NEAREST_AHEAD = GrowthRules(nearest=5, step_ahead=True, most_virtual=2, most_candidates=MOST_CANDIDATES)
OURS_AHEAD = GrowthRules(nearest=2, step_ahead=True, delayed="always", most_virtual=2, most_candidates=MOST_CANDIDATES)


def drawn(simulation, number, seed):
    """Return list of so many new `HitEvent` of a `BMNLike`; the same seed (list of int) gives the same events."""
    blocks = range(0, number, _BLOCK_EVENTS)
    return [
        event
        for block, start in enumerate(blocks)
        for event in simulation.events(min(_BLOCK_EVENTS, number - start), [*seed, block])
    ]


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


def decided(network, events, candidates, rule="mean"):
    """Let the second stage decide, in groups of events.

    Args:
        network: `keras_hep.models.GraphNet`.
        events: sequence of `HitEvent`.
        candidates: iterable of `Candidates`, one for each event, asked for as they are needed.
        rule: str. As of `keras_hep.graphs.candidate_graphs.accepted`.

    Yields:
        `Candidates` that are accepted, one for each event.
    """
    pairs = zip(events, candidates, strict=True)
    for group in iter(lambda: list(itertools.islice(pairs, TOGETHER)), []):
        graphs = [candidate_graph(found, event, SCALING) for event, found in group]
        joined = merge(graphs)
        logits = training.predict(network, candidate_inputs(joined))[:, 0] if joined.number_of_edges else np.empty(0)
        ends = np.cumsum([graph.number_of_edges for graph in graphs])[:-1]
        scores = np.split(0.5 * (1 + np.tanh(0.5 * logits)), ends)
        for (_, found), graph, score in zip(group, graphs, scores, strict=True):
            yield found.select(accepted(found, graph, score, rule))


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
        wanted = event.tracks["track"][event.tracks["reconstructable"]]
        _, slots = true_slots(event.hits, STATIONS, reconstructable=wanted)
        of_event = exact_match(found.hits, slots) if fraction is None else fraction_match(found.hits, slots, fraction)
        matchings.append(of_event)
    return matchings


def candidate_numbers(prefix, candidates):
    """Describe how many candidates an event has, as a list of `Quantity`: mean and largest number."""
    numbers = np.array([len(found) for found in candidates])
    error = numbers.std(ddof=1) / np.sqrt(len(numbers))
    shown = {"unit": "candidates", "count": len(numbers)}
    return [
        Quantity(f"{prefix}candidates", numbers.mean(), error, definition="candidates per event, mean", **shown),
        Quantity(f"{prefix}most_candidates", numbers.max(), definition="candidates of the fullest event", **shown),
    ]


def events_per_second(cell, events, rules, network=None, rule="mean", processes=2, repeats=3):
    """Measure the speed from the coordinates of hits in mm on, scaling and index included.

    Args:
        cell: `TrackNETCell`.
        events: list of `HitEvent`.
        rules: `GrowthRules`.
        network: `GraphNet` of the second stage, which works beside the processes of the first, or None.
        rule: str. As of `decided`.
        processes: int. Of the first stage.
        repeats: int. The best of so many is returned: others on the machine can only slow it down.
    """
    best = np.inf
    with _pool(cell, rules, processes) as pool:
        for repeat in range(repeats + 1):  # the first one starts the processes
            start = time.perf_counter()
            found = _first_stage(pool, events)
            for _ in found if network is None else decided(network, events, found, rule):
                pass
            best = min(best, time.perf_counter() - start) if repeat else best
    return len(events) / best


def _pool(cell, rules, workers):
    return GrowthPool(SliceGrowth(cell, STATIONS, rules, PLANES), workers, TOGETHER)


def _first_stage(pool, events):
    return pool.map((SCALING.scale(position(event.hits)), event.hits["station"]) for event in events)
