"""Toy Dataset Results, speed: time slices per second, index and preprocessing included.

Source    Goncharov et al., TrackNET slides (2024), Toy Dataset Results: Xeon Gold 6148 and V100
Data      time slices of the authors' toy of the Spin Physics Detector, simulated here with the same generator
Cost      smoke 30 s, quick 4 min, full 8 min (2 CPU cores, the trainings of toy_results), 1.5 GB
Expect    several times the published speed on two cores without a GPU
Differs   the published times leave file reading, grouping of hits and tables out; ours start from coordinates in mm and
          end with candidates, scaling and index included; the state of the network is carried along instead of reading
          the whole sequence again
Beyond    one and two processes, growth without a network, three hits at the first step, and the straightforward loop
          over candidates
"""

import keras_hep.suite.candidate_speed as speed
from keras_hep.simulation.spd import SPDToy
from keras_hep.suite import candidate_rules as rules
from keras_hep.suite import candidate_training, figures
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.track_net_cell import TrackNETCell

SCALES = {
    "smoke": {"slices": 4, "repeats": 1, "steps": (20, 20), "loop_seeds": 10},
    "quick": {"slices": 120, "repeats": 4, "steps": (800, 1_500), "loop_seeds": 60},
    "full": {"slices": 400, "repeats": 7, "steps": (2_000, 3_000), "loop_seeds": 200},
}
PUBLISHED = {100: (63.378, 2549.52), 99: (34.534, 1381.39), 98: (34.849, 1393.98)}
EVENTS = SPDToy().events
SETTINGS = {
    "straight_": (rules.ONE_NEAREST_WIDE, rules.ONE_NEAREST_AHEAD_WIDE, None),
    "": (rules.ONE_NEAREST, rules.ONE_NEAREST_AHEAD, None),
    "resolved_": (rules.THREE_FIRST, rules.THREE_FIRST_AHEAD, 0.3),
}


def reproduce(slices, repeats, steps, loop_seeds, seed=7):
    complete = candidate_training.train_residual(2, steps[0], seed)
    gaps = candidate_training.train_with_gaps(complete, steps[1], seed)
    whole, with_gaps = TrackNETCell.of(complete.model), TrackNETCell.of(gaps.model)

    quantities = [Quantity("slices", slices, unit="slices")]
    for efficiency, (published, _) in PUBLISHED.items():
        cell = whole if efficiency == 100 else with_gaps
        drawn = [SPDToy(efficiency=efficiency / 100).event([seed, 3, efficiency, one]).hits for one in range(slices)]
        for way, (plain, ahead, shared) in SETTINGS.items():
            growth = plain if efficiency == 100 else ahead
            for processes in (1, 2):
                used = rules.STRAIGHT if way == "straight_" else cell
                rate = speed.slices_per_second(used, drawn, growth, shared, processes, repeats)
                name = f"{way}slices_per_second_{efficiency}{'_one_process' if processes == 1 else ''}"
                quantities.append(
                    Quantity(name, rate, unit="1/s", definition=f"best of {repeats}, {processes} cores", timed=True)
                )
                if processes == 2:
                    quantities.append(
                        Quantity(f"{way}gain_{efficiency}", rate / published, definition="over published", timed=True)
                    )
        definition = "arithmetic on published numbers: slices per second times 40 events"
        quantities.append(Quantity(f"events_from_slices_{efficiency}", published * EVENTS, None, "1/s", definition))
    compared = speed.against_the_loop(whole, SPDToy().event([seed, 3, 100, 0]).hits, rules.ONE_NEAREST, loop_seeds)
    quantities += compared
    return Result(quantities, weights={"complete": complete.weights, "gaps": gaps.weights})


def draw(result, reference):
    figure, axes = figures.panels(columns=1, aspect=1.1)
    names = {100: "TrackNET, 100 %", 99: "StepAhead, 99 %", 98: "StepAhead, 98 %"}

    def speeds(way, end):
        return {label: result.quantities[f"{way}slices_per_second_{e}{end}"].value for e, label in names.items()}

    ours = {
        "two cores, no network": speeds("straight_", ""),
        "one core": speeds("", "_one_process"),
        "two cores": speeds("", ""),
        "two cores, three hits first, resolved": speeds("resolved_", ""),
    }
    published = {"V100": {label: PUBLISHED[efficiency][0] for efficiency, label in names.items()}}
    figures.compare_speeds(axes, ours, published)
    axes.set_xlabel("time slices per second")
    figures.legend(figure, columns=2)
    return figure
