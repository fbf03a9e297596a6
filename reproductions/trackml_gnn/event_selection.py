"""Section Data loading of the TrackML notebook: the hits of one event near the centre of the barrel.

Source    notebook "TrackML Particle Tracking", Section Data loading (Kaggle data, event000001000)
Data      TrackML-like events, simulated here at event 1000's density; with --data genuine TrackML events
Cost      smoke 1 s, quick 11 s, full 1 min (2 CPU cores, 0.4 GB)
Expect    about 9,300 hits in ten layers, three quarters of them pixels
Differs   several simulated events in place of one genuine one
"""

import numpy as np

from keras_hep import displays
from keras_hep.suite import figures, segment_measurements, trackml_events
from keras_hep.suite.record import Quantity, Result

# density: share of event 1000's particles and noise
SCALES = {
    "smoke": {"density": 0.1, "events": 2},
    "quick": {"density": 1.0, "events": 40},
    "full": {"density": 1.0, "events": 200},
}


def reproduce(density, events, data="simulation", seed=7):
    selected = trackml_events.barrel_events(data, trackml_events.like_event_1000(density), events, [seed, 0])
    hits, every, over_events = selected.hits, selected.every, segment_measurements.over_events

    layers = np.unique(np.concatenate([100 * event["volume_id"] + event["layer_id"] for event in hits]))
    pixel = [np.mean(event["volume_id"] == 8) for event in hits]
    noise = [np.mean(event["particle_id"] == 0) for event in hits]
    share = [len(event["z"]) / len(whole["z"]) for event, whole in zip(hits, every, strict=True)]
    quantities = [
        over_events("hits", [len(event["z"]) for event in hits], "hits", "hits in volumes 8, 13, 17 with |z| < 50 mm"),
        Quantity("layers", len(layers), unit="layers", definition="layers with selected hits"),
        over_events("pixel_share", pixel, definition="selected hits in volume 8"),
        over_events("noise_share", noise, definition="selected hits of no particle"),
        over_events("selected_share", share, definition="selected hits among those of the three volumes"),
    ]
    of_particles = [trackml_events.of_particles(event) for event in every]
    central = [trackml_events.of_particles(event) for event in hits]
    curves = [
        segment_measurements.layer_shares(hits),
        segment_measurements.layer_shares(central, "central_share", chosen=4, of=of_particles),
    ]
    layer = 100 * hits[0]["volume_id"] + hits[0]["layer_id"]
    arrays = {"position": trackml_events.positions(hits[0]), "layer": layer}
    return Result(quantities, curves, arrays, data=selected.data, events=selected.events)


def draw(result, reference):
    figure, (layers, centre, event) = figures.panels(columns=3, aspect=0.85)
    for axes, name in [(layers, "layer_share"), (centre, "central_share")]:
        figures.overlay(axes, result.curves[name], line=False)
        if reference:
            theirs, look = reference.curves[name], {"linestyle": "--", "color": "0.2", "markerfacecolor": "white"}
            axes.plot(theirs.x, theirs.y, marker="o", zorder=1, label="genuine event 1000", **look)
        axes.set_ylim(0, None)
        figures.legend(axes)
    figures.axis_labels(layers, "barrel layer, from the beam outwards", "share of selected hits")
    figures.axis_labels(centre, "pixel layer, from the beam outwards", "share of hits with |z| < 50 mm")
    x, y, _ = result.arrays["position"].T
    event.plot(x, y, linestyle="none", marker="o", markersize=0.6, markeredgewidth=0, rasterized=True)
    event.set(aspect="equal", title=f"{len(x):,} hits of one event")
    figures.axis_labels(event, "x", "y", "mm", "mm")
    return figure


def explore(result):
    hits, layers, data = result.arrays["position"], result.arrays["layer"], figures.origin(result)
    return displays.event_view(hits, layers, title="Selected hits of one event", data=data, group_name="layer")
