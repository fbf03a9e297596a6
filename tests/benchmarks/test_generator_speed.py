"""Showers generated per second with folded upsampling, against the network as published, in the same run."""

import time

import keras
import numpy as np
import pytest

from keras_hep.models import ShowerGenerator, fold_upsampling
from keras_hep.training import compiled

PUBLISHED = 1 / 0.013  # showers per second on a Xeon 8180, Belayneh et al. (2020), Section 4.2; 1 / 0.004 on a GTX 1080
GOAL = 1 / 0.005  # showers per second on two cores, at 32 at once


def best_rates(networks, inputs, rounds):
    """Return the showers per second of each network in its best round; rounds alternate, so that load meets all."""
    for network in networks:
        network(inputs)
    seconds = [[] for _ in networks]
    for _ in range(rounds):
        for network, times in zip(networks, seconds, strict=True):
            start = time.perf_counter()
            network(inputs)
            times.append(time.perf_counter() - start)
    return [len(inputs) / min(times) for times in seconds]


@pytest.mark.parametrize(("reading", "batch"), [("paper", 1), ("paper", 32), ("cropped", 32), ("released", 32)])
def test_generation_with_folded_upsampling(report_ratio, reading, batch):
    keras.utils.set_random_seed(0)
    generator = ShowerGenerator(reading)
    networks = compiled(fold_upsampling(generator)), compiled(generator)
    inputs = np.random.default_rng(0).normal(size=(batch, 256)).astype(np.float32)
    ours, plain = (np.asarray(network(inputs)) for network in networks)
    np.testing.assert_allclose(ours, plain, atol=1e-5)
    rates = best_rates(networks, inputs, rounds=4 if batch > 1 else 20)
    print(f"\n{reading}, {batch} at once: {1000 / rates[0]:.2f} ms per shower, {1000 / rates[1]:.2f} not folded")
    report_ratio(f"generation, {reading}, {batch} at once", *rates, "showers/s")
    if (reading, batch) == ("paper", 32):
        report_ratio("generation, against 5 ms a shower", rates[0], GOAL, "showers/s")
        report_ratio("generation, against the published Xeon", rates[0], PUBLISHED, "showers/s")
