"""Quantities and curves of track candidates, alike in all TrackNET items that have them."""

import numpy as np

from keras_hep.metrics.candidate_statistics import recall_precision, track_quantities
from keras_hep.metrics.proportions import proportion_in_bins
from keras_hep.metrics.track_candidates import exact_match, true_slots
from keras_hep.simulation.spd import STATIONS
from keras_hep.suite.candidate_training import SCALING
from keras_hep.suite.record import Curve, Quantity
from keras_hep.tracking.candidate_growth import grow_together

TOGETHER = 4  # slices that grow in the same steps
PT_EDGES = np.linspace(0.1, 1.0, 10)  # GeV


def position(hits):
    """Return the positions of hits, float32 array of shape (hits, 3), in mm."""
    return np.stack([hits["x"], hits["y"], hits["z"]], axis=1)


def grown(cell, simulation, rules, number, seed):
    """Grow the candidates of newly drawn time slices.

    Args:
        cell: `keras_hep.tracking.track_net_cell.TrackNETCell`.
        simulation: `SPDToy`.
        rules: `keras_hep.tracking.growth_rules.GrowthRules`.
        number: int. Slices.
        seed: list of int. The slice's number is appended to it.

    Yields:
        (`HitEvent`, `Candidates`) of one slice after the other.
    """
    for start in range(0, number, TOGETHER):
        events = [simulation.event([*seed, one]) for one in range(start, min(start + TOGETHER, number))]
        hits = [(SCALING.scale(position(event.hits)), event.hits["station"]) for event in events]
        yield from zip(events, grow_together(cell, hits, STATIONS, rules), strict=True)


def exactly_matched(pairs, deduplicated=False, first_station=True):
    """Match candidates with the tracks that ought to be found, hit by hit.

    Args:
        pairs: iterable of (`HitEvent`, `Candidates`), as from `grown`.
        deduplicated: bool. Whether candidates that share hits are resolved first (`greedy_deduplication`).
        first_station: bool. Whether only tracks with a hit on station 0 ought to be found.

    Returns:
        (matchings, tracks): list of `CandidateMatching`, and list of dicts of the true tracks' quantities.
    """
    matchings, tracks = [], []
    for event, candidates in pairs:
        numbers, slots = true_slots(event.hits, STATIONS, first_station=first_station)
        chosen = candidates.greedy_deduplication() if deduplicated else candidates
        matchings.append(exact_match(chosen.hits, slots))
        tracks.append(track_quantities(event.tracks, numbers, slots))
    return matchings, tracks


def over_trainings(prefix, suffix, trainings, definition=""):
    """Return recall and precision in per cent as means over trainings, with errors that hold their spread.

    Args:
        prefix: str. Put before the names.
        suffix: str. Put behind them.
        trainings: list of lists of `CandidateMatching`, one list per training.
        definition: str.
    """
    each = [recall_precision(matchings) for matchings in trainings]
    quantities = []
    for kind in ("recall", "precision"):
        values, errors = 100 * np.array([found[kind] for found in each]).T
        of_slices = np.sqrt((errors**2).sum()) / len(errors)
        spread = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
        error = max(of_slices, spread)
        quantities.append(Quantity(f"{prefix}{kind}{suffix}", values.mean(), error, "%", definition))
    return quantities


def recall_curve(name, matchings, tracks, quantity="pt", edges=PT_EDGES, unit="GeV"):
    """Return recall in bins of a quantity of the true tracks, as a `Curve` with binomial errors."""
    found = np.concatenate([matching.found for matching in matchings])
    values = np.concatenate([one[quantity] for one in tracks])
    inside = proportion_in_bins(found, values, edges)
    error = (inside.high - inside.low) / 2
    return Curve(name, (edges[1:] + edges[:-1]) / 2, inside.value, error, unit, "1", "true tracks found, exact match")
