import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.energy_regression import EDGES, energy_regression, resolution_fit

CENTRES = (EDGES[1:] + EDGES[:-1]) / 2


def curve(a, b, c, energy=CENTRES):
    return np.sqrt(a**2 / energy + b**2 + (c / energy) ** 2)


@given(st.lists(st.tuples(st.floats(1, 120), st.floats(-200, 200)), min_size=1, max_size=60))
def test_bins_are_those_of_a_loop(showers):
    true, predicted = np.array(showers).T
    edges = [0.0, 25.0, 50.0, 100.0]
    measured = energy_regression(true, predicted, edges)
    for number, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = (true >= low) & ((true < high) | ((true == high) & (high == 100.0)))
        relative = 100 * (true - predicted)[inside] / true[inside]
        assert measured.count[number] == inside.sum()
        if inside.sum() < 2:
            assert np.isnan(measured.resolution_error[number])
            continue
        assert measured.mean_energy[number] == pytest.approx(true[inside].mean())
        assert measured.bias[number] == pytest.approx(relative.mean(), abs=1e-6)
        assert measured.resolution[number] == pytest.approx(relative.std(), abs=1e-4)
        assert measured.bias_error[number] == pytest.approx(relative.std(ddof=1) / np.sqrt(inside.sum()), abs=1e-4)


def test_the_sign_is_true_minus_predicted():
    measured = energy_regression([100.0, 100.0], [90.0, 90.0], edges=[0.0, 200.0])
    assert (measured.bias.tolist(), measured.resolution.tolist()) == ([10.0], [0.0])
    assert measured.resolution_error.tolist() == [0.0]


def test_bins_of_25_gev_leave_out_what_is_beyond_500():
    measured = energy_regression([10.0, 24.0, 25.0, 500.0, 505.0], [1.0] * 5)
    assert (len(measured.count), measured.count.sum()) == (20, 4)
    assert (measured.count[0], measured.count[1], measured.count[-1]) == (2, 1, 1)
    assert measured.centres[[0, 1, -1]].tolist() == [12.5, 37.5, 487.5]


@pytest.mark.parametrize("shape", ["gaussian", "tails"])
def test_errors_are_the_spread_between_samples(shape):
    draw = np.random.default_rng(3)
    deviation = draw.normal(size=(300, 400))
    if shape == "tails":
        deviation *= np.where(draw.random(deviation.shape) < 0.1, 4.0, 1.0)
    samples = [energy_regression(np.full(400, 50.0), 50 + 2 * row, edges=[0.0, 100.0]) for row in deviation]
    for name in ("bias", "resolution"):
        spread = np.std([getattr(sample, name) for sample in samples])
        assert np.mean([getattr(sample, f"{name}_error") for sample in samples]) == pytest.approx(spread, rel=0.12)


def test_energies_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="one prediction per energy, got \\(1,\\)"):
        energy_regression([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match=r"true energies must be positive, got 0\.0"):
        energy_regression([1.0, 0.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="predictions must be finite"):
        energy_regression([1.0, 2.0], [1.0, np.inf])


@pytest.mark.parametrize("terms", [(15.6, 1.0, 0.3), (15.6, 1.0, 30.0), (80.0, 5.0, 1.0)])
def test_the_fit_finds_the_injected_terms(terms):
    fit = resolution_fit(CENTRES, curve(*terms))
    np.testing.assert_allclose(fit.values, terms, rtol=1e-4)
    assert not fit.at_boundary.any()
    np.testing.assert_allclose(fit.at(CENTRES), curve(*terms), rtol=1e-9)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_term_that_is_not_there_sits_on_its_boundary(missing):
    terms = np.array([15.6, 1.0, 30.0])
    terms[missing] = 0.0
    # Less resolution than the other two terms allow: only a negative square could describe it.
    less = np.sqrt(curve(*terms) ** 2 - 0.02 * (CENTRES ** [-1.0, 0.0, -2.0][missing]))
    fit = resolution_fit(CENTRES, less)
    assert fit.at_boundary.tolist() == [number == missing for number in range(3)]
    assert fit.values[missing] == 0
    assert fit.errors[missing] > 0
    assert not fit.covariance[missing].any()
    np.testing.assert_allclose(np.delete(fit.values, missing), np.delete(terms, missing), rtol=0.05)


def test_errors_of_the_fit_cover_the_injected_terms():
    terms, draw = np.array([15.6, 1.0, 40.0]), np.random.default_rng(8)
    errors = 0.01 * curve(*terms)
    fits = [resolution_fit(CENTRES, curve(*terms) + errors * draw.normal(size=20), errors) for _ in range(200)]
    pulls = np.array([(fit.values - terms) / fit.errors for fit in fits if not fit.at_boundary.any()])
    assert len(pulls) > 150
    assert np.abs(np.median(pulls, axis=0)).max() < 0.3
    assert np.abs(np.mean(np.abs(pulls) < 1, axis=0) - 0.683).max() < 0.12
    for fit in fits[:5]:
        np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance))[:2], fit.errors[:2], rtol=0.1)


def test_a_term_near_its_boundary_has_an_error_like_one_at_it():
    errors = 0.01 * curve(15.6, 1.0, 0.0)
    near, at = (resolution_fit(CENTRES, curve(15.6, 1.0, noise), errors) for noise in (1.0, 0.0))
    assert (near.at_boundary[2], at.at_boundary[2]) == (False, True)
    assert near.errors[2] == pytest.approx(at.errors[2], rel=0.2)
    assert np.sqrt(near.covariance[2, 2]) > 5 * near.errors[2]


def test_without_errors_the_scatter_gives_them():
    terms, draw = np.array([15.6, 1.0, 40.0]), np.random.default_rng(8)
    scatter = curve(*terms) * draw.normal(size=20)
    small, large = (resolution_fit(CENTRES, curve(*terms) + size * scatter) for size in (0.001, 0.01))
    assert 5 < large.errors[0] / small.errors[0] < 20


def test_showers_with_a_known_resolution_are_fitted():
    draw = np.random.default_rng(5)
    true = draw.uniform(10, 500, 100_000)
    predicted = true * (1 + draw.normal(size=len(true)) * curve(15.6, 1.0, 0.0, true) / 100)
    measured = energy_regression(true, predicted)
    assert np.abs(measured.bias / measured.bias_error).max() < 4
    expected = curve(15.6, 1.0, 0.0)[1:]  # the first bin is wide in 1 / E
    assert np.abs((measured.resolution[1:] - expected) / measured.resolution_error[1:]).max() < 4
    for weighted in (False, True):
        fit = measured.fit(weighted)
        assert fit.values[0] == pytest.approx(15.6, abs=3 * fit.errors[0] + 0.5)
        assert fit.values[1] == pytest.approx(1.0, abs=0.15)


def test_fits_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="three terms need four points or more, got 3"):
        resolution_fit(CENTRES[:3], [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match=r"points must be positive, got 0\.0"):
        resolution_fit(CENTRES[:4], [1.0, 1.0, 1.0, 0.0])
    with pytest.raises(ValueError, match="errors must be positive"):
        resolution_fit(CENTRES[:4], [1.0] * 4, [0.1, 0.1, 0.1, -1.0])
