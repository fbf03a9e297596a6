"""Section Training of the TrackML notebook: loss and ROC AUC of 400 steps on one event.

Source    notebook "TrackML Particle Tracking", Sections Model architecture and Training (Kaggle data, event000001000)
Data      one TrackML-like event, simulated here at event 1000's density (with --data a genuine TrackML event), and
          simulated held-out events of the same number of hits
Cost      smoke 2 s, quick 4 min, full 5 min (2 CPU cores), 3.6 GB
Expect    an AUC near 0.95 on the training event and 0.94 on others; one true edge in fifteen among those accepted at an
          efficiency of 90 %
Differs   the class weight is that of the event, not the constant of event 1000; the AUC is read off 4,000 thresholds
Beyond    held-out events, average precision, the same event turned around the beam, and the parameters that no gradient
          ever reaches
"""

import numpy as np

from keras_hep.graphs.segments import segment_graph
from keras_hep.metrics import edge_scores
from keras_hep.suite import figures, segment_measurements, segment_training, trackml_events
from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {
    "smoke": {"density": 0.1, "steps": 20, "held_out": 2},
    "quick": {"density": 1.0, "steps": 400, "held_out": 4},
    "full": {"density": 1.0, "steps": 400, "held_out": 20},
}


def reproduce(density, steps, held_out, data="simulation", seed=7):
    simulation = trackml_events.like_event_1000(density)
    event = trackml_events.barrel_events(data, simulation, 1, [seed, 0])
    others = trackml_events.held_out(event, simulation, held_out, [seed, 1])
    graph, *unseen = [segment_graph(hits) for hits in event.hits + others.hits]

    fitted = segment_training.train_published(graph, event.identity[0], steps, seed)
    label, logits = graph.edges["label"], segment_training.logits(fitted.model, graph)
    on_unseen = [segment_training.logits(fitted.model, other) for other in unseen]
    turned = segment_training.logits(fitted.model, segment_training.turned(graph, 1.0))

    history, whole = fitted.history, edge_scores.roc_auc(label, logits)
    pairs = [(one.edges["label"], scores) for one, scores in zip(unseen, on_unseen, strict=True)]
    of_step = "training event, outputs of the training step, every tenth step"
    quantities = [
        Quantity("steps", steps, unit="steps"),
        Quantity("parameters", fitted.model.count_trainable(), definition="trainable, of those that the loss reaches"),
        Quantity(
            "parameters_without_gradient",
            segment_training.parameters_without_gradient(graph, seed),
            definition="of the whole published network, those that a training step leaves as they were",
        ),
        *segment_measurements.graph_counts([graph]),
        Quantity("first_loss", history["loss"][0], definition="mean of the first ten steps"),
        Quantity("last_loss", history["loss"][-1], definition="mean of the last ten steps"),
        Quantity("auc", history["auc"][-1], whole[1], definition=f"{of_step}: the last"),
        Quantity("auc_inference", *whole, definition="training event, inference mode"),
        Quantity("auc_turned", *edge_scores.roc_auc(label, turned), definition="training event turned by 1 rad"),
        Quantity("average_precision", edge_scores.average_precision(label, logits), definition="training event"),
        *segment_measurements.edge_classification("held_out_", unseen, on_unseen),
        Quantity(
            "generalisation_gap",
            whole[0] - np.mean([edge_scores.roc_auc(*pair)[0] for pair in pairs]),
            definition="AUC of the training event minus that of held-out events",
        ),
        segment_measurements.over_events(
            "precision_at_efficiency_90",
            [segment_measurements.precision_at_efficiency(*pair, 0.9) for pair in pairs],
            definition="held-out events: true among the edges accepted",
        ),
    ]
    curves = [
        Curve("training_auc", history["events"], history["auc"], None, "steps", "1", of_step),
        Curve("training_loss", history["events"], history["loss"], None, "steps", "nat", "mean of the ten steps to x"),
        segment_measurements.roc_curve("held_out_roc", unseen, on_unseen),
        segment_measurements.precision_recall("held_out_precision", unseen, on_unseen),
    ]
    weights = {"classifier": fitted.weights}
    return Result(quantities, curves, data=event.data, events=event.events, weights=weights)


def draw(result, reference):
    figure, (loss, auc, precision) = figures.panels(columns=3, aspect=0.85)
    figures.overlay(loss, result.curves["training_loss"], line=True)
    figures.axis_labels(loss, "steps", "weighted cross-entropy [nat]")
    figures.overlay(auc, result.curves["training_auc"], label="training event")
    held_out = result.quantities["held_out_auc"].value
    auc.axhline(held_out, color=figures.COLOURS[0], linewidth=0.9, linestyle=":", label="held-out events")
    figures.level(auc, reference and reference.quantities["auc"], "published: near 0.95")
    figures.axis_labels(auc, "steps", "area under the ROC curve")
    figures.legend(auc)
    prevalence = result.quantities["true_fraction"].value
    figures.precision_recall(precision, {"held-out events": result.curves["held_out_precision"]}, prevalence=prevalence)
    figures.legend(precision)
    return figure
