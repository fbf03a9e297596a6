"""Track candidates of TrackML events, from coordinates in mm on."""

import dataclasses

import numpy as np

from keras_hep.tracking.candidate_evidence import EvidenceRules, resolved
from keras_hep.tracking.free_growth import grow_freely
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.space_compression import SpaceCompression
from keras_hep.tracking.trackml_sequences import MOST_HITS, on_seed_layers


@dataclasses.dataclass(frozen=True, eq=False)
class TrackMLFinder:
    """Grows candidates from all hits of the innermost layers, and resolves them if asked to.

    Args:
        cell: as for `keras_hep.tracking.free_growth.grow_freely`.
        scaling: object with `scale(positions in mm) -> float32 array`, the coordinates that the cell reads, such as
            `keras_hep.tracking.coordinates.Scaling`.
        space: `SpaceCompression` before the scaling, or None for none.
        rules: `GrowthRules`.
        resolution: `EvidenceRules`, or None: candidates stay as they grow.

    Example:

    >>> from keras_hep.simulation.trackml_like import TrackMLLike
    >>> from keras_hep.tracking.direction_coordinates import DirectionCoordinates
    >>> from keras_hep.tracking.helix_cell import HelixCell
    >>> finder = TrackMLFinder(HelixCell(depth=0.15, radii=(0.1, 0.02)), DirectionCoordinates())
    >>> candidates = finder.find(TrackMLLike(particles=300, noise=0).event(seed=1).hits)
    >>> candidates.hits.shape[1], int(candidates.number_of_hits.min())
    (20, 4)
    """

    cell: object
    scaling: object
    space: SpaceCompression = None
    rules: GrowthRules = dataclasses.field(default_factory=GrowthRules)
    resolution: EvidenceRules = None

    def find(self, hits):
        """Return the `Candidates` of an event.

        Args:
            hits: mapping of arrays with x, y, z in mm, volume_id and layer_id, of shape (hits,).
        """
        scaled, distance = self.coordinates(hits)
        seeds = np.flatnonzero(on_seed_layers(hits))
        found = grow_freely(self.cell, scaled, seeds, self.rules, MOST_HITS, from_origin=distance)
        return found if self.resolution is None else resolved(self.cell, scaled, found, self.resolution)

    def coordinates(self, hits):
        """Return the coordinates that the cell reads, and the distance from the centre, which grows along candidates.

        Returns:
            (positions, distance): float32 arrays, shape (hits, 3), scaled, and (hits,), in mm of compressed space.
        """
        positions = np.stack([np.asarray(hits[name], np.float32) for name in "xyz"], axis=1)
        if self.space is not None:
            positions = self.space.compress(positions)
        return self.scaling.scale(positions), np.linalg.norm(positions, axis=1)

    def __call__(self, events):
        """Return list of `Candidates` of a sequence of events, for `keras_hep.tracking.growth_pool.GrowthPool`."""
        return [self.find(hits) for hits in events]
