"""Figure 34 of Belayneh et al.: energies of photons by networks that were trained on electrons.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix J, Figure 34
Data      electrons, photons, neutral and charged pions of 10 to 510 GeV at 60 to 120 degrees, simulated here; with
          --data genuine files of all four
Cost      smoke 30 s, quick 1 min after Figures 15, 30 and 31 (2 CPU cores, 3 GB); full for a GPU
Expect    the resolution of a CNN that was trained on photons, a bias slightly larger in some cases; charged pions are
          not described by any of these networks
Differs   showers of a parametrisation, not of Geant4; at scale quick 256 neurons, 3 filters of 4x4x4 cells and 20,000
          showers of each particle; the CNN that knows photons is the one that tells them from neutral pions, so that
          half of its showers are photons; charged pions are compared with a DNN that knows them and electrons
Beyond    three trainings each, with errors; numbers and a figure of charged pions, of which the article has a sentence
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import other_particles
from keras_hep.suite.shower_reconstruction.courses import recorded
from keras_hep.suite.shower_reconstruction.trained_energies import outcomes
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, data=None, seed=7):
    found, answers = outcomes(other_particles.wanted("photon", profile, seed, data, pions=True))
    quantities = other_particles.quantities("photon", found) + other_particles.pion_quantities(found)
    curves = [curve for pair, energies in found.items() for curve in energies.curves("_on_".join(pair))]
    return Result(quantities, curves, weights=recorded(answers), **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, rows=2, aspect=0.8)
    for start, test, title in ((0, "photon", "photons"), (2, "charged_pion", "charged pions")):
        two = panels[start : start + 2]
        figures.energy_axes(*two)
        for index, (name, label) in enumerate([*other_particles.TRAININGS.items(), other_particles.PIONS]):
            if f"{name}_on_{test}_bias" in result.curves:
                figures.bias_and_resolution(
                    two, result.curves, f"{name}_on_{test}", label, index, filled=name.endswith("electrons")
                )
        for axes in two:
            axes.set_title(f"tested on {title}")
    figures.legend(figure, columns=2)
    return figure
