"""The view of showers in both calorimeters, cell by cell."""

import html

import numpy as np

from keras_hep.calorimetry.geometry import ECAL, HCAL
from keras_hep.displays import traces
from keras_hep.displays.page import html_page

MOST_SHOWERS = 8
DECADES = 3.0  # below the largest cell, in colour and size


def shower_view(showers, names, *, title, data):
    """Return a page with the cells of a few showers in space, colour and size by energy; one shower is on at first.

    The drawing has the depth below the front of the barrel along z, and the place across and along the beam, from the
    middle of the window of each layer, along x and y. A click in the legend switches a calorimeter of a shower on.

    Args:
        showers: `Showers`. At most 8.
        names: sequence of str. One for each shower.
        title: str. Heading of the page.
        data: str. Where the showers come from, as "simulation" or the name of files; always visible.

    Returns:
        str.

    Raises:
        ValueError: if there are no showers or too many, none has energy, or names are not as many.
        ModuleNotFoundError: if plotly is not installed.

    Example:

    >>> from keras_hep.simulation.showers import ShowerSimulation
    >>> showers = ShowerSimulation("photon", energies=(20.0, 20.0)).showers(1, seed=1)
    >>> page = shower_view(showers, ["a photon"], title="A photon", data="simulation")
    >>> "in 1 shower" in page, len(page) < 5_000_000
    (True, True)
    """
    if not 1 <= len(showers) <= MOST_SHOWERS or len(names) != len(showers):
        rule = f"A view of showers needs 1 to {MOST_SHOWERS} of them and a name for each"
        raise ValueError(f"{rule}, got {len(showers)} and {len(names)}: take some.")
    stacks = [("ECAL", showers.ecal, ECAL), ("HCAL", showers.hcal, HCAL)]
    parts = [
        (number, f"{name}, {calorimeter}", cells.take([number]), stack)
        for number, name in enumerate(names)
        for calorimeter, cells, stack in stacks
        if cells is not None
    ]
    drawn = [(number, name, _places(cells, stack), cells.energy) for number, name, cells, stack in parts]
    positions = np.concatenate([places for *_, places, _ in drawn])
    if not len(positions):
        raise ValueError("A view of showers needs a cell with energy, got none: take other showers.")
    most = max(energy.max(initial=0.0) for *_, energy in drawn)
    shown = [_trace(*part, most) for part in drawn if len(part[-1])]
    many = "shower" if len(showers) == 1 else "showers"
    caption = f"{len(positions):,} cells in {len(showers)} {many}; colour and size: logarithm of the energy."
    return html_page(positions, title, data, caption, shown)


def _places(cells, stack):
    """Return where cells lie, float32 array of shape (cells, 3), mm."""
    x, y, layer = cells.places
    middle = [(number - 1) / 2 for number in cells.shape[:2]]
    across = [(place - centre) * stack.cell for place, centre in zip((x, y), middle, strict=True)]
    return np.stack([*across, stack.radii[layer] - ECAL.inner_radius], axis=1).astype(np.float32)


def _trace(number, name, places, energy, most):
    """Return the trace of one calorimeter of one shower."""
    height = np.clip(1 + np.log10(energy / most) / DECADES, 0, 1)
    trace = traces.hits(places, name, "#000000")
    looks = {"size": (2 + 8 * height).round(1).tolist(), "color": height.round(3).tolist(), "cmin": 0, "cmax": 1}
    looks |= {"colorscale": "Viridis", "reversescale": True, "opacity": 0.85, "line": {"width": 0}}
    label = html.escape(name)
    hover = f"{label}<br>%{{hovertext}} GeV<br>x %{{x:.1f}} mm<br>y %{{y:.1f}} mm<br>depth %{{z:.1f}} mm<extra></extra>"
    words = {"hovertext": [f"{value:.3g}" for value in energy], "hovertemplate": hover}
    return trace | {"marker": looks, "visible": True if number == 0 else "legendonly"} | words
