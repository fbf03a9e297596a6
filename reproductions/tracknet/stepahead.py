"""StepAhead TrackNET, dealing with detector inefficiency: two spheres, virtual points, delayed candidates.

Source    Goncharov et al., TrackNET slides (2024), StepAhead TrackNET: Dealing with Detector Inefficiency
Data      time slices of the authors' toy of the Spin Physics Detector at 98 % efficiency, simulated here with the same
          generator
Cost      smoke 20 s, quick 4 min, full 10 min (2 CPU cores, the trainings of toy_results), 1.5 GB
Expect    nearly all tracks with single missing hits are found; of those without a hit on the second station few, unless
          candidates are set aside and restored, by a network that has read virtual points in training
Differs   the network is ours, that corrects a straight continuation
Beyond    recall of tracks by where a hit is missing, for each ingredient; two missing hits in a row are lost
"""

import dataclasses

import numpy as np

from keras_hep.metrics.proportions import proportion
from keras_hep.metrics.track_candidates import exact_match, true_slots
from keras_hep.simulation.spd import RADII, STATIONS, SPDToy
from keras_hep.suite import candidate_measurements as measurements
from keras_hep.suite import candidate_rules as rules
from keras_hep.suite import candidate_steps, candidate_training, figures
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.track_net_cell import TrackNETCell

SCALES = {
    "smoke": {"slices": 2, "steps": (20, 20), "tracks": 200},
    "quick": {"slices": 200, "steps": (800, 1_500), "tracks": 5_000},
    "full": {"slices": 1_000, "steps": (2_000, 3_000), "tracks": 20_000},
}
SIMULATION = SPDToy(efficiency=0.98)
ALONE = rules.ONE_NEAREST_AHEAD
# Ending of the quantities: network and rules.
WAYS = {
    "": ("gaps", ALONE),
    "_one_sphere": ("gaps", rules.ONE_NEAREST),
    "_not_delayed": ("gaps", dataclasses.replace(ALONE, delayed="never")),
    "_complete": ("complete", ALONE),
}
KINDS = {
    "no_gap": "no hit missing",
    "gap": "a hit missing",
    "first_gap": "second station",
    "double_gap": "two in a row",
}


def reproduce(slices, steps, tracks, seed=7):
    complete = candidate_training.train_residual(2, steps[0], seed)
    gaps = candidate_training.train_with_gaps(complete, steps[1], seed)
    cells = {"complete": TrackNETCell.of(complete.model), "gaps": TrackNETCell.of(gaps.model)}
    coverage, _ = candidate_steps.along_true_tracks(gaps.model, SPDToy(), tracks, [seed, 6, 0, 0, 1])
    radius = np.nanmean(coverage.size[2:, :, 0], axis=0)
    quantities = [
        Quantity("first_radius", radius[0], definition="three hits or more known, scaled coordinates"),
        Quantity("second_radius", radius[1], definition="three hits or more known, scaled coordinates"),
    ]
    arrays, in_a_row = {}, 0
    for ending, (network, growth) in WAYS.items():
        found, missing = [], []
        for event, candidates in measurements.grown(cells[network], SIMULATION, growth, slices, [seed, 7]):
            _, slots = true_slots(event.hits, STATIONS)
            found.append(exact_match(candidates.hits, slots).found)
            missing.append(_missing(slots))
            if not ending:
                in_a_row += np.count_nonzero(candidates.virtual[:, 1:] & candidates.virtual[:, :-1])
                arrays = arrays or _shown(cells["gaps"], event, slots, missing[-1])
        found, missing = np.concatenate(found), np.concatenate(missing)
        for kind, chosen in _kinds(missing).items():
            share = proportion(np.count_nonzero(found[chosen]), np.count_nonzero(chosen))
            error = 50 * (share.high - share.low)
            name, count = f"recall_{kind if kind != 'gap' else 'with_gap'}{ending}", int(chosen.sum())
            quantities.append(Quantity(name, 100 * share.value, error, "%", KINDS[kind], count))
    quantities.append(Quantity("two_virtual_in_a_row", in_a_row, definition="pairs of virtual points in candidates"))
    return Result(quantities, arrays=arrays, weights={"complete": complete.weights, "gaps": gaps.weights})


def _missing(slots):
    """Return where hits are missing before the last one of each track, bool array like `slots`."""
    later = np.logical_or.accumulate((slots >= 0)[:, ::-1], axis=1)[:, ::-1]
    return later & (slots < 0)


def _kinds(missing):
    """Return which tracks are of each of the `KINDS`, by where their hits are missing."""
    double = (missing[:, 1:] & missing[:, :-1]).any(axis=1)
    some = missing.any(axis=1)
    return {"no_gap": ~some, "gap": some, "first_gap": missing[:, 1] & ~double, "double_gap": double}


def _shown(cell, event, slots, missing):
    """Return what is drawn of a track with a missing hit inside and of one without a hit on the second station."""
    points, arrays = measurements.position(event.hits), {"hits": measurements.position(event.hits)}
    single = (missing.sum(axis=1) == 1) & (np.abs(points[slots[:, 0], 2]) < 600)
    for kind, station in (("inner", slice(5, 20)), ("first", slice(1, 2))):
        chosen = np.flatnonzero(single & missing[:, station].any(axis=1))
        if not len(chosen):
            continue
        track = slots[chosen[0]]
        gap = int(np.argmax(missing[chosen[0]]))
        scaled = candidate_training.SCALING.scale(points)
        state = cell.start(scaled[track[:1]])
        for hit in track[:gap]:
            state, centres, sizes = cell.step(state, scaled[[hit]])
        _, after, after_size = cell.step(state, centres[:, 0])
        arrays |= {f"{kind}_path": points[track[max(gap - 3, 0) : gap]], f"{kind}_found": points[track[gap + 1]]}
        arrays |= {f"{kind}_centres": centres[0], f"{kind}_radii": sizes[0, :, 0]}
        arrays |= {f"{kind}_after": after[0, 0], f"{kind}_after_radius": after_size[0, 0]}
    return arrays


def draw(result, reference):
    figure, panels = figures.panels(columns=3, aspect=0.95)
    scaling = candidate_training.SCALING
    for axes, kind, title in zip(panels, ("inner", "first"), ("a hit missing", "second station"), strict=False):
        part = {name.removeprefix(f"{kind}_"): one for name, one in result.arrays.items() if name.startswith(kind)}
        if part:
            centres, semi_axes = scaling.unscale(part["centres"]), part["radii"][:, None] * scaling.lengths
            unused = scaling.unscale(part["after"]), part["after_radius"] * scaling.lengths
            options = {"found": part["found"], "radii": RADII, "unused": unused if kind == "first" else None}
            hits = result.arrays["hits"]
            figures.step_ahead_display(axes, part["path"], centres, semi_axes, hits, title=title, **options)
    names = {"": "ours", "_not_delayed": "not delayed", "_one_sphere": "one sphere", "_complete": "without gaps"}
    series = {label: [_value(result, kind, ending) for kind in KINDS] for ending, label in names.items()}
    figures.compare_categories(panels[2], ["none", "any", "2nd", "two"], series)
    figures.axis_labels(panels[2], "missing hits", "recall [%]")
    figures.legend(figure, columns=4)
    return figure


def _value(result, kind, ending):
    one = result.quantities[f"recall_{kind if kind != 'gap' else 'with_gap'}{ending}"]
    return one.value, one.error
