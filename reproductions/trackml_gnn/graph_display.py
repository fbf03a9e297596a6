"""Section Graph visualization of the TrackML notebook: the graph of one event, false and true edges.

Source    notebook "TrackML Particle Tracking", Section Graph visualization, first display
Data      one TrackML-like event, simulated here at event 1000's density; with --data a genuine TrackML event
Cost      smoke, quick and full 1 s (2 CPU cores, 0.2 GB)
Expect    thousands of true edges within a hundred times as many false ones
Differs   20,000 false edges are drawn, chosen at random, where the notebook hands all 611,323 to the browser; all true
          ones are drawn
"""

from keras_hep import displays
from keras_hep.graphs.segments import segment_graph
from keras_hep.suite import figures, segment_measurements, trackml_events
from keras_hep.suite.record import Result

SCALES = {
    "smoke": {"density": 0.1, "most_false": 2_000},
    "quick": {"density": 1.0, "most_false": 20_000},
    "full": {"density": 1.0, "most_false": 20_000},
}


def reproduce(density, most_false, data="simulation", seed=7):
    selected = trackml_events.barrel_events(data, trackml_events.like_event_1000(density), 1, [seed, 0])
    graph = segment_graph(selected.hits[0])
    arrays = trackml_events.drawn_graph(graph, most_false, seed)

    quantities = segment_measurements.graph_counts([graph]) + segment_measurements.drawn_edges(graph, arrays)
    return Result(quantities, arrays=arrays, data=selected.data, events=selected.events)


def draw(result, reference):
    figure, (space, plane) = figures.panels(columns=2, projection=("3d", None))
    for axes in (space, plane):
        figures.graph_display(axes, **result.arrays, all_false=result.quantities["false_edges"].value)
    figures.legend(figure)
    return figure


def explore(result):
    title = "Graph of one event: all true segments, some of the false ones"
    false, data = result.quantities["false_edges"].value, figures.origin(result)
    return displays.graph_view(**result.arrays, title=title, data=data, all_false=false)
