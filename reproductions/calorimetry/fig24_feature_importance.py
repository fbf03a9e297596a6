"""Figure 24 of Belayneh et al.: what boosted trees use of 50 features to tell photons from neutral pions.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix C, Figure 24; the authors' code
Data      showers of 10 to 510 GeV at 60 to 120 degrees with the photons of pions merged, simulated here; with --data
          genuine files of both particles
Cost      smoke 3 s, quick 25 s (2 CPU cores, 0.3 GB)
Expect    hits, energy and moments along the depth lead: two photons fluctuate less than one, and light more cells
Differs   showers of a parametrisation, not of Geant4, whose fluctuations decide the ranking; thresholds between 256
          quantiles, the authors tried all; stumps as in their code, before they were tuned
Beyond    importances of two trainings on different showers; permutation importances, which the number of thresholds
          that a feature offers does not favour
"""

import numpy as np
from scipy import stats

from keras_hep.calorimetry.boosted_classifier import Boosting
from keras_hep.suite import figures, photon_features
from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"showers": 1_000, "trees": 60},
    "quick": {"showers": 10_000, "trees": 800},
    "full": {"showers": 400_000, "trees": 800},
}


def reproduce(showers, trees, data=None, seed=7):
    sample = photon_features.FeatureSample.drawn(showers, seed, data)
    first, second, test = sample.thirds()
    fits = [part.fit(Boosting(trees=trees, bins=256)) for part in (first.with_(second), first, second)]
    boosted, halves = fits[0], [fit.importance for fit in fits[1:]]
    alone, permuted = test.areas(), test.permuted_losses(boosted, seed)
    area = "area under the ROC curve, photons against neutral pions"
    quantities = [
        Quantity("features", len(sample.names), definition="columns of the table"),
        Quantity("features_used", np.count_nonzero(boosted.importance), definition="features in any tree"),
        Quantity("auc_boosted", *test.area(boosted), definition=area, count=len(test.labels)),
        Quantity("auc_best_feature", alone.max(), definition=f"{area}, best feature alone", count=len(test.labels)),
        Quantity("best_feature", int(alone.argmax()), definition="number of that feature, in the order of the curves"),
        Quantity("importance_correlation", rank_correlation(*halves), definition="trainings on other showers"),
        Quantity(
            "permutation_correlation", rank_correlation(boosted.importance, permuted), definition="Gini, permuted"
        ),
    ]
    columns = np.arange(len(sample.names))
    values = {"gini": boosted.importance, "first": halves[0], "second": halves[1], "permuted": permuted, "alone": alone}
    curves = [Curve(f"importance_{name}", columns, value, definition="by feature") for name, value in values.items()]
    return Result(quantities, curves, **origin(data))


def rank_correlation(first, second):
    return stats.spearmanr(first, second).statistic


def draw(result, reference):
    figure, (gini, permuted) = figures.panels(columns=2, aspect=0.95)
    values = {name.removeprefix("importance_"): np.asarray(curve.y) for name, curve in result.curves.items()}
    best = np.argsort(-values["gini"])[:15]
    names = [photon_features.FEATURES[column] for column in best]
    labels = {"gini": "all training showers", "first": "one half", "second": "the other half"}
    figures.bars(gini, names, {label: values[name][best] for name, label in labels.items()}, "Gini importance")
    figures.legend(gini, loc="lower right")
    figures.bars(permuted, names, {"shuffled": values["permuted"][best]}, "loss of area when shuffled")
    area = result.quantities["auc_boosted"]
    permuted.set_title(f"area under the ROC curve {area.value:.3f} ± {area.error:.3f}")
    permuted.tick_params(labelleft=False)
    return figure
