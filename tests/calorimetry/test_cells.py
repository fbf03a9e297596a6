import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.calorimetry.cells import Cells

IMAGES = arrays.arrays(
    np.float32,
    st.tuples(st.integers(0, 4), st.sampled_from([3, 5]), st.sampled_from([1, 3]), st.integers(1, 3)),
    elements=st.sampled_from([0.0, 0.0, 0.25, 1.0, 8.0]),
)


@given(IMAGES)
def test_images_come_back(images):
    cells = Cells.of_images(images)
    np.testing.assert_array_equal(cells.dense(), images)
    np.testing.assert_allclose(cells.sums(), images.sum(axis=(1, 2, 3)))
    assert cells.energy.all()


@given(IMAGES, st.data())
def test_taken_showers_are_those_of_the_images(images, data):
    chosen = data.draw(st.lists(st.integers(0, len(images) - 1)) if len(images) else st.just([]))
    chosen = np.array(chosen, int)
    np.testing.assert_array_equal(Cells.of_images(images).take(chosen).dense(), images[chosen])
    mask = np.isin(np.arange(len(images)), chosen)
    np.testing.assert_array_equal(Cells.of_images(images).take(mask).dense(), images[mask])


@given(IMAGES)
def test_a_cropped_window_has_the_same_centre(images):
    across, along = images.shape[1] - 2, images.shape[2]
    np.testing.assert_array_equal(Cells.of_images(images).cropped(across, along).dense(), images[:, 1:-1])


def test_the_published_windows_fit_into_each_other():
    image = np.zeros((1, 51, 51, 25), np.float32)
    image[0, 25, 25], image[0, 13, 38], image[0, 12, 25], image[0, 13, 37] = 1, 2, 4, 8
    cropped = Cells.of_images(image).cropped(25, 25).dense()[0, :, :, 0]
    assert cropped[12, 12] == 1
    assert cropped[0, 24] == 8
    assert cropped.sum() == 9


def test_parts_are_joined_and_hits_dropped():
    cells = Cells((1, 2, 2), [1, 2], [3, 0, 2], [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(Cells.joined([cells.take([0]), cells.take([1])]).dense(), cells.dense())
    kept = cells.where(cells.energy < 2.5)
    assert kept.counts.tolist() == [1, 1]
    assert kept.sums().tolist() == [1.0, 2.0]
    assert [axis.tolist() for axis in cells.places] == [[0, 0, 0], [1, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("shape must be three positive numbers, got \\(2, 2\\)", {"shape": (2, 2)}),
        ("energy must be as long as index, 1, got 2", {"energy": [1.0, 2.0]}),
        ("counts must not be negative", {"counts": [2, -1]}),
        ("counts must sum to 1 hits, got 2", {"counts": [2]}),
        ("index must not be negative, got -1", {"index": [-1]}),
        ("index must be below 4 cells, got 4", {"index": [4]}),
        ("energies must be finite", {"energy": [np.nan]}),
    ],
)
def test_what_does_not_fit_is_refused(rule, changes):
    arguments = {"shape": (1, 2, 2), "counts": [1], "index": [0], "energy": [1.0]}
    Cells(**arguments)
    with pytest.raises(ValueError, match=rule):
        Cells(**arguments | changes)


def test_images_and_windows_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="images must have the axes"):
        Cells.of_images(np.zeros((2, 3, 4)))
    cells = Cells.of_images(np.ones((1, 3, 3, 1)))
    for across in (2, 5, -1):
        with pytest.raises(ValueError, match="a window in 3 cells has 3, 1"):
            cells.cropped(across, 3)
    with pytest.raises(ValueError, match="parts must have one shape"):
        Cells.joined([cells, cells.cropped(1, 3)])
