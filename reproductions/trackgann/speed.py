"""Computing speed: time slices per second, from the hits of tracks to groups of tracks.

Source    TrackGANN slides (2025), "Conclusions": 4.5 time slices per second on an Nvidia Tesla V100
Data      time slices of SPD tracks, simulated here: 15 and 10 events on average, r = 5
Cost      smoke 1 min, quick 41 s after curriculum, full 2 min after it (2 CPU cores), 2 GB
Expect    more than 100 time slices per second on two cores and less than 60 ms per training step at r = 2, where cores
          are as fast as those of the recorded run; slow ones had 62 per second and 63 ms
Differs   the slides do not say what is timed, nor for which slices; here it is all from hits and intervals to groups,
          without reading files
Beyond    where the time goes; joining tracks pair by pair in a loop, as in the original, beside arrays
"""

from keras_hep import models
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.suite import figures
from keras_hep.suite import time_slice_speed as speed
from keras_hep.suite import time_slice_training as trainings
from keras_hep.suite.record import Result

SCALES = {
    "smoke": {"epochs": (1, 0, 0, 1), "slices": 2, "tested": 2, "timed": 8, "repeats": 1, "steps": 2},
    "quick": {"epochs": (20, 1, 1, 3), "slices": 125, "tested": 12, "timed": 60, "repeats": 3, "steps": 20},
    "full": {"epochs": (110, 110, 110, 110), "slices": 800, "tested": 300, "timed": 1_000, "repeats": 7, "steps": 200},
}
EVENTS, RESOLUTION = (10, 15), 5


def reproduce(epochs, slices, tested, timed, repeats, steps, seed=7):
    model, quantities = trainings.curricula(epochs, slices, tested, seed)["spd"][RESOLUTION].model, []
    for events in EVENTS:
        simulation = SPDSlices(mean_events=events, resolution=RESOLUTION)
        drawn = [simulation.slice([seed, 14, events, one]) for one in range(timed)]
        quantities += speed.inference_quantities(model, drawn, repeats, events)
    quantities += speed.joining_quantities(drawn[:50])
    for resolution in (2, RESOLUTION):
        simulation = SPDSlices(resolution=resolution)
        quantities += speed.step_quantities(
            models.TrackGANN(), simulation, steps, [seed, 15, resolution], f"r{resolution}"
        )
    return Result(quantities)


def draw(result, reference):
    figure, axes = figures.panels(columns=1, aspect=0.8)
    ours = {f"{events} events": result.quantities[f"slices_per_second_{events}"].value for events in EVENTS}
    figures.compare_speeds(axes, {"this work, 2 cores": ours}, _published(reference))
    axes.set_xlabel("time slices per second")
    figures.legend(figure)
    return figure


def _published(reference):
    if not reference:
        return None
    value = reference.quantities["slices_per_second"].value
    return {"published, V100": {f"{events} events": value for events in EVENTS}}
