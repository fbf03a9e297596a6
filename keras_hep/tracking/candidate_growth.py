"""Track candidates that a network grows station by station: it predicts where the next hit is, the nearest is taken.

Reference: P. Goncharov et al., TrackNET: Deep Learning-Based Track Recognition in Pixel and Strip-Based Particle
Detectors (2024).
"""

import dataclasses

import numpy as np

from keras_hep.tracking.candidates import Candidates
from keras_hep.tracking.grid_index import BarrelIndex, PlaneIndex
from keras_hep.tracking.growth_history import GrowthHistory
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.live_candidates import LiveCandidates
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
        index: class of the index of hits. None: `BarrelIndex` for spheres, `PlaneIndex` for ellipses.

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
    growth = _Growth(cell, events, stations, rules or GrowthRules(), planes, index)
    live = growth.seeds()
    for number in range(stations - 1):
        if len(live):
            live = growth.step(live, number)
    growth.end(live, np.arange(len(live)))
    return growth.candidates()


class _Growth:
    """The hits of events that grow together, and what has been found in them."""

    def __init__(self, cell, events, stations, rules, planes, index):
        if rules.step_ahead and cell.heads < 2:
            raise ValueError("step_ahead needs a cell with 2 heads, got one with 1: train a network with heads=2.")
        self.cell, self.stations, self.rules, self.planes, self._index = cell, stations, rules, planes, index
        checked = [_checked(*event, stations) for event in events]
        positions, station = zip(*checked, strict=True) if checked else ((np.zeros((0, 3)),), (np.zeros(0, int),))
        self.first = np.cumsum([0, *map(len, positions)])[:-1]
        self.positions, self.station = np.concatenate(positions), np.concatenate(station)
        self.event = np.repeat(np.arange(len(positions), dtype=np.int32), [len(part) for part in positions])
        self.number_of_events, self.search = len(events), None
        self.ended = []

    def seeds(self):
        """Return a candidate for each hit of station 0."""
        hit = np.flatnonzero(self.station == 0).astype(np.int32)
        self.history, self.steps = GrowthHistory(hit), 0
        return LiveCandidates.seeds(self.event[hit], self.positions[hit], self.cell.start(self.positions[hit]))

    def step(self, live, station):
        """Return what candidates on `station` become on the next one; note those that end."""
        live, centres, sizes = self._predict(live, station)
        inside = self._accepted(centres[:, 0])
        squared, hit = self._following(live, centres, sizes, inside, station)
        row, column = np.nonzero(hit >= 0)
        alone = np.ones(len(live), bool)
        alone[row] = False
        ahead, *after = self._ahead(live, np.flatnonzero(alone & inside), centres, sizes, station)
        alone[ahead] = False
        self.end(live, np.flatnonzero(alone))
        return self._continued(live, (row, hit[row, column], squared[row, column]), centres, (ahead, *after), station)

    def _predict(self, live, station):
        """Return the candidates with their new state, and centres and sizes of their search regions."""
        state, centres, sizes = self.cell.step(live.state, live.position)
        if not (np.isfinite(centres).all() and np.isfinite(sizes).all()):
            raise ValueError(
                f"The network must predict finite numbers, got others on station {station}: train it anew."
            )
        if station == 0 and self.rules.first_radius != 1:
            sizes = sizes * np.float32(self.rules.first_radius)
        if self.search is None:
            dimensions, hits = centres.shape[2], (self.positions, self.station, self.event)
            index = self._index or {2: PlaneIndex, 3: BarrelIndex}[dimensions]
            self.search = RegionSearch(index, *hits, self.stations, self.number_of_events, dimensions)
        return dataclasses.replace(live, state=state), centres, sizes

    def _accepted(self, centres):
        """Return which centres are inside the detector."""
        inside = np.ones(len(centres), bool)
        for axis, limit in enumerate(self.rules.acceptance or ()):
            if limit is not None:
                inside &= np.abs(centres[:, axis]) <= np.float32(limit)
        return inside

    def _following(self, live, centres, sizes, inside, station):
        """Return squared distances and hits, arrays of shape (candidates, k), that continue candidates."""
        stations = [station + 1, station + 2] if self.rules.search == "union" else [station + 1]
        nearest = self.rules.nearest_at(station)
        squared, hit = self.search.nearest(live.event, stations, centres[:, 0], sizes[:, 0], nearest)
        hit[~inside] = -1
        if station == 1 and self.rules.step_ahead:
            known = live.next_hit >= 0
            hit[known], squared[known] = -1, 0
            hit[known, 0], squared[known, 0] = live.next_hit[known], live.next_squared[known]
        return squared, hit

    def _ahead(self, live, alone, centres, sizes, station):
        """Return which of the rows `alone` go on with a virtual point, and the hit (or -1) that they must take then."""
        rules = self.rules
        allowed = (live.virtual[alone] < rules.most_virtual) & (live.trailing[alone] < rules.consecutive_virtual)
        if not rules.step_ahead or station + 2 >= self.stations:
            allowed[:] = False
        alone = alone[allowed]
        stations = [station + 1, station + 2] if rules.search == "union" else [station + 2]
        nearest = rules.nearest_at(0) if station == 0 else 1
        if not len(alone):
            return alone, np.empty(0, np.int32), np.empty(0, np.float32)
        squared, hit = self.search.nearest(live.event[alone], stations, centres[alone, 1], sizes[alone, 1], nearest)
        row, column = np.nonzero(hit >= 0)
        if station > 0:
            row = np.unique(row)
            return alone[row], np.full(len(row), -1, np.int32), np.zeros(len(row), np.float32)
        return alone[row], hit[row, column], squared[row, column]

    def _continued(self, live, found, centres, virtual, station):
        """Return the candidates with the hits found, and after them those with a virtual point."""
        (row, hit, squared), (ahead, next_hit, next_squared) = found, virtual
        points = np.concatenate([self.positions[hit], self._virtual_points(centres[ahead, 0], station + 1)])
        parent = np.concatenate([row, ahead])
        is_virtual = np.arange(len(parent)) >= len(row)
        grown = live.continued(parent, points, np.concatenate([squared, np.zeros(len(ahead), np.float32)]), is_virtual)
        grown.next_hit[len(row) :], grown.next_squared[len(row) :] = next_hit, next_squared
        hit = np.concatenate([hit, np.full(len(ahead), -1, np.int32)])
        self.steps = station + 1
        kept = self._best(grown)
        if kept is not None:
            grown, parent, hit = grown.taken(kept), parent[kept], hit[kept]
        self.history.step(parent, hit)
        return grown

    def _virtual_points(self, centres, station):
        if centres.shape[1] == 3 or not len(centres):
            return centres if centres.shape[1] == 3 else np.empty((0, 3), np.float32)
        if self.planes is None:
            raise ValueError("Virtual points on planes need the planes' z, got planes=None: pass one z per station.")
        return np.column_stack([centres, np.full(len(centres), self.planes[station], np.float32)])

    def _best(self, live):
        """Return the rows of the best candidates of each event, or None if there is no event with too many."""
        most = self.rules.most_candidates
        if most is None or np.bincount(live.event, minlength=1).max() <= most:
            return None
        order = np.lexsort((self._mean_distance(live), live.event))
        event = live.event[order]
        rank = np.arange(len(event)) - np.searchsorted(event, event)
        return np.sort(order[rank < most])

    def _number_of_hits(self, live):
        return self.steps + 1 - live.virtual

    def _mean_distance(self, live):
        return live.squared / np.maximum(self._number_of_hits(live) - 1, 1).astype(np.float32)

    def end(self, live, rows):
        """Note which rows of the candidates end; those with enough hits are results."""
        rows = rows[self._number_of_hits(live)[rows] >= self.rules.minimum_hits]
        self.history.end(rows)
        self.ended.append((live.event[rows], self._mean_distance(live)[rows]))

    def candidates(self):
        """Return the results, list of `Candidates`, one for each event."""
        event, distance = (np.concatenate(parts) for parts in zip(*self.ended, strict=True))
        hits = self.history.hits(self.stations)
        hits -= np.where(hits >= 0, self.first[event][:, None], 0).astype(np.int32)
        results = []
        for number in range(self.number_of_events):
            chosen = event == number
            found = Candidates(hits[chosen], distance[chosen])
            results.append(found.select(~_repeats(found.hits)) if self.rules.drop_repeated else found)
        return results


def _checked(positions, station, stations):
    """Return positions and stations of hits in the types that the search needs."""
    positions, station = np.asarray(positions, np.float32), np.asarray(station)
    if positions.ndim != 2 or positions.shape[1] != 3 or station.shape != (len(positions),):
        raise ValueError(f"Hits have 3 coordinates and a station each, got {positions.shape} and {station.shape}.")
    if len(station) and (station.min() < 0 or station.max() >= stations):
        raise ValueError(f"Stations are from 0 to {stations - 1}, got {station.min()} to {station.max()}.")
    return positions, station.astype(np.int32)


def _repeats(hits):
    """Return which candidates have the same hit twice in a row."""
    return ((hits[:, 1:] == hits[:, :-1]) & (hits[:, 1:] >= 0)).any(axis=1)
