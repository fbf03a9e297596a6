"""Showers per second on one core, against the plain loop for photons."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.calorimetry.showers import PARTICLES
from keras_hep.simulation.shower_physics import ShowerPhysics
from keras_hep.simulation.showers import BLOCK, ShowerSimulation

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_showers.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)


def _rate(generate, made, rounds=3):
    """Return showers per second, the best of several rounds."""
    seconds = []
    for seed in range(rounds):
        start = time.perf_counter()
        generate(seed)
        seconds.append(time.perf_counter() - start)
    return made / min(seconds)


def _plain_photons(seed, number=10):
    energies = np.random.default_rng(seed).uniform(10, 510, number)
    return [plain.photon(number * seed + one, energy) for one, energy in enumerate(energies.tolist())]


@pytest.mark.parametrize("particle", PARTICLES)
def test_showers_against_the_plain_loop(report_ratio, particle):
    simulation = ShowerSimulation(particle)
    simulation.block(0, 0, 125)
    ours = _rate(lambda seed: simulation.block(seed, 0), BLOCK)
    report_ratio(f"{particle}, against plain photons", ours, _rate(_plain_photons, 10), "showers/s")


def test_the_plain_loop_draws_the_same_law():
    physics = ShowerPhysics(conversion=0.0, bremsstrahlung=0.0)
    ours = ShowerSimulation("photon", energies=(50.0, 50.0), physics=physics).showers(500, seed=1)
    theirs = [plain.photon(seed, 50.0) for seed in range(100)]
    sums = [sum(cells.values()) for cells in theirs]
    error = np.hypot(np.std(sums) / 10, ours.ecal.sums().std() / np.sqrt(500))
    assert np.mean(sums) == pytest.approx(ours.ecal.sums().mean(), abs=4 * error)
    counts = [len(cells) for cells in theirs]
    error = np.hypot(np.std(counts) / 10, ours.ecal.counts.std() / np.sqrt(500))
    assert np.mean(counts) == pytest.approx(ours.ecal.counts.mean(), abs=4 * error + 0.01 * np.mean(counts))
