"""Numbers and figures of classifiers that tell generated showers from simulated ones: two generators side by side."""

import time

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite.generated_showers import generators
from keras_hep.suite.generated_showers.classifier_tests import APART, CLASSIFIERS, CONTROL, NEAREST
from keras_hep.suite.generated_showers.generators import KINDS, SIZES
from keras_hep.suite.record import Curve, Quantity
from keras_hep.suite.shower_reconstruction import measurements
from keras_hep.suite.shower_reconstruction.measurements import Scores

OF = "generated against simulated showers"
_LAW = {
    "too_near": f"share of generated showers nearer to one of the training than {NEAREST:.0%} of simulated ones are",
    "affinity": "share of generated showers that lie nearer to one of the training than to an unseen simulated one",
    "nearest": "median distance of generated showers to the nearest of the training, over that of simulated ones",
    "coverage": "share of simulated showers with a generated one among their five nearest neighbours, in features",
    "correlation": "mean absolute difference of the correlations of features, generated and simulated",
}


def scores(found):
    """Return the `Scores` of every classifier on every kind of generator, dict of (classifier, kind) to `Scores`.

    Args:
        found: dict as from `classifier_tests.judged`.
    """
    return {
        (classifier, kind): Scores(
            np.repeat([False, True], [len(several[0][f"{classifier}_{name}"]) for name in ("simulated", "generated")]),
            np.array(
                [
                    np.concatenate([one[f"{classifier}_{name}"] for name in ("simulated", "generated")])
                    for one in several
                ]
            ),
        )
        for classifier in CLASSIFIERS
        for kind, several in found.items()
    }


def areas(of_classifiers):
    """Return areas under ROC curves, and by how much ours is told apart less, list of `Quantity`.

    Args:
        of_classifiers: dict as from `scores`.

    Returns:
        list: "<classifier>_<kind>", also of the control, where 0.5 is due; "<classifier>_gain" and
        "<classifier>_gain_errors", the area of the published generator minus that of ours.
    """
    quantities = [
        measurements.area(f"{classifier}_{kind}", one, f"{CLASSIFIERS[classifier]}, {OF}, {kind}")
        for (classifier, kind), one in of_classifiers.items()
    ]
    for classifier in CLASSIFIERS:
        pair = of_classifiers[classifier, "published"], of_classifiers[classifier, "ours"]
        of = f"{CLASSIFIERS[classifier]}, published - ours, {OF}"
        quantities += measurements.area_gain(f"{classifier}_gain", *pair, of)
    return quantities


def laws(found):
    """Return what was learned beyond single distributions, means over trainings, list of `Quantity`.

    Args:
        found: dict as from `classifier_tests.judged`.

    Returns:
        list: "too_near_<kind>", "affinity_<kind>", "nearest_<kind>", "coverage_<kind>", "correlation_<kind>".
    """
    quantities = []
    for kind in KINDS:
        for name, definition in _LAW.items():
            values = np.array([one[name][0] for one in found[kind]], float)
            errors = np.array([one[name][1] for one in found[kind]], float)
            error = np.hypot(measurements.of_trainings(values), errors.mean())
            quantities.append(Quantity(f"{name}_{kind}", values.mean(), error, definition=f"{definition}, {kind}"))
    return quantities


def trained(profile, seed):
    """Return all trained generators, dict of `KINDS` to list of `Generator`, one of each training."""
    seeds = [seed + APART * repeat for repeat in range(SIZES[profile].repeats)]
    return {kind: [generators.trained(kind, profile, one) for one in seeds] for kind in KINDS}


def costs(several, asked, seed, rounds=3):
    """Return the time per shower of both generators, from the request to the cells, list of `Quantity`.

    They take turns, so that a busy machine slows both.

    Args:
        several: dict as from `trained`; the first training of each kind is timed.
        asked: simulated `Showers`, whose energies and angles are asked for at once.
        seed: int.
        rounds: int. The fastest counts, after one that is not timed.

    Returns:
        list: "cost_<kind>" in ms, "cost_ratio", ours over published, "parameters_<kind>".
    """
    best = dict.fromkeys(KINDS, np.inf)
    for turn in range(rounds + 1):
        for kind in KINDS:
            start = time.perf_counter()
            several[kind][0].like(asked, seed)
            if turn:
                best[kind] = min(best[kind], 1000 * (time.perf_counter() - start) / len(asked))
    definition = f"per shower, {len(asked)} asked for at once, best of {rounds}"
    quantities = [
        Quantity(f"cost_{kind}", value, unit="ms", definition=f"{kind}, {definition}", timed=True)
        for kind, value in best.items()
    ]
    ratio = best["ours"] / best["published"]
    quantities.append(Quantity("cost_ratio", ratio, definition=f"ours over published, {definition}", timed=True))
    return quantities + [
        Quantity(f"parameters_{kind}", several[kind][0].parameters, definition=f"of the generator, {kind}")
        for kind in KINDS
    ]


def weights(found, several):
    """Return the entries of all answers and networks, dict, as of `Result.weights`.

    Args:
        found: dict as from `classifier_tests.judged`.
        several: dict as from `trained`.
    """
    entries = {
        f"{kind}_{number}_answers": one.weights for kind, kept in found.items() for number, one in enumerate(kept)
    }
    for kind, each in several.items():
        for number, generator in enumerate(each):
            entries |= generator.weights(f"{kind}_{number}_")
    return entries


def curves(of_classifiers):
    """Return ROC curves and distributions of the scores, list of `Curve`.

    Args:
        of_classifiers: dict as from `scores`.
    """
    found = [
        measurements.roc(f"{classifier}_{kind}", one, f"{CLASSIFIERS[classifier]}, {OF}, {kind}")
        for (classifier, kind), one in of_classifiers.items()
    ]
    edges = np.linspace(-0.25, 1.25, 31)
    centres = (edges[1:] + edges[:-1]) / 2
    for kind in KINDS:
        one = of_classifiers["features", kind]
        for name, some in (("simulated", ~one.labels), ("generated", one.labels)):
            counts = np.histogram(np.clip(one.scores[:, some], edges[0], edges[-1]), edges)[0]
            total = counts.sum()
            definition = f"share of {name} showers, {kind}, by the score of trees on features; ends hold the rest"
            error = np.sqrt(counts + 1) / total
            found.append(Curve(f"score_{kind}_{name}", centres, counts / total, error, "1", "1", definition))
    return found


# Figure


def draw(result):
    """Draw ROC curves, areas over the cost of a shower, and the scores of trees."""
    labels = {"published": generators.named(result.scale), "ours": "ours"}
    figure, (roc, cost, law) = figures.panels(columns=3, aspect=1.05)
    shown = {
        f"{label}, {classifier}: {result.quantities[f'{classifier}_{kind}'].value:.3f}": result.curves[
            f"{classifier}_{kind}"
        ]
        for classifier in CLASSIFIERS
        for kind, label in labels.items()
    }
    figures.roc(roc, shown)
    roc.set_ylim(0, 1.9)  # room for the legend
    figures.legend(roc, loc="upper left", title="area")
    for index, (kind, label) in enumerate(labels.items()):
        for classifier, face in zip(CLASSIFIERS, (figures.COLOURS[index], "white"), strict=True):
            area, spent = result.quantities[f"{classifier}_{kind}"], result.quantities[f"cost_{kind}"]
            looks = {"marker": figures.MARKERS[index], "color": figures.COLOURS[index], "markerfacecolor": face}
            name = f"{label}, {CLASSIFIERS[classifier]}"
            cost.errorbar(spent.value, area.value, yerr=area.error, linestyle="none", label=name, **looks)
    cost.axhline(0.5, color="0.5", linestyle=":", linewidth=0.9)
    cost.set(ylim=(0.45, 1.25), xlim=(0, 1.2 * cost.get_xlim()[1]))
    figures.axis_labels(cost, "time per shower", "area under the ROC curve", "ms")
    figures.legend(cost, loc="upper left")
    _draw_laws(law, result, labels)
    return figure


def _draw_laws(axes, result, labels):
    """Draw what was learned, as bars: what the ideal generator has stands beside the names."""
    names = {"too_near": f"repeats training\n(ideal {NEAREST:g})", "coverage": "coverage\n(ideal near 1)"}
    names |= {"correlation": "correlations off\n(ideal 0)"}
    series = {label: [result.quantities[f"{name}_{kind}"].value for name in names] for kind, label in labels.items()}
    figures.bars(axes, list(names.values()), series, "share, or difference")
    axes.set_xlim(0, 1)
    figures.legend(axes, loc="upper right")


def control(of_classifiers):
    """Return how many errors the areas of the control are from 0.5, list of `Quantity` "<classifier>_control_errors".

    Args:
        of_classifiers: dict as from `scores`.
    """
    quantities = []
    for classifier in CLASSIFIERS:
        found = measurements.area("", of_classifiers[classifier, CONTROL], "")
        value = abs(measurements.in_errors(found.value - 0.5, found.error))
        definition = f"distance of the area from 0.5 in errors, simulated against simulated, {CLASSIFIERS[classifier]}"
        quantities.append(Quantity(f"{classifier}_control_errors", value, definition=definition))
    return quantities
