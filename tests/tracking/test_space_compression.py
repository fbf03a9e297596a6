import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from keras_hep.tracking.space_compression import SpaceCompression

POSITIONS = arrays(np.float32, (5, 3), elements=st.floats(-3000, 3000, width=32))


@given(POSITIONS)
def test_expansion_undoes_compression(positions):
    space = SpaceCompression()
    np.testing.assert_allclose(space.expand(space.compress(positions)), positions, rtol=3e-6, atol=1e-4)


@given(POSITIONS)
def test_azimuth_and_the_inside_stay(positions):
    space = SpaceCompression(radius=200.0, half_length=900.0, factor=3.0)
    compressed = space.compress(positions)
    x, y = positions[:, 0].astype(float), positions[:, 1].astype(float)
    np.testing.assert_allclose(compressed[:, 0] * y, compressed[:, 1] * x, rtol=1e-5, atol=1e-3)
    inside = np.hypot(x, y) < 199.999
    np.testing.assert_array_equal(compressed[inside, :2], positions[inside, :2])
    short = np.abs(positions[:, 2]) <= 900
    np.testing.assert_array_equal(compressed[short, 2], positions[short, 2])


def test_distances_outside_are_divided():
    space = SpaceCompression(radius=100.0, half_length=1000.0, factor=4.0)
    found = space.compress([[0.0, 300.0, 1400.0], [-300.0, 0.0, -1400.0]])
    np.testing.assert_allclose(found, [[0.0, 150.0, 1100.0], [-150.0, 0.0, -1100.0]])
    assert found.dtype == np.float32


def test_a_factor_of_one_changes_nothing():
    positions = np.float32([[700.0, -300.0, 2500.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(SpaceCompression(factor=1.0).compress(positions), positions, rtol=1e-6)


@pytest.mark.parametrize("field", ["radius", "half_length", "factor"])
@pytest.mark.parametrize("value", [0.0, -1.0, np.inf])
def test_lengths_and_factor_are_positive(field, value):
    with pytest.raises(ValueError, match=f"{field} must be positive and finite, got {value}"):
        SpaceCompression(**{field: value})
