"""Sections Graph Building and Training of the TrackML notebook: nodes, edges and true edges of one event's graph.

Source    notebook "TrackML Particle Tracking", Sections Graph Building and Training (Kaggle data, event000001000)
Data      TrackML-like events, simulated here at event 1000's density; with --data genuine TrackML events
Cost      smoke 1 s, quick 35 s, full about 3 min (2 CPU cores, 4.4 GB)
Expect    617,136 edges, 5,813 of them true, on the complete event 1000; within 15 % on the simulation
Differs   several simulated events in place of one genuine one; edges are found through windows in azimuth, not by loops
Beyond    which share of the pairs that a particle's hits form on neighbouring layers the windows keep
"""

import numpy as np

from keras_hep.graphs.segments import segment_graph
from keras_hep.suite import figures, segment_measurements, trackml_events
from keras_hep.suite.record import Result

SCALES = {
    "smoke": {"density": 0.1, "events": 2},
    "quick": {"density": 1.0, "events": 40},
    "full": {"density": 1.0, "events": 200},
}


def reproduce(density, events, data="simulation", seed=7):
    selected = trackml_events.barrel_events(data, trackml_events.like_event_1000(density), events, [seed, 0])
    graphs = [segment_graph(hits, phi_limit=0.5, z_limit=20.0) for hits in selected.hits]
    wide = [segment_graph(hits, phi_limit=np.pi, z_limit=100.0) for hits in selected.hits]

    kept = [
        np.count_nonzero(graph.edges["label"]) / np.count_nonzero(every.edges["label"])
        for graph, every in zip(graphs, wide, strict=True)
    ]
    quantities = [
        *segment_measurements.graph_counts(graphs),
        segment_measurements.over_events(
            "true_pairs_in_windows", kept, definition="true pairs of hits on neighbouring layers that are edges"
        ),
    ]
    curves = segment_measurements.edges_per_layer(graphs)
    return Result(quantities, curves, data=selected.data, events=selected.events)


def draw(result, reference):
    figure, (counts, fraction) = figures.panels(columns=2)
    for index, name in enumerate(("edges", "true_edges")):
        label = "all edges" if name == "edges" else "true edges"
        figures.overlay(counts, result.curves[f"{name}_per_layer"], label=label, index=index)
    figures.axis_labels(counts, "inner layer of the pair, from the beam outwards", "edges per event")
    counts.set_yscale("log")
    figures.legend(counts)
    figures.overlay(fraction, result.curves["true_fraction_per_layer"], label="per pair of layers")
    ours = result.quantities["true_fraction"].value
    fraction.axhline(ours, color=figures.COLOURS[0], linestyle=":", zorder=2, label="all pairs of layers")
    figures.level(fraction, reference and reference.quantities["true_fraction"], "published, event 1000")
    figures.axis_labels(fraction, "inner layer of the pair, from the beam outwards", "true edges / all edges")
    fraction.set_ylim(0, None)
    figures.legend(fraction)
    return figure
