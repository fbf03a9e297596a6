"""Toy Dataset Results: recall and precision of TrackNET and StepAhead TrackNET at efficiencies of 100, 99 and 98 %.

Source    Goncharov et al., TrackNET slides (2024), Toy Dataset Results
Data      time slices of the authors' toy of the Spin Physics Detector, simulated here with the same generator
Cost      smoke 40 s, quick 12 min, full 90 min (2 CPU cores), 1.5 GB
Expect    published numbers reached or passed by the networks of ours with one hit per step; 99 % and more of recall and
          precision at full efficiency with three hits at the first step and greedy deduplication
Differs   as published, but trained on 1.5 million (quick) or 10 million tracks (full) where the authors made 2,000
          passes over theirs; true tracks have at least four hits, one of them on the first station
Beyond    networks that correct a straight continuation in the frame of the hit, with a likelihood for the size of the
          sphere, trained on virtual points; candidates that share hits are resolved; growth without any network,
          straight on with one radius; recall against transverse momentum
"""

from keras_hep.simulation.spd import SPDToy
from keras_hep.suite import candidate_measurements as measurements
from keras_hep.suite import candidate_rules as rules
from keras_hep.suite import candidate_training, figures
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.track_net_cell import TrackNETCell

SCALES = {
    "smoke": {"slices": 2, "steps": (20, 20, 20), "trainings": 1},
    "quick": {"slices": 600, "steps": (3_000, 800, 1_500), "trainings": 3},
    "full": {"slices": 5_000, "steps": (20_000, 800, 1_500), "trainings": 3},
}
EFFICIENCIES = (100, 99, 98)
# Name: network and rules at full efficiency, network and rules below it, and whether shared hits are resolved.
WAYS = {
    "as_published_": ("published", rules.PLAIN, "published", rules.STEP_AHEAD, False),
    "": ("complete", rules.ONE_NEAREST, "gaps", rules.ONE_NEAREST_AHEAD, False),
    "resolved_": ("complete", rules.THREE_FIRST, "gaps", rules.THREE_FIRST_AHEAD, True),
    "one_head_": ("complete", rules.ONE_NEAREST, "complete", rules.ONE_NEAREST, False),
    "straight_": ("straight", rules.ONE_NEAREST_WIDE, "straight", rules.ONE_NEAREST_AHEAD_WIDE, False),
    "straight_resolved_": ("straight", rules.THREE_FIRST_WIDE, "straight", rules.THREE_FIRST_AHEAD_WIDE, True),
}


def reproduce(slices, steps, trainings, seed=7):
    matchings, tracks, weights = {}, {}, {}
    for number in range(trainings):
        fitted = {"published": candidate_training.train_published(2, steps[0], seed)}
        fitted["complete"] = candidate_training.train_residual(2, steps[1], seed + number)
        fitted["gaps"] = candidate_training.train_with_gaps(fitted["complete"], steps[2], seed + number)
        cells = {name: TrackNETCell.of(one.model) for name, one in fitted.items()} | {"straight": rules.STRAIGHT}
        weights |= {f"{name}_{number}" if number else name: one.weights for name, one in fitted.items()}
        for efficiency in EFFICIENCIES:
            simulation = SPDToy(efficiency=efficiency / 100)
            for way, (*plain, deduplicated) in WAYS.items():
                if way == "one_head_" and efficiency != 98:
                    continue
                network, growth = plain[:2] if efficiency == 100 else plain[2:]
                events = slices // trainings
                pairs = measurements.grown(cells[network], simulation, growth, events, [seed, 1, number, efficiency])
                found, true = measurements.exactly_matched(pairs, deduplicated)
                matchings.setdefault((way, efficiency), []).append(found)
                tracks.setdefault((way, efficiency), []).append(true)

    quantities = [
        Quantity("parameters", fitted["published"].model.count_params()),
        Quantity("slices", slices, unit="slices"),
        Quantity(
            "training_time", sum(fitted[one].weights["seconds"] for one in ("complete", "gaps")), unit="s", timed=True
        ),
    ]
    curves = []
    for (way, efficiency), found in matchings.items():
        quantities += measurements.over_trainings(way, f"_{efficiency}", found)
        flat = [[one for training in part for one in training] for part in (found, tracks[way, efficiency])]
        curves.append(measurements.recall_curve(f"{way}recall_{efficiency}_pt", *flat))
    return Result(quantities, curves, weights={name: one for name, one in weights.items() if "published_" not in name})


LABELS = {
    "as_published_": "ours, as published",
    "straight_": "straight on, no network",
    "": "ours, one hit per step",
    "resolved_": "ours, resolved",
}


def draw(result, reference):
    figure, (recall, precision, momentum) = figures.panels(columns=3, aspect=0.9)
    for axes, kind in ((recall, "recall"), (precision, "precision")):
        ours = {
            label: [(one.value, one.error) for one in (result.quantities[f"{way}{kind}_{e}"] for e in EFFICIENCIES)]
            for way, label in LABELS.items()
        }
        published = reference and [reference.quantities[f"{kind}_{e}"].value for e in EFFICIENCIES]
        figures.compare_categories(axes, [f"{e} %" for e in EFFICIENCIES], ours, published)
        figures.axis_labels(axes, "detector efficiency", f"{kind} [%]")
    for index, (way, label) in enumerate(LABELS.items()):
        figures.overlay(momentum, result.curves[f"{way}recall_98_pt"], label=label, index=index)
    figures.axis_labels(momentum, "transverse momentum [GeV]", "recall at 98 % efficiency")
    figures.legend(figure, columns=5)
    return figure
