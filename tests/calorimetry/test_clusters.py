import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.calorimetry.clusters import cluster_counts, maxima


def of_points(points, side=15):
    image = np.zeros((1, side, side))
    for x, y, energy in points:
        image[0, x, y] = energy
    return image


@pytest.mark.parametrize(
    ("points", "count"),
    [
        ([(7, 7, 1.0)], 1),
        ([(7, 7, 1.0), (7, 8, 0.5)], 1),  # side by side: one
        ([(7, 7, 1.0), (7, 10, 0.8)], 2),
        ([(7, 7, 1.0), (9, 9, 0.8)], 2),
        ([(7, 7, 1.0), (7, 10, 0.05)], 1),  # too low to count
        ([(0, 0, 1.0), (14, 14, 1.0)], 2),  # in the corners of the window
        ([], 0),
    ],
)
def test_counts(points, count):
    assert cluster_counts(of_points(points)).tolist() == [count]


def test_smaller_maxima_count_if_asked_for():
    image = of_points([(7, 7, 1.0), (7, 11, 0.05)])
    assert cluster_counts(image, least=0.01).tolist() == [2]
    assert np.argwhere(maxima(image, least=0.01)[0]).tolist() == [[7, 7], [7, 11]]


def test_a_fluctuation_of_one_cell_beside_a_maximum_is_smoothed_away():
    image = of_points([(7, 7, 4.0), (7, 8, 1.0), (7, 9, 1.4)])
    assert cluster_counts(image).tolist() == [1]


@given(arrays.arrays(np.float64, (2, 6, 5), elements=st.floats(0, 10)), st.floats(0.5, 100))
def test_maxima_depend_neither_on_scale_nor_on_direction(images, scale):
    images = np.rint(images * 8) / 8
    found = maxima(images)
    np.testing.assert_array_equal(maxima(images * 2 ** np.rint(np.log2(scale))), found)
    np.testing.assert_array_equal(maxima(images[:, ::-1, ::-1])[:, ::-1, ::-1], found)
    np.testing.assert_array_equal(maxima(images.transpose(0, 2, 1)).transpose(0, 2, 1), found)
    assert ((cluster_counts(images) > 0) == (images.sum(axis=(1, 2)) > 0)).all()


def test_no_showers():
    assert cluster_counts(np.zeros((0, 5, 5))).shape == (0,)


def test_one_image_alone_is_refused():
    with pytest.raises(ValueError, match=r"the axes \(shower, across, along\), got shape \(5, 5\)"):
        maxima(np.zeros((5, 5)))
