"""Figure 17 of Belayneh et al.: photons against neutral pions on ATLAS-like and CMS-like cells, ROC curves.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 5.4, Figure 17
Data      photons and neutral pions of 10 to 510 GeV at 60 to 120 degrees, pions whose photons open by less than 0.01
          rad, simulated here; with --data genuine files of both particles
Cost      smoke 1 min, quick 3.5 min (2 CPU cores, 3 GB), 2.5 min with the trainings of Figure 13; full for a GPU
Expect    networks are better than boosted trees, GN best, then CNN, then DNN; they lead by less on CMS-like cells
Differs   showers of a parametrisation, not of Geant4; energies go to other cells as the article describes, where the
          authors' code applies the transpose; networks do not see the cells of the HCAL, but its energy, trees its
          features; at quick GN is left out, and networks are small and see few showers, as the legend says
Beyond    the same on the cells of CLIC; errors, of three trainings and of test showers, which all classifiers share
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_reconstruction import resampled_showers as resampled
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"profile": "smoke", "networks": ["dnn", "cnn"]},
    "quick": {"profile": "quick", "networks": ["dnn", "cnn"]},
    "full": {"profile": "full", "networks": ["dnn", "cnn", "gn"]},
}


def reproduce(profile, networks, data=None, seed=7):
    answers = resampled.trained(networks, profile, seed, data)
    trees = resampled.boosted(profile, seed, data)
    found = resampled.scores(answers, trees)
    weights = courses.recorded(resampled.named(answers) | {f"bdt_{place}": kept for place, kept in trees.items()})
    return Result(resampled.quantities(found), resampled.curves(found), weights=weights, **origin(data))


def draw(result, reference):
    figure, (clic, atlas, cms, areas) = figures.panels(columns=2, rows=2, aspect=0.8)
    for axes, geometry in zip((atlas, cms, clic), ("atlas", "cms", "clic"), strict=True):
        resampled.draw_curves(axes, result, geometry)
    resampled.draw_areas(areas, result)
    return figure
