"""Section Graph visualization of the TrackML notebook: the true edges of one event alone.

Source    notebook "TrackML Particle Tracking", Section Graph visualization, second display
Data      one TrackML-like event, simulated here at event 1000's density; with --data a genuine TrackML event
Cost      smoke, quick and full 1 s (2 CPU cores, 0.2 GB)
Expect    short stubs that point at the beam: within 50 mm of the centre a particle leaves about three hits
Differs   nothing but the event
Beyond    how many hits and layers of a particle are left by the selection
"""

from keras_hep import displays
from keras_hep.graphs.segments import segment_graph
from keras_hep.suite import figures, segment_measurements, trackml_events
from keras_hep.suite.record import Result

SCALES = {"smoke": {"density": 0.1}, "quick": {"density": 1.0}, "full": {"density": 1.0}}


def reproduce(density, data="simulation", seed=7):
    selected = trackml_events.barrel_events(data, trackml_events.like_event_1000(density), 1, [seed, 0])
    graph = segment_graph(selected.hits[0])
    arrays = trackml_events.drawn_graph(graph, most_false=0, seed=seed)

    quantities = [
        *segment_measurements.graph_counts([graph]),
        *segment_measurements.drawn_edges(graph, arrays),
        *segment_measurements.selected_particles(graph),
    ]
    curves = [segment_measurements.hits_per_particle(graph)]
    return Result(quantities, curves, arrays, data=selected.data, events=selected.events)


def draw(result, reference):
    figure, (space, plane) = figures.panels(columns=2, projection=("3d", None))
    for axes in (space, plane):
        figures.graph_display(axes, **result.arrays)
    figures.legend(figure)
    return figure


def explore(result):
    return displays.graph_view(**result.arrays, title="True segments of one event", data=figures.origin(result))
