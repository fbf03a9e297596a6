"""What figures of calorimeter cells and images hand to matplotlib."""

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.suite import figures

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")


def test_cells_lie_about_one_centre():
    _, axes = figures.panels()
    figures.cell_sizes(axes, {"wide": (4.0, 1.0), "square": (0.5, 0.5)})
    wide, square, circle = axes.patches
    assert (wide.get_bbox().bounds, square.get_bbox().bounds) == ((-2, -0.5, 4, 1), (-0.25, -0.25, 0.5, 0.5))
    assert circle.radius == 1
    assert [patch.get_label() for patch in axes.patches] == ["wide", "square", "one Moliere radius"]
    assert "eta" in axes.get_xlabel()


def test_an_image_lies_about_its_centre_and_empty_cells_are_left_out():
    _, axes = figures.panels()
    image = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 8.0]])  # two across, three along
    drawn = figures.shower_image(axes, image, scale=2.0, outline=3.0, title="a shower")
    corners = drawn.get_coordinates()
    assert (corners[0, 0].tolist(), corners[-1, -1].tolist()) == ([-2, -3], [2, 3])
    shown = drawn.get_array().reshape(3, 2)
    assert shown.mask.tolist() == [[False, True], [True, True], [False, False]]
    assert shown.compressed().tolist() == [1, 2, 8]
    assert (drawn.norm.vmax, axes.get_title(loc="left")) == (8, "a shower")
    assert axes.patches[0].get_bbox().bounds == (-1.5, -1.5, 3, 3)


def test_colours_are_those_of_the_given_energy():
    figure, axes = figures.panels()
    drawn = figures.shower_image(axes, np.ones((2, 2)), maximum=100.0, colour_bar="energy [GeV]")
    assert drawn.norm.vmax == 100
    assert not axes.patches
    assert [each.get_ylabel() for each in figure.axes[1:]] == ["energy [GeV]"]


def test_a_shower_in_space_goes_down():
    _, axes = figures.panels(projection="3d")
    cells = Cells((25, 25, 25), [3], [12 * 625 + 3 * 25 + 4, 12 * 625 + 3 * 25 + 5, 0], [10.0, 1.0, 1e-4])
    figures.shower_3d(axes, cells, title="a shower")
    (drawn,) = axes.collections
    x, y, z = drawn._offsets3d
    assert [place.tolist() for place in (x, y, z)] == [[12, 12], [3, 3], [4, 5]]  # the third is below all colours
    assert axes.get_zlim() == (25, 0)
    sizes = drawn.get_sizes()
    assert sizes.max() == 15
    with pytest.raises(ValueError, match="cells must be of one shower, got 0"):
        figures.shower_3d(axes, cells.take([]))
