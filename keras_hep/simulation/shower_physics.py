"""Constants of the simulated showers that users vary: response, fluctuations, material in front, hadrons."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.geometry import ECAL


@dataclasses.dataclass(frozen=True)
class HadronPhysics:
    """Showers of charged pions.

    Args:
        pion_length: float. Mean free path of pions in nuclear interaction lengths. Chosen: the inelastic cross section
            of pions is about 0.85 of that of protons, which the interaction length of the tables is made of.
        charge_exchange: float. Probability at 10 GeV that nearly all energy goes into neutral pions of the first
            interaction. Chosen.
        charge_exchange_power: float. Of the energy, in this probability. Chosen.
        neutral_power: float. k of the mean electromagnetic fraction 1 - (E / 1 GeV)^(k - 1). Reference: Gabriel et
            al., Nucl. Instrum. Meth. A 338 (1994) 336; Wigmans, "Calorimetry".
        neutral_fluctuation: float. Standard deviation of that fraction at 10 GeV over its square root. Chosen.
        visible: (float, float). Mean and standard deviation of the response to the rest, against electrons. Chosen for
            a ratio h / e of about 0.7, as of steel with scintillator.
        hcal_response: float. Stored energy over deposited energy of electrons in the hadronic calorimeter. Chosen: the
            steel layers have a slightly larger sampling fraction than the tungsten ones, and the factor is the same.
    """

    pion_length: float = 1.18
    charge_exchange: float = 0.05
    charge_exchange_power: float = -0.3
    neutral_power: float = 0.82
    neutral_fluctuation: float = 0.24
    visible: tuple = (0.72, 0.06)
    hcal_response: float = 1.1


@dataclasses.dataclass(frozen=True)
class ShowerPhysics:
    """Response of the electromagnetic calorimeter, fluctuations, and material in front of it.

    Args:
        gain: float. Stored over deposited energy in layers of thin absorber. Tuned: electrons of 100 GeV at 90 degrees
            leave 1.01 of their energy in the window of 25 cells, which is 2.02 % in the units of the deposit.
        thick_weight: float. Sampling fraction of layers of thick absorber over that of thin ones: by default their
            thicknesses in radiation lengths. The fall of the response with energy follows from it.
        sampling: float. Stochastic term of electrons at 1 GeV. Reference: CALICE, Nucl. Instrum. Meth. A 608
            (2009) 372, has 16.5 % for silicon and tungsten.
        profile_fluctuation: float. Factor on the standard deviations of Grindhammer and Peters. Chosen: linear
            regression of photons is then about as much worse than a boosted one as published, 3 times at 500 GeV.
        conversion: float. Probability that a photon converts in front. Reference: article, Appendix J.
        bremsstrahlung: float. Probability that an electron loses one hard photon in front. Chosen, for a tenth of a
            radiation length.
        spots: (float, int, int). Mean spots per GeV of the particle, fewest and most. Chosen: the number depends on the
            energy of the particle alone, so that it does not give away what it is; and a spot stays below the energy
            from which cells count as hit in the expert features, 0.1, up to the highest energies.
        hadrons: `HadronPhysics`.
    """

    gain: float = 1.228
    thick_weight: float = float(ECAL.radiation_lengths[0] / ECAL.radiation_lengths[-1])  # 0.515
    sampling: float = 0.16
    profile_fluctuation: float = 0.75
    conversion: float = 0.09
    bremsstrahlung: float = 0.30
    spots: tuple = (30.0, 300, 6000)
    hadrons: HadronPhysics = HadronPhysics()

    def spot_budget(self, energy):
        """Return the mean number of spots of particles with energies in GeV, float array."""
        per_energy, fewest, most = self.spots
        return np.clip(per_energy * energy, fewest, most)
