"""Track candidates that a network grows outwards through hits without stations.

Reference: P. Goncharov et al., TrackNET: Deep Learning-Based Track Recognition in Pixel and Strip-Based Particle
Detectors (2024), section on TrackML. That hits must lie farther out is ours: the authors do not say what ends a track.
"""

import dataclasses

import numpy as np

from keras_hep.tracking.global_index import GlobalIndex
from keras_hep.tracking.growth_history import GrowthHistory
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.live_candidates import LiveCandidates
from keras_hep.tracking.region_prediction import accepted, predict


def grow_freely(cell, positions, seeds, rules=None, most_hits=20, from_origin=None):
    """Grow a candidate from each seed through the hits of one event.

    The network predicts a sphere. Of the hits nearest to its centre those inside that are farther from the origin than
    the last hit continue the candidate, each as a branch of its own; so no candidate has a hit twice.

    Args:
        cell: as for `keras_hep.tracking.candidate_growth.grow`; its first region, a sphere, is used.
        positions: float32 array, shape (hits, 3). Scaled coordinates.
        seeds: int array, shape (seeds,). Indices of the hits to start from.
        rules: `GrowthRules` without `step_ahead` and with strict `search`, or None for the plain algorithm.
        most_hits: int. A candidate ends with so many hits.
        from_origin: float array, shape (hits,), or None. What has to grow from hit to hit. None: the distance from the
            origin in the coordinates given.

    Returns:
        `Candidates`, with `most_hits` slots: hits in the order along the track.

    Raises:
        ValueError: if the rules need stations, or the network predicts a number that is not finite.

    Example:

    >>> class Doubling:
    ...     heads = 1
    ...     def start(self, positions):
    ...         return ()
    ...     def step(self, state, positions):
    ...         return (), 2 * positions[:, None], np.full((len(positions), 1, 1), 0.5, np.float32)
    >>> positions = np.float32([[8, 0, 0], [4, 0, 0], [2, 0, 0], [1, 0, 0], [0, 1, 0]])
    >>> grow_freely(Doubling(), positions, seeds=[3, 4], most_hits=5).hits.tolist()
    [[3, 2, 1, 0, -1]]
    """
    rules, seeds, positions = rules or GrowthRules(), np.asarray(seeds, np.int32), np.asarray(positions, np.float32)
    if rules.step_ahead or rules.search != "strict":
        raise ValueError("Growth without stations has no step ahead and no union of stations: leave them out of rules.")
    index = GlobalIndex(positions, from_origin)
    history = GrowthHistory(seeds, rules.minimum_hits)
    live = LiveCandidates.seeds(np.zeros(len(seeds), np.int32), positions[seeds], cell.start(positions[seeds]))
    last = seeds
    for step in range(most_hits - 1):
        if len(live):
            live, last = _step(cell, live, last, index, history, rules, step)
    history.end(live, np.arange(len(live)))
    return history.finished(most_hits)[1]


@dataclasses.dataclass(frozen=True, eq=False)
class FreeGrowth:
    """`grow_freely` with all but the events fixed, for `keras_hep.tracking.growth_pool.GrowthPool`.

    Args:
        cell: as for `grow_freely`, of a class that can be imported.
        rules: `GrowthRules`, or None.
        most_hits: int.
        shared: float or None. If given, `Candidates.greedy_deduplication(shared)` is applied to each event.
    """

    cell: object
    rules: GrowthRules = None
    most_hits: int = 20
    shared: float = None

    def __call__(self, events):
        """Return list of `Candidates` of a sequence of events, triples (positions, seeds, from_origin or None)."""
        found = [
            grow_freely(self.cell, positions, seeds, self.rules, self.most_hits, from_origin)
            for positions, seeds, from_origin in events
        ]
        return found if self.shared is None else [one.greedy_deduplication(self.shared) for one in found]


def _step(cell, live, last, index, history, rules, step):
    """Return the candidates with one hit more, and these hits; note those that end."""
    live, centres, sizes = predict(cell, live, rules, step)
    beyond = index.from_origin[last]
    distance, hit = index.nearest(centres[:, 0], rules.nearest_at(step), sizes[:, 0, 0], beyond)
    hit[~accepted(centres[:, 0], rules)] = -1
    parent, column = np.nonzero(hit >= 0)
    history.end(live, np.flatnonzero((hit < 0).all(axis=1)))
    hit, squared = hit[parent, column], distance[parent, column] ** 2
    live = live.continued(parent, index.positions.take(hit, axis=0), squared, np.zeros(len(parent), bool))
    kept = live.best(rules.most_candidates)
    if len(kept) < len(live):
        live, parent, hit = live.taken(kept), parent[kept], hit[kept]
    history.step(parent, hit)
    return live, hit
