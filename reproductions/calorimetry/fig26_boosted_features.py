"""Figure 26 of Belayneh et al.: energies of electrons by boosted trees with more and more features, at 90 degrees.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix D, Figure 26
Data      electrons of 10 to 510 GeV at 90 degrees, simulated here; with --data genuine files
Cost      smoke 3 s, quick 40 s (20 s with kept showers) (2 CPU cores, 0.5 GB)
Expect    the mean depth improves the resolution at all energies, most at high ones, to about 1 % in the last bin; the
          width across brings little
Differs   showers of a parametrisation, not of Geant4; training stops by the error on showers of its own, a sixth of
          all, where the article took those of the test
Beyond    errors
"""

from keras_hep.calorimetry.regression_baselines import SUMS
from keras_hep.suite import energy_regressions as regressions
from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"showers": 3_000}, "quick": {"showers": 60_000}, "full": {"showers": 800_000}}
MORE = {"sums": (), "rms_x": ("ECALmomentX2",), "mean_z": ("ECALmomentZ1",), "both": ("ECALmomentX2", "ECALmomentZ1")}
LABELS = {"sums": "energies only", "rms_x": "+ ECAL RMS x", "mean_z": "+ ECAL mean z", "both": "+ RMS x, mean z"}
RANGES = {"below_100": (0, 100), "100_to_300": (100, 300), "above_300": (300, 500)}


def reproduce(showers, data=None, seed=7):
    sample = regressions.EnergySample.drawn("electron", showers, seed, data)
    fits = {name: sample.fit_boosted((*SUMS, *more)) for name, more in MORE.items()}
    measured = {name: sample.measured(fit) for name, fit in fits.items()}
    quantities, curves = [], []
    for name, regression in measured.items():
        quantities += [regressions.resolution(f"resolution_{name}_{key}", regression, *RANGES[key]) for key in RANGES]
        quantities.append(regressions.resolution(f"resolution_{name}_last", regression, 475, 500))
        curves += regressions.curves(name, regression)
    for name, less, more in (
        ("mean_z", "sums", "mean_z"),
        ("rms_x", "mean_z", "both"),
        ("rms_x_alone", "sums", "rms_x"),
    ):
        of = f"resolution with {LABELS[less]} / with {LABELS[more]}"
        pair = measured[less], measured[more]
        quantities += [regressions.ratio(f"gain_{name}_{key}", *pair, *RANGES[key], of) for key in RANGES]
    return Result(quantities, curves, **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, aspect=0.8)
    figures.energy_axes(*panels)
    for index, (name, label) in enumerate(LABELS.items()):
        figures.bias_and_resolution(panels, result.curves, name, label, index)
    if reference:
        figures.published_range(panels[1], 487.5, reference.quantities["resolution_last"], "published, text")
    panels[1].set_title("electrons; lines: fits of Eq. 3")
    figures.legend(panels[1])
    return figure
