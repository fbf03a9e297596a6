"""Results for r = 5: loss, accuracy, precision and recall by epoch, SPD and TrackML-like tracks, 15 and 10 events.

Source    TrackGANN slides (2025), four slides "Results for r = 5"; the authors' metrics by epoch
          (github.com/SavelyOm/TrackGANN: SPD15_DT5, SPD10_DT5, ML15_DT5, ML10_DT5)
Data      as of curriculum: time slices of SPD tracks and of TrackML-like tracks, simulated here
Cost      smoke 1 min, quick 11 s after curriculum (2 slow CPU cores), full as curriculum, 2 GB
Expect    full: the published accuracies within a hundredth; quick: a third to three quarters of the published gain over
          rejecting every edge with 15 events, differently in every training, and fewer right edges in slices with fewer
          events, as published
Differs   as curriculum; quick has the last stage of 375 slices where the authors have 88,000
Beyond    beside the curves what needs no training: rejecting every edge, and the rule that compares neighbours
"""

from keras_hep.suite import figures
from keras_hep.suite import time_slice_measurements as measurements
from keras_hep.suite import time_slice_training as trainings
from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {
    "smoke": {"epochs": (1, 0, 0, 1), "slices": 2, "tested": 2, "judged": 4},
    "quick": {"epochs": (20, 1, 1, 3), "slices": 125, "tested": 12, "judged": 60},
    "full": {"epochs": (110, 110, 110, 110), "slices": 800, "tested": 300, "judged": 300},
}
RESOLUTION, EPOCH = 5, 800  # slices of a published epoch
SETS = {"spd15": "SPD, 15 events", "spd10": "SPD, 10 events"}
SETS |= {"trackml15": "TrackML-like, 15 events", "trackml10": "TrackML-like, 10 events"}
KINDS = ("loss", "accuracy", "precision", "recall")


def reproduce(epochs, slices, tested, judged, seed=7):
    quantities, curves = [], []
    for tracks, stages in trainings.curricula(epochs, slices, tested, seed).items():
        fitted = stages[RESOLUTION]
        x = [seen / EPOCH for seen in fitted.history["events"]]
        for events, prefix in ((15, "test"), (10, "few")):
            name = f"{tracks}{events}"
            curves += [by_epoch(f"{kind}_{name}", x, fitted.history[f"{prefix}_{kind}"]) for kind in KINDS]
            found = measurements.judged(tracks, RESOLUTION, events, fitted.model, judged, seed)
            quantities += [measurements.renamed(f"{kind}_{name}", one) for kind, one in found.items()]
            quantities.append(measurements.gain(name, found))
            quantities.append(Quantity(f"loss_{name}", fitted.history[f"{prefix}_loss"][-1], definition="last epoch"))
        curves.append(by_epoch(f"training_loss_{tracks}15", x, fitted.history["loss"]))
    return Result(quantities, curves)


def by_epoch(name, x, values):
    return Curve(f"{name}_epochs", x, values, x_unit="epochs", definition="training slices over 800")


def draw(result, reference):
    figure, panels = figures.panels(columns=4, rows=4, aspect=1.0, width=figures.DOUBLE)
    for row, (name, title) in enumerate(SETS.items()):
        figures.learning_curves(panels[4 * row : 4 * row + 4], result, reference, name, title)
    figures.legend(figure, columns=4)
    return figure
