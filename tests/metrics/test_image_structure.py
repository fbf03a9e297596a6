"""Coherence of images with a known direction, and their display."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.image_structure import coherence, display_normalised

ROWS, COLUMNS = np.mgrid[:40, :40]
NOISE = np.random.default_rng(1).random((200, 50, 50))


@given(angle=st.floats(0, np.pi), wavelength=st.floats(6, 30))
def test_waves_in_any_direction_are_coherent(angle, wavelength):
    waves = np.sin(2 * np.pi * (ROWS * np.sin(angle) + COLUMNS * np.cos(angle)) / wavelength)
    assert coherence(waves) > 0.95


@pytest.mark.parametrize("stripes", [ROWS % 2, COLUMNS % 2, (ROWS + COLUMNS) // 2 % 2])
def test_the_finest_stripes_are_coherent(stripes):
    assert coherence(stripes) == pytest.approx(1, abs=0.05)


def test_noise_has_no_direction():
    assert coherence(NOISE).max() < 0.15
    assert coherence(NOISE).shape == (200,)


def test_two_crossing_waves_have_no_direction():
    assert coherence(np.sin(ROWS / 3) + np.sin(COLUMNS / 3)) < 0.05


def test_invariances():
    image = NOISE[0] + np.sin(np.arange(50) / 3)
    expected = coherence(image)
    assert 0 < expected < 1
    for changed in (image.T, image[::-1], image[:, ::-1], 7 * image + 3):
        assert coherence(changed) == pytest.approx(expected, rel=1e-9)


def test_without_contrast():
    assert coherence(np.ones((5, 5))) == 0


@pytest.mark.parametrize("shape", [(1, 5), (3, 5, 1)])
def test_coherence_of_too_small_images(shape):
    with pytest.raises(ValueError, match="at least 2 x 2 pixels"):
        coherence(np.zeros(shape))


def test_display_by_hand():
    shown = display_normalised([[9, 9, 9, 9], [9, 1, 3, 9], [9, 3, 1, 9], [9, 9, 9, 9]])
    np.testing.assert_allclose(shown, [[0.4, 0.6], [0.6, 0.4]])


def test_display_of_many_images():
    shown = display_normalised(1000 * NOISE, border=3)
    assert shown.shape == (200, 44, 44)
    np.testing.assert_allclose(shown.mean(axis=(1, 2)), 0.5, atol=1e-6)
    np.testing.assert_allclose(shown.std(axis=(1, 2)), 0.1, rtol=1e-6)


def test_display_cuts_what_sticks_out():
    image = np.zeros((20, 20))
    image[10, 10] = 1
    assert display_normalised(image).max() == 1
    assert display_normalised(-image).min() == 0


def test_display_without_contrast():
    np.testing.assert_array_equal(display_normalised(np.ones((5, 5))), np.full((3, 3), 0.5))


def test_display_of_too_small_images():
    assert display_normalised(np.zeros((3, 3))).shape == (1, 1)
    with pytest.raises(ValueError, match=r"more than 2 pixels a side, got \(2, 3\)"):
        display_normalised(np.zeros((2, 3)))
