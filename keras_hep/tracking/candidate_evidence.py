"""How strongly the hits of track candidates speak for a track, and which candidates that leaves.

A network trained with `keras_hep.losses.SphereLikelihood` says how likely a track has its next hit at a distance d from
the centre of its sphere: k^3 / (8 pi R^3) exp(-k d / R) per volume. Hits of other tracks lie there with the density of
all hits. The logarithm of the ratio is the evidence of a hit; it is comparable between wide and narrow spheres, and
between short and long candidates, which distances are not.
"""

import dataclasses

import numpy as np
from scipy.spatial import cKDTree

from keras_hep.tracking.candidates import Candidates


@dataclasses.dataclass(frozen=True)
class EvidenceRules:
    """Settings of `resolved`.

    Args:
        width: float. k, as of the loss that the network was trained with.
        shared: float. Largest fraction of a candidate's hits that stronger candidates may have.
        minimum_hits: int. Weaker candidates have fewer hits.
        minimum_evidence: float. Weaker candidates are dropped, too.

    Raises:
        ValueError: if an argument is out of range.
    """

    width: float = 10.0
    shared: float = 0.3
    minimum_hits: int = 4
    minimum_evidence: float = 0.0

    def __post_init__(self):
        for name, holds in (("width", self.width > 0), ("minimum_hits", self.minimum_hits >= 1)):
            if not holds:
                raise ValueError(f"EvidenceRules: {name} must be positive, got {getattr(self, name)!r}.")
        if not 0 <= self.shared <= 1:
            raise ValueError(f"EvidenceRules: shared is a fraction, got {self.shared!r}.")


def resolved(cell, positions, candidates, rules=None):
    """Keep of each candidate the part with most evidence, and of candidates that share hits those with most evidence.

    Args:
        cell: as for `keras_hep.tracking.free_growth.grow_freely`, trained with `SphereLikelihood`.
        positions: float32 array, shape (hits, 3). Scaled coordinates.
        candidates: `Candidates` without virtual points.
        rules: `EvidenceRules`, or None for the defaults.

    Returns:
        `Candidates`.
    """
    rules = rules or EvidenceRules()
    gained, squared = hit_evidence(cell, positions, candidates.hits, rules.width, typical_density(positions))
    total = np.cumsum(gained, axis=1)
    last = np.argmax(total, axis=1)
    evidence = total[np.arange(len(last)), last]
    later = np.arange(gained.shape[1]) > last[:, None]
    distance = np.where(later, 0, squared).sum(axis=1) / np.maximum(last, 1)
    parts = Candidates(np.where(later, np.int32(-1), candidates.hits), distance.astype(np.float32))
    kept = (evidence > rules.minimum_evidence) & (parts.number_of_hits >= rules.minimum_hits)
    return parts.select(kept).greedy_deduplication(rules.shared, evidence[kept])


def hit_evidence(cell, positions, hits, width, density):
    """Return how much likelier each hit is as the next one of the hits before it than as a hit of something else.

    Args:
        cell: as for `resolved`.
        positions: float32 array, shape (hits, 3). Scaled coordinates.
        hits: int32 array, shape (candidates, slots). Indices of hits, -1 after the last one.
        width: float. k, as of the loss.
        density: float. Other hits per unit of volume.

    Returns:
        (evidence, squared distance): float32 arrays, shape (candidates, slots), 0 for first hits and where there is no
        hit. The evidence is a natural logarithm.

    Example:

    >>> class Ahead:  # the next hit is 1 farther along x
    ...     heads = 1
    ...     def start(self, positions):
    ...         return ()
    ...     def step(self, state, positions):
    ...         centres = positions[:, None] + np.float32([1, 0, 0])
    ...         return state, centres, np.full((len(positions), 1, 1), 0.1, np.float32)
    >>> positions = np.float32([[0, 0, 0], [1, 0, 0], [1.1, 0, 0]])
    >>> hit_evidence(Ahead(), positions, np.int32([[0, 1], [0, 2]]), width=10, density=100)[0].round(1).tolist()
    [[0.0, 6.0], [0.0, -4.0]]
    """
    evidence, squared = np.zeros((2, *hits.shape), np.float32)
    rows = np.flatnonzero((hits >= 0).any(axis=1))
    state = cell.start(positions[hits[rows, 0]])
    constant = 3 * np.log(width) - np.log(8 * np.pi * density)
    for slot in range(hits.shape[1] - 1):
        goes_on = hits[rows, slot + 1] >= 0
        rows, state = rows[goes_on], tuple(part[goes_on] for part in state)
        if not len(rows):
            break
        state, centres, sizes = cell.step(state, positions[hits[rows, slot]])
        distance = ((centres[:, 0] - positions[hits[rows, slot + 1]]) ** 2).sum(axis=1)
        squared[rows, slot + 1] = distance
        radius = sizes[:, 0, 0]
        evidence[rows, slot + 1] = constant - 3 * np.log(radius) - width * np.sqrt(distance) / radius
    return evidence, squared


def typical_density(positions, neighbours=10, sample=2000):
    """Return the median, over hits, of the number of hits per unit of volume around a hit.

    Args:
        positions: float array, shape (hits, 3).
        neighbours: int. Hits that a sphere around a hit holds beside it.
        sample: int. About so many hits are looked at, evenly spread over their order.

    Returns:
        float. 1 where there are not so many hits.

    Example:

    >>> round(typical_density(np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]), neighbours=1), 3)  # 1 in 4/3 pi
    0.239
    """
    if len(positions) <= neighbours:
        return 1.0
    some = positions[:: max(len(positions) // sample, 1)]
    distance = cKDTree(positions).query(some, [neighbours + 1])[0][:, 0]
    return float(neighbours / (4 / 3 * np.pi * np.median(distance) ** 3))
