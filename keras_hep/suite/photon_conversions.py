"""Energies of photons that converted in front of the calorimeters, by trees that saw all photons or only such ones."""

import numpy as np

from keras_hep.calorimetry.regression_baselines import ELECTROMAGNETIC
from keras_hep.suite import energy_regressions as regressions
from keras_hep.suite.record import Quantity

BELOW, ABOVE = (0, 100), (200, 500)  # GeV
TRAINED = {"all": lambda table: table["energy"] > 0, "converted": lambda table: table["conversion"] > 0}
MEASURED = TRAINED | {"unconverted": lambda table: table["conversion"] == 0}
# (trained on, measured on): what the article's figure has
PAIRS = (("all", "all"), ("all", "unconverted"), ("all", "converted"), ("converted", "converted"))


def measured(sample):
    """Fit boosted trees to all photons and to converted ones, and measure them.

    Args:
        sample: `EnergySample` of photons with the label "conversion".

    Returns:
        dict of (trained on, measured on), as in `PAIRS`, to `EnergyRegression`.
    """
    trees = {name: sample.only(choose).fit_boosted(ELECTROMAGNETIC) for name, choose in TRAINED.items()}
    return {pair: sample.only(MEASURED[pair[1]]).measured(trees[pair[0]]) for pair in PAIRS}


def quantities(sample, found):
    """Return what is asked of the regressions (dict, as `measured` returns) of a sample, list of `Quantity`."""
    every, mixed, own = (found[pair] for pair in (PAIRS[0], PAIRS[2], PAIRS[3]))
    conversion = np.concatenate([part["conversion"] > 0 for part in (sample.train, sample.watched, sample.test)])
    of = "resolution of converted photons / of all, trained on all"
    both = "resolution of converted photons trained on all / trained on converted ones"
    return [
        regressions.share("converted", conversion, "photons that converted in front of the calorimeters"),
        Quantity("converted_tested", int(mixed.count[mixed.centres < BELOW[1]].sum()), definition="below 100 GeV"),
        regressions.ratio("ratio_converted_below_100", mixed, every, *BELOW, of),
        regressions.ratio("ratio_converted_above_200", mixed, every, *ABOVE, of),
        regressions.ratio("ratio_trained_on_all", mixed, own, *BELOW, both),
        regressions.absolute_bias("bias_trained_on_all", mixed, *BELOW),
        regressions.absolute_bias("bias_trained_on_converted", own, *BELOW),
    ]
