"""Figure 3 of Belayneh et al.: electrons and charged pions below the cut on HCAL / ECAL, against energy.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Figure 3
Data      showers of 10 to 510 GeV at 60 to 120 degrees, simulated here; with --data genuine files of both particles
Cost      smoke 2 s, quick 25 s, full 6 min (2 CPU cores, 0.5 GB)
Expect    nearly all electrons pass at all energies; of the pions 0.3 %
Differs   showers of a parametrisation, not of Geant4, which alone can say how pions that pass depend on energy; those
          with a small ratio are drawn often and weighted
Beyond    statistical errors
"""

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite.hadronic_ratios import Ratios
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"showers": 1_000, "early": 3_000},
    "quick": {"showers": 20_000, "early": 60_000},
    "full": {"showers": 400_000, "early": 600_000},
}
FINE, COARSE, RATIOS = np.linspace(10, 510, 51), np.linspace(10, 510, 11), np.linspace(0, 5, 21)


def reproduce(showers, early, data=None, seed=7):
    electrons = Ratios.of("electron", showers, seed, data)
    pions = Ratios.of("charged_pion", showers, seed, data) if data else Ratios.of_early_pions(early, seed, RATIOS[-1])
    least = min(electrons.passing_by_energy("least", COARSE).y)
    quantities = [
        electrons.share("electron_pass"),
        pions.share("pion_pass"),
        pions.share("pion_pass_below_100", energies=(0.0, 100.0)),
        pions.share("pion_pass_above_300", energies=(300.0, np.inf)),
        Quantity("electron_pass_least", least, definition="least share of electrons that pass, in bins of 50 GeV"),
        Quantity("mean_energy", pions.energies.mean(), unit="GeV", definition="mean energy of all charged pions"),
        pions.mean_energy("mean_energy_small_ratio", 0.0, 1.0),
        pions.mean_energy("mean_energy_large_ratio", 4.0, 5.0),
    ]
    curves = [electrons.passing_by_energy("electrons", FINE), pions.passing_by_energy("pions", COARSE)]
    return Result(quantities, [*curves, pions.mean_energies("pion_energies", RATIOS)], **origin(data))


def draw(result, reference):
    figure, (passing, energies) = figures.panels(columns=2, aspect=0.78)
    figures.overlay(passing, result.curves["electrons"], label="electrons", line=False)
    figures.overlay(passing, result.curves["pions"], label="charged pions", index=1, line=False)
    figures.axis_labels(passing, "true energy", "share with HCAL / ECAL < 0.1", "GeV")
    passing.set(xlim=(0, 520), yscale="log", ylim=(3e-4, 3))
    figures.legend(passing, loc="center right")
    figures.overlay(energies, result.curves["pion_energies"], label="charged pions", index=1, line=False)
    figures.level(energies, result.quantities["mean_energy"].value, "mean of all")
    figures.axis_labels(energies, "HCAL energy / ECAL energy", "mean true energy", y_unit="GeV")
    energies.set(xlim=(0, 5), ylim=(0, 510))
    figures.legend(energies)
    return figure
