import math

import numpy as np
import pytest

from keras_hep.metrics.two_samples import same_law


def test_exact_probability_of_small_samples():
    """Of the 20 orders of three and three values, two are apart as far as possible."""
    assert same_law([1, 2, 3], [4, 5, 6]) == pytest.approx(2 / math.comb(6, 3))
    assert same_law([4, 5, 6], [1, 2, 3]) == pytest.approx(2 / math.comb(6, 3))


def test_probabilities_of_one_law_are_uniform():
    random = np.random.default_rng(1)
    found = np.array([same_law(*random.normal(size=(2, 40))) for _ in range(300)])
    assert abs((found < 0.1).mean() - 0.1) < 0.06
    assert same_law(random.normal(size=500), random.normal(1, size=500)) < 1e-6


@pytest.mark.parametrize("other", [[], [1.0, np.nan], [np.inf]])
def test_what_is_no_sample_is_refused(other):
    with pytest.raises(ValueError, match="samples must have finite values"):
        same_law([1.0, 2.0], other)
