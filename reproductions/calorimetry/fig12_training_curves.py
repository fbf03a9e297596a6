"""Figure 12 of Belayneh et al.: training and validation accuracy of DNN, CNN and GN, photons against neutral pions.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 5.2, Figure 12
Data      photons and neutral pions of 10 to 510 GeV at 60 to 120 degrees, pions whose photons open by less than 0.01
          rad, simulated here; with --data genuine files of both particles
Cost      smoke 1 min, quick 4 min (2 CPU cores, 3 GB); full for a GPU
Expect    GN reaches the highest validation accuracy, then CNN, then DNN; the DNN over-trains quickly, the CNN later
Differs   showers of a parametrisation, not of Geant4, so that absolute accuracies are not the paper's; trainings at
          quick are shorter than one pass over the showers, and at full simulated showers are all new, so that nothing
          can be over-trained there: this is asked of trainings that see few showers again and again; at quick networks
          are small, GN a sixteenth as wide, as the titles say; ours test the network after every tenth of a training
Beyond    errors, of three trainings; accuracies on test showers of their own; over-training on few showers
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses, networks, training_curves
from keras_hep.suite.shower_reconstruction.classification import NETWORKS, named, scores
from keras_hep.suite.shower_reconstruction.energy_comparison import name_of
from keras_hep.suite.shower_samples import origin

SCALES = {
    "smoke": {"profile": "smoke", "few": 40, "seen": 400},
    "quick": {"profile": "quick", "few": 250, "seen": 10_000},
    "full": {"profile": "full", "few": 10_000, "seen": 1_000_000},
}


def reproduce(profile, few, seen, data=None, seed=7):
    wanted = {network: courses.headline(network, profile, seed, data) for network in NETWORKS}
    if data is None:
        again = training_curves.repeated(few, seen, profile, seed)
        wanted |= {f"few_{network}": several for network, several in again.items()}
    found = training_curves.trained(wanted, profile, seed, data)
    histories = {name: [pair[0].history for pair in several] for name, several in found.items()}
    watched = networks.PROFILES[profile].watched
    quantities, curves = [], []
    for name, several in histories.items():
        quantities += training_curves.ends(name, several, watched)
        curves += training_curves.curves(name, several, wanted[name][0].recipe.batch_size)
    for better, worse in (("cnn", "dnn"), ("gn", "cnn"), ("gn", "dnn")):
        pair = scores(found[better]), scores(found[worse])
        quantities += training_curves.gain(f"{better}_over_{worse}", *pair, f"{better} - {worse}")
    if data is None:
        pair = histories["few_dnn"], histories["few_cnn"]
        quantities += training_curves.gap_difference("few_dnn_over_cnn", *pair, watched)
    weights = courses.recorded(named({("photon_pi0", name): several for name, several in found.items()}))
    return Result(quantities, curves, weights=weights, **origin(data))


def draw(result, reference):
    figure, panels = figures.panels(columns=2, rows=2, aspect=0.72)
    profile = result.scale or "full"
    for index, (axes, network) in enumerate(zip(panels, NETWORKS, strict=False)):
        figures.training_course(axes, *_pair(result, network), index=index)
        axes.set_title(f"{name_of(network, profile)}, batches of {_batch_size(profile, network)}")
        figures.legend(axes, loc="lower right")
    last = panels[-1]
    for index, network in enumerate(training_curves.REPEATED):
        if f"few_{network}_accuracy" in result.curves:
            label = networks.LABELS[network]
            figures.training_course(last, *_pair(result, f"few_{network}"), label, index)
    last.set_title("few showers, seen again and again (not in the paper)")
    figures.legend(last, columns=2, loc="best")
    low, high = (pick(axes.get_ylim()[side] for axes in panels[:3]) for side, pick in ((0, min), (1, max)))
    for axes in panels[:3]:
        axes.set_ylim(low, high)
    return figure


def _pair(result, name):
    return result.curves[f"{name}_accuracy"], result.curves[f"{name}_test_accuracy"]


def _batch_size(profile, network):
    return networks.PROFILES[profile].recipes[network].batch_size
