"""Values that follow a uniform law, and values that do not."""

import numpy as np
import pytest

from keras_hep.metrics.uniformity import uniformity

VALUES = 0.1 + 0.9 * (np.arange(1000) + 0.5) / 1000


def test_evenly_spread_values_are_uniform():
    assert uniformity(VALUES, 0.1, 1.0) > 0.999


@pytest.mark.parametrize("values", [VALUES**2, VALUES + 0.1, VALUES[:500]])
def test_others_are_not(values):
    assert uniformity(values, 0.1, 1.0) < 1e-3


def test_the_probability_is_uniform_itself():
    found = [uniformity(np.random.default_rng(seed).random(50), 0, 1) for seed in range(400)]
    assert uniformity(found, 0, 1) > 1e-3
