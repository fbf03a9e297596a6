"""The weight of the TrackNET loss and the radius of its spheres: R^3 = alpha d / (2 (1 - alpha)).

Source    Goncharov et al., TrackNET slides (2024), TrackNET Training Overview on TrackML Dataset (weight 0.9999), and
          the authors' public code (weight 0.0008 on the toy data); the law is ours
Data      tracks of the authors' toy of the Spin Physics Detector, simulated here with the same generator
Cost      smoke 20 s, quick 5 min, full 15 min (2 CPU cores), 1 GB
Expect    radii on the law within a few per cent; at one weight later spheres are twenty distances wide and first ones
          three
Differs   the network is ours, that corrects a straight continuation: it comes near the minimum of the loss sooner
Beyond    all of it: the law, and a likelihood for which spheres are equally wide in units of the distance
"""

import numpy as np

from keras_hep.losses import alpha_for, optimal_radius
from keras_hep.simulation.spd import SPDToy
from keras_hep.suite import candidate_steps, candidate_training, figures
from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {
    "smoke": {"alphas": (1e-5, 8e-4), "steps": 20, "tracks": 200},
    "quick": {"alphas": (1e-6, 1e-5, 1e-4, 8e-4, 1e-2), "steps": 800, "tracks": 5_000},
    "full": {"alphas": (1e-6, 1e-5, 1e-4, 8e-4, 1e-2), "steps": 2_000, "tracks": 20_000},
}
LATER = slice(2, None)  # steps with three hits or more known


def reproduce(alphas, steps, tracks, seed=7):
    fitted = {str(alpha): candidate_training.train_residual(2, steps, seed, alpha) for alpha in alphas}
    fitted["likelihood"] = candidate_training.train_residual(2, steps, seed)
    along = {
        name: candidate_steps.along_true_tracks(one.model, SPDToy(), tracks, [seed, 8, 0, 0, 1])[0]
        for name, one in fitted.items()
    }
    radius, distance, inside = (
        np.array([values(along[str(alpha)])[:, 0] for alpha in alphas])
        for values in (lambda one: one.size[..., 0], lambda one: one.distance, lambda one: one.inside.value)
    )
    law = optimal_radius(np.array(alphas)[:, None], distance)
    in_distances = {name: one.size[:, 0, 0] / one.distance[:, 0] for name, one in along.items()}
    published = in_distances[str(candidate_training.PUBLISHED_ALPHA)]
    likelihood = in_distances["likelihood"]
    slope = np.polyfit(np.log(alphas), np.log(_later(radius / np.cbrt(distance))), 1)[0]
    quantities = [
        Quantity("alpha_for_spd", alpha_for(0.006, 2.2), definition="distance 0.006, radius of 2.2 distances"),
        Quantity("one_minus_alpha_for_trackml", 1 - alpha_for(9.0, 4.0), definition="9 mm, radius of 4 distances"),
        Quantity("radius_exponent", slope, definition="of R / d^(1/3) in alpha, three hits or more known"),
        Quantity("radius_over_law", np.median(radius / law), definition="median over steps and weights"),
        Quantity("coverage_smallest_alpha", inside[0, 0], definition="one hit known"),
        Quantity("coverage_largest_alpha", inside[-1, 0], definition="one hit known"),
        Quantity("first_radius_in_distances", published[0], definition="weight 0.0008, one hit known"),
        Quantity("later_radius_in_distances", _later(published), definition="weight 0.0008, three or more known"),
        Quantity("ratio_of_published_loss", _later(published) / published[0], definition="later over first"),
        Quantity("ratio_of_likelihood", _later(likelihood) / likelihood[0], definition="later over first"),
    ]
    curves = []
    for kind, values in (("radius", radius), ("distance", distance), ("coverage", inside)):
        curves.append(Curve(f"first_{kind}", alphas, values[:, 0], None, "1", "1", "one hit known"))
        curves.append(Curve(f"later_{kind}", alphas, _later(values), None, "1", "1", "three hits or more known"))
    number = np.arange(1, len(published) + 1)
    curves += [
        Curve("width_published_loss", number, published, None, "hits", "1", "radius over distance, weight 0.0008"),
        Curve("width_likelihood", number, likelihood, None, "hits", "1", "radius over distance, likelihood"),
    ]
    return Result(quantities, curves, weights={name: one.weights for name, one in fitted.items()})


def _later(values):
    return np.nanmean(values[..., LATER], axis=-1)


def draw(result, reference):
    figure, (radius, coverage, width) = figures.panels(columns=3, aspect=0.9)
    for index, (kind, label) in enumerate({"first": "one hit known", "later": "three or more known"}.items()):
        curves = [result.curves[f"{kind}_{name}"] for name in ("radius", "coverage", "distance")]
        values = [np.array(curve.y) for curve in curves]
        figures.radius_law(radius, coverage, curves[0].x, *values, label=label, index=index)
    labels = {"published_loss": "published loss, weight 0.0008", "likelihood": "likelihood (ours)"}
    for index, (name, label) in enumerate(labels.items()):
        figures.overlay(width, result.curves[f"width_{name}"], label=label, index=index + 2, line=True)
    figures.axis_labels(width, "hits known", "radius / mean distance")
    width.set_yscale("log")
    figures.legend(figure, columns=3)
    return figure
