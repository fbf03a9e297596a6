"""Time slices of TrackML-like tracks: few hits at irregular distances, from particles of whole simulated events.

Reference: TrackGANN slides (2025), "Datasets", and the sampler of its authors.
"""

import dataclasses

import numpy as np

from keras_hep.simulation.drift_times import drift_intervals
from keras_hep.simulation.particle_pool import drawn_pool, genuine_pool
from keras_hep.simulation.slice_composition import composition_faults, draw_composition
from keras_hep.simulation.time_slice import TimeSlice

SHIFT = np.array([20.0, 20.0, 350.0])  # mm: an event is shifted by up to so much along x, y and z


@dataclasses.dataclass(frozen=True)
class TrackMLSlices:
    """Generator of time slices of TrackML-like tracks, or of tracks of genuine events.

    A time slice has a Poisson number of events, at least 2, with 2 to `most_tracks` tracks each. As in the published
    sampler, the tracks of event k are particles of the k-th event of a fixed pool, any of those with enough hits
    being equally probable, secondaries that curl back as well. The hits of a particle are in the order of their
    distance from the origin; then all hits of an event are shifted together, by up to 20, 20 and 350 mm along x, y and
    z to both sides. The number of hits is not limited upwards, nor the distance from the axis, as the slides say it is.

    Hits are measured positions of `TrackMLLike` events without noise. The pool is drawn on first use, in seconds, and
    kept: `particle_pool.drawn_pool`. Its particles have 10.7 hits on average and 20 % are secondaries; those of a
    genuine event 10.8 and 19 %. With one seed, tracks are the same at every `resolution` and `jitter`.

    Args:
        mean_events: float. Mean number of events (before the least number of 2).
        resolution: int. Number of events to each side that a track's drift-time interval overlaps with.
        jitter: float. Largest shift of a track's interval, in spacings of events: `drift_times.drift_intervals`. 0, as
            published: all tracks of an event have the same interval.
        most_tracks: int. Largest number of tracks of an event, inclusive.
        minimum_hits: int. Particles with fewer hits are left out.
        pool: int. Number of the pool; training and test have pools of their own.
        pool_events: int. Events of the pool; a time slice with more events begins anew with the first.
        particles: float. Mean number of particles of an event of the pool, three quarters of which have hits enough.
            The challenge's are 11 times as many as by default; the law of a particle is the same.
        event_files: tuple of str. What the names of TrackML event files begin with, one per event: the tracks are
            theirs, and `pool`, `pool_events` and `particles` are not used.

    Raises:
        ValueError: if an argument is out of range, or an event of the pool has fewer particles than `most_tracks`.

    Example:

    >>> slices = TrackMLSlices(mean_events=3.0, pool_events=4, particles=200)
    >>> slice_ = slices.slice(seed=2)
    >>> slice_.events, slice_.event.tolist()
    (3, [2, 2, 2, 2, 1, 2, 0, 1, 0, 1, 0, 1])

    Reference: TrackGANN slides (2025), "Datasets".
    """

    mean_events: float = 15.0
    resolution: int = 2
    jitter: float = 0.0
    most_tracks: int = 5
    minimum_hits: int = 3
    pool: int = 0
    pool_events: int = 40
    particles: float = 1000.0
    event_files: tuple = ()

    def __post_init__(self):
        for rule, value in composition_faults(self.mean_events, self.resolution, self.jitter, self.most_tracks):
            _require(False, rule, value)
        for name, least in (("minimum_hits", 1), ("pool", 0), ("pool_events", 1)):
            value = getattr(self, name)
            _require(isinstance(value, int) and value >= least, f"{name} must be an int of at least {least}", value)
        listed = not isinstance(self.event_files, str)
        _require(listed, "event_files must be a tuple of str, one per event", self.event_files)
        object.__setattr__(self, "event_files", tuple(str(prefix) for prefix in self.event_files))

    def slice(self, seed):
        """Draw one time slice.

        Args:
            seed: int or sequence of int. The same seed gives the same time slice.

        Returns:
            `TimeSlice`. Tracks are in random order.
        """
        particles, random = self.particles_of_pool(), np.random.default_rng(seed)
        event, events = draw_composition(random, self.mean_events, self.most_tracks)
        chosen = particles.draw(random, event)
        counts = particles.hit_counts[chosen]
        shift = random.uniform(-SHIFT, SHIFT, (events, 3))
        hits = particles.hits_of(chosen) + np.repeat(shift[event], counts, axis=0)
        intervals = drift_intervals(event, events, self.resolution, self.jitter, random)
        return TimeSlice(hits.astype(np.float32), counts, event, intervals, events)

    def particles_of_pool(self):
        """Return the particles that tracks are drawn from: `ParticlePool`.

        Raises:
            ValueError: if an event has fewer particles than `most_tracks`.
        """
        if self.event_files:
            pool = genuine_pool(self.event_files, self.minimum_hits)
        else:
            pool = drawn_pool(self.pool, self.pool_events, self.particles, self.minimum_hits)
        fewest = int(pool.particle_counts.min())
        _require(fewest >= self.most_tracks, f"every event must have {self.most_tracks} particles or more", fewest)
        return pool


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"TrackMLSlices: {rule}, got {value!r}.")
