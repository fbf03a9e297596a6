"""Section Expected score of the TrackML notebook: tracks that follow the best edge outwards from the first layer.

Source    notebook "TrackML Particle Tracking", Section Expected score, greedy tracks (Kaggle data, event000001000)
Data      one TrackML-like event, simulated here at event 1000's density; with --data a genuine TrackML event
Cost      not measured yet
Expect    200 tracks, purer than connected components; not perfect
Differs   axes in mm, where the notebook multiplies metres by 100; scores are of all tracks, not of the first 200
Beyond    purity, efficiency and TrackML score of both ways; the same scores with an edge kept only if it is the best of
          both its ends
"""

from keras_hep import displays
from keras_hep.graphs.segments import segment_graph
from keras_hep.suite import figures, segment_measurements, segment_training, track_measurements, trackml_events
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.double_hits import double_hits
from keras_hep.tracking.track_building import connected_components, greedy_walk, matched_edges, track_sizes

SCALES = {
    "smoke": {"density": 0.1, "steps": 20},
    "quick": {"density": 1.0, "steps": 400},
    "full": {"density": 1.0, "steps": 400},
}
THRESHOLD, SHOWN = 0.7, 200


def reproduce(density, steps, data="simulation", seed=7):
    event = trackml_events.barrel_events(data, trackml_events.like_event_1000(density), 1, [seed, 0])
    hits, graph = event.hits[0], segment_graph(event.hits[0])

    fitted = segment_training.train_published(graph, event.identity[0], steps, seed)
    score = segment_training.scores(segment_training.logits(fitted.model, graph))
    shown = greedy_walk(graph, score, THRESHOLD, max_tracks=SHOWN)
    ways = {
        "": greedy_walk(graph, score, THRESHOLD),
        "_of_components": connected_components(graph, score, 0.8),
        "_of_matched": matched_edges(graph, score, THRESHOLD, double_hits(graph)),
    }

    quantities = [
        *segment_measurements.graph_counts([graph]),
        Quantity("threshold", THRESHOLD),
        Quantity("tracks_shown", track_sizes(shown).tracks, unit="tracks"),
        Quantity("most_hits", track_sizes(ways[""]).largest, unit="hits", definition="hits of the longest track"),
        Quantity("score_limit", track_measurements.limit_of_graph(hits, graph), definition="with perfect edge scores"),
    ]
    for suffix, tracks in ways.items():
        quantities += track_measurements.tracks_found(track_measurements.track_quality(hits, tracks), suffix)
    arrays = {"positions": graph.nodes["position"], "track_ids": shown}
    weights = {"classifier": fitted.weights}
    return Result(quantities, arrays=arrays, data=event.data, events=event.events, weights=weights)


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
