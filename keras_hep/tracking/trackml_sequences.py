"""Particles of TrackML events as sequences of hits, one on each layer, for networks that predict the next hit."""

import dataclasses
import functools

import numpy as np

from keras_hep.simulation.trackml_like import TrackMLLike
from keras_hep.tracking.space_compression import SpaceCompression

SEED_LAYERS = ((8, 2), (7, 14), (9, 2))  # volume and layer of the innermost barrel and discs
MOST_HITS = 20  # on different layers; simulated particles reach 19
FEWEST_HITS = 3


def on_seed_layers(hits):
    """Return which hits lie on one of the `SEED_LAYERS`, bool array of shape (hits,).

    Args:
        hits: mapping of arrays with volume_id and layer_id.

    Example:

    >>> on_seed_layers({"volume_id": np.array([8, 8, 9]), "layer_id": np.array([2, 4, 2])}).tolist()
    [True, False, True]
    """
    layer = 100 * np.asarray(hits["volume_id"], int) + np.asarray(hits["layer_id"], int)
    return np.isin(layer, [100 * volume + number for volume, number in SEED_LAYERS])


def one_hit_per_layer(hits, particle_id):
    """Return the hit nearest to the beam of each particle on each layer, where modules overlap.

    Args:
        hits: mapping of arrays with x, y in mm, volume_id and layer_id, of shape (hits,).
        particle_id: int array, shape (hits,); 0 for noise, of which nothing is returned.

    Returns:
        int array: indices of the hits kept, ascending. Of equally near ones the first is kept.

    Reference: Goncharov et al., slides (2024), TrackNET training overview on TrackML: "take the closest one (least r
        in cylindrical coordinates)".

    Example:

    >>> hits = {"x": np.array([33.0, 31.0, 72.0]), "y": np.zeros(3)}
    >>> hits |= {"volume_id": np.array([8, 8, 8]), "layer_id": np.array([2, 2, 4])}
    >>> one_hit_per_layer(hits, np.array([7, 7, 7])).tolist()
    [1, 2]
    """
    known = np.flatnonzero(particle_id)
    layer = 100 * np.asarray(hits["volume_id"], int)[known] + np.asarray(hits["layer_id"], int)[known]
    radius = np.hypot(np.asarray(hits["x"])[known], np.asarray(hits["y"])[known])
    order = np.lexsort((radius, layer, particle_id[known]))
    particle, layer = particle_id[known][order], layer[order]
    first = np.ones(len(order), bool)
    first[1:] = (particle[1:] != particle[:-1]) | (layer[1:] != layer[:-1])
    return np.sort(known[order[first]])


def track_sequences(hits, particle_id, space):
    """Return the particles of an event as sequences of hits, outwards from a seed layer.

    Kept are the particles with hits on at least `FEWEST_HITS` layers whose hit nearest to the centre lies on a seed
    layer; the first `MOST_HITS` hits of each.

    Args:
        hits: mapping of arrays with x, y, z in mm, volume_id and layer_id, of shape (hits,).
        particle_id: int array, shape (hits,); 0 for noise.
        space: `SpaceCompression`. Hits are ordered by their distance from the centre in compressed space.

    Returns:
        (particle_id, slots): int array, shape (tracks,), ascending; int array, shape (tracks, MOST_HITS): indices of
        the hits, -1 after the last one.
    """
    kept = one_hit_per_layer(hits, particle_id)
    positions = np.stack([np.asarray(hits[name])[kept] for name in "xyz"], axis=1)
    distance = np.linalg.norm(space.compress(positions), axis=1)
    kept = kept[np.lexsort((distance, particle_id[kept]))]
    numbers, start, count = np.unique(particle_id[kept], return_index=True, return_counts=True)
    wanted = (count >= FEWEST_HITS) & on_seed_layers(hits)[kept[start]]
    numbers, start, count = numbers[wanted], start[wanted], count[wanted]
    slot = np.arange(MOST_HITS)
    place = start[:, None] + np.minimum(slot, count[:, None] - 1)
    return numbers, np.where(slot < count[:, None], kept[place], -1)


@dataclasses.dataclass(frozen=True)
class TrackMLSequences:
    """True tracks of simulated TrackML events, drawn at random from those of whole events without noise.

    The events are drawn once per process, when the first tracks are asked for, 0.3 s each; at the usual density each
    has about 7,000 such tracks.

    Args:
        simulation: `TrackMLLike`. Its noise is left out.
        events: int. Number of events.
        first_event: int. Number of the first one; others give other tracks, for validation.
        space: `SpaceCompression`.

    Raises:
        ValueError: if there is no event.

    Example:

    >>> sequences = TrackMLSequences(TrackMLLike(particles=300), events=1)
    >>> positions, present = sequences.tracks(number=64, seed=1)
    >>> positions.shape, present.shape, bool(present[:, :3].all())
    ((64, 20, 3), (64, 20), True)

    Reference: Goncharov et al., slides (2024), TrackNET training overview on TrackML; the layers that tracks start on
        are those of the authors' public code (t3hseus/tracknet).
    """

    simulation: TrackMLLike = dataclasses.field(default_factory=TrackMLLike)
    events: int = 40
    first_event: int = 0
    space: SpaceCompression = dataclasses.field(default_factory=SpaceCompression)

    def __post_init__(self):
        if self.events < 1:
            raise ValueError(f"TrackMLSequences: events must be at least 1, got {self.events!r}.")

    def tracks(self, number, seed):
        """Draw tracks, with replacement.

        Args:
            number: int.
            seed: int or sequence of int. The same seed gives the same tracks.

        Returns:
            (positions, present): float32 array, shape (number, MOST_HITS, 3), compressed mm, hits in their order along
            the track, 0 after the last one; and bool array, shape (number, MOST_HITS).
        """
        positions, present = self.every_track()
        chosen = np.random.default_rng(seed).integers(len(positions), size=number)
        return positions[chosen], present[chosen]

    def every_track(self):
        """Return all tracks of the events, in the form of `tracks`; the arrays are shared and not to be changed.

        Raises:
            ValueError: if no particle of the events makes a track.
        """
        positions, present = _tracks_of_events(self)
        if not len(positions):
            raise ValueError(
                f"TrackMLSequences: some particle must hit {FEWEST_HITS} layers from a seed layer on, got none in "
                f"{self.events} events of {self.simulation.particles:g} particles: ask for more of either."
            )
        return positions, present


@functools.lru_cache(maxsize=4)
def _tracks_of_events(sequences):
    """Return positions and presence of the tracks of all events of a `TrackMLSequences`."""
    simulation = dataclasses.replace(sequences.simulation, noise=0, cells=False)
    parts = []
    for number in range(sequences.first_event, sequences.first_event + sequences.events):
        event = simulation.event([number])
        slots = track_sequences(event.hits, event.truth["particle_id"], sequences.space)[1]
        measured = np.stack([event.hits[name] for name in "xyz"], axis=1)
        positions = sequences.space.compress(measured)[slots]
        parts.append((np.where(slots[..., None] >= 0, positions, np.float32(0)), slots >= 0))
    positions, present = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    positions.setflags(write=False)
    present.setflags(write=False)
    return positions, present
