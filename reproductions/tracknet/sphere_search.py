"""TrackNET as Local Tracking Method: one step of the search, with sphere, nearest hits and accepted hit.

Source    Goncharov et al., TrackNET slides (2024), TrackNET as Local Tracking Method
Data      time slices of the authors' toy of the Spin Physics Detector, simulated here with the same generator
Cost      smoke 10 s, quick 1 min, full 3 min (2 CPU cores, a training of toy_results), 1 GB
Expect    the right hit is the nearest for 97 % of the tracks at first, among the three nearest for 99.9 %; with
          two hits known the centre is right to a few tenths of a millimetre
Differs   the network is ours, that corrects a straight continuation
Beyond    how often the nearest hit is the right one, which bounds recall with one hit per step
"""

import dataclasses

import numpy as np

from keras_hep.metrics.proportions import proportion
from keras_hep.metrics.track_candidates import true_slots
from keras_hep.simulation.spd import STATIONS, SPDToy
from keras_hep.suite import candidate_measurements as measurements
from keras_hep.suite import candidate_rules as rules
from keras_hep.suite import candidate_steps, candidate_training, figures
from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.tracking.track_net_cell import TrackNETCell

SCALES = {
    "smoke": {"slices": 2, "steps": 20, "tracks": 200},
    "quick": {"slices": 200, "steps": 800, "tracks": 5_000},
    "full": {"slices": 1_000, "steps": 2_000, "tracks": 20_000},
}
SHOWN_STATION, CHECKED = 10, 4


def reproduce(slices, steps, tracks, seed=7):
    fitted = candidate_training.train_residual(2, steps, seed)
    cell, growth = TrackNETCell.of(fitted.model), dataclasses.replace(rules.ONE_NEAREST, minimum_hits=1)
    ranks, true_seeds, alive, broken = [], [], [], np.zeros(2, int)
    for number, (event, candidates) in enumerate(measurements.grown(cell, SPDToy(), growth, slices, [seed, 4])):
        _, slots = true_slots(event.hits, STATIONS)
        centres, radii, found, right = candidate_steps.first_step(cell, event.hits, slots)
        ranks.append(found == right[:, None])
        is_true = event.hits["track"][candidates.hits[:, 0]] >= 0
        true_seeds.append(is_true)
        alive.append(candidates.number_of_hits[~is_true] >= 4)
        if number < CHECKED:
            broken += candidate_steps.broken_rules(cell, event.hits, candidates, growth)
        if number == 0:
            arrays = _shown(cell, event, slots, (centres, radii, found))
    coverage, in_mm = candidate_steps.along_true_tracks(fitted.model, SPDToy(), tracks, [seed, 5, 0, 0, 1])
    ranks = np.concatenate(ranks)
    quantities = [
        Quantity("accepted_outside_sphere", broken[0], definition=f"hits of candidates of {CHECKED} slices"),
        Quantity("accepted_not_among_nearest", broken[1], definition=f"hits of candidates of {CHECKED} slices"),
        _percent("right_nearest_1", ranks[:, 0], "true tracks whose hit on the second station is nearest"),
        _percent("right_among_3", ranks.any(axis=1), "the same, among the three nearest"),
        Quantity("first_distance", in_mm[0, 0], unit="mm", definition="hit from centre, mean, one hit known"),
        Quantity("later_distance", np.nanmean(in_mm[2:, 0]), unit="mm", definition="mean, three hits or more known"),
        Quantity("true_seed_share", np.concatenate(true_seeds).mean(), definition="of the hits on the first station"),
        Quantity("fake_seeds_alive", np.concatenate(alive).mean(), definition="fake seeds with four hits or more"),
    ]
    steps_made = np.arange(1, STATIONS)
    covered = coverage.inside.value[:, 0]
    definition = "hits known: complete tracks"
    curves = [
        Curve("distance", steps_made, in_mm[:, 0], None, "hits", "mm", definition),
        Curve("coverage", steps_made, covered, None, "hits", "1", definition),
    ]
    return Result(quantities, curves, arrays, weights={"complete": fitted.weights})


def _percent(name, success, definition):
    share = proportion(np.count_nonzero(success), len(success))
    return Quantity(name, 100 * share.value, 50 * (share.high - share.low), "%", definition, count=len(success))


def _shown(cell, event, slots, first):
    """Return what is drawn: hits, centres, radii and nearest hits of a first and of a later step of one track."""
    centres, radii, found = first
    far = np.abs(radii - np.median(radii))
    track = np.argmax(far <= np.median(far))  # the first ordinary one: the nearest of all would hang on rounding
    points = measurements.position(event.hits)
    whole = slots[(slots[:, :2] >= 0).all(axis=1)][track]
    arrays = {"first_hits": points[event.hits["station"] == 1], "first_centre": centres[track]}
    arrays |= {"first_radius": radii[[track]], "first_nearest": points[found[track]], "first_true": points[whole[1]]}
    last = min(SHOWN_STATION, np.flatnonzero(whole >= 0)[-1])
    scaled = candidate_training.SCALING.scale(points)
    state = cell.start(scaled[whole[:1]])
    for hit in whole[:last]:
        state, centre, size = cell.step(state, scaled[[hit]])
    on_station = points[event.hits["station"] == last]
    near = np.argsort(np.linalg.norm(candidate_training.SCALING.scale(on_station) - centre[0, 0], axis=1))[:3]
    arrays |= {"later_hits": on_station, "later_centre": centre[0, 0], "later_radius": size[0, 0]}
    return arrays | {"later_nearest": on_station[near], "later_true": points[whole[last]]}


def draw(result, reference):
    figure, panels = figures.panels(columns=3, aspect=0.95)
    for axes, kind, title in zip(panels, ("first", "later"), ("one hit known", "ten hits known"), strict=False):
        part = {name: result.arrays[f"{kind}_{name}"] for name in ("hits", "centre", "radius", "nearest", "true")}
        near = [int(np.linalg.norm(part["hits"] - hit, axis=1).argmin()) for hit in part["nearest"]]
        centre = candidate_training.SCALING.unscale(part["centre"])
        semi_axes = part["radius"] * candidate_training.SCALING.lengths
        figures.sphere_search_display(axes, part["hits"], centre, semi_axes, near, near[0], title=title)
    figures.overlay(panels[2], result.curves["distance"], line=True)
    panels[2].set_yscale("log")
    figures.axis_labels(panels[2], "hits known", "mean distance of the next hit [mm]")
    figures.legend(figure, columns=5)
    return figure
