"""Figure 5 of Belayneh et al.: neutral pions that the selection by opening angle keeps.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Figure 5
Data      decays of neutral pions of 10 to 510 GeV, drawn here: kinematics, no detector
Cost      smoke 6 s, quick 10 s, full 30 s (1 CPU core, 0.5, 0.8 and 2 GB)
Expect    none below 27 GeV, 44 % at 30, 84 % at 50, 96 % at 100 GeV; mean energy 333 GeV at 1 mrad, 65 GeV at 10 mrad
Differs   nothing
Beyond    the exact curves
"""

import numpy as np

from keras_hep.simulation import pi0_decays
from keras_hep.suite import figures, opening_angles
from keras_hep.suite.record import Curve, Result

SCALES = {
    "smoke": {"decays": 10_000_000, "decays_each": 200_000},
    "quick": {"decays": 20_000_000, "decays_each": 1_000_000},
    "full": {"decays": 50_000_000, "decays_each": 4_000_000},
}
ENERGIES, ANGLES = np.linspace(10, 510, 51), np.linspace(0.0005, 0.02, 40)  # GeV, rad


def reproduce(decays, decays_each, seed=7):
    quantities = []
    for energy in (25, 30, 50, 100, 200):
        _, angle = opening_angles.drawn(decays_each, [seed, 1, energy], (energy, energy))
        passed = opening_angles.passing(angle)
        quantities.append(opening_angles.share(f"pass_{energy}", passed, f"neutral pions of {energy} GeV that pass"))
    energy, angle = opening_angles.drawn(decays, [seed, 0])
    passed = opening_angles.passing(angle)
    photons = opening_angles.passing(np.full(decays_each, -1.0), pdg_id=22)
    quantities += [
        opening_angles.share("pass", passed, "neutral pions of all energies that pass"),
        opening_angles.share("pass_photons", photons, "photons that pass: they have no opening angle"),
    ]
    for milliradians in (1, 5, 10):
        name = f"mean_energy_{milliradians}mrad"
        quantities.append(opening_angles.mean_energy_near(name, energy, angle, milliradians / 1000))
    curves = [
        opening_angles.passing_by_energy("pass_curve", energy, passed, ENERGIES),
        opening_angles.mean_energy_by_angle("mean_energies", energy, angle, ANGLES),
        exact_mean_energies(),
    ]
    return Result(quantities, curves)


def exact_mean_energies():
    angles = np.geomspace(1.001 * pi0_decays.smallest_opening_angle(510), ANGLES[-1], 200)
    means = pi0_decays.mean_energy(angles, *opening_angles.ENERGIES)
    return Curve("exact_mean_energies", angles, means, None, "rad", "GeV", "mean energy at an opening angle, exact")


def draw(result, reference):
    figure, (passing, energies) = figures.panels(columns=2, aspect=0.8)
    exact = reference and reference.curves["expected_pass_curve"]
    figures.over_steps(passing, result.curves["pass_curve"], exact, "neutral pions", "exact kinematics")
    photons = result.quantities["pass_photons"].value
    passing.axhline(photons, color=figures.COLOURS[1], label="photons", zorder=1)
    passing.axvline(pi0_decays.lowest_energy(0.01), color="0.6", linestyle=":", label="$2m / 0.01$ rad")
    figures.axis_labels(passing, "true energy", "share with opening angle < 0.01 rad", "GeV")
    passing.set(xlim=(0, 510), ylim=(0, 1.08))
    figures.legend(passing, loc="lower right")
    line = result.curves["exact_mean_energies"]
    energies.plot(line.x, line.y, color="0.35", label="exact kinematics", linewidth=0.9)
    figures.overlay(energies, result.curves["mean_energies"], label="neutral pions", line=False)
    energies.axvspan(0.01, ANGLES[-1], color="0.5", alpha=0.12, linewidth=0, label="removed")
    figures.axis_labels(energies, "opening angle", "mean energy of the neutral pion", "rad", "GeV")
    energies.set(xlim=(0, ANGLES[-1]), ylim=(0, 510))
    figures.legend(energies)
    return figure
