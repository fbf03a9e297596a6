"""Figure 38 of Belayneh et al.: energies of electrons from windows of different sizes, by the DNN.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix K, Figure 38
Data      electrons of 10 to 510 GeV at 60 to 120 degrees, the same showers in all windows, simulated here; with --data
          genuine files of electrons in 51 x 51 cells
Cost      smoke 20 s, quick 2 min (2 CPU cores, 3 GB); full for a GPU
Expect    above 150 GeV 25 x 25 cells of the ECAL and 5 x 5 of the HCAL are enough and fewer are not; below, 51 x 51 and
          11 x 11 are best
Differs   showers of a parametrisation, not of Geant4; which windows the article drew is not in its text: 13 x 13 and
          3 x 3 stand for the smaller ones; at quick the network has 256 neurons and sees 10,000 showers
Beyond    errors, of three trainings and of test showers; linear regression and boosted trees, which show what the
          window itself does; cells and time that a window costs
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_reconstruction import window_sizes as windows
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"profile": "smoke", "events": 400, "fitted": 200},
    "quick": {"profile": "quick", "events": 10_000, "fitted": 10_000},
    "full": {"profile": "full", "events": None, "fitted": 100_000},
}
LARGE, MIDDLE, SMALL = SIDES = (51, 11), (25, 5), (13, 3)
METHODS = "dnn", *windows.BASELINES
RANGES = {"low": (0, 150), "high": (150, 500)}  # GeV


def reproduce(profile, events, fitted, data=None, seed=7):
    sizes, seen = (profile, events, fitted), {"networks": SIDES, "baselines": SIDES}
    found = windows.measured(("electron", None), ("dnn",), seen, sizes, seed, data)
    quantities, curves = found.resolutions(RANGES), found.curves()
    for method in METHODS:
        for pair in ((MIDDLE, LARGE), (SMALL, MIDDLE)):
            quantities += found.ratios(method, *pair, RANGES)
            curves.append(found.ratio_curve(method, *pair))
    quantities += [windows.cells_ratio(LARGE, MIDDLE), windows.time_ratio(found, "dnn", LARGE, MIDDLE)]
    return Result(quantities, curves, weights=courses.recorded(found.answers), **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, rows=3, aspect=0.7)
    for row, methods in enumerate((("dnn",), ("boosted",))):
        windows.draw_methods(result, panels[2 * row : 2 * row + 2], methods, SIDES)
    for axes, above, below in ((panels[4], MIDDLE, LARGE), (panels[5], SMALL, MIDDLE)):
        windows.draw_ratios(result, axes, METHODS, above, below)
        axes.axvline(RANGES["high"][0], color="0.6", linestyle=":", linewidth=0.8)
    figures.legend(panels[5], loc="upper left")
    return figure
