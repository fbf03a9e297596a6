"""Figure 14 of Belayneh et al.: accuracy of the best network against energy and pseudorapidity, two pairs of particles.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 5.3.1, Figure 14
Data      showers of 10 to 510 GeV at 60 to 120 degrees, neutral pions whose photons open by less than 0.01 rad,
          electrons and charged pions with HCAL / ECAL < 0.1, simulated here; with --data genuine files of all four
Cost      smoke 1 min, quick 15 s after Figure 13, 5 min without (2 CPU cores, 3 GB); full for a GPU
Expect    photons and neutral pions are told apart worse at higher energies, and slightly worse at perpendicular
          incidence; electrons and charged pions well at all energies and angles
Differs   showers of a parametrisation, not of Geant4: one photon and two of half the energy fluctuate differently in
          it even in the same cells, and their hits tell it, so that absolute accuracies at high energies are not the
          paper's; the best network, GN in the article, is chosen here by its accuracy on validation showers, among
          networks that at quick are small and see few showers, GN a sixteenth as wide and for photons and neutral
          pions only
Beyond    errors of three trainings and of test showers; the other networks; areas under ROC curves of the same
          showers, which do not depend on how few neutral pions of low energy there are
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.shower_reconstruction import classification, courses, measurements
from keras_hep.suite.shower_reconstruction.classification import CLASSES, NETWORKS, TASKS
from keras_hep.suite.shower_reconstruction.energy_comparison import name_of
from keras_hep.suite.shower_samples import origin

SCALES = {  # networks for electrons and charged pions; for photons and neutral pions all three
    "smoke": {"profile": "smoke", "electron_pion": ["dnn", "cnn", "gn"]},
    "quick": {"profile": "quick", "electron_pion": ["dnn", "cnn"]},
    "full": {"profile": "full", "electron_pion": ["dnn", "cnn", "gn"]},
}
BINNED = {"energy": ("true energy", "GeV"), "eta": ("pseudorapidity", "1")}
TRENDS = {"energy": ("energy_loss", "below minus above 260 GeV"), "eta": ("angle_gain", "wide minus central")}


def reproduce(profile, electron_pion, data=None, seed=7):
    wanted = {"photon_pi0": NETWORKS, "electron_pion": electron_pion}
    answers = classification.trained(wanted, profile, seed, data)
    quantities, curves, kept = [], [], {}
    for name in TASKS:
        kept[f"truth_{name}"] = known = classification.truth(TASKS[name].on(data), profile, seed)
        best = classification.best_network(answers, name)
        learnt = classification.networks_of(answers, name)
        chosen = f"network with the best accuracy on validation showers, of {', '.join(learnt)}, {CLASSES[name]}"
        quantities.append(
            Quantity(f"{name}_best", NETWORKS.index(best), definition=f"number from 0 on of the {chosen}")
        )
        for network in learnt:
            found, of = classification.scores(answers[name, network]), f"{network}, {CLASSES[name]}"
            quantities.append(measurements.accuracy(f"{name}_{network}", found, of))
            curves += classification.accuracy_curves(f"{name}_{network}", found, known, of)
            if network == best:
                quantities += classification.trends(name, found, known, of)
        lowest = min(min(curve.y) for curve in curves if curve.name.startswith(f"{name}_{best}"))
        quantities.append(Quantity(f"{name}_lowest", lowest, definition=f"lowest accuracy of a bin, {best}"))
    weights = courses.recorded({**classification.named(answers), **kept})
    return Result(quantities, curves, weights=weights, **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, rows=2, aspect=0.72)
    names = {network: name_of(network, result.scale or "full") for network in NETWORKS}
    places = [(task, label) for task in TASKS for label in BINNED]
    for axes, (task, label) in zip(panels, places, strict=True):
        best = NETWORKS[result.quantities[f"{task}_best"].value]
        drawn = {network: f"{task}_{network}_{label}" for network in NETWORKS}
        curves = {network: result.curves[name] for network, name in drawn.items() if name in result.curves}
        figures.accuracy_in_bins(axes, curves, names, best, *BINNED[label], f"accuracy, {CLASSES[task]}")
        kind, text = TRENDS[label]
        trend = result.quantities[f"{task}_{kind}"]
        axes.set_title(f"{text}: {trend.value:+.4f} ± {trend.error:.4f}")
    figures.legend(figure, columns=3)
    return figure
