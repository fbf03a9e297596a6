"""What time slices of the SPD toy hold, counted in many of them."""

import dataclasses

import numpy as np

from keras_hep.metrics import estimates, grouped_estimates
from keras_hep.metrics.hit_distances import nearest_distance, uniform_nearest_median
from keras_hep.metrics.track_candidates import true_slots
from keras_hep.metrics.uniformity import uniformity
from keras_hep.simulation.spd import HALF_LENGTH, RADII, STATIONS, TRANSVERSE_MOMENTUM, VERTEX_HALF_LENGTH
from keras_hep.suite.record import Curve, Quantity

FEWEST_HITS = 4  # a track with fewer is none that ought to be found


@dataclasses.dataclass(frozen=True, eq=False)
class SliceCounts:
    """Counts of time slices.

    Attributes:
        tracks: int array, shape (slices, events): generated tracks of each event.
        real: int array, shape (slices, stations): hits of tracks.
        fakes: int array, shape (slices, stations).
        complete: int array, shape (slices,): tracks with a hit on every station.
        short: int array, shape (slices,): tracks with fewer than four hits, or none.
        pt: float array, shape (tracks,): of the tracks of all slices, GeV.
        vertex_z: float array, shape (slices * events,), mm.
    """

    tracks: np.ndarray
    real: np.ndarray
    fakes: np.ndarray
    complete: np.ndarray
    short: np.ndarray
    pt: np.ndarray
    vertex_z: np.ndarray

    @property
    def hits(self):
        """Hits of each slice, int array of shape (slices,)."""
        return self.real.sum(axis=1) + self.fakes.sum(axis=1)

    @property
    def fake_fraction(self):
        """Fakes among the hits of each slice, float array of shape (slices,)."""
        return self.fakes.sum(axis=1) / self.hits


def counted(toy, slices, seed):
    """Draw time slices and count what they hold.

    Args:
        toy: `keras_hep.simulation.spd.SPDToy`.
        slices: int.
        seed: list of int. The number of the slice is appended to it.

    Returns:
        `SliceCounts`.
    """
    columns = zip(*(_counts(toy.event([*seed, number]), toy.events) for number in range(slices)), strict=True)
    *counts, pt, vertex_z = columns
    return SliceCounts(*map(np.array, counts), np.concatenate(pt), np.concatenate(vertex_z))


def contents(counts, suffix=""):
    """Describe means per slice, with errors from the spread between slices, as a list of `Quantity`.

    Args:
        counts: `SliceCounts`.
        suffix: str. Put behind every name, for a second simulation of the same item.
    """
    slices, tracks, hits = len(counts.hits), counts.tracks.sum(axis=1), counts.hits
    fakes, real = counts.fakes.sum(axis=1), counts.real.sum(axis=1)
    per_slice = f"per time slice; mean of {slices:,}"
    means = [
        ("tracks", tracks, "tracks", f"generated tracks {per_slice}"),
        ("hits", hits, "hits", f"hits {per_slice}"),
        ("fake_hits", fakes, "hits", f"fake hits {per_slice}"),
        ("real_hits", real, "hits", f"hits of tracks {per_slice}"),
        ("hits_per_station", hits / counts.real.shape[1], "hits", f"hits {per_slice} and station"),
    ]
    every = f"all hits of {slices:,} slices together"
    ratios = [
        ("fake_fraction", fakes, hits, "1", f"fake hits over {every}"),
        ("hits_per_track", real, tracks, "hits", "hits of tracks over generated tracks, also those without a hit"),
        ("complete_tracks", counts.complete, tracks, "1", "generated tracks with a hit on every station"),
        ("short_tracks", counts.short, tracks, "1", "generated tracks with fewer than four hits"),
    ]
    described = [(name, *estimates.mean(values), unit, text) for name, values, unit, text in means]
    described += [(name, *_ratio(above, below), unit, text) for name, above, below, unit, text in ratios]
    return [Quantity(name + suffix, value, error, unit, text, slices) for name, value, error, unit, text in described]


def single_slices(counts, hits, fraction, suffix=""):
    """Describe how single slices spread, and how far off numbers of unknown slices are, as a list of `Quantity`.

    Args:
        counts: `SliceCounts`.
        hits: int. Hits of a slice, to be compared.
        fraction: float. Of fakes in it.
        suffix: str.
    """
    slices, below = len(counts.hits), "slices with at most"
    shares = [
        ("slices_with_fewer_hits", counts.hits <= hits, f"{below} {hits:,} hits"),
        ("slices_with_fewer_fakes", counts.fake_fraction <= fraction, f"{below} {100 * fraction:g} % fakes"),
    ]
    spreads = [
        ("hits_spread", counts.hits, "hits", "hits of a slice"),
        ("fake_fraction_spread", counts.fake_fraction, "1", "fake hits over all hits of a slice"),
    ]
    return (
        [
            Quantity(
                name + suffix, *estimates.standard_deviation(values), unit, f"standard deviation of {text}", slices
            )
            for name, values, unit, text in spreads
        ]
        + [
            Quantity(name + suffix, *estimates.fraction(np.count_nonzero(chosen), slices), "1", text, slices)
            for name, chosen, text in shares
        ]
        + [_distance(counts, hits, fraction, suffix)]
    )


def laws(counts):
    """Describe what holds in every slice, and the laws of momentum and vertex, as a list of `Quantity`."""
    seen = counts.real.any(axis=0) & counts.fakes.any(axis=0)
    tested = [
        ("pt_uniformity", counts.pt, TRANSVERSE_MOMENTUM),
        ("vertex_uniformity", counts.vertex_z, (-VERTEX_HALF_LENGTH, VERTEX_HALF_LENGTH)),
    ]
    return [
        Quantity("stations", np.count_nonzero(seen), unit="stations", definition="stations with true and fake hits"),
        Quantity("events_per_slice", counts.tracks.shape[1], unit="events"),
        Quantity("fewest_tracks", counts.tracks.min(), unit="tracks", definition="smallest number in an event"),
        Quantity("most_tracks", counts.tracks.max(), unit="tracks", definition="largest number in an event"),
        Quantity("pt_smallest", counts.pt.min(), unit="GeV", definition="of all tracks"),
        Quantity("pt_largest", counts.pt.max(), unit="GeV", definition="of all tracks"),
    ] + [
        Quantity(name, uniformity(values, *law), definition="Kolmogorov-Smirnov probability", count=len(values))
        for name, values, law in tested
    ]


def events_by_tracks(counts, most, suffix=""):
    """Return the share of events with 1, 2, ... `most` tracks, as a `Curve`."""
    events = counts.tracks.size
    share, error = estimates.fraction(np.bincount(counts.tracks.ravel(), minlength=most + 1)[1:], events)
    definition = f"share of events with so many tracks, {events:,} events"
    return Curve(f"events_by_tracks{suffix}", range(1, len(share) + 1), share, error, "tracks", "1", definition)


def by_station(counts):
    """Return hits by station, and the laws of fakes and tracks in them, as a list of `Curve`."""
    stations, tracks, slices = range(counts.real.shape[1]), counts.tracks.sum(), len(counts.hits)
    curves = [
        Curve(name, stations, hits.mean(axis=0), _standard_error(hits), "station", "hits", f"{what} per time slice")
        for name, hits, what in (
            ("real_hits_by_station", counts.real, "hits of tracks"),
            ("fake_hits_by_station", counts.fakes, "fake hits"),
            ("hits_by_station", counts.real + counts.fakes, "hits"),
        )
    ]
    for name, hits, total, what in (
        ("fake_share_by_station", counts.fakes, counts.fakes.sum(), "share of the station in all fake hits"),
        ("reach_by_station", counts.real, tracks, "generated tracks with a hit on the station"),
    ):
        share, error = estimates.fraction(hits.sum(axis=0), total)
        curves.append(Curve(name, stations, share, error, "station", "1", f"{what}, {slices:,} slices"))
    return curves


def one_slice(event, slots):
    """Describe one time slice, as a list of `Quantity`.

    Args:
        event: `HitEvent`.
        slots: int array, shape (tracks to find, stations). As from `true_slots`.
    """
    hits, fake = event.hits, event.hits["track"] < 0
    events, stations = np.unique(event.tracks["event"]), np.unique(hits["station"])
    return [
        Quantity("stations", len(stations), unit="stations", definition="stations with a hit"),
        Quantity("events", len(events), unit="events", definition="events in the time slice"),
        Quantity("tracks", len(event.tracks["track"]), unit="tracks", definition="generated tracks"),
        Quantity("tracks_to_find", len(slots), unit="tracks", definition="four hits, one on the first station"),
        Quantity("hits", len(fake), unit="hits", definition="all hits"),
        Quantity("fake_fraction", *estimates.fraction(np.count_nonzero(fake), len(fake)), "1", "fakes over all hits"),
    ]


def nearest_fake(hits, station):
    """Describe how near the nearest fake hit of the station lies to hits of tracks, as a list of two `Quantity`.

    Args:
        hits: dict of arrays, as of `HitEvent`.
        station: int.
    """
    here = hits["station"] == station
    place, fake = positions(hits)[here], hits["track"][here] < 0
    distance = nearest_distance(place[~fake], place[fake])
    value, error = grouped_estimates.quantile(distance, 0.5, np.arange(len(distance)))
    density = np.count_nonzero(fake) / (4 * np.pi * RADII[station] * HALF_LENGTH)
    at_random = float(uniform_nearest_median(density))
    name, definition = f"nearest_fake_{station}", f"from a true hit on station {station} to the nearest fake one there"
    ratio = f"{definition}, over that of as many fakes at random on the cylinder"
    return [
        Quantity(name, value, error, "mm", f"median distance {definition}", len(distance)),
        Quantity(f"{name}_ratio", value / at_random, error / at_random, "1", f"median {ratio}", len(distance)),
    ]


def positions(hits):
    """Return x, y, z in mm of hits (dict of arrays), float32 array of shape (hits, 3)."""
    return np.stack([hits["x"], hits["y"], hits["z"]], axis=1)


def tracks_to_find(name, toy, slices, seed, fewest_hits):
    """Count the tracks that have so many hits, one of them on the first station.

    Args:
        name: str.
        toy: `keras_hep.simulation.spd.SPDToy`.
        slices: int.
        seed: list of int. The number of the slice is appended to it.
        fewest_hits: int.

    Returns:
        `Quantity`: mean per slice.
    """
    drawn = (toy.event([*seed, number]).hits for number in range(slices))
    found = [len(true_slots(hits, STATIONS, fewest_hits)[0]) for hits in drawn]
    definition = f"tracks with {fewest_hits} hits or more, one on the first station, efficiency {toy.efficiency:g}"
    return Quantity(name, *estimates.mean(found), "tracks", f"{definition}; mean of {slices:,} slices", slices)


def _counts(event, events):
    """Return the counts of one slice, in the order of `SliceCounts`."""
    hits, tracks = event.hits, event.tracks
    fake = hits["track"] < 0
    real, fakes = np.bincount(hits["station"] + STATIONS * fake, minlength=2 * STATIONS).reshape(2, STATIONS)
    lengths = np.bincount(hits["track"][~fake], minlength=len(tracks["track"]))
    per_event = np.bincount(tracks["event"], minlength=events)
    first = np.cumsum(per_event) - per_event  # of the event's tracks, which share a vertex
    complete, short = np.count_nonzero(lengths == STATIONS), np.count_nonzero(lengths < FEWEST_HITS)
    return per_event, real, fakes, complete, short, tracks["pt"], tracks["vz"][first]


def _distance(counts, hits, fraction, suffix):
    """Return chi squared of true and fake hits, if they are of one slice; of a mean of m slices it is m times that."""
    sample = np.stack([counts.real.sum(axis=1), counts.fakes.sum(axis=1)])
    off = np.array([(1 - fraction) * hits, fraction * hits]) - sample.mean(axis=1)
    distance = off @ np.linalg.solve(np.cov(sample), off)
    definition = f"chi squared of {hits:,} hits, {100 * fraction:g} % of them fake, among single slices; 2 degrees"
    return Quantity(f"slide_chi2{suffix}", distance, None, "1", f"{definition} of freedom", len(counts.hits))


def _ratio(above, below):
    """Return the ratio of the sums over slices and its standard error, from the spread of the slices around it."""
    value = above.sum() / below.sum()
    return value, np.std(above - value * below, ddof=1) / np.sqrt(len(above)) / below.mean()


def _standard_error(values):
    return values.std(axis=0, ddof=1) / np.sqrt(len(values))
