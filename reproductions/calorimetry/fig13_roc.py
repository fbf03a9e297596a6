"""Figure 13 of Belayneh et al.: ROC curves of networks and a BDT, for two pairs of particles.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 5.3.1 and Appendix C, Figure 13
Data      showers of 10 to 510 GeV at 60 to 120 degrees, neutral pions whose photons open by less than 0.01 rad,
          electrons and charged pions with HCAL / ECAL < 0.1, simulated here; with --data genuine files of all four
Cost      smoke 1 min, quick 5 min, 2 min after Figure 12 (2 CPU cores, 3 GB); full for a GPU
Expect    photons and neutral pions: GN best, then CNN, then DNN, all better than the BDT; electrons and charged pions:
          all areas 1.00
Differs   showers of a parametrisation, not of Geant4: how differently one photon and two of half the energy fluctuate,
          and with it the number of their hits, is the simulation's, so that absolute areas of photons and neutral
          pions are not the paper's; trees of the authors' code, 400 stumps, before they were tuned; at quick networks
          are small and see few showers, GN a sixteenth as wide, as the legend says, and for photons and neutral pions
          only
Beyond    errors of all areas and curves, of three trainings and of test showers; gains on the same showers; gradient
          boosting of depth 3 on the same features as AdaBoost
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import classification, courses
from keras_hep.suite.shower_reconstruction.classification import CLASSES, NETWORKS, TASKS, TREES
from keras_hep.suite.shower_reconstruction.energy_comparison import name_of
from keras_hep.suite.shower_reconstruction.networks import LABELS
from keras_hep.suite.shower_samples import origin

SCALES = {  # networks for electrons and charged pions; for photons and neutral pions all three
    "smoke": {"profile": "smoke", "electron_pion": ["dnn", "cnn", "gn"]},
    "quick": {"profile": "quick", "electron_pion": ["dnn", "cnn"]},
    "full": {"profile": "full", "electron_pion": ["dnn", "cnn", "gn"]},
}
STEPS = (("gn", "cnn"), ("cnn", "dnn"), ("dnn", "bdt"), ("cnn", "bdt"), ("gn", "bdt"))


def reproduce(profile, electron_pion, data=None, seed=7):
    wanted = {"photon_pi0": NETWORKS, "electron_pion": electron_pion}
    answers = classification.trained(wanted, profile, seed, data)
    quantities, curves, kept = [], [], {}
    for name in TASKS:
        task = TASKS[name].on(data)
        found = {
            network: classification.scores(answers[name, network])
            for network in classification.networks_of(answers, name)
        }
        for kind in TREES if name == "photon_pi0" else ("bdt",):
            kept[f"{kind}_{name}"] = classification.boosted(kind, task, profile, seed)
            found[kind] = classification.tree_scores(kept[f"{kind}_{name}"], task)
        quantities += classification.areas(name, found, STEPS)
        curves += [classification.roc(f"{name}_{kind}", one, CLASSES[name]) for kind, one in found.items()]
    weights = courses.recorded({**classification.named(answers), **kept})
    return Result(quantities, curves, weights=weights, **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, aspect=0.95)
    for axes, task in zip(panels, TASKS, strict=True):
        shown = {}
        for kind in (*NETWORKS, *TREES):
            if f"{task}_{kind}" in result.curves:
                area = result.quantities[f"{task}_{kind}"]
                label = TREES.get(kind) or (
                    name_of(kind, result.scale or "full") if task == "photon_pi0" else LABELS[kind]
                )
                shown[f"{label}: {area.value:.3f} ± {area.error:.3f}"] = result.curves[f"{task}_{kind}"]
        figures.roc(axes, shown, log=task == "electron_pion")
        axes.set_title(CLASSES[task] + (", published areas: all 1.00" if task == "electron_pion" else ""))
        figures.legend(axes, title="area under the curve", loc="lower right" if task == "photon_pi0" else "center left")
    lowest = min(min(curve.y) for name, curve in result.curves.items() if name.startswith("electron_pion"))
    panels[1].set_ylim(max(0.0, lowest - 1.2 * (1 - lowest)), 1 + 0.05 * (1 - lowest))  # room for the legend
    return figure
