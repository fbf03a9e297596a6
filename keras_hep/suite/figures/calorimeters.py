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


@style()
def shower_3d(axes, cells, title=None):
    """Draw the cells of one shower in space, depth downwards; colour and size by the logarithm of the energy.

    Args:
        axes: matplotlib 3D `Axes`, of `panels(projection="3d")`.
        cells: `keras_hep.calorimetry.cells.Cells` of one shower.
        title: str or None.

    Raises:
        ValueError: if there is not one shower.
    """
    if len(cells) != 1:
        raise ValueError(f"shower_3d: cells must be of one shower, got {len(cells)}: take one.")
    from matplotlib.ticker import NullLocator

    places = np.stack(cells.places)
    height = 1 + np.log10(cells.energy / cells.energy.max(initial=0.0)) / DECADES if len(cells.energy) else np.zeros(0)
    kept = height > 0
    looks = {"c": height[kept], "s": 1 + 14 * height[kept] ** 2, "cmap": "viridis_r", "vmin": 0, "vmax": 1}
    axes.scatter(*places[:, kept], linewidths=0, alpha=0.8, **looks)
    across, along, layers = cells.shape
    axes.set(xlim=(0, across), ylim=(0, along), zlim=(layers, 0))
    axes.set(xlabel="across [cells]", ylabel="along [cells]", zlabel="layer")
    axes.set_box_aspect((1, 1, 1.3), zoom=0.88)
    axes.view_init(elev=16, azim=-55)
    for axis, cell_number in ((axes.xaxis, across), (axes.yaxis, along), (axes.zaxis, layers)):
        axis.set_ticks([0, cell_number // 2, cell_number])
        axis.set_minor_locator(NullLocator())
        axis.set_tick_params(pad=-3, labelsize=6)
        axis.labelpad = -10
        axis.pane.set_visible(False)
    axes.grid(False)
    if title:
        axes.set_title(title, y=1.0)
