"""Slide Simulated Toy Data of TrackNET: one time slice of the SPD toy, its fake hits and some of its tracks.

Source    Goncharov et al., TrackNET slides (2024), Simulated Toy Data
Data      one time slice of the SPD toy, simulated here as the authors' generator does
Cost      smoke, quick and full 1 s (2 CPU cores, 0.3 GB)
Expect    200 curved tracks through 35 cylinders, hidden among five times as many fake hits
Differs   another slice than theirs; six tracks are highlighted, chosen at random
Beyond    how near the nearest fake hit lies to a hit of a track, in the first station and in the last
"""

from keras_hep import displays
from keras_hep.metrics.track_candidates import true_slots
from keras_hep.simulation.spd import STATIONS, SPDToy
from keras_hep.suite import figures, slice_measurements
from keras_hep.suite.record import Result

SCALES = {"smoke": {"events": 10}, "quick": {"events": 40}, "full": {"events": 40}}


def reproduce(events, seed=7):
    event = SPDToy(events=events).event([seed, 0])
    _, slots = true_slots(event.hits, STATIONS)
    quantities = slice_measurements.one_slice(event, slots)
    for station in (0, STATIONS - 1):
        quantities += slice_measurements.nearest_fake(event.hits, station)
    arrays = {"positions": slice_measurements.positions(event.hits), "track": event.hits["track"], "slots": slots}
    return Result(quantities, arrays=arrays, data="simulation")


def draw(result, reference):
    figure, (along, beside) = figures.panels(columns=2, aspect=0.9)
    positions, track = result.arrays["positions"], result.arrays["track"]
    for axes, view, title in ((along, "xy", "along the beam"), (beside, "rz", "from the side")):
        figures.slice_display(axes, positions, track, view=view, seed=1, title=title)
    figures.legend(figure)
    return figure


def explore(result):
    positions, slots, data = result.arrays["positions"], result.arrays["slots"], figures.origin(result)
    return displays.slice_view(positions, slots, title="A time slice of the SPD toy", data=data)
