"""Toy Dataset Results as published: what the network reaches with more and more training.

Source    Goncharov et al., TrackNET slides (2024), Toy Dataset Results; the authors' public configuration has 2,000
          passes over their tracks in batches of 16,384
Data      tracks and slices of the authors' toy of the Spin Physics Detector, simulated here with the same generator
Cost      smoke 10 s, quick 4 min, full 40 min on an idle machine (2 CPU cores), 1.5 GB
Expect    recall and precision within two points of the published ones after 20,000 steps
Differs   batches of 512 new tracks; a step size that falls, where the authors trained much longer at a constant one;
          true tracks have at least four hits, one of them on the first station
Beyond    how slowly the published set-up learns, beside the networks of toy_results, which correct a straight line;
          what candidates that share hits cost its precision
"""

from keras_hep.simulation.spd import SPDToy
from keras_hep.suite import candidate_measurements as measurements
from keras_hep.suite import candidate_rules as rules
from keras_hep.suite import candidate_training, figures
from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.tracking.track_net_cell import TrackNETCell

SCALES = {
    "smoke": {"steps": (10, 20), "slices": 2},
    "quick": {"steps": (1_000, 3_000), "slices": 100},
    "full": {"steps": (1_000, 3_000, 20_000), "slices": 200},
}
EFFICIENCIES = (100, 99, 98)


def reproduce(steps, slices, seed=7):
    fitted = {number: candidate_training.train_published(2, number, seed) for number in steps}
    found = {}
    for number, one in fitted.items():
        cell = TrackNETCell.of(one.model)
        for efficiency in EFFICIENCIES:
            growth = rules.PLAIN if efficiency == 100 else rules.STEP_AHEAD
            simulation = SPDToy(efficiency=efficiency / 100)
            pairs = measurements.grown(cell, simulation, growth, slices, [seed, 9, efficiency])
            matchings, _ = measurements.exactly_matched(pairs)
            found[number, efficiency] = measurements.over_trainings("", f"_{efficiency}", [matchings])
            if number == steps[-1]:
                pairs = measurements.grown(cell, simulation, growth, slices, [seed, 9, efficiency])
                matchings, _ = measurements.exactly_matched(pairs, deduplicated=True)
                found["resolved", efficiency] = measurements.over_trainings("resolved_", f"_{efficiency}", [matchings])

    quantities, curves = [Quantity("steps", steps[-1], unit="steps"), Quantity("slices", slices, unit="slices")], []
    for efficiency in EFFICIENCIES:
        quantities += found[steps[-1], efficiency] + found["resolved", efficiency]
        for index, kind in enumerate(("recall", "precision")):
            values = [found[number, efficiency][index] for number in steps]
            points = [one.value for one in values], [one.error for one in values]
            curves.append(Curve(f"{kind}_{efficiency}_steps", steps, *points, "steps", "%", "batches of 512 tracks"))
    gain = [quantities[2].value - found[steps[0], 100][0].value]
    quantities.append(Quantity("recall_gained_100", *gain, unit="%", definition="most steps less fewest"))
    return Result(quantities, curves, weights={f"steps_{number}": one.weights for number, one in fitted.items()})


def draw(result, reference):
    figure, panels = figures.panels(columns=2, aspect=0.8)
    for axes, kind in zip(panels, ("recall", "precision"), strict=True):
        for index, efficiency in enumerate(EFFICIENCIES):
            label = f"{efficiency} % efficiency"
            figures.overlay(axes, result.curves[f"{kind}_{efficiency}_steps"], label=label, index=index, line=True)
            if reference:
                published = reference.quantities[f"{kind}_{efficiency}"].value
                looks = {"color": figures.COLOURS[index], "linewidth": 0.9, "linestyle": "--"}
                axes.axhline(published, label=f"published, {efficiency} %", **looks)
        axes.set_xscale("log")
        figures.axis_labels(axes, "training steps", f"{kind} [%]")
    figures.legend(figure, columns=3)
    return figure
