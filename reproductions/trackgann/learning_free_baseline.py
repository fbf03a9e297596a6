"""What TrackGANN's numbers are without a network: tracks with the same neighbours in time, with no hit ever read.

Source    TrackGANN slides (2025), table of ARI and NMI; accuracy, precision and recall by epoch beside the public code
Data      time slices of SPD tracks, simulated here with the rules of the authors' generator
Cost      smoke 5 s, quick 18 s, full 8 min (2 CPU cores, 0.8 GB)
Expect    the interval of a track tells its event alone: all tracks of an event overlap with the same tracks, and two
          events do so only in slices of at most 2 r events; at 15 events the rule is as good as the published network
Differs   no network; its numbers for r = 6 and 7 are of weights that are not named
Beyond    all of it; and intervals shifted track by track, where neither the rule nor times alone are of use
"""

from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.suite import figures, learning_free_measurements, time_slice_measurements
from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {"smoke": {"slices": 12}, "quick": {"slices": 200}, "full": {"slices": 3_000}}
RESOLUTIONS, GROUPED = range(2, 8), (5, 6, 7)
EVENTS = (10, 15)
AS_IT_IS = 300  # slices at most whose whole graph is grouped: it takes 10 ms each


def reproduce(slices, seed=7):
    quantities, curves, wrong = [], [], 0
    for events in EVENTS:
        found = []
        for resolution in RESOLUTIONS:
            name, simulation = f"{events}_r{resolution}", SPDSlices(float(events), resolution)
            joined = time_slice_measurements.drawn(simulation, slices, [seed, events, resolution])
            scores = time_slice_measurements.neighbourhood_scores(joined)
            found.append(learning_free_measurements.decisions(joined, scores))
            quantities.append(Quantity(f"accuracy_{name}", *found[-1].accuracy, definition="equal neighbourhoods"))
            wrong += learning_free_measurements.wrong_in_long_slices(joined, found[-1], resolution)
            if resolution in GROUPED:
                quantities += clustered(name, joined, scores)
                some = joined[:AS_IT_IS]
                raw = clustered(f"raw_{name}", some, time_slice_measurements.all_accepted(some))
                quantities.append(raw[0])  # the adjusted Rand index
        curves += learning_free_measurements.resolution_curves(events, RESOLUTIONS, found)
        quantities += with_shifted_times(events, slices, seed)
    recall = min(value for curve in curves if curve.name.startswith("recall") for value in curve.y)
    quantities += [
        Quantity("lowest_recall", recall, definition="equal neighbourhoods, lowest of all N and r"),
        Quantity("wrong_in_long_slices", wrong, unit="edges", definition="in slices of more than 2 r events, all N, r"),
    ]
    shown = SPDSlices(8.0, 2).slice([seed, 1])
    return Result(quantities, curves, {"event": shown.event, "intervals": shown.intervals})


def clustered(name, joined, scores):
    groups = time_slice_measurements.grouped(joined, scores)
    return time_slice_measurements.clustering_quantities(name, joined, groups)


def with_shifted_times(events, slices, seed):
    simulation = SPDSlices(float(events), 5, jitter=1.0)
    fitted_to, joined = (time_slice_measurements.drawn(simulation, slices, [seed, events, 8, part]) for part in (0, 1))
    rule = time_slice_measurements.neighbourhood_scores(joined)
    distance, threshold = learning_free_measurements.scores_by_distance(fitted_to, joined)
    return [
        time_slice_measurements.all_rejected(f"shifted_{events}", joined),
        *learning_free_measurements.scored(f"shifted_{events}", joined, rule),
        *learning_free_measurements.scored(f"distance_{events}", joined, distance, threshold),
    ]


def draw(result, reference):
    figure, (times, neighbours, wrong, agreement) = figures.panels(columns=2, rows=2, aspect=0.86)
    event, intervals = result.arrays["event"], result.arrays["intervals"]
    figures.interval_display(times, event, intervals)
    times.set_title("one slice, r = 2; colour: event")
    figures.neighbourhood_display(neighbours, event, *overlapping_pairs(intervals))
    neighbours.set_title("tracks of one event have the same row")

    figures.overlay(wrong, complement(result.curves["accuracy_15"]), label="equal neighbourhoods")
    all_rejected = complement(result.curves["all_rejected_15"])
    wrong.plot(all_rejected.x, all_rejected.y, color="0.4", linestyle=":", label="every edge called false")
    if reference:
        exact = complement(reference.curves["accuracy_15_exact"])
        label = "equal neighbourhoods, exact"
        wrong.plot(exact.x, exact.y, color=figures.COLOURS[0], linestyle="--", label=label)
    for index, (kind, label) in enumerate({"spd": "SPD", "trackml": "TrackML"}.items(), start=1):
        if reference:
            theirs = complement(reference.curves[f"accuracy_{kind}_15"])
            figures.overlay(wrong, None, theirs, label=f"network, {label}", index=index)
    figures.axis_labels(wrong, "time resolution r", "edges decided wrongly, 15 events", "events to each side")
    wrong.set(yscale="log", ylim=(1e-5, 10))
    figures.legend(wrong)

    for index, events in enumerate(EVENTS):
        figures.overlay(agreement, along(result.quantities, events), label=f"neighbourhoods, {events}", index=index)
        if reference:
            theirs = along(reference.quantities, events)
            figures.overlay(agreement, None, theirs, f"network, {events}", index)
        raw = along(result.quantities, f"raw_{events}")
        figures.overlay(agreement, raw, label=f"all overlaps, {events}", index=index + 2)
    figures.axis_labels(agreement, "time resolution r", "adjusted Rand index", "events to each side")
    agreement.set(ylim=(0, 1.6), xticks=GROUPED)
    figures.legend(agreement, columns=2, title="grouped by Louvain from edges; events on average")
    return figure


def complement(curve):
    """Return the share of wrong decisions, at the points where there are some: a logarithmic axis has no zero."""
    points = [place for place, value in enumerate(curve.y) if value < 1]
    error = curve.error and [curve.error[place] for place in points]
    return Curve(curve.name, [curve.x[place] for place in points], [1 - curve.y[place] for place in points], error)


def along(quantities, name):
    found = [quantities[f"ari_{name}_r{resolution}"] for resolution in GROUPED]
    return Curve(f"ari_{name}", GROUPED, [one.value for one in found], [one.error for one in found])
