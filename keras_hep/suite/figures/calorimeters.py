"""Cells of calorimeters, and images of showers on them."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, style

DECADES = 3.5  # below the largest cell, in colour


@style()
def cell_sizes(axes, cells, name="Moliere radii"):
    """Draw cells of several calorimeters about one centre, with a circle of radius 1.

    Args:
        axes: matplotlib `Axes`.
        cells: dict of name in the legend to (width along eta, width along phi).
        name: str. Unit of both.
    """
    from matplotlib.patches import Circle, Rectangle

    for index, (label, (width, height)) in enumerate(cells.items()):
        corner = -width / 2, -height / 2
        looks = {"fill": False, "edgecolor": COLOURS[index % len(COLOURS)], "linewidth": 1.2}
        axes.add_patch(Rectangle(corner, width, height, label=label, **looks))
    axes.add_patch(Circle((0, 0), 1, fill=False, edgecolor="0.4", linestyle=":", label="one Moliere radius"))
    axes.set_aspect("equal", adjustable="datalim")
    axes.autoscale_view()
    axes.set(xlabel=f"along eta [{name}]", ylabel=f"along phi [{name}]")


@style()
def shower_image(axes, image, scale=1.0, outline=None, maximum=None, colour_bar=None, title=None):
    """Draw the energy in each cell of an image, in colours of its logarithm; empty cells are white.

    Args:
        axes: matplotlib `Axes`.
        image: float array, shape (cells across, cells along).
        scale: float. Width of a cell, in the unit of the axes; the image lies about 0.
        outline: float or None. Side of a square that is outlined, as the window of another image.
        maximum: float or None. Energy of the darkest colour; None: the largest of the image.
        colour_bar: str or None. Label of a colour bar.
        title: str or None.

    Returns:
        the matplotlib `QuadMesh`.
    """
    from matplotlib.colors import LogNorm
    from matplotlib.patches import Rectangle

    image = np.asarray(image, float)
    maximum = image.max() if maximum is None else maximum
    edges = [(np.arange(cells + 1) - cells / 2) * scale for cells in image.shape]
    shown = np.ma.masked_less_equal(image.T, 0)
    colours = {"norm": LogNorm(maximum / 10**DECADES, maximum, clip=True), "cmap": "viridis_r"}
    drawn = axes.pcolormesh(*edges, shown, rasterized=True, **colours)
    if outline is not None:
        corner = -outline / 2, -outline / 2
        axes.add_patch(Rectangle(corner, outline, outline, fill=False, edgecolor="0.2", linestyle="--", linewidth=0.8))
    axes.set(aspect="equal", xlabel="across [cells]", ylabel="along the beam [cells]")
    if title:
        axes.set_title(title)
    if colour_bar:
        axes.figure.colorbar(drawn, ax=axes, label=colour_bar, shrink=0.8, aspect=25, pad=0.02)
    return drawn
