"""Beyond the slides: three hits at the first step and a greedy choice among candidates that share hits.

Source    Goncharov et al., TrackNET slides (2024), Toy Dataset Results; this item is ours
Data      time slices of the authors' toy of the Spin Physics Detector, simulated here with the same generator
Cost      smoke 10 s, quick 5 min, full 15 min (2 CPU cores, the trainings of toy_results), 1.5 GB
Expect    recall and precision of 99.7 % at full efficiency and 98 % at 98 %, without a second network
Differs   the slides name a second stage as necessary for precision; this one has no parameters to learn
Beyond    all of it; what one, three and six hits at the first step give, with and without the choice, and its cost
"""

import dataclasses
import time

import numpy as np

from keras_hep.simulation.spd import SPDToy
from keras_hep.suite import candidate_measurements as measurements
from keras_hep.suite import candidate_rules as rules
from keras_hep.suite import candidate_training, figures
from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.tracking.track_net_cell import TrackNETCell

SCALES = {
    "smoke": {"slices": 2, "steps": (20, 20)},
    "quick": {"slices": 200, "steps": (800, 1_500)},
    "full": {"slices": 1_000, "steps": (2_000, 3_000)},
}
EFFICIENCIES, NEAREST = (100, 99, 98), (1, 2, 3, 6)


def reproduce(slices, steps, seed=7):
    complete = candidate_training.train_residual(2, steps[0], seed)
    gaps = candidate_training.train_with_gaps(complete, steps[1], seed)
    cells = {100: TrackNETCell.of(complete.model), 99: TrackNETCell.of(gaps.model), 98: TrackNETCell.of(gaps.model)}

    quantities, curves, spent = [Quantity("slices", slices, unit="slices")], [], {"growth": 0.0, "choice": 0.0}
    for efficiency in EFFICIENCIES:
        simulation, found = SPDToy(efficiency=efficiency / 100), {}
        for nearest in NEAREST:
            base = rules.THREE_FIRST if efficiency == 100 else rules.THREE_FIRST_AHEAD
            growth = dataclasses.replace(base, nearest_first=nearest)
            start = time.perf_counter()
            pairs = list(measurements.grown(cells[efficiency], simulation, growth, slices, [seed, 2, efficiency]))
            grown = time.perf_counter()
            resolved = [(event, candidates.greedy_deduplication()) for event, candidates in pairs]
            spent["growth"] += grown - start
            spent["choice"] += time.perf_counter() - grown
            for way, chosen in (("plain", pairs), ("resolved", resolved)):
                matchings, _ = measurements.exactly_matched(chosen)
                ratios = measurements.over_trainings(f"{way}_", f"_{efficiency}", [matchings])
                found[way, nearest] = {one.name.split("_")[1]: one for one in ratios}
        quantities += [*found["plain", 3].values(), *found["resolved", 3].values()]
        for way in ("plain", "resolved"):
            for kind in ("recall", "precision"):
                values = [found[way, nearest][kind] for nearest in NEAREST]
                points = [one.value for one in values], [one.error for one in values]
                definition = "hits taken at the first step"
                curves.append(Curve(f"{way}_{kind}_{efficiency}", NEAREST, *points, "hits", "%", definition))
        if efficiency == 100:
            gain = found["resolved", 6]["recall"].value - found["resolved", 3]["recall"].value
            change = found["resolved", 3]["recall"].value - found["plain", 3]["recall"].value
            quantities += [
                dataclasses.replace(found["plain", 1]["recall"], name="one_nearest_recall_100"),
                Quantity(
                    "gain_of_six", gain, unit="%", definition="recall with six hits at the first step, less three"
                ),
                Quantity("recall_change_100", change, unit="%", definition="recall with the choice, less without"),
            ]
    share = spent["choice"] / spent["growth"]
    quantities.append(
        Quantity("time_of_deduplication", share, definition="over that of drawing and growing", timed=True)
    )
    return Result(quantities, curves, weights={"complete": complete.weights, "gaps": gaps.weights})


def draw(result, reference):
    figure, axes = figures.panels(columns=2, aspect=0.8)
    for axis, kind in zip(axes, ("recall", "precision"), strict=True):
        for index, efficiency in enumerate(EFFICIENCIES):
            for way, line in (("resolved", True), ("plain", False)):
                label = f"{efficiency} %, {'resolved' if line else 'all candidates'}"
                curve = result.curves[f"{way}_{kind}_{efficiency}"]
                figures.overlay(axis, curve, label=label, index=index, line=line)
        figures.axis_labels(axis, "hits taken at the first step", f"{kind} [%]")
        axis.set_xticks(np.array(NEAREST))
    figures.legend(figure, columns=3)
    return figure
