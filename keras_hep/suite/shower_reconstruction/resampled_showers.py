"""Photons against neutral pions as other calorimeters see them: networks on resampled cells, and what they lose.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, section 5.4 and Figure 17.
"""

import dataclasses
import itertools

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite.record import Curve
from keras_hep.suite.shower_reconstruction import classification, courses, measurements, networks
from keras_hep.suite.shower_reconstruction.energy_comparison import name_of

GEOMETRIES = {"clic": "CLIC", "atlas": "ATLAS-like", "cms": "CMS-like"}
RANKING = ("gn", "cnn", "dnn", "bdt")  # best first, as published
LABELS = networks.LABELS | {"bdt": "BDT"}
TREES = "bdt"


def task_on(geometry, data=None):
    """Return the `Task` of photons against neutral pions on the cells of one of `GEOMETRIES`."""
    return dataclasses.replace(courses.PHOTON_PI0.on(data), geometry=geometry)


def trained(names, profile, seed, data=None):
    """Train networks on every geometry, and test each on the same showers as that geometry sees them.

    Args:
        names: sequence of str. Networks.
        profile: str. One of `networks.PROFILES`.
        seed: int.
        data: str, path or None. As of `courses.Task.on`.

    Returns:
        dict of (geometry, network) to list, for each training, of two `Answers`: on neutral pions and on photons.
    """
    tasks = {geometry: task_on(geometry, data) for geometry in GEOMETRIES}
    return courses.in_groups(
        {
            (geometry, network): (
                courses.headline(network, profile, seed, data, task),
                task.samples("test", profile, seed),
            )
            for geometry, task in tasks.items()
            for network in names
        }
    )


def named(answers):
    """Return the `Answers` of `trained` by names, dict: "<geometry>_<network>_<training>_<particle>"."""
    return courses.numbered(answers, courses.PHOTON_PI0.particles)


def boosted(profile, seed, data=None):
    """Return what boosted trees say of the test, dict of geometry to `KeptArrays`; arguments as of `trained`."""
    return {place: classification.boosted(TREES, task_on(place, data), profile, seed) for place in GEOMETRIES}


def scores(answers, trees):
    """Return what all classifiers say of the test, dict of (geometry, classifier) to `Scores`.

    Args:
        answers: dict, as from `trained`.
        trees: dict, as from `boosted`.
    """
    found = {key: classification.scores(several) for key, several in answers.items()}
    of_trees = {(place, TREES): classification.tree_scores(kept, task_on(place)) for place, kept in trees.items()}
    return found | of_trees


def lead(found, geometry):
    """Return the terms of an `area_contrast`: the mean area of all networks on a geometry minus that of the trees."""
    several = _networks(found)
    return [*((1 / len(several), found[geometry, network]) for network in several), (-1.0, found[geometry, TREES])]


def quantities(found):
    """Return areas, the steps of the ranking, leads over boosted trees, and what geometries lose: list of `Quantity`.

    They are "area_<classifier>_<geometry>"; "<better>_over_<worse>_<geometry>"; "lead_<geometry>", of networks on
    average; "lead_<geometry>_over_cms", by how much that is larger; and "loss_<classifier>_<geometry>", against CLIC.

    Args:
        found: dict, as from `scores`.
    """
    several = _networks(found)
    listed = []
    for geometry, place in GEOMETRIES.items():
        for classifier in (*several, TREES):
            of = f"{LABELS[classifier]}, photons against neutral pions, {place}"
            listed.append(measurements.area(f"area_{classifier}_{geometry}", found[geometry, classifier], of))
        for better, worse in steps(several):
            terms = [(1.0, found[geometry, better]), (-1.0, found[geometry, worse])]
            of = f"{LABELS[better]} - {LABELS[worse]}, {place}"
            listed += measurements.area_contrast(f"{better}_over_{worse}_{geometry}", terms, of)
        of = f"mean of {', '.join(LABELS[one] for one in several)} - BDT, {place}"
        listed += measurements.area_contrast(f"lead_{geometry}", lead(found, geometry), of)
    for geometry in ("clic", "atlas"):
        terms = lead(found, geometry) + [(-weight, one) for weight, one in lead(found, "cms")]
        of = f"lead of networks over the BDT, {GEOMETRIES[geometry]} - CMS-like"
        listed += measurements.area_contrast(f"lead_{geometry}_over_cms", terms, of)
    return listed + losses(found)


def losses(found):
    """Return by how much areas on other cells are smaller than on those of CLIC, list of `Quantity`."""
    listed = []
    for geometry in ("atlas", "cms"):
        for classifier in (*_networks(found), TREES):
            terms = [(1.0, found["clic", classifier]), (-1.0, found[geometry, classifier])]
            of = f"{LABELS[classifier]}, CLIC - {GEOMETRIES[geometry]}"
            listed += measurements.area_contrast(f"loss_{classifier}_{geometry}", terms, of)
    return listed


def steps(names):
    """Return pairs of (better, worse) classifiers: neighbours in the ranking, then each network over boosted trees.

    Args:
        names: sequence of str. Networks.

    Example:

    >>> steps(["cnn", "dnn"])
    [('cnn', 'dnn'), ('dnn', 'bdt'), ('cnn', 'bdt')]
    """
    ranked = [one for one in RANKING if one in names or one == TREES]
    return list(dict.fromkeys([*itertools.pairwise(ranked), *((one, TREES) for one in ranked[:-1])]))


def curves(found):
    """Return the ROC curves, list of `Curve`: "roc_<classifier>_<geometry>"."""
    return [
        classification.roc(f"roc_{classifier}_{geometry}", one, f"{LABELS[classifier]}, {GEOMETRIES[geometry]}")
        for (geometry, classifier), one in found.items()
    ]


def _networks(found):
    """Return the networks among the classifiers, best first as published."""
    known = {classifier for _, classifier in found}
    return [one for one in RANKING if one in known and one != TREES]


# Figure


def draw_curves(axes, result, geometry):
    """Draw the ROC curves of one geometry, with the areas in the legend.

    Args:
        axes: matplotlib `Axes`.
        result: `Result` with `quantities` and `curves`.
        geometry: str. One of `GEOMETRIES`.
    """
    shown = {}
    for classifier in drawn(result):
        area = result.quantities[f"area_{classifier}_{geometry}"]
        name = f"{LABELS[classifier]}, area {area.value:.3f} ± {area.error:.3f}"
        shown[name] = result.curves[f"roc_{classifier}_{geometry}"]
    figures.roc(axes, shown, log=True)
    axes.set_title(GEOMETRIES[geometry])
    figures.legend(axes, loc="upper left")


def draw_areas(axes, result):
    """Draw the areas of all classifiers on all geometries, with errors.

    Args:
        axes: matplotlib `Axes`.
        result: `Result` with `quantities`.
    """
    places = np.arange(len(GEOMETRIES), dtype=float)
    for index, classifier in enumerate(drawn(result)):
        areas = [result.quantities[f"area_{classifier}_{geometry}"] for geometry in GEOMETRIES]
        values, errors = ([getattr(area, field) for area in areas] for field in ("value", "error"))
        label = LABELS[classifier] if classifier == TREES else name_of(classifier, result.scale or "full")
        curve = Curve(classifier, places + 0.12 * (index - 1), values, errors)
        figures.overlay(axes, curve, label=label, index=index)
    axes.set(xticks=places, xticklabels=GEOMETRIES.values(), xlim=(-0.5, len(places) - 0.5))
    axes.tick_params(axis="x", which="minor", length=0)
    figures.axis_labels(axes, "cells", "area under the ROC curve")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.35 * (high - low))  # room for the legend
    figures.legend(axes, loc="upper right")


def drawn(result):
    """Return the classifiers of a `Result`, list, in the order in which all figures colour them."""
    return [one for one in ("dnn", "cnn", "gn", TREES) if f"area_{one}_clic" in result.quantities]
