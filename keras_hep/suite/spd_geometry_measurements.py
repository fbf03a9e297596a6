"""Where tracks of the SPD toy pass the axis, and how far their hits lie off the cylinders of the stations."""

import numpy as np

from keras_hep.metrics import grouped_estimates
from keras_hep.metrics.impact_parameter import impact_parameter
from keras_hep.simulation.spd import RADII
from keras_hep.suite.record import Curve, Quantity

AZIMUTH_BINS = 24
_CIRCLE = (0, 17, 34)  # stations of the three hits that a circle is drawn through


def impact_parameters(name, positions, present):
    """Describe how far from the axis the circle through hits on the first, the middle and the last station passes.

    Args:
        name: str.
        positions: array, shape (tracks, stations, 3). As from `keras_hep.simulation.spd.SPDToy.tracks`.
        present: bool array, shape (tracks, stations).

    Returns:
        (quantity, distances): `Quantity`, the root of the mean square; float array in mm, of the tracks that have all
        three hits, above 0 where the axis lies inside the circle.
    """
    first, middle, last = positions[present[:, _CIRCLE].all(axis=1)][:, _CIRCLE].transpose(1, 0, 2)
    distances = impact_parameter(first, middle, last)
    definition = "distance of the axis from the circle through the hits on the first, middle and last station, r.m.s."
    value, error = grouped_estimates.rms(distances, np.arange(len(distances)))
    return Quantity(name, value, error, "mm", definition, len(distances)), distances


def radial_shifts(name, positions, present):
    """Describe how far hits lie off the cylinder of their station.

    Args:
        name: str.
        positions: as for `impact_parameters`.
        present: as for `impact_parameters`.

    Returns:
        (quantities, curve): list of two `Quantity`, the root of the mean square with its error and the largest
        distance; `Curve` of the former over the azimuth of the hit.
    """
    track, station = np.nonzero(present)
    x, y, _ = positions[track, station].T.astype(float)
    shift = np.hypot(x, y) - RADII[station]
    bins = (np.arctan2(y, x) % (2 * np.pi) * (AZIMUTH_BINS / (2 * np.pi))).astype(int) % AZIMUTH_BINS
    each = [bins == number for number in range(AZIMUTH_BINS)]
    value, error = zip(*(grouped_estimates.rms(shift[chosen], track[chosen]) for chosen in each), strict=True)
    definition = "distance of hits from the cylinder of their station"
    quantities = [
        Quantity(name, *grouped_estimates.rms(shift, track), "mm", f"{definition}, r.m.s.", len(shift)),
        Quantity(f"{name}_largest", np.abs(shift).max(), unit="mm", definition=f"{definition}, largest"),
    ]
    centres = (np.arange(AZIMUTH_BINS) + 0.5) * 360 / AZIMUTH_BINS
    return quantities, Curve(f"{name}_by_azimuth", centres, value, error, "degree", "mm", f"{definition}, r.m.s.")
