"""Track candidates of TrackML events: the events, what ought to be found in them, what is found, and the time."""

import dataclasses
import time

import numpy as np

from keras_hep.metrics.track_candidates import majority_match, true_hits
from keras_hep.suite import trackml_events
from keras_hep.suite.event_files import SIMULATION
from keras_hep.suite.trackml_events import FEWEST_HITS
from keras_hep.tracking.growth_pool import GrowthPool
from keras_hep.tracking.space_compression import SpaceCompression
from keras_hep.tracking.trackml_sequences import track_sequences

COLUMNS = ("x", "y", "z", "volume_id", "layer_id")


@dataclasses.dataclass(frozen=True, eq=False)
class EventTruth:
    """An event and the particles that ought to be found: those with at least three hits.

    Attributes:
        hits: dict of arrays: `COLUMNS`.
        slots: int32 array, shape (particles, most hits): indices of the hits of each particle, -1 after the last one.
        pt: float array, shape (particles,). Transverse momentum in GeV where the particle was made.
        from_seed: bool array, shape (particles,). Whether its hit nearest to the centre is on a seed layer, and it hits
            three layers: growth can find it from its first hit on.
        noise: int. Hits of no particle.
    """

    hits: dict
    slots: np.ndarray
    pt: np.ndarray
    from_seed: np.ndarray
    noise: int

    @classmethod
    def of(cls, hits, particle_id, particles):
        """Take an event.

        Args:
            hits: mapping of arrays with `COLUMNS`.
            particle_id: int array, shape (hits,); 0 for noise.
            particles: mapping of arrays with particle_id, px and py in GeV.
        """
        hits, particle_id = {name: np.asarray(hits[name]) for name in COLUMNS}, np.asarray(particle_id)
        known, track = np.unique(particle_id, return_inverse=True)
        numbers, slots = true_hits(np.where(particle_id == 0, -1, track), FEWEST_HITS)
        order = np.argsort(np.asarray(particles["particle_id"]))
        row = order[np.searchsorted(np.asarray(particles["particle_id"]), known[numbers], sorter=order)]
        pt = np.hypot(np.asarray(particles["px"])[row], np.asarray(particles["py"])[row])
        starting, _ = track_sequences(hits, particle_id, SpaceCompression())
        return cls(hits, slots, pt, np.isin(known[numbers], starting), int(np.count_nonzero(particle_id == 0)))


@dataclasses.dataclass(frozen=True, eq=False)
class Found:
    """What a finder found in one event.

    Attributes:
        found: bool array, shape (particles,). Which particles a candidate matches by double majority.
        candidates: int. Candidates, of those with the same hits or the same particle one.
        grown: int. All candidates.
        seconds: float. From coordinates in mm to candidates, in one process with one thread.
    """

    found: np.ndarray
    candidates: int
    grown: int
    seconds: float

    @property
    def recall(self):
        """Share of the particles that are found, in per cent."""
        return 100 * np.count_nonzero(self.found) / max(len(self.found), 1)

    @property
    def precision(self):
        """Particles found per candidate, in per cent."""
        return 100 * np.count_nonzero(self.found) / max(self.candidates, 1)


@dataclasses.dataclass(frozen=True, eq=False)
class Evaluation:
    """Finds candidates in events and matches them, in a process of a `GrowthPool`.

    Args:
        finder: `keras_hep.tracking.trackml_finder.TrackMLFinder`.
        repeats: int. The time is the best of so many: others on the machine can only make it longer.
    """

    finder: object
    repeats: int = 1

    def __call__(self, events):
        """Return list of `Found`, one for each `EventTruth`."""
        return [self._evaluated(event) for event in events]

    def _evaluated(self, event):
        seconds = []
        for _ in range(self.repeats):
            start = time.perf_counter()
            candidates = self.finder.find(event.hits)
            seconds.append(time.perf_counter() - start)
        matching = majority_match(candidates.hits, event.slots)
        return Found(matching.found, int(matching.counted.sum()), len(candidates), min(seconds))


def evaluated(finder, events, repeats=1):
    """Return what a finder finds in events (list of `EventTruth`), list of `Found`; times are those of one process."""
    with GrowthPool(Evaluation(finder, repeats), workers=1, together=1) as pool:
        return list(pool.map(events))


def seconds_per_event(finder, events, processes, repeats):
    """Return the time per event of several processes that share the events (list of `EventTruth`), best of repeats."""
    hits, best = [event.hits for event in events], np.inf
    with GrowthPool(finder, workers=processes, together=1) as pool:
        list(pool.map(hits[:1] * processes))  # processes start
        for _ in range(repeats):
            start = time.perf_counter()
            for _ in pool.map(hits):
                pass
            best = min(best, time.perf_counter() - start)
    return best / len(hits)


def evaluation_events(data, simulation, number, seed):
    """Draw events, or read the one that the user names.

    Args:
        data: str. "simulation", or the prefix of event files.
        simulation: `keras_hep.simulation.trackml_like.TrackMLLike`.
        number: int. Simulated events.
        seed: list of int. The event's number is appended to it.

    Returns:
        (events, data, name): list of `EventTruth`, and what `keras_hep.suite.trackml_events.BarrelEvents` has as data
        and events.
    """
    if data == SIMULATION:
        return [simulated(simulation, [*seed, one]) for one in range(number)], SIMULATION, ""
    from keras_hep.formats import trackml

    table, known = trackml.load_hits_with_truth(data), trackml_events.genuine(data)
    event = EventTruth.of(table, table["particle_id"].to_numpy(), trackml.load_event_particles(data))
    return [event], known.data, known.events


def simulated(simulation, seed):
    """Draw one event, as `EventTruth`."""
    event = simulation.event(seed)
    return EventTruth.of(event.hits, event.truth["particle_id"], event.particles)
