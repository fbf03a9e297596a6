"""An event of 100,000 hits in the columns and ranges of the TrackML challenge, but with nothing of its physics."""

import numpy as np

HITS, CELLS, PARTICLES = 100_000, 400_000, 10_000


def tables(seed):
    """Return the four tables, a dict of dicts of arrays."""
    random = np.random.default_rng(seed)
    hit_id = np.arange(1, HITS + 1, dtype="i4")
    position = {axis: random.normal(0, 500, HITS).astype("f4").round(4) for axis in "xyz"}
    ids = random.choice(2**59, PARTICLES, replace=False)
    momentum = {name: random.normal(0, 1, PARTICLES).astype("f4").round(6) for name in ("px", "py", "pz")}
    vertex = {name: random.normal(0, 5, PARTICLES).astype("f4").round(6) for name in ("vx", "vy", "vz")}
    owner = random.integers(0, PARTICLES, HITS)
    nhits = np.bincount(owner, minlength=PARTICLES).astype("i4")
    cells = {"hit_id": np.sort(random.integers(1, HITS + 1, CELLS, dtype="i4"))}
    cells |= {name: random.integers(0, 1280, CELLS, dtype="i4") for name in ("ch0", "ch1")}
    return {
        "hits": {
            "hit_id": hit_id,
            **position,
            "volume_id": random.integers(7, 19, HITS, dtype="i4"),
            "layer_id": 2 * random.integers(1, 8, HITS, dtype="i4"),
            "module_id": random.integers(1, 3193, HITS, dtype="i4"),
        },
        "cells": {**cells, "value": random.random(CELLS, dtype="f4").round(6)},
        "particles": {"particle_id": ids, **vertex, **momentum, "q": np.ones(PARTICLES, "i4"), "nhits": nhits},
        "truth": {
            "hit_id": hit_id,
            "particle_id": ids[owner],
            **{f"t{axis}": (values + np.float32(0.01)).round(4) for axis, values in position.items()},
            **{f"t{name}": momentum[name][owner] for name in momentum},
            "weight": random.random(HITS, dtype="f4") * np.float32(2e-5),
        },
    }
