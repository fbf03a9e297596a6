"""BM@N Run 7 Simulation Results, hard: StepAhead TrackNET in events with missing hits.

Source    Goncharov et al., TrackNET (slides, 2024), "BM@N Run 7 Simulation Results", StepAhead; authors' code
Data      hard events of the BM@N look-alike, simulated here: stations see 95 % of the hits, and tracks to be found have
          at least four, one of them on the first station
Cost      smoke 10 s, quick 6 min, full 45 min (2 CPU cores), 1.5 GB; two trainings are those of bmn_two_stage
Expect    recall below that of easy events, a precision of a few per cent, many times the published speed
Differs   the authors' LAQGSM events are not public: their recall and precision cannot be decided here. Their K is not
          stated: two nearest hits here, and five beside it; in an event 2,000 candidates at most go on at each step. A
          candidate is right if seven of the nine stations are the same, empty ones included; exact matches beside it
Beyond    a network that corrects straight lines and is trained on virtual points; one head, without virtual points
"""

import itertools

from keras_hep import models
from keras_hep.simulation.bmn import BMNLike
from keras_hep.suite import bmn_candidates, bmn_training, figures
from keras_hep.suite.candidate_measurements import over_trainings
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.track_net_cell import TrackNETCell

# steps: as published; ours on complete tracks and on tracks with gaps
SCALES = {
    "smoke": {"events": 6, "presets": ("fakes68",), "steps": (5, 5, 5), "repeats": 1},
    "quick": {"events": 1_000, "presets": ("fakes68",), "steps": (6_000, 1_500, 1_500), "repeats": 3},
    "full": {"events": 25_000, "presets": ("fakes68", "fakes76"), "steps": (60_000, 6_000, 6_000), "repeats": 5},
}
# Name: network, and rules of growth.
WAYS = {
    "as_published_": ("published", bmn_candidates.TWO_NEAREST_AHEAD),
    "as_published_five_": ("published", bmn_candidates.FIVE_NEAREST_AHEAD),
    "": ("gaps", bmn_candidates.OURS_AHEAD),
    "five_": ("gaps", bmn_candidates.FIVE_NEAREST_AHEAD),
    "one_head_": ("complete", bmn_candidates.TWO_NEAREST),
}
MATCHES = {"": 0.7, "exact_": None}  # of nine stations, rounded up: seven


def reproduce(events, presets, steps, repeats, seed=7):
    fitted = {
        "published": bmn_training.train_published(steps[0], seed),
        "complete": bmn_training.train_residual(steps[1], seed),
    }
    fitted["gaps"] = bmn_training.train_with_gaps(fitted["complete"], steps[2], seed)
    cells = {name: TrackNETCell.of(one.model) for name, one in fitted.items()}
    quantities = [
        Quantity("parameters", models.TrackNET(heads=2, shape="ellipse").count_params()),
        Quantity("events", events, unit="events"),
    ]
    for preset, (way, (network, rules)) in itertools.product(presets, WAYS.items()):
        end, matchings = "" if preset == "fakes68" else "_76", {match: [] for match in MATCHES}
        for sample in bmn_candidates.samples(BMNLike("hard", preset, nominal_z=True), events, [seed, 1]):
            found = bmn_candidates.grown(cells[network], sample, rules)
            for match, fraction in MATCHES.items():
                matchings[match] += bmn_candidates.matched(sample, found, fraction)
        for match, each in matchings.items():
            quantities += over_trainings(f"{way}{match}", end, [each])
        if not end:
            quantities += bmn_candidates.candidate_numbers(way, matchings["exact_"])
    for way, network in (("as_published_easy_exact_", "published"), ("easy_exact_", "complete")):
        matchings = []
        for sample in bmn_candidates.samples(BMNLike("easy", nominal_z=True), events, [seed, 2]):
            found = bmn_candidates.grown(cells[network], sample, bmn_candidates.TWO_NEAREST)
            matchings += bmn_candidates.matched(sample, found)
        quantities += over_trainings(way, "", [matchings])
    sample = bmn_candidates.drawn(BMNLike("hard", nominal_z=True), min(events, 500), [seed, 3])
    for processes, end in ((2, ""), (1, "_one_process")):
        for way in ("as_published_", "as_published_five_", ""):
            network, rules = WAYS[way]
            rate = bmn_candidates.events_per_second(cells[network], sample, rules, processes=processes, repeats=repeats)
            definition = f"best of {repeats}, processes: {processes}"
            quantities.append(Quantity(f"{way}events_per_second{end}", rate, None, "1/s", definition, timed=True))
    return Result(quantities, weights={name: one.weights for name, one in fitted.items()})


LABELS = {
    "as_published_": "as published, K = 2, look-alike",
    "as_published_five_": "as published, K = 5, look-alike",
    "": "ours, K = 2, look-alike",
    "five_": "ours, K = 5, look-alike",
}


def draw(result, reference):
    figure, (recall, precision, number, speed) = figures.panels(columns=2, rows=2, aspect=0.72)
    matches = {"": "seven of nine stations", "exact_": "exact"}
    for axes, kind in ((recall, "recall"), (precision, "precision")):
        ours = {
            label: [(one.value, one.error) for one in (result.quantities[f"{way}{match}{kind}"] for match in matches)]
            for way, label in LABELS.items()
        }
        published = reference and [reference.quantities[kind].value, None]
        figures.compare_categories(axes, list(matches.values()), ours, published, label="published, authors' events")
        figures.axis_labels(axes, "match", f"{kind}, hard events [%]")
    ours = {
        label: [result.quantities[f"{way}{kind}candidates"].value for kind in ("", "most_")]
        for way, label in LABELS.items()
    }
    figures.compare_categories(number, ["mean", "fullest event"], ours)
    figures.axis_labels(number, "", "candidates per hard event of the look-alike")
    for axes in (precision, number):
        axes.set_yscale("log")
    ways = {way: label.removesuffix(", look-alike") for way, label in LABELS.items() if way != "five_"}
    ours = {
        machine: {label: result.quantities[f"{way}events_per_second{end}"].value for way, label in ways.items()}
        for machine, end in (("one core", "_one_process"), ("two cores", ""))
    }
    published = reference and {"V100": {"as published": reference.quantities["events_per_second"].value}}
    figures.compare_speeds(speed, ours, published)
    speed.set_xlabel("hard events of the look-alike per second")
    figures.legend(recall, loc="lower left")
    figures.legend(speed)
    return figure
