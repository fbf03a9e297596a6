"""Section Expected score of the TrackML notebook: tracks as connected components of edges with a score above 0.8.

Source    notebook "TrackML Particle Tracking", Section Expected score, connected components (Kaggle, event000001000)
Data      one TrackML-like event, simulated here at event 1000's density; with --data a genuine TrackML event
Cost      smoke 2 s, quick and full 1 s (2 CPU cores), 3.1 GB, after the training of training_auc (4 min), shared
Expect    one component with half of the hits, and a TrackML score of 0.01 where the graph allows 0.88
Differs   nothing but the event; the score that the notebook announces and never computes is computed, of particles
          with at least three selected hits
Beyond    the score against the threshold: what a score of 0.8 costs when it stands for a probability of 4 %
"""

import numpy as np

from keras_hep import displays
from keras_hep.graphs.segments import segment_graph
from keras_hep.metrics import edge_scores
from keras_hep.suite import figures, segment_measurements, segment_training, track_measurements, trackml_events
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.track_building import connected_components, track_sizes

SCALES = {
    "smoke": {"density": 0.1, "steps": 20},
    "quick": {"density": 1.0, "steps": 400},
    "full": {"density": 1.0, "steps": 400},
}
THRESHOLD, SHOWN, HITS_SHOWN = 0.8, 30, (3, 29)


def reproduce(density, steps, data="simulation", seed=7):
    event = trackml_events.barrel_events(data, trackml_events.like_event_1000(density), 1, [seed, 0])
    hits, graph = event.hits[0], segment_graph(event.hits[0])

    fitted = segment_training.train_published(graph, event.identity[0], steps, seed)
    score = segment_training.scores(segment_training.logits(fitted.model, graph))
    tracks = connected_components(graph, score, THRESHOLD)
    quality = track_measurements.track_quality(hits, tracks)
    weight = np.count_nonzero(~graph.edges["label"]) / np.count_nonzero(graph.edges["label"])
    scan = track_measurements.score_against_threshold(hits, graph, score, weight)

    sizes = track_sizes(tracks)
    of_shown_size = int(np.count_nonzero((sizes.hits >= HITS_SHOWN[0]) & (sizes.hits <= HITS_SHOWN[1])))
    quantities = [
        *segment_measurements.graph_counts([graph]),
        Quantity("threshold", THRESHOLD),
        Quantity("probability_at_threshold", edge_scores.calibrated(np.array([THRESHOLD]), weight)[0]),
        Quantity("components", sizes.tracks, unit="tracks", definition="single hits too"),
        Quantity("components_of_shown_size", of_shown_size, unit="tracks", definition="of 3 to 29 hits"),
        Quantity("tracks_shown", min(SHOWN, of_shown_size), unit="tracks"),
        *track_measurements.tracks_found([quality]),
        Quantity("score_limit", track_measurements.limit_of_graph(hits, graph), definition="with perfect edge scores"),
        *track_measurements.best_of(scan),
    ]
    arrays = {"positions": graph.nodes["position"], "track_ids": tracks, "sizes": sizes.hits}
    weights = {"classifier": fitted.weights}
    return Result(quantities, [scan], arrays, data=event.data, events=event.events, weights=weights)


def draw(result, reference):
    figure, (plane, sizes, scan) = figures.panels(columns=3, aspect=0.9)
    arrays = result.arrays
    least, most = HITS_SHOWN
    title = f"{result.quantities['tracks_shown'].value} components of 3 to 29 hits"
    figures.tracks_display(plane, arrays["positions"], arrays["track_ids"], SHOWN, least, most, title=title)
    figures.component_sizes(sizes, {"components": arrays["sizes"]})
    figures.overlay(scan, result.curves["score_against_threshold"], label="connected components")
    figures.level(scan, result.quantities["score_limit"], "perfect edge scores")
    scan.axvline(result.quantities["probability_at_threshold"].value, color="0.5", linestyle=":", label="score of 0.8")
    scan.set_xscale("log")
    figures.axis_labels(scan, "threshold, as probability of a true edge", "TrackML score")
    figures.legend(scan)
    return figure


def explore(result):
    arrays, (least, most) = result.arrays, HITS_SHOWN
    return displays.tracks_view(
        arrays["positions"],
        arrays["track_ids"],
        title="Connected components of 3 to 29 hits",
        data=figures.origin(result),
        most=SHOWN,
        least_hits=least,
        most_hits=most,
    )
