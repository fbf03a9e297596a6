"""TrackML Evaluation Results: recall, precision and time of TrackNET at full pile-up, with one and two hits per step.

Source    Goncharov et al., TrackNET slides (2024), TrackML: training overview, evaluation results
Data      TrackML-like events, simulated here, for training and for testing; with --data a genuine TrackML event for
          testing
Cost      smoke 20 s, quick 11 min (2 CPU cores), 4 GB; full: not run
Expect    as published: twice as many tracks with two hits per step as with one, hundreds of times as many candidates
          and a precision that collapses; with one hit per step a time that is linear in the hits, 0.2 s for a full
          event; ours finds 57 % of the particles with a precision of 76 %
Differs   simulated events; where compression begins is ours; trained on tracks of 40 (quick) or 300 events, where the
          authors made 300 passes over 10 million; hits must lie farther out from step to step, and no more than two
          million candidates grow at the same time
Beyond    a network that corrects helices, in coordinates of direction and depth, whose candidates are resolved by the
          likelihood of their hits; growth without a network; recall against transverse momentum; time against hits
"""

from keras_hep.simulation.trackml_like import TrackMLLike
from keras_hep.suite import figures
from keras_hep.suite import trackml_candidate_measurements as measurements
from keras_hep.suite import trackml_prediction_training as predictions
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.trackml_candidate_rules import finders
from keras_hep.suite.trackml_candidates import evaluated, evaluation_events

# events: for training and testing; steps: as published and ours; most: candidates that may grow at the same time
SCALES = {
    "smoke": {"density": 0.03, "events": (2, 1), "steps": (20, 20), "repeats": 1, "most": 5_000},
    "quick": {"density": 1.0, "events": (40, 2), "steps": (6_000, 4_000), "repeats": 5, "most": 2_000_000},
    "full": {"density": 1.0, "events": (300, 10), "steps": (40_000, 20_000), "repeats": 7, "most": 2_000_000},
}
DENSITIES = (0.1, 0.2, 0.5, 1.0)  # of the events that are timed


def reproduce(density, events, steps, repeats, most, data="simulation", seed=7):
    simulation = TrackMLLike().scaled(density)
    fitted = {
        "published": predictions.train_published(simulation, events[0], steps[0], seed),
        "ours": predictions.train_helix(simulation, events[0], steps[1], seed),
    }
    ways = finders(fitted["published"].model, fitted["ours"].model, most)
    test, kind, name = evaluation_events(data, simulation, events[1], [seed, 1])

    found = {way: evaluated(finder, test, 1 if way == "k2" else repeats) for way, finder in ways.items()}
    quantities = [
        Quantity("parameters", fitted["published"].model.count_params()),
        *measurements.event_sizes(test),
        *measurements.spheres(fitted["published"], simulation),
        *measurements.shape(found),
        measurements.time_of_processes("k1", ways["k1"], test, 2, repeats),
    ]
    curves = []
    for way, one in found.items():
        quantities += measurements.quality(way, one, test)
        curves.append(measurements.recall_curve(way, one, test))
    for way in ("k1", "ours_k1", "ours"):
        exponent, curve = measurements.cost(way, ways[way], simulation, DENSITIES, [seed, 2], repeats)
        quantities, curves = [*quantities, exponent], [*curves, curve]
    for way in ("k1", "ours_k1"):
        quantities += measurements.first_step(way, ways[way], test)
    for way, one in fitted.items():
        curves += measurements.learning(way, one)
    return Result(quantities, curves, data=kind, events=name, weights={way: one.weights for way, one in fitted.items()})


LABELS = {"k1": "as published, K = 1", "k2": "as published, K = 2", "ours_k1": "ours, K = 1", "ours": "ours, resolved"}
NETWORKS = {"published": "as published", "ours": "ours"}


def draw(result, reference):
    figure, (quality, momentum, time, learning) = figures.panels(columns=2, rows=2)
    kinds = ("recall", "precision")
    numbers = {way: [result.quantities[f"{kind}_{way}"].value for kind in kinds] for way in LABELS}
    nothing = [None, None]
    ours = {"as published": numbers["k1"] + numbers["k2"] + nothing, "ours": numbers["ours_k1"] + nothing}
    ours["ours"] += numbers["ours"]
    published = reference and [reference.quantities[f"{kind}_{way}"].value for way in ("k1", "k2") for kind in kinds]
    names = [f"{kind}\n{way}" for way in ("K = 1", "K = 2", "resolved") for kind in ("rec.", "prec.")]
    figures.compare_categories(quality, names, ours, published and published + nothing)
    quality.set(yscale="log", ylabel="per cent")
    for index, (way, label) in enumerate(LABELS.items()):
        figures.overlay(momentum, result.curves[f"recall_{way}_pt"], label=label, index=index)
        if way != "k2":
            figures.overlay(time, result.curves[f"cost_{way}"], label=label, index=index)
    figures.axis_labels(momentum, "transverse momentum [GeV]", "recall")
    figures.level(time, reference and reference.quantities["seconds_k1"], "published, 100,000 hits, K = 1")
    figures.axis_labels(time, "hits of the event", "seconds per event")
    for index, (way, label) in enumerate(NETWORKS.items()):
        figures.overlay(learning, result.curves[f"training_hit_efficiency_{way}"], label=label, index=index)
    figures.axis_labels(learning, "training tracks", "hits inside their sphere")
    momentum.set(xscale="log", ylim=(0, 1.05))
    time.set(xscale="log", yscale="log")
    for axes in (quality, momentum, learning):
        figures.legend(axes)
    figures.legend(time, loc="lower right")
    return figure
