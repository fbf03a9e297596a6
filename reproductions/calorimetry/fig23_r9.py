"""Figure 23 of Belayneh et al.: R9, the share of the energy in 3 x 3 cells, of photons and neutral pions.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix C, Figure 23
Data      showers of 10 to 510 GeV at 60 to 120 degrees with the photons of pions merged, simulated here; with --data
          genuine files of both particles
Cost      smoke 2 s, quick 15 s (2 s with kept showers) (2 CPU cores, 0.3 GB)
Expect    photons lie higher; the largest square holds no less than the one around the barycentre
Differs   showers of a parametrisation, not of Geant4
Beyond    both definitions: that of the authors' code, which is the figure's, and that of the text; errors
"""

import numpy as np

from keras_hep.suite import figures, photon_features
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.shower_samples import BARYCENTRE_R9, origin

SCALES = {"smoke": {"showers": 2_000}, "quick": {"showers": 20_000}, "full": {"showers": 400_000}}
DEFINITIONS = {"": ("R9", "largest 3 x 3 cells"), "_article": (BARYCENTRE_R9, "3 x 3 cells around the barycentre")}
EDGES = np.linspace(0, 1, 51)


def reproduce(showers, data=None, seed=7):
    tables = {name: photon_features.selected_showers(name, showers, seed, data) for name in photon_features.SAMPLES}
    quantities, curves, smallest = [], [], np.inf
    for suffix, (column, definition) in DEFINITIONS.items():
        photons, pions = (tables[name][column] for name in photon_features.SAMPLES)
        quantities += [
            photon_features.median(f"median_{name}{suffix}", tables[name][column], f"median R9, {definition}")
            for name in tables
        ]
        of = f"area under the ROC curve of R9 alone, {definition}"
        quantities.append(photon_features.separation(f"separation{suffix}", photons, pions, of))
        curves += [photon_features.shares(f"{name}{suffix or '_code'}", tables[name][column], EDGES) for name in tables]
    smallest = min((table["R9"] - table[BARYCENTRE_R9]).min() for table in tables.values())
    of = "smallest difference of R9 by the code and by the text"
    quantities.append(Quantity("definition_difference", smallest, definition=of))
    return Result(quantities, curves, **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, aspect=0.78, share_y=True)
    for axes, (suffix, (_, definition)) in zip(panels, DEFINITIONS.items(), strict=True):
        for index, (name, label) in enumerate(photon_features.SAMPLES.items()):
            median = result.quantities[f"median_{name}{suffix}"].value
            curve = result.curves[f"{name}{suffix or '_code'}"]
            figures.shares(axes, curve, label=f"{label}, median {median:.3f}", index=index)
        area = result.quantities[f"separation{suffix}"]
        figures.axis_labels(axes, f"R9, {definition}", "share of showers in 0.02")
        axes.set(xlim=(0, 1), title=f"area under the ROC curve {area.value:.3f} ± {area.error:.3f}")
        axes.set_ylim(0, None)
        figures.legend(axes, loc="upper left")
    panels[1].set_ylabel("")
    return figure
