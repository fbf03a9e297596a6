"""Section Expected score of the TrackML notebook: tracks that follow the best edge outwards from the first layer.

Source    notebook "TrackML Particle Tracking", Section Expected score, greedy tracks (Kaggle data, event000001000)
Data      TrackML-like events, simulated here at event 1000's density, a training on each; with --data a genuine
          TrackML event
Cost      smoke 4 s, quick 4 min (the training of training_auc, shared), full 13 min (2 CPU cores), 3.6 GB
Expect    0 to 1,100 tracks, in some directions only, with a TrackML score of 0 to 0.07 that differs between trainings,
          where the graph allows 0.88
Differs   axes in mm, where the notebook multiplies metres by 100; scores are of all tracks, not of the first
          200
Beyond    purity, efficiency and TrackML score of both ways; the same with an edge kept only if it is the best of both
          its ends, and with batch normalisation as in training
"""

from keras_hep import displays
from keras_hep.graphs.segments import segment_graph
from keras_hep.suite import figures, segment_measurements, segment_training, track_measurements, trackml_events
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.double_hits import double_hits
from keras_hep.tracking.track_building import connected_components, greedy_walk, matched_edges, track_sizes

SCALES = {
    "smoke": {"density": 0.1, "steps": 20, "events": 2},
    "quick": {"density": 1.0, "steps": 400, "events": 1},
    "full": {"density": 1.0, "steps": 400, "events": 4},
}
THRESHOLD, SHOWN = 0.7, 200


def reproduce(density, steps, events, data="simulation", seed=7):
    event = trackml_events.barrel_events(data, trackml_events.like_event_1000(density), events, [seed, 0])
    graphs = [segment_graph(hits) for hits in event.hits]

    found, weights, arrays = {"": [], "_in_training_mode": [], "_of_components": [], "_of_matched": []}, {}, {}
    for number, (hits, graph, identity) in enumerate(zip(event.hits, graphs, event.identity, strict=True)):
        fitted = segment_training.train_published(graph, identity, steps, seed)
        score = segment_training.scores(segment_training.logits(fitted.model, graph))
        in_step = segment_training.scores(segment_training.batch_logits(fitted.model, graph))
        ways = {
            "": greedy_walk(graph, score, THRESHOLD),
            "_in_training_mode": greedy_walk(graph, in_step, THRESHOLD),
            "_of_components": connected_components(graph, score, 0.8),
            "_of_matched": matched_edges(graph, score, THRESHOLD, double_hits(graph)),
        }
        for suffix, tracks in ways.items():
            found[suffix].append(track_measurements.track_quality(hits, tracks))
        shown = greedy_walk(graph, score, THRESHOLD, max_tracks=SHOWN)
        arrays = arrays or {"positions": graph.nodes["position"], "track_ids": shown}
        weights[f"classifier_{number}" if number else "classifier"] = fitted.weights

    limit = [track_measurements.limit_of_graph(*pair) for pair in zip(event.hits, graphs, strict=True)]
    longest = max(quality["largest"] for quality in found[""])
    quantities = [
        *segment_measurements.graph_counts(graphs),
        Quantity("threshold", THRESHOLD),
        Quantity("tracks_shown", track_sizes(arrays["track_ids"]).tracks, unit="tracks"),
        Quantity("most_hits", longest, unit="hits", definition="hits of the longest track"),
        segment_measurements.over_events("score_limit", limit, definition="with perfect edge scores"),
    ]
    curves = []
    for suffix, qualities in found.items():
        quantities += track_measurements.tracks_found(qualities, suffix)
        curves += track_measurements.per_training(qualities, suffix)
    quantities += track_measurements.score_gain(found[""], found["_of_components"])
    return Result(quantities, curves, arrays, data=event.data, events=event.events, weights=weights)


def draw(result, reference):
    figure, (space, plane) = figures.panels(columns=2, projection=("3d", None))
    for axes in (space, plane):
        figures.tracks_display(axes, result.arrays["positions"], result.arrays["track_ids"], SHOWN)
    figures.legend(figure)
    return figure


def explore(result):
    arrays = result.arrays
    title, data = "Greedy tracks above a score of 0.7", figures.origin(result)
    return displays.tracks_view(arrays["positions"], arrays["track_ids"], title=title, data=data, most=SHOWN)
