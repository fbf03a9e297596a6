"""BM@N Run 7 Simulation Results, easy: TrackNET grows candidates, a graph network decides on them.

Source    Goncharov et al., TrackNET (slides, 2024), "BM@N Run 7 Simulation Results", two-stage tracking; authors' code
Data      easy events of the BM@N look-alike, simulated here: tracks to be found have at least four hits, none missing
Cost      smoke 20 s, quick 6 min, full 1 h (2 CPU cores), 2.0 GB
Expect    the first stage finds more than nine of ten tracks among ten times as many candidates; the graph network drops
          most of the wrong ones and few of the right ones; several times the published speed
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
    "smoke": {"events": 20, "presets": ("fakes68",), "steps": (5, 5, 2, 2), "width": 8, "repeats": 1},
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
            quantities.append(Quantity(f"{way}{stage}events_per_second", rate, None, "1/s", definition))
    arrays = bmn_candidates.typical_decision(cells[""], simulation, RULES, decide[""], [seed, 3])
    weights = {f"{way or 'ours_'}second": one.weights for way, one in second.items()}
    weights |= {"published_first": published.weights, "ours_first": residual.weights}
    return Result(quantities, [], arrays, weights=weights)


WAYS = {
    "as_published_": "as published, look-alike",
    "mixed_": "TrackNET as published, GraphNet ours, look-alike",
    "": "ours, look-alike",
}


def draw(result, reference):
    figure, (recall, precision, number, speed, before, after) = figures.panels(columns=2, rows=3, aspect=0.72)
    for axes, kind in ((recall, "recall"), (precision, "precision")):
        ours = {
            label: [(one.value, one.error) for one in (result.quantities[f"{way}{stage}{kind}"] for stage in STAGES)]
            for way, label in WAYS.items()
        }
        names = (f"stage_1_{kind}", None, kind, None)
        published = reference and [name and reference.quantities[name].value for name in names]
        figures.compare_categories(axes, list(STAGES.values()), ours, published, label="published, authors' events")
        figures.axis_labels(axes, "", f"{kind}, exact match [%]")
    precision.set_yscale("log")
    rows = {"stage_1_": "TrackNET alone", "": "both stages"}
    ours = {
        label: {name: result.quantities[f"{way}{stage}events_per_second"].value for stage, name in rows.items()}
        for way, label in WAYS.items()
    }
    published = reference and {"V100": {"both stages": reference.quantities["events_per_second"].value}}
    figures.compare_speeds(speed, ours, published)
    speed.set_xlabel("easy events of the look-alike per second")
    ours = {
        label: [(one.value, one.error) for one in (result.quantities[f"{way}{stage}candidates"] for stage in rows)]
        for way, label in WAYS.items()
    }
    published = reference and [reference.quantities["stage_1_candidates"].value, None]
    figures.compare_categories(number, list(rows.values()), ours, published, label="published, authors' events")
    figures.axis_labels(number, "", "candidates per event")
    number.set_yscale("log")
    figures.legend(recall)
    figures.legend(speed)
    arrays = result.arrays
    for axes, kept, title in (
        (before, np.ones(len(arrays["correct"]), bool), "one event, candidates of TrackNET"),
        (after, arrays["accepted"], "the same event, those that the graph network accepts"),
    ):
        figures.plane_candidates(
            axes, arrays["position"], arrays["candidates"][kept], arrays["correct"][kept], title=title
        )
    figures.legend(before, loc="upper left")
    return figure


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
