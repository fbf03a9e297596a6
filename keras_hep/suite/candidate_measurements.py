"""Quantities and curves of track candidates, alike in all TrackNET items that have them."""

import numpy as np

from keras_hep.metrics.candidate_statistics import recall_precision, track_quantities
from keras_hep.metrics.proportions import proportion_in_bins
from keras_hep.metrics.track_candidates import exact_match, true_slots
from keras_hep.suite.record import Curve, Quantity
from keras_hep.tracking.candidate_growth import grow_together

TOGETHER = 4  # slices that grow in the same steps
PT_EDGES = np.linspace(0.1, 1.0, 10)  # GeV


def position(hits):
    """Return the positions of hits, float32 array of shape (hits, 3), in mm."""
    return np.stack([hits["x"], hits["y"], hits["z"]], axis=1)


def grown(cell, simulation, scaling, stations, rules, number, seed):
    """Grow the candidates of newly drawn events.

    Args:
        cell: as for `keras_hep.tracking.candidate_growth.grow`.
        simulation: dataclass with `event(seed) -> HitEvent`.
        scaling: `keras_hep.tracking.coordinates.Scaling`.
        stations: int.
        rules: `keras_hep.tracking.growth_rules.GrowthRules`.
        number: int. Events.
        seed: list of int. The event's number is appended to it.

    Yields:
        (`HitEvent`, `Candidates`) of one event after the other.
    """
    for start in range(0, number, TOGETHER):
        events = [simulation.event([*seed, one]) for one in range(start, min(start + TOGETHER, number))]
        hits = [(scaling.scale(position(event.hits)), event.hits["station"]) for event in events]
        yield from zip(events, grow_together(cell, hits, stations, rules), strict=True)


def exactly_matched(pairs, stations, deduplicated=False, first_station=True):
    """Match candidates with the tracks that ought to be found, hit by hit.

    Args:
        pairs: iterable of (`HitEvent`, `Candidates`), as from `grown`.
        stations: int.
        deduplicated: bool. Whether candidates that share hits are resolved first (`greedy_deduplication`).
        first_station: bool. Whether only tracks with a hit on station 0 ought to be found.

    Returns:
        (matchings, tracks): list of `CandidateMatching`, and list of dicts of the true tracks' quantities.
    """
    matchings, tracks = [], []
    for event, candidates in pairs:
        numbers, slots = true_slots(event.hits, stations, first_station=first_station)
        chosen = candidates.greedy_deduplication() if deduplicated else candidates
        matchings.append(exact_match(chosen.hits, slots))
        tracks.append(track_quantities(event.tracks, numbers, slots))
    return matchings, tracks


def in_percent(name, matchings, definition):
    """Return recall and precision over all matchings as two quantities in per cent, their names ending in `name`."""
    found = recall_precision(matchings)
    return [
        Quantity(f"{kind}{name}", 100 * value, 100 * error, "%", definition) for kind, (value, error) in found.items()
    ]


def over_trainings(name, trainings, definition):
    """Return recall and precision as means over trainings, with errors that hold their spread.

    Args:
        name: str. End of the names.
        trainings: list of lists of `CandidateMatching`, one list per training.
        definition: str.
    """
    each = [recall_precision(matchings) for matchings in trainings]
    quantities = []
    for kind in ("recall", "precision"):
        values = np.array([found[kind][0] for found in each])
        of_slices = each[0][kind][1]
        spread = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0.0
        quantities.append(
            Quantity(f"{kind}{name}", 100 * values.mean(), 100 * np.hypot(of_slices, spread), "%", definition)
        )
    return quantities


def recall_curve(name, matchings, tracks, quantity="pt", edges=PT_EDGES, unit="GeV"):
    """Return recall in bins of a quantity of the true tracks, as a `Curve` with binomial errors."""
    found = np.concatenate([matching.found for matching in matchings])
    values = np.concatenate([one[quantity] for one in tracks])
    inside = proportion_in_bins(found, values, edges)
    error = (inside.high - inside.low) / 2
    return Curve(name, (edges[1:] + edges[:-1]) / 2, inside.value, error, unit, "1", "true tracks found, exact match")
