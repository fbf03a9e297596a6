"""What a growing candidate may do: the settings of candidate growth."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class GrowthRules:
    """Settings of `keras_hep.tracking.candidate_growth.grow`; the defaults are the plain algorithm.

    Args:
        nearest: int. Hits in the search region that a candidate may continue with; each one makes a branch of it.
        nearest_first: int or None. The same for the first prediction, which knows least. None: as `nearest`.
        first_radius: float. Factor on the search regions of the first prediction.
        step_ahead: bool. Whether a candidate without a hit in its first region may cross that station, if there is a
            hit in its second region, on the next station: it takes the centre of the first region as a virtual point.
        delayed: str. What a candidate does that crosses the second station, after the first prediction. "alone": it
            then takes the hit of the second region, since the second prediction, of a hit and a virtual point, cannot
            be trusted. "never": it trusts that prediction. "always": as "alone", but also beside hits in the first
            region, as a branch of its own.
        most_virtual: int. Virtual points that a candidate may have.
        consecutive_virtual: int. Virtual points that it may have in a row.
        virtual_share: float. A candidate with a larger share of virtual points is no result.
        search: str. "strict": a region is searched on its own station. "union": on the station that is due and the next
            one, as the authors do. Then a candidate can take a hit early, and take the same hit again a step later.
        drop_repeated: bool. Whether candidates with the same hit twice in a row are removed.
        minimum_hits: int. Candidates with fewer hits are no result.
        acceptance: None, or a tuple with a number or None for each coordinate: a candidate ends where the centre of its
            first region is further from 0 than that, in scaled coordinates.
        most_candidates: int or None. If more candidates of an event grow at the same time, those with the largest mean
            squared distance are dropped.

    Raises:
        ValueError: if an argument is out of range.

    Example:

    >>> GrowthRules(step_ahead=True, nearest_first=3, acceptance=(None, None, 1.0)).search
    'strict'

    Reference: P. Goncharov et al., TrackNET: Deep Learning-Based Track Recognition in Pixel and Strip-Based Particle
    Detectors (2024), for `nearest`, `step_ahead`, `delayed="alone"` and `search`; the others are ours.
    """

    nearest: int = 1
    nearest_first: int = None
    first_radius: float = 1.0
    step_ahead: bool = False
    delayed: str = "alone"
    most_virtual: int = 3
    consecutive_virtual: int = 1
    virtual_share: float = 1.0
    search: str = "strict"
    drop_repeated: bool = False
    minimum_hits: int = 4
    acceptance: tuple = None
    most_candidates: int = None

    def __post_init__(self):
        for name in ("nearest", "nearest_first", "minimum_hits", "most_candidates"):
            value = getattr(self, name)
            optional = name in ("nearest_first", "most_candidates")
            _require((value is None and optional) or (value is not None and value >= 1), f"{name} is 1 or more", value)
        for name in ("most_virtual", "consecutive_virtual"):
            _require(getattr(self, name) >= 0, f"{name} is 0 or more", getattr(self, name))
        _require(self.first_radius > 0, "first_radius is above 0", self.first_radius)
        _require(0 <= self.virtual_share <= 1, "virtual_share is a fraction", self.virtual_share)
        delays = ("alone", "never", "always")
        _require(self.delayed in delays, f"delayed is one of {', '.join(delays)}", self.delayed)
        _require(self.search in ("strict", "union"), 'search is "strict" or "union"', self.search)
        limits = () if self.acceptance is None else self.acceptance
        _require(all(limit is None or limit > 0 for limit in limits), "acceptance holds numbers above 0", limits)

    def nearest_at(self, station):
        """Hits that a candidate on `station` (int) may continue with."""
        return self.nearest_first if station == 0 and self.nearest_first is not None else self.nearest


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"GrowthRules: {rule}, got {value!r}.")
