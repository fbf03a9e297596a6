"""Figure 11 of Belayneh et al.: accuracy of the networks over their hyper-parameters.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 5.2, Figure 11
Data      photons and neutral pions at 60 to 120 degrees, simulated here; with --data genuine files of both
Cost      smoke 40 s, quick 1.5 min (2 CPU cores, 3 GB); full 2,760 trainings, of which the article says 7 hours each
          for the DNN and the CNN and 20 hours for the GN: resumable, and shared by the workers of a Dask cluster that
          DASK_SCHEDULER_ADDRESS names
Expect    at full: the published best settings are within the spread of the best point of the scan
Differs   showers of a parametrisation, drawn anew for every batch; batches of the GN have 100 showers instead of 1,000;
          decay 0.04 off the axes for all networks, as the text has it, where the authors' code varies it for the GN
          alone; quick: corners of four of the seven slices (GN two points), two trainings each (GN one), which see
          1,000 showers (GN 200) where the article has 1.2 million (GN 100,000), too few to rank points; the GN has
          1/16 of the channels and a stride of 2
Beyond    the published best settings themselves are tried beside the slices, in none of which they lie; how much more
          the points differ than repeats of the same point
"""

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses, hyperparameters, networks
from keras_hep.suite.shower_reconstruction.scan_plans import NAMES, PLANS, structure
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, data=None, seed=7):
    found = hyperparameters.scanned(profile, seed, data)
    quantities, arrays = structure(), {}
    for one, points in found.slices():
        of = f"{networks.LABELS[one.network]}, slice in {' and '.join(NAMES[name] for name in one.axes)}"
        quantities += hyperparameters.best_of(one.name, points, of)
        shape = [len(values) for values in one.axes.values()]
        arrays[f"{one.name}_mean"] = np.reshape([point.mean for point in points], shape)
        arrays[f"{one.name}_spread"] = np.reshape([point.spread for point in points], shape)
    for network, plan in found.plans.items():
        if plan.best:
            quantities += hyperparameters.behind_best(network, found.points[network])
    return Result(quantities, arrays=arrays, weights=courses.recorded(found.weights), **origin(data))


def draw(result, reference):
    plans = PLANS[result.scale]
    slices = [one for network in ("dnn", "cnn", "gn") for one in plans[network].slices]
    figure, panels = figures.panels(columns=2, rows=-(-len(slices) // 2), aspect=0.72)
    for one, panel in zip(slices, panels, strict=False):
        rows, columns = one.axes
        best = reference and [reference.quantities[f"{one.network}_best_{name}"].value for name in (rows, columns)]
        values = [result.arrays[f"{one.name}_{part}"] for part in ("mean", "spread")]
        figures.heat_map(panel, *one.axes.values(), *values, best)
        figures.axis_labels(panel, NAMES[columns], NAMES[rows])
        reduced = "" if result.scale == "full" or one.network != "gn" else ", reduced network"
        number = plans[one.network].repeats
        trainings = f"mean ± spread of {number} trainings" if number > 1 else "one training"
        panel.set_title(f"{networks.LABELS[one.network]}{reduced}: accuracy [%], {trainings}")
    for panel in panels[len(slices) :]:
        panel.set_axis_off()
    figures.legend(figure)
    return figure
