"""Figure 20 of Belayneh et al.: training on windows of 25 x 25 and of 51 x 51 cells, photons against neutral pions.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix A, Figure 20
Data      photons, and neutral pions that open by less than 0.01 rad, at 60 to 120 degrees, the same showers in both
          windows, simulated here; with --data genuine files of 51 x 51 cells of both particles
Cost      smoke 20 s, quick 2 min (2 CPU cores, 3 GB); full for a GPU
Expect    the curves are similar: cells farther out tell hardly more
Differs   showers of a parametrisation, not of Geant4; the network is the article's later one, which measures energies
          too, so that its loss has their part; at quick it has 256 neurons and sees 6,000 showers
Beyond    three trainings each, with errors; accuracy and cross entropy on the same test showers; time of a training
"""

import dataclasses

from keras_hep.suite import figures
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.shower_reconstruction import accuracy_comparison as comparison
from keras_hep.suite.shower_reconstruction import courses, measurements, networks
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"profile": "smoke", "events": None},
    "quick": {"profile": "quick", "events": 6_000},
    "full": {"profile": "full", "events": None},
}
WINDOWS = {"25": {}, "51": {"window": "large", "sides": (51, 11)}}
CURVES = comparison.TRAINING | comparison.VALIDATION
LAST = 5  # entries of ten


def reproduce(profile, events, data=None, seed=7):
    tasks = {name: dataclasses.replace(courses.PHOTON_PI0.on(data), **window) for name, window in WINDOWS.items()}
    watched = networks.PROFILES[profile].watched
    each = {
        name: courses.repeats(task, "dnn", profile, seed, events=events, watched=watched)
        for name, task in tasks.items()
    }
    tests = {name: task.samples("test", profile, seed) for name, task in tasks.items()}
    answers = iter(courses.carried_out([(course, tests[name]) for name, kind in each.items() for course in kind]))
    kinds = {name: [next(answers) for _ in kind] for name, kind in each.items()}
    scores = {name: measurements.Scores.of(*zip(*kind, strict=True)) for name, kind in kinds.items()}
    histories = {name: [classes[0].history for classes in kind] for name, kind in kinds.items()}
    quantities, curves, against = [], [], "window of 51 x 51 - of 25 x 25 cells"
    for name in WINDOWS:
        quantities += comparison.measured(name, scores[name], f"photons against neutral pions, {name} x {name} cells")
        curves += measurements.history_curves(f"window_{name}", histories[name], CURVES)
    quantities += comparison.score_gains("gain", scores["51"], scores["25"], against)
    quantities += comparison.entry_gain(
        "validation_gain", histories["51"], histories["25"], "test_accuracy", LAST, against
    )
    times = [comparison.seconds_per_shower([classes[0] for classes in kinds[name]]) for name in ("51", "25")]
    definition = "time of a training for a shower, window of 51 x 51 / of 25 x 25 cells"
    quantities.append(Quantity("time_ratio", times[0] / times[1], definition=definition, timed=True))
    return Result(quantities, curves, weights=courses.recorded(comparison.named(kinds)), **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, rows=2, aspect=0.72, share_x=True, share_y="row")
    for column, name in enumerate(WINDOWS):
        for axes, entry in ((panels[column], "accuracy"), (panels[2 + column], "loss")):
            figures.overlay(axes, result.curves[f"window_{name}_{entry}"], label="training", index=0)
            figures.overlay(axes, result.curves[f"window_{name}_test_{entry}"], label="validation", index=1)
        panels[column].set_title(f"ECAL {name} x {name} x 25, {networks.sized('dnn', result.scale)}")
        panels[2 + column].set(yscale="log", xlabel="showers seen")
    gain = result.quantities["gain_accuracy"]
    panels[3].set_title(f"test showers: 51 x 51 gain {gain.value:+.4f} $\\pm$ {gain.error:.4f} in accuracy")
    panels[0].set_ylabel("accuracy")
    panels[2].set_ylabel("loss")
    figures.legend(panels[0], loc="lower right")
    return figure
