"""Figure 4 of Belayneh et al.: opening angle between the two photons of neutral pions.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Figure 4
Data      decays of neutral pions of 10 to 510 GeV, drawn here: kinematics, no detector
Cost      smoke 2 s, quick 4 s, full 20 s (1 CPU core; 0.2 GB, full 0.6 GB)
Expect    32 % below 1 mrad, 94 % below the 10 mrad of the selection, none below 0.53 mrad; every bin as kinematics say
Differs   nothing in the decays; the axis in cells has the 3.4 mrad of a cell of 5.1 mm at 1.5 m, not 3 mrad
Beyond    ratio to the exact distribution
"""

import numpy as np

from keras_hep.calorimetry.geometry import ECAL
from keras_hep.suite import figures, opening_angles
from keras_hep.suite.record import Quantity, Result

SCALES = {"smoke": {"decays": 4_000_000}, "quick": {"decays": 10_000_000}, "full": {"decays": 50_000_000}}
WIDE, ZOOM = np.linspace(0, 0.1, 51), np.linspace(0.0005, 0.01, 20)  # rad


def reproduce(decays, seed=7):
    _, angle = opening_angles.drawn(decays, [seed, 0])
    quantities = [
        opening_angles.share(f"below_{1000 * limit:g}mrad", angle < limit, f"opening angle below {limit:g} rad")
        for limit in (0.001, 0.002, 0.005, 0.01, 0.02)
    ]
    quantities += [
        opening_angles.share("overflow", angle >= WIDE[-1], "opening angle beyond the figure, 0.1 rad"),
        Quantity("smallest", angle.min(), unit="rad", definition="smallest opening angle", count=decays),
        Quantity("cell_angle", ECAL.cell / ECAL.inner_radius, unit="rad", definition="a cell, seen from the collision"),
    ]
    curves = [
        opening_angles.histogram(name, angle, edges)
        for name, edges in (("opening_angles", WIDE), ("small_angles", ZOOM))
    ]
    return Result(quantities, curves)


def draw(result, reference):
    figure, (wide, zoom, *ratios) = figures.panels(columns=2, rows=2, aspect=0.72)
    cell = result.quantities["cell_angle"].value
    for axes, ratio, name in ((wide, ratios[0], "opening_angles"), (zoom, ratios[1], "small_angles")):
        ours, exact = result.curves[name], reference and reference.curves[f"expected_{name}"]
        figures.over_steps(axes, ours, exact, "simulated decays", "exact kinematics")
        figures.ratio(ratio, ours, exact)
        width = 1000 * (ours.x[1] - ours.x[0])
        figures.axis_labels(axes, "opening angle", f"share of decays in {width:g} mrad", "rad")
        figures.axis_labels(ratio, "opening angle", "simulated / exact", "rad")
        axes.set(yscale="log", xlim=(0, ours.x[-1] + width / 2000))
        ratio.set(xlim=axes.get_xlim())
        cells = axes.secondary_xaxis("top", functions=(lambda angle: angle / cell, lambda number: number * cell))
        cells.set_xlabel("opening angle [cells of 5.1 mm at 1.5 m]")
        axes.tick_params(top=False, which="both")
    figures.legend(zoom)
    return figure
