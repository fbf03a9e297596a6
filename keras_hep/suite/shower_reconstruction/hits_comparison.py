"""The network on the hits of a shower, ours, beside the published networks and a BDT on the same test showers."""

import dataclasses
import itertools

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Quantity
from keras_hep.suite.shower_reconstruction import classification, courses, measurements, networks
from keras_hep.suite.shower_reconstruction.kept_arrays import kept_arrays
from keras_hep.suite.shower_reconstruction.multiplications import multiplications

NETWORKS = ("hits", "gn", "cnn", "dnn")
OF = "photons against neutral pions"
EDGES = (10.0, 150.0, 300.0, 510.0)  # GeV: showers of low, middle and high energy


def trained(profile, seed, data=None):
    """Return the `Answers` of all trainings on the test showers.

    Args:
        profile: str. One of `networks.PROFILES`.
        seed: int.
        data: str, path or None. As of `courses.Task.on`.

    Returns:
        dict of str, the network, to list, of each training, of two `Answers`: on neutral pions and on photons.
    """
    tests = courses.PHOTON_PI0.on(data).samples("test", profile, seed)
    return courses.in_groups({name: (courses.headline(name, profile, seed, data), tests) for name in NETWORKS})


def named(found):
    """Return the `Answers` of `trained` by name: "<network>_<training>_<particle>"."""
    return courses.numbered(found, courses.PHOTON_PI0.particles)


def scores_of(found, profile, seed, data=None):
    """Return the scores of all classifiers, and what is kept of the trees.

    Args:
        found: dict as of `trained`.
        profile: str. As of `trained`.
        seed: int.
        data: str, path or None.

    Returns:
        (dict of str to `Scores`, the networks and "bdt"; `KeptArrays`).
    """
    task = courses.PHOTON_PI0.on(data)
    kept = classification.boosted("bdt", task, profile, seed)
    scores = {network: classification.scores(several) for network, several in found.items()}
    return scores | {"bdt": classification.tree_scores(kept, task)}, kept


def known_of_test(profile, seed, data=None):
    """Return `KeptArrays` of the test showers, neutral pions first: "energy", GeV, and "hits", of the ECAL."""
    samples = courses.PHOTON_PI0.on(data).samples("test", profile, seed)

    def compute():
        showers = [sample.showers() for sample in samples]
        energy = np.concatenate([part["energy"] for part in showers])
        return {"energy": energy, "hits": np.concatenate([part.ecal.counts for part in showers])}

    return kept_arrays({"energy and hits": [dataclasses.asdict(sample) for sample in samples]}, compute)


# What is measured


def gains(scores, published):
    """Return areas under ROC curves, and by how much that of the hits is larger, list of `Quantity`.

    Args:
        scores: dict of str to `Scores`, by classifier; "hits" is one of them.
        published: bool. Whether "gn" is the network as published: then what is compared with it has a name of its own
            besides, "hits_over_published_gn".
    """
    quantities = [measurements.area(f"area_{name}", one, f"{name}, {OF}") for name, one in scores.items()]
    for other in scores:
        if other != "hits":
            names = [f"hits_over_{other}"] + (["hits_over_published_gn"] if published and other == "gn" else [])
            for name in names:
                quantities += measurements.area_gain(name, scores["hits"], scores[other], f"hits - {other}, {OF}")
    return quantities


def area_curve(name, scores, energy):
    """Return the area under the ROC curve in three ranges of energy, `Curve`: "<name>_area", over GeV.

    Args:
        name: str.
        scores: `Scores`.
        energy: float array, shape (showers,). GeV, true.
    """
    points = []
    for low, high in itertools.pairwise(EDGES):
        some = scores.chosen((energy >= low) & (energy < high))
        if 1 < some.labels.sum() < len(some.labels) - 1:
            found = measurements.area("", some, "")
            points.append(((low + high) / 2, found.value, found.error))
    columns = zip(*points, strict=True) if points else ((), (), ())
    return Curve(f"{name}_area", *columns, "GeV", "1", f"area under the ROC curve, {name}, {OF}, by true energy")


def costs(profile, hits):
    """Return multiplications per shower and parameters of each network, and how much less that on hits needs.

    Args:
        profile: str. One of `networks.PROFILES`.
        hits: float. Mean of the test showers, of the ECAL.

    Returns:
        list of `Quantity`: "multiplications_<network>" and "parameters_<network>", of the inception network as
        published too, "published_gn"; "cost_over_gn" and "cost_over_published_gn", of the network on hits.
    """
    recipes = {name: networks.PROFILES[profile].recipes[name].arguments for name in NETWORKS}
    wanted = {name: (name, arguments) for name, arguments in recipes.items()} | {"published_gn": ("gn", {})}
    quantities, number = [], {}
    for name, (network, arguments) in wanted.items():
        model = networks.network(network, **arguments)
        number[name] = multiplications(model, round(hits))
        size = f"of a shower, {networks.LABELS[network]} {arguments or 'as in its defaults'}"
        size += f", {round(hits)} hits in the ECAL" if network == "hits" else ""
        quantities.append(Quantity(f"multiplications_{name}", number[name], definition=f"weights times values {size}"))
        quantities.append(Quantity(f"parameters_{name}", model.count_params(), definition=f"{name}"))
    for other in ("gn", "published_gn"):
        ratio = number["hits"] / number[other]
        quantities.append(Quantity(f"cost_over_{other}", ratio, definition=f"multiplications of hits over {other}"))
    return quantities


def trainings(found):
    """Return how many trainings there were, and the seconds of one of each network, list of `Quantity`.

    Args:
        found: dict as of `trained`.
    """
    fewest = min(len(several) for several in found.values())
    quantities = [Quantity("trainings", fewest, definition="trainings of each network, each from other weights")]
    for name, several in found.items():
        seconds = np.mean([pair[0].entry["seconds"] for pair in several])
        definition = f"mean of a training on {several[0][0].entry['events']:,} showers, others beside it"
        quantities.append(Quantity(f"seconds_{name}", seconds, unit="s", definition=definition, timed=True))
    return quantities


# Figure


def label_of(network, scale):
    """Return the name of a network in the figure, which says what is reduced at a scale, and how much it is trained.

    Example:

    >>> label_of("gn", "quick"), label_of("hits", "quick"), label_of("gn", "full")
    ('REDUCED GN 1/16 wide, 1,000 showers', 'hits, 30,000 showers', 'GN, 800,000 showers')
    """
    reduced = "REDUCED " if "wide" in networks.sized(network, scale) else ""
    return f"{reduced}{networks.sized(network, scale)}, {networks.PROFILES[scale].recipes[network].events:,} showers"


def draw_costs(axes, result):
    """Draw the areas of the networks over their multiplications, and that of the BDT as a level."""
    scale = result.scale or "full"
    for index, network in enumerate(NETWORKS):
        area, cost = (result.quantities[f"{kind}_{network}"] for kind in ("area", "multiplications"))
        looks = {"color": figures.COLOURS[index], "marker": figures.MARKERS[index], "linestyle": "none"}
        axes.errorbar(cost.value, area.value, yerr=area.error, label=label_of(network, scale), **looks)
    trees = result.quantities["area_bdt"]
    colour = figures.COLOURS[len(NETWORKS)]
    axes.axhline(trees.value, color=colour, linewidth=0.9, label="BDT, expert features")
    axes.axhspan(trees.value - trees.error, trees.value + trees.error, color=colour, alpha=0.15, linewidth=0)
    if "hits_over_published_gn" not in result.quantities:
        cost = result.quantities["multiplications_published_gn"].value
        axes.axvline(cost, color="0.5", linestyle=(0, (4, 2)), linewidth=0.9, label="GN as published: not trained here")
    axes.set_xscale("log")
    figures.axis_labels(axes, "multiplications per shower", "area under the ROC curve")
