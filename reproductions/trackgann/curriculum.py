"""Hierarchical learning: accuracy, precision and recall of the network stage by stage, from r = 2 to r = 5.

Source    TrackGANN slides (2025), "Hierarchical learning" and "Loss function and Metrics"; the authors' metrics by
          epoch (github.com/SavelyOm/TrackGANN)
Data      time slices simulated here: tracks of the authors' generator for the Spin Physics Detector, and TrackML-like
          tracks; 15 events on average in training, 15 and 10 in the test
Cost      smoke 1 min, quick 80 s after clustering, whose trainings it shares (2 slow CPU cores), full 40 h on
          2 CPU cores (meant for a GPU), 2 GB
Expect    the network leaves the solution that rejects every edge in all stages, for both kinds of tracks; at quick it
          gains three tenths to all of what the published one gains over it with 15 events, from r = 3 on differently in
          every training
Differs   quick has 3,125 training slices instead of 352,000; every slice is new; coordinates in metres; gradients are
          clipped and collapses are taken back; in each stage the optimizer starts anew and its steps become smaller
Beyond    beside each network the rule that reads no hit: an edge is true if both tracks have the same neighbours;
          the same last stage without the ones before it
"""

from keras_hep.suite import figures
from keras_hep.suite import time_slice_measurements as measurements
from keras_hep.suite import time_slice_training as trainings
from keras_hep.suite.record import Result

SCALES = {
    "smoke": {"epochs": (1, 0, 0, 1), "slices": 2, "tested": 2, "judged": 4},
    "quick": {"epochs": (20, 1, 1, 3), "slices": 125, "tested": 12, "judged": 60},
    "full": {"epochs": (110, 110, 110, 110), "slices": 800, "tested": 300, "judged": 300},
}
TRACKS = {"spd": "SPD", "trackml": "TrackML-like"}
KINDS = ("accuracy", "precision", "recall")
LEARNT_NOTHING = {"rule_accuracy": "equal neighbourhoods", "all_rejected": "every edge rejected"}


def reproduce(epochs, slices, tested, judged, seed=7):
    last_stage = {"tracks": "spd", "stage": trainings.STAGES["spd"][-1], "start": None, "epochs": epochs[-1]}
    last_stage |= {"slices": slices, "tested": tested, "seed": seed}
    stages = trainings.curricula(epochs, slices, tested, seed, more=[(trainings.train_stage, last_stage)])
    alone = trainings.train_stage(**last_stage)

    quantities, curves, weights = [], [], {"spd_r5_alone": alone.weights}
    for tracks, fitted in stages.items():
        weights |= {f"{tracks}_r{resolution}": one.weights for resolution, one in fitted.items()}
        for events in (15, 10):
            found = {
                resolution: measurements.judged(tracks, resolution, events, one.model, judged, seed)
                for resolution, one in fitted.items()
            }
            for kind in (*KINDS, *LEARNT_NOTHING):
                points = [one[kind] for one in found.values()]
                curves.append(measurements.curve(f"{kind}_{tracks}{events}", found, points, "stage, by its r"))
            for resolution, one in found.items():
                quantities.append(measurements.gain(f"{tracks}{events}_r{resolution}", one))

    on = {"simple_first": (2, stages["spd"][2]), "simple_last": (2, stages["spd"][5])}
    on |= {"complex_last": (5, stages["spd"][5]), "complex_unprepared": (5, alone)}
    for name, (resolution, one) in on.items():
        found = measurements.judged("spd", resolution, 15, one.model, judged, seed)
        quantities.append(measurements.renamed(name, found["average_precision"]))
    quantities.append(measurements.renamed("all_rejected_r5", found["all_rejected"]))
    return Result(quantities, curves, weights=weights)


def draw(result, reference):
    figure, panels = figures.panels(columns=3, rows=2, aspect=0.9, share_x=True)
    for row, (tracks, name) in enumerate(TRACKS.items()):
        for axes, kind in zip(panels[3 * row :], KINDS, strict=False):
            for index, events in enumerate((15, 10)):
                key = f"{kind}_{tracks}{events}"
                theirs = reference.curves.get(key) if reference else None
                figures.overlay(axes, result.curves[key], theirs, label=f"{events} events", index=index)
            axes.set_title(f"{name}: {kind}")
            figures.axis_labels(axes, "stage r", kind)
        for index, events in enumerate((15, 10)):
            looks = {"color": figures.COLOURS[index], "linewidth": 0.9}
            for learnt, style in (("rule_accuracy", ":"), ("all_rejected", "-.")):
                curve = result.curves[f"{learnt}_{tracks}{events}"]
                label = LEARNT_NOTHING[learnt] if index == 0 else None
                panels[3 * row].plot(curve.x, curve.y, linestyle=style, label=label, **looks)
    figures.legend(figure, columns=3)
    return figure
