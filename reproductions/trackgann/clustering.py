"""Final metrics: how well the groups of tracks agree with the events, r = 5, 6, 7, with 10 and 15 events.

Source    TrackGANN slides (2025), "Final metrics", table of ARI and NMI; Louvain: arXiv:0803.0476
Data      time slices of SPD tracks and of TrackML-like tracks, simulated here: the slides do not say which they used
Cost      smoke 1 min, quick 5 min 20 s with all trainings (2 slow CPU cores), full as curriculum, 2 GB
Expect    full: within five hundredths of the published table with SPD tracks; quick: up to three tenths below it, and
          below equal neighbourhoods, after 3,125 training slices instead of 352,000
Differs   as curriculum; r = 6 and 7 with the weights of r = 5, since no training for them is known; scores of both
          directions averaged, both phases of Louvain, every track counted
Beyond    the same table from equal neighbourhoods, with no hit read; from the bare graph; from the authors' grouping,
          which moves single tracks only and leaves the last isolated ones out of the indices
"""

import functools

from keras_hep.suite import figures
from keras_hep.suite import time_slice_measurements as measurements
from keras_hep.suite import time_slice_training as trainings
from keras_hep.suite.record import Result
from keras_hep.tracking.grouping.louvain import louvain_groups
from keras_hep.tracking.grouping.published_louvain import published_groups

SCALES = {
    "smoke": {"epochs": (1, 0, 0, 1), "slices": 2, "tested": 2, "judged": 4},
    "quick": {"epochs": (20, 1, 1, 3), "slices": 125, "tested": 12, "judged": 80},
    "full": {"epochs": (110, 110, 110, 110), "slices": 800, "tested": 300, "judged": 300},
}
RESOLUTIONS, EVENTS = (5, 6, 7), (10, 15)
METHODS = {"network": "network", "rule": "equal neighbourhoods, no hit read", "bare": "no edge removed"}


def reproduce(epochs, slices, tested, judged, seed=7):
    quantities, curves = [], []
    group = functools.partial(louvain_groups, seed=seed)
    for tracks, fitted in trainings.curricula(epochs, slices, tested, seed).items():
        model = fitted[5].model
        for events in EVENTS:
            found = {}
            for resolution in RESOLUTIONS:
                simulation = trainings.simulation(tracks, resolution, events, test=True)
                joined = measurements.drawn(simulation, judged, [seed, 12, resolution, events])
                scores = {
                    "network": measurements.network_scores(model, joined),
                    "rule": measurements.neighbourhood_scores(joined),
                    "bare": measurements.all_accepted(joined),
                }
                scores["authors"] = scores["network"]
                for method, scored in scores.items():
                    how = published_groups if method == "authors" else group
                    groups = measurements.grouped(joined, scored, how)
                    name = f"{method}_{tracks}{events}_r{resolution}"
                    found[method, resolution] = measurements.clustering_quantities(name, joined, groups)
                    quantities += found[method, resolution]
            for method in scores:
                for place, kind in enumerate(("ari", "deviation_ari", "nmi", "deviation_nmi")):
                    points = [found[method, resolution][place] for resolution in RESOLUTIONS]
                    name = f"{kind}_{method}_{tracks}{events}"
                    curves.append(measurements.curve(name, RESOLUTIONS, points, "r"))
    return Result(quantities, curves)


def draw(result, reference):
    figure, panels = figures.panels(columns=4, aspect=1.25, share_y=True)
    columns = [(kind, events) for kind in ("ari", "nmi") for events in EVENTS]
    for place, (axes, (kind, events)) in enumerate(zip(panels, columns, strict=True)):
        for index, (method, label) in enumerate(METHODS.items()):
            curve = result.curves[f"{kind}_{method}_spd{events}"]
            figures.overlay(axes, curve, label=label, index=index)
        figures.overlay(axes, result.curves[f"{kind}_network_trackml{events}"], label="network, TrackML-like", index=3)
        if reference:
            figures.overlay(axes, None, reference.curves[f"{kind}_{events}"])
        axes.set_title(f"{kind.upper()}, {events} events")
        axes.set_xticks(RESOLUTIONS)
        figures.axis_labels(axes, "r", "mean over slices" if place == 0 else "")
    figures.legend(figure, columns=3)
    return figure
