"""BM@N Run 7 Simulation Results, easy: TrackNET grows candidates, a graph network decides on them.

Source    Goncharov et al., TrackNET (slides, 2024), "BM@N Run 7 Simulation Results", two-stage tracking; authors' code
Data      easy events of the BM@N look-alike, simulated here: tracks to be found have at least four hits, none missing
Cost      smoke 40 s, quick 8 min, full 4 h (2 CPU cores), 2.0 GB
Expect    the first stage finds about nine of ten tracks among a hundred times as many candidates; a graph network
          trained for minutes drops wrong ones, but not ten times as many without losing right ones; several times the
          published speed
Differs   the authors' LAQGSM events are not public: their recall and precision cannot be decided here. Trained for
          minutes, not for 800 passes; in an event 2,000 candidates at most go on at each step. A candidate is right if
          all its hits are those of a track, and no other ones; hits of tracks that need not be found are fake hits
Beyond    a first stage that corrects straight lines, a graph network that sees hits from the target, and the greedy
          resolution of shared hits as the cheap alternative; at full also events with 76 % of fakes
"""

import functools
import itertools

import numpy as np

from keras_hep import displays, models
from keras_hep.simulation.bmn import BMNLike
from keras_hep.suite import bmn_candidates, bmn_training, figures
from keras_hep.suite.candidate_measurements import over_trainings
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.track_net_cell import TrackNETCell

# steps: both first stages, as published and ours; both graph networks
SCALES = {
    "smoke": {"events": 6, "presets": ("fakes68",), "steps": (5, 5, 2, 2), "width": 8, "repeats": 1},
    "quick": {"events": 1_000, "presets": ("fakes68",), "steps": (6_000, 1_500, 300, 600), "width": 64, "repeats": 3},
    "full": {
        "events": 25_000,
        "presets": ("fakes68", "fakes76"),
        "steps": (60_000, 6_000, 5_000, 5_000),
        "width": 128,
        "repeats": 5,
    },
}
STAGES = {"stage_1_": "TrackNET", "greedy_": "+ greedy", "": "+ GraphNet", "both_": "+ both"}
RULES = bmn_candidates.FIVE_NEAREST
EVEN = 0.5  # without weights for true edges, scores are probabilities


def reproduce(events, presets, steps, width, repeats, seed=7):
    simulation = BMNLike(data="easy", nominal_z=True)
    published, residual = bmn_training.train_published(steps[0], seed), bmn_training.train_residual(steps[1], seed)
    first = {"as_published_": published, "mixed_": published, "": residual}
    second, decide = {}, {}
    for way, one in first.items():
        ours = way != "as_published_"
        second[way] = bmn_training.train_graph_net(one, RULES, simulation, steps[2 + ours], seed, width, ours)
        settings = {"threshold": EVEN, "view": bmn_training.VIEW} if ours else {}
        decide[way] = functools.partial(bmn_candidates.decided, second[way].model, **settings)
    cells = {way: TrackNETCell.of(one.model) for way, one in first.items()}

    quantities = [
        Quantity("first_stage_parameters", models.TrackNET(heads=1, shape="ellipse").count_params()),
        Quantity("second_stage_parameters", models.GraphNet(3, hidden_units=128, iterations=4).count_params()),
        Quantity("events", events, unit="events"),
    ]
    for preset, (way, cell) in itertools.product(presets, cells.items()):
        end, matchings = "" if preset == "fakes68" else "_76", {stage: [] for stage in STAGES}
        distances = []
        for sample in bmn_candidates.samples(BMNLike("easy", preset, nominal_z=True), events, [seed, 1]):
            found = bmn_candidates.grown(cell, sample, RULES)
            stages = {"stage_1_": found, "": list(decide[way](sample, found))}
            stages["greedy_"], stages["both_"] = (
                [one.greedy_deduplication() for one in stages[each]] for each in ("stage_1_", "")
            )
            distances += [one.distance for one in found]
            for stage, candidates in stages.items():
                matchings[stage] += bmn_candidates.matched(sample, candidates)
        for stage, each in matchings.items():
            quantities += over_trainings(f"{way}{stage}", end, [each])
        if not end:
            quantities += bmn_candidates.candidate_numbers(f"{way}stage_1_", matchings["stage_1_"])
            quantities += bmn_candidates.candidate_numbers(way, matchings[""])
            name = f"{way}stage_1_wrong_as_good"
            quantities.append(bmn_candidates.wrong_as_good(name, distances, matchings["stage_1_"]))
            quantities += bmn_candidates.gained(way, matchings["stage_1_"], matchings[""])
    sample = bmn_candidates.drawn(simulation, min(events, 500), [seed, 2])
    for way, cell in cells.items():
        for stage, decision in (("stage_1_", None), ("", decide[way])):
            rate = bmn_candidates.events_per_second(cell, sample, RULES, decision, repeats=repeats)
            definition = f"best of {repeats}, two processes for the first stage"
            quantities.append(Quantity(f"{way}{stage}events_per_second", rate, None, "1/s", definition, timed=True))
    arrays = bmn_candidates.typical_decision(cells[""], simulation, RULES, decide[""], [seed, 3])
    weights = {f"{way or 'ours_'}second": one.weights for way, one in second.items()}
    weights |= {"published_first": published.weights, "ours_first": residual.weights}
    return Result(quantities, [], arrays, weights=weights)


WAYS = {
    "as_published_": "as published, look-alike",
    "mixed_": "only GraphNet ours, look-alike",
    "": "ours, look-alike",
}


def draw(result, reference):
    figure, (recall, precision, number, speed, *displays_) = figures.panels(columns=2, rows=4, aspect=0.66)
    for axes, kind in ((recall, "recall"), (precision, "precision")):
        names = (f"stage_1_{kind}", None, kind, None)
        published = reference and [name and reference.quantities[name].value for name in names]
        draw_stages(axes, result, STAGES, kind, published)
        figures.axis_labels(axes, "", f"{kind}, exact match [%]")
    rows = {"stage_1_": "TrackNET alone", "": "both stages"}
    draw_stages(
        number, result, rows, "candidates", reference and [reference.quantities["stage_1_candidates"].value, None]
    )
    figures.axis_labels(number, "", "candidates per event")
    for axes in (precision, number):
        axes.set_yscale("log")
    ours = {
        label: {row: one.value for row, one in zip(rows.values(), each, strict=True) if one}
        for label, each in of_ways(result, rows, "events_per_second").items()
    }
    published = reference and {"V100": {"both stages": reference.quantities["events_per_second"].value}}
    figures.compare_speeds(speed, ours, published)
    speed.set_xlabel("easy events of the look-alike per second")
    figures.legend(recall, loc="lower left")

    arrays, everything = result.arrays, np.ones(len(result.arrays["correct"]), bool)
    titles = ("one event, candidates of TrackNET", "the same event, accepted by the graph network")
    for place, axes in enumerate(displays_):
        kept = (everything, arrays["accepted"])[place % 2]
        event = arrays["position"], arrays["candidates"][kept], arrays["correct"][kept]
        figures.plane_candidates(axes, *event, across="xy"[place // 2], title=titles[place % 2])
        if place < 2:
            figures.legend(axes, loc="upper left")
    return figure


def of_ways(result, stages, kind):
    """Return the quantities of each way: name in the legend to list of `Quantity`, None for what another way shows."""
    return {
        label: [
            None if way == "mixed_" and stage in ("stage_1_", "greedy_") else result.quantities[f"{way}{stage}{kind}"]
            for stage in stages
        ]
        for way, label in WAYS.items()
    }


def draw_stages(axes, result, stages, kind, published):
    ours = {
        label: [one and (one.value, one.error) for one in each] for label, each in of_ways(result, stages, kind).items()
    }
    figures.compare_categories(axes, list(stages.values()), ours, published, label="published, authors' events")


def explore(result):
    arrays, data = result.arrays, f"BM@N look-alike, {figures.origin(result)}"
    kept = arrays["accepted"]
    return displays.slice_view(
        arrays["position"],
        arrays["slots"],
        arrays["candidates"][kept],
        arrays["correct"][kept],
        title="One event: candidates that the graph network accepts",
        data=data,
    )
