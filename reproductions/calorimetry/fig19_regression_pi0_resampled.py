"""Figure 19 of Belayneh et al.: energies of neutral pions on ATLAS-like and CMS-like cells, networks and baselines.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 5.4, Figure 19
Data      neutral pions of 10 to 510 GeV at 60 to 120 degrees whose photons open by less than 0.01 rad, simulated here,
          and photons, which the networks learn with them; with --data genuine files of both particles
Cost      smoke 1 min, quick 3 min, or 20 s with the trainings of Figure 18 (2 CPU cores, 3 GB); full for a GPU
Expect    ATLAS-like: DNN and CNN have the bias of boosted trees and a better resolution; CMS-like: they are no better
Differs   showers of a parametrisation, not of Geant4; energies go to other cells as the article describes, where the
          authors' code applies the transpose; cells of the HCAL are left out, its energy is not; trees stop by the
          error on showers of their own; at quick networks are small and see few showers, as the legend says; there are
          no neutral pions below 27 GeV, which open wider
Beyond    errors, of three trainings and of test showers; resolution over that of boosted trees; how much of it is lost
          from ATLAS-like to CMS-like cells, and from those of CLIC
"""

from keras_hep.suite.shower_reconstruction import resampled_energies

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, data=None, seed=7):
    return resampled_energies.compared("pi0", profile, seed, data)


def draw(result, reference):
    return resampled_energies.draw(result)
