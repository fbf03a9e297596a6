"""Computing speed of the networks of showers: training and inference, lists of cells beside dense images.

Source    none of the article's figures; networks of Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794,
          Section 5.1 and Appendix E
Data      photons, and neutral pions that open by less than 0.01 rad, at 60 to 120 degrees, simulated here
Cost      smoke 15 s, quick 2 min, full 5 min (2 CPU cores, 8 GB)
Expect    lists need a tenth of the memory of images and make trainings no slower; no training waits for its batches;
          the inception network in use is twice as fast as its plain graph on two cores
Differs   the article gives no speeds of these networks; published sizes but for smoke. The straightforward way: images
          of the whole sample in memory; for the DNN and the CNN the same layers behind an input of images, for the
          inception network each convolution and normalisation by itself. At smoke its training is left out
Beyond    all of it
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import network_speed as speed
from keras_hep.suite.shower_reconstruction import networks

SCALES = {
    "smoke": {"profile": "smoke", "showers": 60, "batch": 20, "inception_batch": 2, "rounds": 1, "trained": 2},
    "quick": {"profile": "full", "showers": 1_000, "batch": 250, "inception_batch": 2, "rounds": 2, "trained": 3},
    "full": {"profile": "full", "showers": 10_000, "batch": 1_000, "inception_batch": 2, "rounds": 5, "trained": 3},
}
SHOWN = {"training": "training", "inference": "use", "pipeline": "making batches"}


def reproduce(profile, showers, batch, inception_batch, rounds, trained, seed=7):
    streams, quantities = speed.sources(showers, seed)
    for place, network in enumerate(speed.NETWORKS):
        arguments = networks.PROFILES[profile].recipes[network].arguments
        size = inception_batch if network == "gn" else batch
        quantities += speed.measured(network, arguments, streams, size, rounds, seed, place < trained)
    return Result(quantities)


def draw(result, reference):
    figure, axes = figures.panels(columns=1, aspect=1.3)
    shown = {"lists": "lists", "images": "images"}
    ours = {
        label: {
            f"{networks.LABELS[network]}, {name}": result.quantities[f"{step}_{network}_{form}"].value
            for network in speed.NETWORKS
            for step, name in SHOWN.items()
            if f"{step}_{network}_{form}" in result.quantities
        }
        for label, form in shown.items()
    }
    ours["GN folded"] = {"GN, use": result.quantities["inference_gn_folded"].value}
    figures.compare_speeds(axes, ours)
    axes.set_xlabel("showers per second")
    axes.set_xlim(right=3 * axes.get_xlim()[1])  # room for the numbers
    axes.set_title("published sizes" if result.scale != "smoke" else "tiny networks")
    figures.legend(figure)
    return figure
