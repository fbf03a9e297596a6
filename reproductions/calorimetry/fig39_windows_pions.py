"""Figure 39 of Belayneh et al.: energies of charged pions from a large and a small window, by DNN and CNN.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix K, Figure 39
Data      charged pions of 10 to 510 GeV at 60 to 120 degrees with more than 30 % of their energy in 51 x 51 and 11 x 11
          cells, the same showers in both windows, simulated here; with --data genuine files of 51 x 51 cells
Cost      smoke 30 s, quick 3 min (2 CPU cores, 3 GB); full for a GPU
Expect    51 x 51 cells of the ECAL and 11 x 11 of the HCAL are better than 25 x 25 and 5 x 5 at all energies, by a
          factor of about 2 at the lowest
Differs   showers of a parametrisation, whose width is set by hand, not of Geant4: it cannot decide the factor; at quick
          the networks have 256 neurons, the CNN 3 filters of 4 x 4 x 4, and see 5,000 showers
Beyond    errors, of three trainings and of test showers; linear regression and boosted trees, which show what the
          window itself does, and a third window that tells the part of the ECAL from that of the HCAL
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_reconstruction import window_sizes as windows
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"profile": "smoke", "events": 400, "fitted": 200},
    "quick": {"profile": "quick", "events": 5_000, "fitted": 10_000},
    "full": {"profile": "full", "events": None, "fitted": 100_000},
}
NETWORKS = "dnn", "cnn"
LARGE, BETWEEN, SMALL = (51, 11), (25, 11), (25, 5)
RANGES = {"lowest": (0, 50), "high": (150, 500), "all": (0, 500)}  # GeV


def reproduce(profile, events, fitted, data=None, seed=7):
    sizes, seen = (profile, events, fitted), {"networks": (LARGE, SMALL), "baselines": (LARGE, BETWEEN, SMALL)}
    found = windows.measured(("charged_pion", "energy_in_window"), NETWORKS, seen, sizes, seed, data)
    quantities, curves = found.resolutions(RANGES), found.curves()
    for method in (*NETWORKS, *windows.BASELINES):
        quantities += found.ratios(method, SMALL, LARGE, RANGES)
        curves.append(found.ratio_curve(method, SMALL, LARGE))
        quantities.append(windows.worse_bins(curves[-1]))
    for method in windows.BASELINES:
        quantities += found.ratios(method, BETWEEN, LARGE, RANGES)
        curves.append(found.ratio_curve(method, BETWEEN, LARGE))
    quantities += [windows.time_ratio(found, network, LARGE, SMALL) for network in NETWORKS]
    return Result(quantities, curves, weights=courses.recorded(found.answers), **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, rows=3, aspect=0.7)
    for row, methods in enumerate((NETWORKS, ("boosted",))):
        seen = (LARGE, SMALL) if methods == NETWORKS else (LARGE, BETWEEN, SMALL)
        windows.draw_methods(result, panels[2 * row : 2 * row + 2], methods, seen)
    windows.draw_ratios(result, panels[4], (*NETWORKS, *windows.BASELINES), SMALL, LARGE)
    windows.draw_ratios(result, panels[5], tuple(windows.BASELINES), BETWEEN, LARGE)
    if reference:
        published = reference.quantities["lowest_ratio"]
        figures.published_range(panels[4], 25, published, "published, lowest energies", reach=25)
    panels[4].set_ylim(top=2.6)  # room for the legend
    figures.legend(panels[4], loc="upper right")
    figures.legend(panels[5], loc="upper right")
    return figure
