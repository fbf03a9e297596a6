"""Showers at both ends of energies and angles, simulated and generated, in projections onto three planes.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2, Figures 7 and 8.
"""

import numpy as np

from keras_hep.metrics import estimates
from keras_hep.metrics.showers import ANGLE_HALF_WIDTH, ENERGY_HALF_WIDTH, shower_observables
from keras_hep.suite import figures
from keras_hep.suite.generated_showers.samples import HIGH, LOW
from keras_hep.suite.record import Quantity

ENERGIES = {"low": LOW + ENERGY_HALF_WIDTH, "high": HIGH - ENERGY_HALF_WIDTH}  # GeV
ANGLES = {"forward": 62.0, "backward": 118.0}  # degrees, the outer columns of Figure 9
CORNERS = {
    f"{energy}_{angle}": (ENERGIES[energy], ANGLES[angle])
    for energy, angle in (("low", "forward"), ("low", "backward"), ("high", "forward"), ("high", "backward"))
}
PLANES = {"xy": 3, "xz": 2, "yz": 1}  # and the axis that is summed over
_LABELS = {"x": "x, across [cells]", "y": "y, along the beam [cells]", "z": "z, layer"}


def chosen(showers):
    """Return which of simulated `Showers` are shown: for each of `CORNERS` the nearest one, int array of shape (4,)."""
    return np.array([np.argmin(_away(showers, *corner)) for corner in CORNERS.values()])


def _away(showers, energy, degrees):
    """Return how far showers are from an energy and a polar angle, in half widths of the article's bins."""
    return np.hypot(
        (showers["energy"] - energy) / ENERGY_HALF_WIDTH, (showers["theta"] - np.radians(degrees)) / ANGLE_HALF_WIDTH
    )


def pictures(cells):
    """Return the projections of shown showers, dict of "<plane>" to float32 array of shape (showers, cells, cells).

    Args:
        cells: `Cells`. In the unit of the public files, so that energies are in GeV.
    """
    images = cells.dense()
    return {plane: images.sum(axis=axis) for plane, axis in PLANES.items()}


def shown(showers):
    """Return energies and angles of the shown simulated `Showers`, list of `Quantity` by corner."""
    quantities = []
    for corner, energy, theta, measured in zip(
        CORNERS, showers["energy"], showers["theta"], showers["measured_theta"], strict=True
    ):
        angle, on_image = np.degrees([theta, measured])
        quantities += [
            Quantity(f"energy_{corner}", energy, unit="GeV", definition="true energy of the shower shown"),
            Quantity(f"angle_{corner}", angle, unit="deg", definition="polar angle of the particle shown"),
            Quantity(f"axis_{corner}", on_image, unit="deg", definition="angle measured on the image shown"),
        ]
    return quantities


def axis_error(showers):
    """Return how far angles measured on images are from those of the particles, `Quantity` in degrees."""
    away = np.degrees(showers["measured_theta"] - showers["theta"])
    value, error = estimates.standard_deviation(away)
    return Quantity(
        "axis_error",
        value,
        error,
        "deg",
        "standard deviation of the angle on the image minus that of the particle",
        len(away),
    )


def asked(generator, showers, number, seed):
    """Generate many showers for each one shown, and return what became of energy and angle, list of `Quantity`.

    Args:
        generator: `Generator`.
        showers: the shown simulated `Showers`.
        number: int. Showers generated for each.
        seed: int.

    Returns:
        list of `Quantity`: "deposit_<corner>", mean of the deposit over the energy asked for, "generated_axis_<corner>"
        and "axis_off_<corner>", mean angle on the images and its distance from the angle asked for; and
        "largest_axis_off".
    """
    many = showers.take(np.repeat(np.arange(len(showers)), number))
    found = shower_observables(generator.sample(many["energy"], many["measured_theta"], [seed, 8]), many["energy"])
    quantities, largest = [], 0.0
    for place, corner in enumerate(CORNERS):
        own = found.take(slice(place * number, (place + 1) * number))
        angle = np.degrees(own.angle[np.isfinite(own.angle)])
        value, error = estimates.mean(angle) if len(angle) > 1 else (np.nan, None)
        off = value - np.degrees(showers["measured_theta"][place])
        largest = max(largest, abs(off)) if np.isfinite(off) else np.nan
        deposit = estimates.mean(own.deposit)
        of = f"mean of {number} showers generated for the energy and angle of the one shown"
        quantities += [
            Quantity(f"deposit_{corner}", *deposit, "GeV", f"energy deposited, {of}"),
            Quantity(f"generated_axis_{corner}", value, error, "deg", f"angle on the image, {of}"),
            Quantity(f"axis_off_{corner}", off, error, "deg", f"angle on the image minus that asked for, {of}"),
        ]
    definition = "largest distance of the mean angle on the image from that asked for"
    return [*quantities, Quantity("largest_axis_off", largest, unit="deg", definition=definition)]


# Figure


def draw(result, name):
    """Draw the projections of four showers, a row each.

    Args:
        result: `Result` with the arrays of `pictures` and the quantities of `shown`.
        name: str. Whose showers they are.
    """
    figure, panels = figures.panels(columns=3, rows=len(CORNERS), aspect=0.86)
    largest = [max(result.arrays[plane][row].max() for plane in PLANES) for row in range(len(CORNERS))]
    for row, corner in enumerate(CORNERS):
        energy, angle = (result.quantities[f"{kind}_{corner}"].value for kind in ("energy", "angle"))
        for column, plane in enumerate(PLANES):
            axes = panels[3 * row + column]
            bar = {"colour_bar": "energy [GeV]"} if column == 2 else {}
            image = result.arrays[plane][row]
            figures.shower_image(axes, image, maximum=max(largest[row], 1e-3), **bar)
            _depth_from_front(axes, plane, image.shape)
        panels[3 * row].set_title(f"{name}, {energy:.0f} GeV, {angle:.0f}°")
    return figure


def _depth_from_front(axes, plane, shape):
    """Name the axes of a projection, and count layers from the front rather than from the middle."""
    across, up = plane
    axes.set(xlabel=_LABELS[across], ylabel=_LABELS[up])
    if up == "z":
        ticks = np.arange(0, shape[1] + 1, 5)
        axes.set_yticks(ticks - shape[1] / 2, [str(tick) for tick in ticks])
        axes.minorticks_off()
