"""Quantities and curves of track candidates in TrackML events."""

import numpy as np

from keras_hep import training
from keras_hep.metrics import estimates
from keras_hep.metrics.proportions import proportion_in_bins
from keras_hep.suite.record import Curve, Quantity
from keras_hep.suite.segment_measurements import over_events
from keras_hep.suite.trackml_candidates import evaluated, seconds_per_event, simulated
from keras_hep.suite.trackml_prediction_training import METRE, METRES, PUBLISHED_ALPHA, in_unit
from keras_hep.tracking.global_index import GlobalIndex
from keras_hep.tracking.hit_sequences import sequences
from keras_hep.tracking.space_compression import SpaceCompression
from keras_hep.tracking.trackml_sequences import TrackMLSequences, track_sequences

PT_EDGES = np.geomspace(0.1, 6.4, 13)  # GeV
UNSEEN = 10_000  # number of the first event that no network is trained on
_RULE = "a candidate matches a particle by double majority; duplicates count once"


def event_sizes(events):
    """Describe events (list of `EventTruth`), as a list of `Quantity`."""
    hits = [len(event.hits["x"]) for event in events]
    from_seed = [100 * event.from_seed.mean() if len(event.from_seed) else 0.0 for event in events]
    noise = [100 * event.noise / max(number, 1) for event, number in zip(events, hits, strict=True)]
    return [
        over_events("particles", [len(event.slots) for event in events], "particles", "particles with three hits"),
        over_events("hits", hits, "hits", "hits"),
        over_events("noise", noise, "%", "hits of no particle"),
        over_events("from_seed", from_seed, "%", "particles whose first hit is on a seed layer"),
    ]


def quality(way, found, events):
    """Describe what was found, as a list of `Quantity`.

    Args:
        way: str. End of all names.
        found: list of `Found`.
        events: list of `EventTruth`.
    """
    pairs = list(zip(found, events, strict=True))
    growing = [100 * one.found[event.from_seed].mean() if event.from_seed.any() else 0.0 for one, event in pairs]
    return [
        over_events(f"recall_{way}", [one.recall for one in found], "%", f"particles with three hits; {_RULE}"),
        over_events(f"precision_{way}", [one.precision for one in found], "%", _RULE),
        over_events(f"recall_from_seed_{way}", growing, "%", "particles whose first hit is on a seed layer"),
        _candidates(f"candidates_{way}", [one.grown for one in found]),
        Quantity(
            f"seconds_{way}",
            np.mean([one.seconds for one in found]),
            unit="s",
            definition="per event, one process with one thread, from coordinates in mm on",
            timed=True,
        ),
    ]


def _candidates(name, numbers):
    """Describe how many candidates an event has; the number of a single event has the error of a count."""
    if len(numbers) > 1:
        return over_events(name, numbers, "candidates", "all that grow")
    return Quantity(name, float(numbers[0]), np.sqrt(numbers[0]), "candidates", "all that grow; error of a count")


def shape(found):
    """Compare two hits per step with one, as a list of `Quantity`.

    Args:
        found: dict of "k1" and "k2" to list of `Found`.
    """
    values = {
        name: [np.array([getattr(event, name) for event in found[way]], float) for way in ("k1", "k2")]
        for name in ("recall", "precision", "grown", "seconds")
    }
    (recall_one, recall_two), (time_one, time_two) = values["recall"], values["seconds"]
    precision, candidates = _ratio(*values["precision"]), _ratio(*reversed(values["grown"]))
    return [
        over_events("recall_gain", recall_two - recall_one, "%", "recall at K = 2 less that at K = 1"),
        Quantity("precision_ratio", *precision, definition="precision at K = 1 over that at K = 2"),
        Quantity("candidates_ratio", *candidates, definition="candidates at K = 2 over K = 1"),
        Quantity("time_ratio", time_two.mean() / time_one.mean(), definition="time at K = 2 over K = 1", timed=True),
    ]


def _ratio(parts, wholes):
    """Return the ratio of sums over events, of nothing as of very little, and its error, None of a single event."""
    wholes = np.maximum(wholes, 1e-9)
    return estimates.ratio(parts, wholes) if len(parts) > 1 else (parts[0] / wholes[0], None)


def first_step(way, finder, events, ranks=(1, 2, 16)):
    """Describe the first prediction, which knows a single hit, as a list of `Quantity`.

    Args:
        way: str. End of the names.
        finder: `keras_hep.tracking.trackml_finder.TrackMLFinder`.
        events: list of `EventTruth`.
        ranks: sequence of int. Numbers of hits nearest to the centre.

    Returns:
        Shares of the particles that start on a seed layer whose next hit is in the sphere and among so many hits.
    """
    shares = np.array([_ranks_of_the_next_hit(finder, event, ranks) for event in events])
    definition = "particles that start on a seed layer whose next hit is among the {} nearest to the centre"
    return [
        over_events(f"first_step_{rank}_{way}", 100 * column, "%", definition.format(rank))
        for rank, column in zip(ranks, shares.T, strict=True)
    ]


def _ranks_of_the_next_hit(finder, event, ranks):
    """Return the share of tracks whose second hit is among so many nearest ones, for each of the ranks."""
    owner = np.zeros(len(event.hits["x"]), int)
    particle, slot = np.nonzero(event.slots >= 0)
    owner[event.slots[particle, slot]] = particle + 1
    first, second = track_sequences(event.hits, owner, SpaceCompression())[1][:, :2].T
    positions, distance = finder.coordinates(event.hits)
    _, centres, sizes = finder.cell.step(finder.cell.start(positions[first]), positions[first])
    index = GlobalIndex(positions, distance)
    nearest = index.nearest(centres[:, 0], max(ranks), sizes[:, 0, 0], distance[first])[1]
    return [np.mean((nearest[:, :rank] == second[:, None]).any(axis=1)) for rank in ranks]


def recall_curve(way, found, events):
    """Return the recall in bins of transverse momentum, as a `Curve` with binomial errors; empty bins are left out."""
    success = np.concatenate([one.found for one in found])
    inside = proportion_in_bins(success, np.concatenate([event.pt for event in events]), PT_EDGES)
    middle, filled = np.sqrt(PT_EDGES[1:] * PT_EDGES[:-1]), inside.total > 0
    error = (inside.high - inside.low)[filled] / 2
    definition = "recall of particles with three hits, in bins of transverse momentum"
    return Curve(f"recall_{way}_pt", middle[filled], inside.value[filled], error, "GeV", "1", definition)


def cost(way, finder, simulation, densities, seed, repeats):
    """Measure the time of events of several sizes.

    Args:
        way: str. End of the names.
        finder: `keras_hep.tracking.trackml_finder.TrackMLFinder`.
        simulation: `keras_hep.simulation.trackml_like.TrackMLLike`.
        densities: sequence of float. Shares of its particles and noise.
        seed: list of int. The number of the event is appended to it.
        repeats: int. As of `keras_hep.suite.trackml_candidates.Evaluation`.

    Returns:
        (quantity, curve): exponent of the power law fitted to time against hits, and the times.
    """
    events = [simulated(simulation.scaled(density), [*seed, number]) for number, density in enumerate(densities)]
    seconds = [one.seconds for one in evaluated(finder, events, repeats)]
    hits = [len(event.hits["x"]) for event in events]
    definition = f"of time against hits, events of {min(densities):g} to {max(densities):g} of the density"
    exponent = Quantity(f"exponent_{way}", power_law(hits, seconds), definition=definition, timed=True)
    definition = "time of one event, one process with one thread, from coordinates in mm on"
    return exponent, Curve(f"cost_{way}", hits, seconds, None, "hits", "s", definition, timed=True)


def time_of_processes(way, finder, events, processes, repeats):
    """Return the time per event of processes that share events (list of `EventTruth`), as a `Quantity`."""
    seconds = seconds_per_event(finder, [*events] * processes, processes, repeats)
    names = {1: "one_core", 2: "two_cores"}
    definition = f"per event, {processes} processes with one thread each, best of {repeats}"
    return Quantity(f"seconds_{way}_{names[processes]}", seconds, unit="s", definition=definition, timed=True)


def spheres(fitted, simulation):
    """Describe the spheres of the network as published on tracks that it has not seen, as a list of `Quantity`.

    Args:
        fitted: `keras_hep.training.Training`, by `train_published`.
        simulation: `keras_hep.simulation.trackml_like.TrackMLLike`.

    Returns:
        The weight of the loss for mm; the median distance of hits from their centres and the median radius; and
        alpha <d / R> over 2 (1 - alpha) <R^2>, which is 1 where a common factor to all radii cannot make the loss less.
    """
    positions, present = TrackMLSequences(simulation, events=1, first_event=UNSEEN).every_track()
    points, targets, weights = sequences(METRES.scale(positions), present)
    predicted, chosen = training.predict(fitted.model, points)[:, :, 0], weights[:, :, 0] > 0
    distance = np.linalg.norm(predicted[..., :3] - targets[:, :, 0], axis=2)[chosen]
    radius = predicted[..., 3][chosen]
    alpha = in_unit(PUBLISHED_ALPHA, METRE)
    balance = alpha * np.mean(distance / radius) / (2 * (1 - alpha) * np.mean(radius**2))
    return [
        Quantity("alpha", in_unit(alpha, 1 / METRE), definition="weight of the distance in the loss, for mm"),
        Quantity("distance", METRE * np.median(distance), unit="mm", definition="median, of hits from their centres"),
        Quantity("radius", METRE * np.median(radius), unit="mm", definition="median, of spheres"),
        Quantity("hits_in_spheres", 100 * np.mean(distance < radius), unit="%", definition="hits in their spheres"),
        Quantity("alpha_balance", balance, definition="alpha <d / R> over 2 (1 - alpha) <R^2>"),
    ]


def power_law(x, y):
    """Return the exponent of the power law that fits best, in logarithms.

    Example:

    >>> round(power_law([1, 10, 100], [3.0, 300.0, 30_000.0]), 6)
    2.0
    """
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def learning(way, fitted):
    """Return loss, share of hits in their spheres and mean radius in the course of a training, as `Curve`s."""
    history = fitted.history
    return [
        Curve(f"training_{name}_{way}", history["events"], history[name], None, "tracks", "1", definition)
        for name, definition in [
            ("loss", "mean over the tracks of the interval that ends at x"),
            ("hit_efficiency", "hits inside the sphere predicted for them, over the same"),
            ("mean_radius", "in the coordinates of the network, over the same"),
        ]
    ]
