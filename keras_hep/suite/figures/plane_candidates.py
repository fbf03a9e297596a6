"""Track candidates in an event of a detector of planes across z."""

import numpy as np

from keras_hep.suite.figures.page import BLUE, VERMILION, style


@style()
def plane_candidates(axes, positions, candidates, correct, across="x", title=None):
    """Draw the hits of an event over z, with right candidates as blue lines and wrong ones as red ones below them.

    Args:
        axes: matplotlib `Axes`.
        positions: array-like, shape (hits, 3). x, y, z in mm.
        candidates: int array-like, shape (candidates, stations). Hits of each candidate, -1 where it has none.
        correct: bool array-like, shape (candidates,).
        across: str. "x", seen from above, or "y", seen from aside.
        title: str or None.

    Raises:
        ValueError: if there is not one bool for each candidate, or `across` is another coordinate.
    """
    positions, candidates, correct = np.asarray(positions), np.asarray(candidates), np.asarray(correct, bool)
    if len(correct) != len(candidates):
        raise ValueError(f"Each of {len(candidates)} candidates needs one bool, got {len(correct)}.")
    if across not in ("x", "y"):
        raise ValueError(f"across must be x or y, got {across!r}.")
    seen = positions[:, [2, "xy".index(across)]]
    looks = {"linestyle": "none", "marker": "o", "markersize": 1.6, "markeredgewidth": 0, "zorder": 1}
    axes.plot(*seen.T, color="0.6", label=f"hits ({len(positions):,})", **looks)
    for right, colour, name in ((False, VERMILION, "wrong"), (True, BLUE, "right")):
        chosen = candidates[correct == right]
        looks = {"color": colour, "linewidth": 0.8, "alpha": 0.9 if right else 0.6, "zorder": 2 + right}
        for number, hits in enumerate(chosen):
            axes.plot(
                *seen[hits[hits >= 0]].T, label=f"{name} candidates ({len(chosen)})" if number == 0 else None, **looks
            )
    axes.set(xlabel="z [mm]", ylabel=f"{across} [mm]")
    if title:
        axes.set_title(title)
