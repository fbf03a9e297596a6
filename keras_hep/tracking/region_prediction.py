"""Regions in which a network expects the next hits of growing candidates."""

import dataclasses

import numpy as np


def predict(cell, live, rules, step):
    """Let the network read the last point of each candidate.

    Args:
        cell: as for `keras_hep.tracking.candidate_growth.grow`.
        live: `keras_hep.tracking.live_candidates.LiveCandidates`.
        rules: `keras_hep.tracking.growth_rules.GrowthRules`.
        step: int. Number of the prediction, from 0.

    Returns:
        (live, centres, sizes): the candidates with their new states, and float32 arrays of shape (candidates, heads,
        2 or 3) and (candidates, heads, 2 or 1).

    Raises:
        ValueError: if a prediction is not finite.
    """
    state, centres, sizes = cell.step(live.state, live.position)
    if not (np.isfinite(centres).all() and np.isfinite(sizes).all()):
        raise ValueError(f"Predictions must be finite, got others at step {step}: train the network anew.")
    if step == 0 and rules.first_radius != 1:
        sizes = sizes * np.float32(rules.first_radius)
    return dataclasses.replace(live, state=state), centres, sizes


def accepted(centres, rules):
    """Return which centres, float array of shape (candidates, 2 or 3), lie inside the acceptance: bool array."""
    inside = np.ones(len(centres), bool)
    for axis, limit in enumerate(rules.acceptance or ()):
        if limit is not None:
            inside &= np.abs(centres[:, axis]) <= np.float32(limit)
    return inside
