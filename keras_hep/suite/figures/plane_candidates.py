"""Track candidates in an event of a detector of planes, seen from above."""

import numpy as np

from keras_hep.suite.figures.page import BLUE, VERMILION, style


@style()
def plane_candidates(axes, positions, candidates, correct, title=None):
    """Draw the hits of an event in the x-z plane, with right candidates as blue lines and wrong ones as red ones.

    Args:
        axes: matplotlib `Axes`.
        positions: array-like, shape (hits, 3). x, y, z in mm.
        candidates: int array-like, shape (candidates, stations). Hits of each candidate, -1 where it has none.
        correct: bool array-like, shape (candidates,).
        title: str or None.

    Raises:
        ValueError: if there is not one bool for each candidate.
    """
    positions, candidates, correct = np.asarray(positions), np.asarray(candidates), np.asarray(correct, bool)
    if len(correct) != len(candidates):
        raise ValueError(f"Each of {len(candidates)} candidates needs one bool, got {len(correct)}.")
    looks = {"linestyle": "none", "marker": "o", "markersize": 1.6, "markeredgewidth": 0, "zorder": 1}
    axes.plot(positions[:, 2], positions[:, 0], color="0.6", label=f"hits ({len(positions):,})", **looks)
    for right, colour, name in ((False, VERMILION, "wrong"), (True, BLUE, "right")):
        chosen = candidates[correct == right]
        looks = {"color": colour, "linewidth": 0.8, "alpha": 0.9 if right else 0.6, "zorder": 2 + right}
        for number, hits in enumerate(chosen):
            z, x = positions[hits[hits >= 0]][:, [2, 0]].T
            axes.plot(z, x, label=f"{name} candidates ({len(chosen)})" if number == 0 else None, **looks)
    axes.set(xlabel="z [mm]", ylabel="x [mm]")
    if title:
        axes.set_title(title)
