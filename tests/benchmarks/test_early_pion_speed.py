"""Early charged pions per second: chosen by their histories before their showers, against simulating all that pass."""

import time

import numpy as np

from keras_hep.simulation.early_pions import EarlyPionSimulation, unweighted
from keras_hep.simulation.showers import BLOCK

PIONS = 300


def test_early_pions_chosen_before_their_showers(report_ratio):
    simulation = EarlyPionSimulation(angles="random")
    start = time.perf_counter()
    chosen = simulation.natural(PIONS, seed=1)
    middle = time.perf_counter()
    showers, weights = simulation.passing(4 * BLOCK, seed=1)
    kept = showers.take(unweighted(weights, np.random.default_rng(1)))
    ours, plain = len(chosen) / (middle - start), len(kept) / (time.perf_counter() - middle)
    report_ratio("early pions chosen by history", ours, plain, "pions/s")
    assert len(chosen) == PIONS
