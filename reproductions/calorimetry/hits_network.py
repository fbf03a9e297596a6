"""A network of ours on the hits of showers against the published networks and a BDT: photons and neutral pions.

Source    none of the article's figures; ours beside Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794,
          Sections 5.1 and 5.3.1
Data      showers of 10 to 510 GeV at 60 to 120 degrees, neutral pions whose photons open by less than 0.01 rad,
          simulated here; with --data genuine files of both particles
Cost      smoke 1 min, quick 1.5 min after Figure 13, 4 min without (2 CPU cores, 3 GB); full for a GPU
Expect    the network on hits reaches the area of the inception network with a tenth of its multiplications, and more
          than the BDT
Differs   AT QUICK THE INCEPTION NETWORK IS A REDUCED ONE, a sixteenth as wide and with a stride of 2, 40.6 million
          multiplications instead of 41.7 billion, on 1,000 showers instead of 30,000, a training that takes as long: GN
          as published is asked at full. The DNN and the CNN have 256 neurons at quick. The network on hits was designed
          on other showers than those of the test, but of the same simulation
Beyond    all of it: nothing like it was published
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import courses
from keras_hep.suite.shower_reconstruction import hits_comparison as comparison
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, data=None, seed=7):
    found = comparison.trained(profile, seed, data)
    scores, trees = comparison.scores_of(found, profile, seed, data)
    showers = comparison.known_of_test(profile, seed, data)
    quantities = comparison.gains(scores, published=profile == "full")
    quantities += comparison.costs(profile, showers["hits"].mean()) + comparison.trainings(found)
    curves = [comparison.area_curve(name, one, showers["energy"]) for name, one in scores.items()]
    network = courses.headline("hits", profile, seed, data)[0].train()
    kept = {**comparison.named(found), "bdt": trees, "test_showers": showers, "hits": network}
    return Result(quantities, curves, weights=courses.recorded(kept), **origin(data))


def draw(result, reference):
    figure, (cost, energy) = figures.panels(columns=2, aspect=0.95)
    comparison.draw_costs(cost, result)
    scale = result.scale or "full"
    for index, name in enumerate((*comparison.NETWORKS, "bdt")):
        label = "BDT" if name == "bdt" else comparison.label_of(name, scale).split(",")[0]
        figures.overlay(energy, result.curves[f"{name}_area"], label=label, index=index)
    figures.axis_labels(energy, "true energy", "area under the ROC curve", "GeV")
    cost.set_title("photons / neutral pions" + ("" if scale == "full" else ": the GN is a REDUCED one"))
    energy.set_title("10 to 150, to 300, to 510 GeV")
    for axes in (cost, energy):
        figures.legend(axes, loc="best")
    return figure
