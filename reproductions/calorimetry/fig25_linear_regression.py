"""Figure 25 of Belayneh et al.: energies by linear regression of the energies in ECAL and HCAL, at 90 degrees.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix D, Figure 25
Data      showers of 10 to 510 GeV at 90 degrees, simulated here; with --data genuine files of all four particles
Cost      smoke 5 s, quick 80 s (5 s with kept showers) (2 CPU cores, 0.5 GB)
Expect    coefficients of the ECAL near 1; charged pions are measured worst; large biases at low energies, above all of
          charged pions, down to -65 % in the first bin, beyond the figure's axis
Differs   showers of a parametrisation, not of Geant4; one third of the showers is for testing
Beyond    errors of coefficients, bias and resolution
"""

from keras_hep.suite import energy_regressions as regressions
from keras_hep.suite import figures
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"showers": 3_000}, "quick": {"showers": 60_000}, "full": {"showers": 800_000}}


def reproduce(showers, data=None, seed=7):
    quantities, curves = [], []
    for particle in regressions.LABELS:
        sample = regressions.EnergySample.drawn(particle, showers, seed, data)
        fit, errors = sample.fit_linear()
        measured = sample.measured(fit)
        quantities += [
            Quantity(f"coefficient_{particle}", fit.coefficients[0], errors[0], definition="of the energy in the ECAL"),
            Quantity(
                f"coefficient_hcal_{particle}", fit.coefficients[1], errors[1], definition="of the energy in HCAL"
            ),
            Quantity(f"offset_{particle}", fit.constant, unit="GeV", definition="constant of the linear regression"),
            regressions.bias(f"bias_{particle}_first", measured, 0, 25),
            regressions.resolution(f"resolution_{particle}_low", measured, *regressions.LOW),
            regressions.resolution(f"resolution_{particle}_high", measured, *regressions.HIGH),
            regressions.fit_improvement(particle, measured),
            *regressions.terms(particle, measured),
        ]
        curves += regressions.curves(particle, measured)
    return Result(quantities, curves, **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, aspect=0.8)
    figures.energy_axes(*panels)
    for index, (particle, label) in enumerate(regressions.LABELS.items()):
        coefficient = result.quantities[f"coefficient_{particle}"].value
        figures.bias_and_resolution(panels, result.curves, particle, f"{label}, $a$ = {coefficient:.2f}", index)
    panels[0].axhspan(-30, 20, color="0.5", alpha=0.1, linewidth=0, label="axis of the article")
    panels[0].set_xlim(0, 500)
    panels[1].set_ylim(1, 100)
    panels[1].set_title("lines: fits of Eq. 3")
    figures.legend(panels[0], loc="lower right")
    return figure
