"""Items on generated showers: what references ask for is measured, and figures are drawn of it."""

import dataclasses
import pathlib

import numpy as np
import pytest

from keras_hep.metrics.showers import ShowerObservables
from keras_hep.suite import catalog, figures
from keras_hep.suite.generated_showers import (
    classifier_results,
    classifier_tests,
    event_pictures,
    generation_speed,
    reconstructed,
    shape_panels,
    shapes,
)
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.reference import Reference, check

ROOT = pathlib.Path(__file__).resolve().parents[3]
RANDOM = np.random.default_rng(1)


def observables(number=1500):
    energy, angle = RANDOM.uniform(100.0, 200.0, number), RANDOM.uniform(np.pi / 3, 2 * np.pi / 3, number)
    width = 2 + np.abs(np.cos(angle))
    shape = np.exp(-0.5 * ((np.arange(25) - 12) / width[:, None]) ** 2)
    profile = energy[:, None] * 0.02 * RANDOM.normal(1.0, 0.03, (number, 1)) * shape / shape.sum(axis=1, keepdims=True)
    return ShowerObservables(energy, angle, RANDOM.poisson(700, number), (profile,) * 3, np.zeros((number, 70), int))


def answers():
    true = RANDOM.uniform(100.0, 200.0, 300)
    found = {"true": true}
    for kind in reconstructed.KINDS:
        found |= {f"{kind}_energy": true * RANDOM.normal(1, 0.02, 300), f"{kind}_score": RANDOM.normal(3, 1, 300)}
    return found


def pictured():
    quantities = [
        Quantity(f"{kind}_{corner}", 100.0) for corner in event_pictures.CORNERS for kind in ("energy", "angle")
    ]
    quantities += [Quantity(f"{kind}_{one}", 1.0) for one in event_pictures.CORNERS for kind in ("axis", "deposit")]
    quantities += [Quantity(f"generated_axis_{one}", 1.0) for one in event_pictures.CORNERS]
    quantities += [Quantity("axis_error", 1.0), Quantity("largest_axis_off", 1.0)]
    return Result(quantities, arrays={plane: RANDOM.random((4, 25, 25)) for plane in event_pictures.PLANES})


def shapes_of(measure):
    true = observables()
    return Result(*measure(shapes.Pair(true, dataclasses.replace(observables(), energy=true.energy)), 1))


def energies():
    found = answers()
    arrays = {name: found[name] for name in ("true", "simulated_energy", "generated_energy")}
    return Result(reconstructed.energies(found), reconstructed.energy_curves(found), arrays)


def speeds():
    keys = [(form, batch) for form in generation_speed.FORMS for batch in (1, 32, 128)]
    found = {key: [1.0, 2.0] for key in [*keys, ("simulation", None)]}
    quantities = generation_speed.described(found, dict.fromkeys(found, 10), (1, 32, 128), 2)
    return Result([*quantities, Quantity("largest_difference", 1e-7)])


def classified():
    def kept():
        one = {f"{name}_{kind}": RANDOM.normal(size=99) for name in classifier_tests.CLASSIFIERS for kind in KINDS}
        rows = [RANDOM.normal(size=(50, 3)) for _ in range(4)]
        return one | classifier_tests.learned_law(*rows)

    found = {kind: [kept(), kept()] for kind in ("published", "ours", "control")}
    scores = classifier_results.scores(found)
    quantities = classifier_results.areas(scores) + classifier_results.control(scores) + classifier_results.laws(found)
    costs = [Quantity(f"cost_{kind}", 1.0, unit="ms") for kind in ("published", "ours")] + [Quantity("cost_ratio", 1.0)]
    return Result(quantities + costs, classifier_results.curves(scores))


KINDS = "simulated", "generated"
ITEMS = {
    "fig07_simulated_events": pictured,
    "fig08_generated_events": pictured,
    "fig09_gan_shapes": lambda: shapes_of(shape_panels.figure_9),
    "fig10_gan_moments": lambda: shapes_of(shape_panels.figure_10),
    "fig21_energy_gan": energies,
    "fig22_identity_gan": lambda: Result(reconstructed.accuracies(answers())),
    "inference_speed": speeds,
    "classifier_test": classified,
}


@pytest.mark.parametrize("name", ITEMS)
def test_what_is_asked_is_measured_and_drawn(name, tmp_path):
    item = catalog.Item(f"calorimetry/{name}", ROOT)
    reference = Reference.read(item.reference_path)
    result = dataclasses.replace(ITEMS[name](), id=item.id, scale="full")
    missing = [one.check.name for one in check(reference, result) if one.verdict == "missing"]
    assert not missing
    script = catalog.load(item)
    with figures.style():
        drawn = script.draw(result, reference)
        figures.label(drawn, result)
        png, _ = figures.save(drawn, tmp_path / name)
    assert png.stat().st_size > 10_000
    with figures.style():
        assert script.draw(dataclasses.replace(result, scale="quick"), None)
