"""Estimates and their errors: by hand, and against the scatter of repeated samples."""

import numpy as np
import pytest

from keras_hep.metrics import estimates

LAWS = {
    "normal": lambda random, size: random.normal(size=size),
    "poisson": lambda random, size: random.poisson(10, size),
    "uniform": lambda random, size: random.random(size),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize("name", ["mean", "variance", "standard_deviation"])
def test_errors_are_the_scatter_of_repeated_samples(law, name):
    samples = law(np.random.default_rng(4), (4_000, 200))
    values, errors = np.array([getattr(estimates, name)(sample) for sample in samples]).T
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(values.std(), rel=0.05)
    truth = getattr(estimates, name)(samples.ravel())[0]
    assert values.mean() == pytest.approx(truth, abs=5 * values.std() / np.sqrt(4_000) + 0.002 * abs(truth))


def test_variance_by_hand():
    assert estimates.variance([1.0, 3.0])[0] == 2.0
    assert estimates.standard_deviation([1.0, 3.0])[0] == pytest.approx(np.sqrt(2.0))


def test_fraction_has_an_error_at_the_ends_too():
    assert estimates.fraction(0, 8)[0] == 0.0
    assert estimates.fraction(8, 8)[0] == 1.0
    assert estimates.fraction(0, 8)[1] == pytest.approx(np.sqrt(0.1 * 0.9 / 8))
    values, errors = estimates.fraction(np.array([2, 4]), 8)
    np.testing.assert_allclose(values, [0.25, 0.5])
    assert errors[0] < errors[1]


@pytest.mark.parametrize(
    ("values", "errors", "expected"),
    [
        ([0.9, 0.7, 0.5], [0.1, 0.1, 0.1], -0.2 / np.hypot(0.1, 0.1)),
        ([0.9, 0.5, 0.9], [0.3, 0.3, 0.4], 0.4 / 0.5),
        ([1.0, 1.0, 0.5], [0.0, 0.0, 0.1], 0.0),
        ([0.5, 0.6], [0.0, 0.0], np.inf),
    ],
)
def test_largest_rise(values, errors, expected):
    assert estimates.largest_rise(values, errors) == pytest.approx(expected)


def test_the_error_of_a_ratio_is_the_scatter_of_repeated_samples():
    random = np.random.default_rng(2)
    wholes = random.poisson(random.gamma(2.0, 20.0, (2000, 300))) + 1
    parts = random.binomial(wholes, 0.3) + random.poisson(0.02 * wholes)
    repeated = np.array([estimates.ratio(*sample) for sample in zip(parts, wholes, strict=True)])
    assert repeated[:, 0].mean() == pytest.approx(0.32, abs=0.001)
    assert repeated[:, 0].std() == pytest.approx(repeated[:, 1].mean(), rel=0.1)


def test_a_ratio_weighs_events_by_their_size():
    assert estimates.ratio([1, 90], [10, 90])[0] == pytest.approx(0.91)
