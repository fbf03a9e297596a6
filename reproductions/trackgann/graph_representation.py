"""Slide Graph representation of TrackGANN: the hits of a time slice joined along tracks, and its tracks joined in time.

Source    TrackGANN slides (2025), Graph representation and Graph construct
Data      time slices of SPD tracks and of TrackML-like tracks, simulated here as the authors' generators do
Cost      smoke 2 s, quick 17 s, full 80 s (2 CPU cores, 0.4 GB)
Expect    paths of hits, one per track; 516 to 1,131 directed edges between the tracks of 10 events, 811 to 2,036 of 15,
          of which 19 to 7 % join tracks of one event, as the published accuracies, precisions and recalls imply
Differs   another slice is shown than theirs; edge counts are not published, they are compared with exact expectations
Beyond    the share of true edges where intervals are shifted track by track, so that they do not tell the event
"""

from keras_hep import displays
from keras_hep.graphs.time_slice_graphs import track_graph
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.time_slice import TimeSlice
from keras_hep.simulation.trackml_slices import TrackMLSlices
from keras_hep.suite import figures, track_graph_measurements
from keras_hep.suite.record import Result

SCALES = {"smoke": {"slices": 20}, "quick": {"slices": 1_000}, "full": {"slices": 5_000}}
RESOLUTIONS = range(2, 8)
SETS = {"spd_10": "SPD, 10 events", "spd_15": "SPD, 15 events"}
SETS |= {"trackml_10": "TrackML-like, 10 events", "trackml_15": "TrackML-like, 15 events"}


def reproduce(slices, seed=7):
    simulations = [kind(mean_events=events) for kind in (SPDSlices, TrackMLSlices) for events in (10.0, 15.0)]
    counts = {
        name: track_graph_measurements.counted(simulation, slices, RESOLUTIONS, [seed, number])
        for number, (name, simulation) in enumerate(zip(SETS, simulations, strict=True))
    }
    shifted = {
        f"true_fraction_shifted_{events}": track_graph_measurements.counted(
            SPDSlices(mean_events=events, jitter=1.0), slices, [5], [seed, events]
        )
        for events in (10, 15)
    }
    quantities = [track_graph_measurements.tracks(f"tracks_{name}", each) for name, each in counts.items()]
    quantities += track_graph_measurements.faults([*counts.values(), *shifted.values()])
    quantities += [track_graph_measurements.true_fraction(name, each, 5) for name, each in shifted.items()]
    for resolution in (2, 3):
        name = f"true_fraction_trackml_10_r{resolution}"
        quantities.append(track_graph_measurements.true_fraction(name, counts["trackml_10"], resolution))
    curves = [curve for name, each in counts.items() for curve in track_graph_measurements.edge_curves(name, each)]
    shown = SPDSlices(mean_events=15.0, resolution=2).slice([seed, 0])
    arrays = {name: getattr(shown, name) for name in ("hits", "hit_counts", "event", "intervals")}
    return Result(quantities, curves, arrays, data="simulation")


def draw(result, reference):
    figure, (paths, tracks, edges, true) = figures.panels(columns=2, rows=2, aspect=0.86)
    shown = _shown(result)
    figures.time_slice(paths, None, shown)
    paths.set_title(f"{len(shown.hits):,} hits in {shown.tracks} paths; colour and number: event")
    graph = track_graph(shown)
    title = f"{shown.tracks} tracks, joined if intervals overlap, r = 2"
    figures.track_graph_display(tracks, shown.event, graph.senders, graph.receivers, graph.edges["label"], title=title)
    figures.legend(tracks, columns=2, loc="lower center")
    for index, (name, label) in enumerate(SETS.items()):
        figures.overlay(edges, result.curves[f"edges_{name}"], label=label, index=index, line=False)
        if reference:
            fraction, published = result.curves[f"true_fraction_{name}"], f"true_fraction_{name}_published"
            exact, shift = reference.curves[f"true_fraction_{name[-2:]}_exact"], 0.16 * (index - 1.5)
            figures.over_expected(true, fraction, exact, reference.curves[published], None, index, shift)
    for events in (10, 15) if reference else ():
        exact = reference.curves[f"edges_{events}_exact"]
        edges.plot(exact.x, exact.y, color="0.4", linestyle=":", label="exact expectation", zorder=1)
    figures.axis_labels(edges, "time resolution r", "directed edges per time slice", "events to each side")
    figures.axis_labels(true, "time resolution r", "fraction of true edges / expectation", "events to each side")
    edges.set_ylim(0, None)
    figures.level(true, 1.0, "exact expectation")
    true.margins(y=0.3)
    figures.legend(edges)
    figures.legend(true, title="slices as on the left", loc="upper right")
    return figure


def explore(result):
    title = "A time slice of SPD tracks"
    return displays.time_slice_view(_shown(result), title=title, data=figures.origin(result))


def _shown(result):
    arrays = result.arrays
    return TimeSlice(**arrays, events=int(arrays["event"].max()) + 1)
