import fractions

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.calorimetry.moments import axis_moments, quotient, r9

PROFILES = arrays.arrays(
    np.float64, st.tuples(st.integers(0, 3), st.integers(1, 30)), elements=st.sampled_from([0.0, 0.0, 0.25, 1.0, 300.0])
)


def exact_moments(profile, orders):
    """The moments of one profile, in fractions of whole numbers."""
    weights = [fractions.Fraction(float(value)) for value in profile]
    total = sum(weights)
    if not total:
        return [0.0] * orders
    mean = sum(weight * place for place, weight in enumerate(weights)) / total
    central = [
        sum(weight * (place - mean) ** order for place, weight in enumerate(weights)) / total
        for order in range(2, orders + 1)
    ]
    return [float(mean), *map(float, central)]


@given(PROFILES, st.integers(1, 6))
def test_moments_are_those_of_exact_arithmetic(profiles, orders):
    expected = np.reshape([exact_moments(profile, orders) for profile in profiles], (len(profiles), orders))
    scale = profiles.shape[1] ** np.arange(1, orders + 1)
    np.testing.assert_allclose(axis_moments(profiles, orders) / scale, expected / scale, rtol=1e-12, atol=1e-14)


@given(PROFILES, st.integers(1, 5))
def test_central_moments_do_not_depend_on_where_a_shower_lies(profiles, shift):
    moved = np.pad(profiles, [(0, 0), (shift, 0)])
    moments, there = axis_moments(profiles), axis_moments(moved)
    np.testing.assert_allclose(there[:, 0], np.where(profiles.any(axis=1), moments[:, 0] + shift, 0))
    np.testing.assert_allclose(there[:, 1:], moments[:, 1:], rtol=1e-9, atol=1e-9)


def test_energy_in_one_place_has_no_width():
    profile = np.zeros((1, 25))
    profile[0, 17] = 0.1
    assert axis_moments(profile).tolist() == [[17.0, 0, 0, 0, 0, 0]]
    assert axis_moments(np.zeros((2, 25))).tolist() == [[0.0] * 6] * 2


def test_r9_of_one_and_of_two_cores():
    images = np.zeros((3, 9, 9))
    images[0, 4, 4], images[0, 4, 7] = 9.0, 1.0
    images[1, 4, 1], images[1, 4, 7] = 5.0, 5.0
    np.testing.assert_allclose(r9(images), [0.9, 0.5, 0.0])
    np.testing.assert_allclose(r9(images, window="barycentre"), [0.9, 0.0, 0.0])


def test_windows_at_the_edge_are_cut_off():
    corner = np.zeros((1, 5, 5))
    corner[0, 0, 0], corner[0, 1, 1] = 3.0, 1.0
    assert r9(corner).tolist() == r9(corner, window="barycentre").tolist() == [1.0]
    assert r9(np.ones((1, 2, 2))).tolist() == [1.0]


@given(arrays.arrays(np.float64, (2, 5, 4), elements=st.sampled_from([0.0, 0.0, 1.0, 2.0, 5.0])))
def test_no_window_has_more_than_the_maximum(images):
    largest, central = r9(images), r9(images, window="barycentre")
    assert (central <= largest).all()
    assert (largest <= 1).all()
    np.testing.assert_array_equal(r9(images.transpose(0, 2, 1)), largest)


def test_another_window_is_refused():
    with pytest.raises(
        ValueError, match='the window is "maximum" or "barycentre", got "mean"'.replace('"mean"', "'mean'")
    ):
        r9(np.ones((1, 3, 3)), window="mean")


def test_a_quotient_with_nothing_is_nothing():
    assert quotient([0.0, 2.0, 3.0], [0.0, 0.0, 2.0]).tolist() == [0.0, 0.0, 1.5]
