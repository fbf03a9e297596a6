"""What events of the BM@N look-alike are made of: tracks, true and fake hits on the stations."""

import dataclasses

import numpy as np

from keras_hep.metrics import estimates
from keras_hep.metrics.station_hits import hits_per_station
from keras_hep.simulation.bmn_detector import SILICON, STATIONS
from keras_hep.suite.record import Curve, Quantity

MULTIPLICITY_EDGES = np.arange(0.5, 101, 5)
_BLOCK_EVENTS = 1024  # events kept at once: 20 MB


@dataclasses.dataclass(frozen=True)
class EventCounts:
    """Counts of each event.

    Attributes:
        primaries: int array, shape (events,): charged particles of the collision.
        wanted: int array, shape (events,): tracks to be reconstructed.
        true, fake: int arrays, shape (events, stations): hits.
    """

    primaries: np.ndarray
    wanted: np.ndarray
    true: np.ndarray
    fake: np.ndarray


def event_counts(simulation, events, seed):
    """Draw events and count what they are made of.

    Args:
        simulation: `keras_hep.simulation.bmn.BMNLike`.
        events: int.
        seed: sequence of int. Every block of events has its own random stream below it.

    Returns:
        `EventCounts`.
    """
    blocks = []
    for block, start in enumerate(range(0, events, _BLOCK_EVENTS)):
        number = min(_BLOCK_EVENTS, events - start)
        sample = simulation.sample(number, [*seed, block])
        of_tracks = [
            np.bincount(sample.tracks["event"][sample.tracks[name]], minlength=number)
            for name in ("primary", "reconstructable")
        ]
        blocks.append((*of_tracks, *hits_per_station(sample.hits, number, STATIONS)))
    return EventCounts(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def typical_event(simulation, seed, drawn=256):
    """Return the `HitEvent` whose number of hits is closest to the mean of so many drawn ones."""
    events = simulation.events(drawn, seed)
    sizes = np.array([len(event.hits["x"]) for event in events])
    return events[np.argmin(np.abs(sizes - sizes.mean()))]


def multiplicity(counts):
    """Describe how many particles a collision makes, as (list of `Quantity`, `Curve`)."""
    events = len(counts.primaries)
    mean, error = estimates.mean(counts.primaries)
    definition = "charged particles of the collision per event"
    entries, _ = np.histogram(counts.primaries, MULTIPLICITY_EDGES)
    centres = (MULTIPLICITY_EDGES[1:] + MULTIPLICITY_EDGES[:-1]) / 2
    axes = {"x_unit": "tracks", "y_unit": "events", "definition": f"events by {definition}, in bins of five"}
    return [
        Quantity("multiplicity", mean, error, "tracks", f"{definition}, mean", events),
        Quantity("largest_multiplicity", counts.primaries.max(), None, "tracks", f"{definition}, largest", events),
    ], Curve("multiplicity", centres, entries, np.sqrt(entries), **axes)


def fakes(counts, preset):
    """Describe hits per event and station and the share of fakes, as a list of `Quantity`.

    Args:
        counts: `EventCounts`.
        preset: str. Ends the names of the quantities, as "68".
    """
    events, every = len(counts.true), counts.true + counts.fake
    share, of_share = estimates.ratio(counts.fake.sum(axis=1), every.sum(axis=1))
    crowded = np.count_nonzero((every > 500).any(axis=1))
    without = np.count_nonzero(counts.fake.sum(axis=1) == 0)
    largest = {"unit": "hits", "definition": "largest number of hits of one station in one event", "count": events}
    return [
        Quantity(f"fake_share_{preset}", share, of_share, "1", "fake hits over all hits", events),
        _per_event(f"hits_per_event_{preset}", every.sum(axis=1), "hits per event, mean"),
        Quantity(f"largest_station_{preset}", every.max(), **largest),
        _share(f"crowded_{preset}", crowded, events, "events in which a station has more than 500 hits"),
        _share(f"without_fakes_{preset}", without, events, "events without a fake hit"),
        *_per_kind(counts, preset),
    ]


def hits_by_station(counts, preset):
    """Return the mean numbers of true and of fake hits on each station, as a list of `Curve`."""
    definition = "hits per event on each station, mean: 0 to 2 silicon, 3 to 8 GEM"
    return [
        Curve(name, range(STATIONS), *_means(values), "station", "hits", f"{kind} {definition}")
        for name, kind, values in (
            (f"true_hits_{preset}", "true", counts.true),
            (f"fake_hits_{preset}", "fake", counts.fake),
        )
    ]


def wanted_tracks(counts, data):
    """Describe the tracks to be reconstructed of "easy" or "hard" events, as a `Quantity`."""
    return _per_event(f"tracks_{data}", counts.wanted, "tracks to be reconstructed per event, mean", "tracks")


def _per_kind(counts, preset):
    kinds = (("silicon", slice(0, SILICON)), ("gem", slice(SILICON, None)))
    return [
        _per_event(f"{kind}_{name}_{preset}", values[:, stations].mean(axis=1), f"{name} hits per event and station")
        for kind, stations in kinds
        for name, values in (("true", counts.true), ("fake", counts.fake))
    ]


def _per_event(name, values, definition, unit="hits"):
    mean, error = estimates.mean(values)
    return Quantity(name, mean, error, unit, definition, len(values))


def _share(name, count, events, definition):
    return Quantity(name, *estimates.fraction(count, events), "1", f"share of {definition}", events)


def _means(values):
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
