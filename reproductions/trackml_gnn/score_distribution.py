"""Section Expected score of the TrackML notebook: logits and scores of the trained classifier, and what they mean.

Source    notebook "TrackML Particle Tracking", Section Expected score, histogram (Kaggle data, event000001000)
Data      one TrackML-like event, simulated here at event 1000's density (with --data a genuine TrackML event), and
          simulated held-out events of the same number of hits
Cost      smoke 2 s, quick 5 s, full 15 s (2 CPU cores), 3.6 GB, after the training of training_auc (4 min), shared
Expect    scores spread from 0 to 1; one edge in ten with a score around 0.8 is true
Differs   counts of true and of false edges apart, on a logarithmic axis
Beyond    the probability that a score stands for, p / (p + (1 - p) w) with the class weight w, against what is observed
"""

import numpy as np

from keras_hep.graphs.segments import segment_graph
from keras_hep.metrics import edge_scores
from keras_hep.suite import figures, segment_measurements, segment_training, trackml_events
from keras_hep.suite.record import Quantity, Result

SCALES = {
    "smoke": {"density": 0.1, "steps": 20, "held_out": 2},
    "quick": {"density": 1.0, "steps": 400, "held_out": 4},
    "full": {"density": 1.0, "steps": 400, "held_out": 20},
}
PUBLISHED_WEIGHT = 611_323 / 5_813
BINS = np.linspace(0, 1, 51)


def reproduce(density, steps, held_out, data="simulation", seed=7):
    simulation = trackml_events.like_event_1000(density)
    event = trackml_events.barrel_events(data, simulation, 1, [seed, 0])
    others = trackml_events.held_out(event, simulation, held_out, [seed, 1])
    graph, *unseen = [segment_graph(hits) for hits in event.hits + others.hits]

    fitted = segment_training.train_published(graph, event.identity[0], steps, seed)
    logits = segment_training.logits(fitted.model, graph)
    score, label = segment_training.scores(logits), graph.edges["label"]
    in_step = segment_training.batch_logits(fitted.model, graph)
    new_score = np.concatenate([segment_training.scores(segment_training.logits(fitted.model, one)) for one in unseen])
    new_label = np.concatenate([one.edges["label"] for one in unseen])
    weight = np.count_nonzero(~label) / np.count_nonzero(label)
    probability = edge_scores.calibrated(new_score, weight)

    meaning = [edge_scores.calibrated(np.array([score]), PUBLISHED_WEIGHT)[0] for score in (0.5, 0.7, 0.8)]
    quantities = [
        *segment_measurements.graph_counts([graph]),
        Quantity("max_logit", logits.max(), definition="training event, inference mode"),
        Quantity("min_logit", logits.min(), definition="training event, inference mode"),
        Quantity("mean_logit", logits.mean(dtype=float), definition="training event, inference mode"),
        *[
            Quantity(f"probability_at_{percent}", value, definition="calibrated score, published class weight")
            for percent, value in zip((50, 70, 80), meaning, strict=True)
        ],
        *segment_measurements.meaning_of_score(0.8, new_label, new_score, probability),
        *segment_measurements.calibration_errors(new_label, new_score, probability),
        Quantity(
            "observed_at_80_in_training_mode",
            segment_measurements.fraction_near(0.8, label, segment_training.scores(in_step)),
            definition="true ones among edges of the training event with a score of 0.8, normalised as in training",
        ),
        Quantity(
            "observed_at_80_in_inference_mode",
            segment_measurements.fraction_near(0.8, label, score),
            definition="the same with moving averages",
        ),
    ]
    curves = [
        segment_measurements.reliability("reliability_of_scores", new_label, new_score),
        segment_measurements.reliability("reliability_of_calibrated", new_label, probability),
    ]
    arrays = {
        "true_counts": np.histogram(score[label], BINS)[0],
        "false_counts": np.histogram(score[~label], BINS)[0],
        "bins": BINS,
    }
    weights = {"classifier": fitted.weights}
    return Result(quantities, curves, arrays, data=event.data, events=event.events, weights=weights)


def draw(result, reference):
    figure, (histogram, meaning) = figures.panels(columns=2)
    arrays = result.arrays
    figures.score_histogram(histogram, arrays["true_counts"], arrays["false_counts"], arrays["bins"], threshold=0.8)
    figures.reliability(
        meaning,
        {
            "score as it is": result.curves["reliability_of_scores"],
            "class weight undone": result.curves["reliability_of_calibrated"],
        },
    )
    meaning.set(xscale="log", yscale="log", xlim=(1e-4, 1.2), ylim=(1e-4, 1.2))
    figures.legend(meaning)
    return figure
