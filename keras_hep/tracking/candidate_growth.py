"""Track candidates that a network grows station by station: it predicts where the next hit is, the nearest is taken.

Reference: P. Goncharov et al., TrackNET: Deep Learning-Based Track Recognition in Pixel and Strip-Based Particle
Detectors (2024).
"""

import dataclasses

import numpy as np

from keras_hep.tracking.candidates import Candidates
from keras_hep.tracking.growth_history import GrowthHistory
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.joined_hits import JoinedHits
from keras_hep.tracking.live_candidates import LiveCandidates
from keras_hep.tracking.region_prediction import accepted, predict
from keras_hep.tracking.region_search import RegionSearch


def grow(cell, positions, station, stations, rules=None, planes=None, index=None):
    """Grow a candidate from each hit of station 0.

    At each station the network reads the hit that a candidate has there and predicts a region on the next one. The
    nearest hits inside it continue the candidate, each one as a branch of its own; without any, the candidate ends.
    The state of the network is carried along: each hit is read once.

    Args:
        cell: object with the attribute `heads` (regions of each prediction, 1 or 2) and the methods
            `start(positions) -> state` and `step(state, positions) -> (state, centres, sizes)`, such as
            `keras_hep.tracking.track_net_cell.TrackNETCell`.
        positions: float32 array, shape (hits, 3). Scaled coordinates.
        station: int array, shape (hits,), of 0 to `stations` - 1.
        stations: int.
        rules: `GrowthRules`, or None for the plain algorithm.
        planes: float array, shape (stations,), or None. Scaled z of planes; needed for virtual points of ellipses.
        index: class of the index of hits, or None: see `keras_hep.tracking.region_search.RegionSearch`.

    Returns:
        `Candidates`, with one slot for each station.

    Raises:
        ValueError: if the hits are not as they ought to be, the rules ask for what the cell cannot do, or the network
            predicts a number that is not finite.

    Example:

    >>> class Radial:  # tracks from the origin through stations whose radii are 1, 2, 3 and 4
    ...     heads = 1
    ...     def start(self, positions):
    ...         return (np.zeros(len(positions), np.float32),)
    ...     def step(self, state, positions):
    ...         number = state[0] + 1
    ...         centres = positions * ((number + 1) / number)[:, None]
    ...         return (number,), centres[:, None], np.full((len(positions), 1, 1), 0.5, np.float32)
    >>> positions = np.float32([[4, 0, 0], [3, 0, 0.1], [2, 0, 0], [1, 0, 0], [0, 1, 0], [0, 2, 0]])
    >>> grow(Radial(), positions, np.array([3, 2, 1, 0, 0, 1]), stations=4).hits.tolist()
    [[3, 2, 1, 0]]
    """
    return grow_together(cell, [(positions, station)], stations, rules, planes, index)[0]


def grow_together(cell, events, stations, rules=None, planes=None, index=None):
    """Grow the candidates of several events or time slices in the same steps, which costs less than one by one.

    Args:
        cell: as for `grow`.
        events: sequence of pairs (positions, station) as for `grow`.
        stations: int.
        rules: `GrowthRules`, or None.
        planes: as for `grow`.
        index: as for `grow`.

    Returns:
        list of `Candidates`, one for each event. To the last bit they are those of `grow` only if the cell's result
        for a candidate does not depend on those beside it, which a matrix product does not promise.

    Raises:
        ValueError: as `grow`.
    """
    growth = _Growth(cell, JoinedHits(events, stations), rules or GrowthRules(), planes, index)
    live = growth.seeds()
    for station in range(stations - 1):
        if len(live):
            live = growth.step(live, station)
    growth.end(live)
    return growth.candidates()


@dataclasses.dataclass(frozen=True, eq=False)
class SliceGrowth:
    """`grow_together` with all but the events fixed, for `keras_hep.tracking.growth_pool.GrowthPool`.

    Args:
        cell: as for `grow`, of a class that can be imported.
        stations: int.
        rules: `GrowthRules`, or None.
        planes: as for `grow`.
        index: as for `grow`.
        shared: float or None. If given, `Candidates.greedy_deduplication(shared)` is applied to each event.
    """

    cell: object
    stations: int
    rules: GrowthRules = None
    planes: object = None
    index: type = None
    shared: float = None

    def __call__(self, events):
        """Return list of `Candidates` of a sequence of events, pairs (positions, station)."""
        found = grow_together(self.cell, events, self.stations, self.rules, self.planes, self.index)
        return found if self.shared is None else [one.greedy_deduplication(self.shared) for one in found]


class _Growth:
    """The hits of events that grow together, and what becomes of their candidates."""

    def __init__(self, cell, hits, rules, planes, index):
        if rules.step_ahead and cell.heads < 2:
            raise ValueError(
                "step_ahead needs a cell with 2 heads, got 1: train the network with two, or leave it out."
            )
        self._cell, self._hits, self._rules, self._planes, self._index = cell, hits, rules, planes, index
        self._search = self._known = None

    def seeds(self):
        """Return a candidate for each hit of station 0."""
        hit = np.flatnonzero(self._hits.station == 0).astype(np.int32)
        self._history = GrowthHistory(hit, self._rules.minimum_hits)
        position = self._hits.positions[hit]
        return LiveCandidates.seeds(self._hits.event[hit], position, self._cell.start(position))

    def step(self, live, station):
        """Return what candidates on `station` become on the next one; note those that end."""
        live, centres, sizes = predict(self._cell, live, self._rules, station)
        if self._search is None:
            self._search = RegionSearch(self._hits, centres.shape[2], self._index)
        going_on = accepted(centres[:, 0], self._rules)
        branches = self._following(live, centres, sizes, going_on, station)
        alone = going_on.copy()
        if station > 0 or self._rules.delayed != "always":
            alone[branches.parent] = False
        virtual = self._ahead(live, np.flatnonzero(alone), centres, sizes, station)
        ended = np.ones(len(live), bool)
        ended[branches.parent] = ended[virtual.parent] = False
        self._history.end(live, np.flatnonzero(ended))
        return self._continued(live, branches, virtual, centres[:, 0], station)

    def end(self, live):
        """Note that candidates end on the last station."""
        self._history.end(live, np.arange(len(live)))

    def candidates(self):
        """Return list of `Candidates`, one for each event."""
        event, found = self._history.finished(self._hits.stations)
        if self._rules.virtual_share < 1:
            virtual = np.count_nonzero(found.virtual, axis=1)
            kept = virtual <= self._rules.virtual_share * (virtual + found.number_of_hits)
            event, found = event[kept], found.select(kept)
        if self._rules.drop_repeated:
            kept = ~_repeats(found.hits)
            event, found = event[kept], found.select(kept)
        chosen = [np.flatnonzero(event == number) for number in range(self._hits.number_of_events)]
        return [
            Candidates(self._hits.of_event(number, found.hits[rows]), found.distance[rows])
            for number, rows in enumerate(chosen)
        ]

    def _following(self, live, centres, sizes, going_on, station):
        """Return the branches of candidates with a hit in their first region."""
        stations = (station + 1, station + 2) if self._rules.search == "union" else (station + 1,)
        nearest = self._rules.nearest_at(station)
        squared, hit = self._search.nearest(live.event, stations, centres[:, 0], sizes[:, 0], nearest)
        hit[~going_on] = -1
        if self._known is not None:
            chosen = self._known.parent
            hit[chosen], hit[chosen, 0], squared[chosen, 0] = -1, self._known.hit, self._known.squared
            self._known = None
        row, column = np.nonzero(hit >= 0)
        return _Branches(row, hit[row, column], squared[row, column])

    def _ahead(self, live, alone, centres, sizes, station):
        """Return the branches with a virtual point of the candidates `alone`, with hits in their second region."""
        rules = self._rules
        if not rules.step_ahead or station + 2 >= self._hits.stations:
            return _Branches.none()
        allowed = (live.virtual[alone] < rules.most_virtual) & (live.trailing[alone] < rules.consecutive_virtual)
        alone = alone[allowed]
        if not len(alone):
            return _Branches.none()
        stations = (station + 1, station + 2) if rules.search == "union" else (station + 2,)
        # Of the hits ahead only those of the first prediction are taken, each one by a branch of its own.
        nearest = rules.nearest_at(0) if station == 0 and rules.delayed != "never" else 1
        squared, hit = self._search.nearest(live.event[alone], stations, centres[alone, 1], sizes[alone, 1], nearest)
        row, column = np.nonzero(hit >= 0)
        return _Branches(alone[row], hit[row, column], squared[row, column])

    def _continued(self, live, found, virtual, centres, station):
        """Return the candidates with a hit found and, behind them, those with a virtual point."""
        parent, hit, squared = found.parent, found.hit, found.squared
        position, number = self._hits.positions.take(hit, axis=0), len(hit)
        if len(virtual.hit):
            parent = np.concatenate([parent, virtual.parent])
            hit = np.concatenate([hit, np.full_like(virtual.hit, -1)])
            squared = np.concatenate([squared, np.zeros_like(virtual.squared)])
            position = np.concatenate([position, self._virtual_points(centres[virtual.parent], station + 1)])
        grown = live.continued(parent, position, squared, hit < 0)
        kept = grown.best(self._rules.most_candidates)
        if len(kept) < len(grown):
            grown, parent, hit = grown.taken(kept), parent[kept], hit[kept]
        if station == 0 and self._rules.delayed != "never":
            rows = np.flatnonzero(hit < 0)
            ahead = kept[rows] - number
            self._known = _Branches(rows, virtual.hit[ahead], virtual.squared[ahead])
        self._history.step(parent, hit)
        return grown

    def _virtual_points(self, centres, station):
        """Return centres as points in space: those of ellipses lie on the station's plane."""
        if centres.shape[1] == 3:
            return centres
        if self._planes is None:
            raise ValueError("Virtual points on planes need the z of each station's plane, got planes=None: pass it.")
        return np.column_stack([centres, np.full(len(centres), self._planes[station], np.float32)])


@dataclasses.dataclass(frozen=True, eq=False)
class _Branches:
    """Rows of candidates that go on (several times for several hits), hits, and squared distances to the centre."""

    parent: np.ndarray
    hit: np.ndarray
    squared: np.ndarray

    @classmethod
    def none(cls):
        return cls(np.empty(0, int), np.empty(0, np.int32), np.empty(0, np.float32))


def _repeats(hits):
    """Return which candidates have the same hit twice in a row."""
    return ((hits[:, 1:] == hits[:, :-1]) & (hits[:, 1:] >= 0)).any(axis=1)
