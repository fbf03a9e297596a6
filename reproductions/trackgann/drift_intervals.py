"""Slides Data and Graph construct of TrackGANN: the drift-time intervals of the events of a time slice.

Source    TrackGANN slides (2025), Data and Graph construct
Data      none for the intervals; time slices of SPD tracks, simulated here, for what equal intervals tell
Cost      smoke 2 s, quick 4 s, full 40 s (2 CPU cores, 0.4 GB)
Expect    the six ends of the table to its three digits; intervals overlap up to r events apart, and no farther
Differs   nothing
Beyond    tracks of one event have the same interval and no other track has it: equal intervals are the label, exactly.
          Where every track's interval is shifted at random, they tell nothing
"""

from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.suite import drift_interval_measurements as measurements
from keras_hep.suite import figures
from keras_hep.suite.record import Result

SLIDE = {"events": 14, "resolution": 7, "chosen": (9, 0, 13)}
STORED = ({"events": 6, "resolution": 5, "chosen": range(6)}, {"events": 25, "resolution": 4, "chosen": (3,)})
SHIFT = 1.0  # largest, in spacings of events
SCALES = {"smoke": {"slices": 20}, "quick": {"slices": 1_000}, "full": {"slices": 10_000}}


def reproduce(slices, seed=7):
    quantities = [quantity for case in (SLIDE, *STORED) for quantity in measurements.ends(**case)]
    curves, arrays = [], {}
    for name, jitter in (("", 0.0), ("_shifted", SHIFT)):
        simulation = SPDSlices(resolution=5, jitter=jitter)
        quantities += measurements.equal_intervals(simulation, slices, [seed, 0], suffix=name)
        overlap = measurements.overlap_by_distance(f"overlap{name}", 15, 5, jitter, slices, [seed, 1])
        curves.append(overlap)
        shown = SPDSlices(mean_events=10.0, resolution=3, jitter=jitter).slice([seed, 2])
        arrays |= {f"event{name}": shown.event, f"intervals{name}": shown.intervals}
    return Result(quantities, curves, arrays, data="simulation")


def draw(result, reference):
    figure, (slide, overlap, published, shifted) = figures.panels(columns=2, rows=2, aspect=0.8)
    for place, event in enumerate(SLIDE["chosen"]):
        ours = [result.quantities[f"{side}_{event}_of_14"].value for side in ("left", "right")]
        slide.barh(place, ours[1] - ours[0], 0.6, ours[0], label="this work", **bar(event))
        if reference:
            theirs = [reference.quantities[f"{side}_{event}_of_14"].value for side in ("left", "right")]
            slide.plot(theirs, [place] * 2, "o", mfc="white", mec="0.1", label="slide Data, to 0.001", clip_on=False)
    slide.set(yticks=range(3), yticklabels=[f"event {event}" for event in SLIDE["chosen"]], xlim=(-0.02, 1.02))
    slide.set_title("14 events, r = 7: the table's three tracks")
    figures.axis_labels(slide, "time in the slice", "")
    figures.legend(slide, loc="upper left")
    for index, (name, label) in enumerate((("overlap", "as published"), ("overlap_shifted", "shifted track by track"))):
        figures.overlay(overlap, result.curves[name], label=label, index=index, line=False)
        exact = reference and reference.curves[name]
        if exact:
            overlap.plot(exact.x, exact.y, color="0.4", linestyle=":", label="exact expectation", zorder=1)
    figures.axis_labels(overlap, "events apart", "share of pairs that overlap")
    overlap.set_title("15 events, r = 5")
    figures.legend(overlap)
    figures.interval_display(published, result.arrays["event"], result.arrays["intervals"])
    figures.interval_display(shifted, result.arrays["event_shifted"], result.arrays["intervals_shifted"])
    published.set_title("as published, r = 3: one interval per event")
    shifted.set_title("the same tracks, shifted track by track")
    return figure


def bar(event):
    return {"color": figures.event_looks(event)["color"], "linewidth": 0}
