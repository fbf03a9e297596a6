"""Equal portions of showers, their likelihood, and showers drawn of it."""

import keras
import numpy as np
import pytest
from scipy import stats

from keras_hep.calorimetry.cells import Cells
from keras_hep.likelihood_terms import LikelihoodTerm, NegativeLogLikelihood
from keras_hep.metrics.showers import measured_angle
from keras_hep.models import ShowerVAE
from keras_hep.models.shower_vae import FAINTEST, _counted
from keras_hep.shower_portions import PortionStream, layer_energies, logarithms, portions, standards
from keras_hep.shower_sampling import (
    Places,
    ShowerSampler,
    angle_of_layers,
    conditioned,
    portion_numbers,
    portion_places,
)
from keras_hep.simulation.showers import ShowerSimulation

SIZES = {"latent": 3, "mixture": 2, "units": 30}


@pytest.fixture(scope="module")
def showers():
    simulated = ShowerSimulation("electron", "generation", angles="random").showers(40, seed=3).cropped(25, 1)
    return type(simulated)(
        simulated.ecal, None, {**simulated.labels, "measured_theta": measured_angle(simulated.ecal)}, "simulation"
    )


@pytest.fixture(scope="module")
def model(showers):
    keras.utils.set_random_seed(1)
    return ShowerVAE(*standards(showers), **SIZES)


# Portions


def test_portions_of_simulated_showers_make_their_energies(showers):
    cells, counts = showers.ecal, portions(showers.ecal)
    rows = cells.shower * 25 + cells.index % 25
    share = np.bincount(rows, cells.energy) / np.maximum(np.bincount(rows, counts), 1)
    np.testing.assert_allclose(counts * share[rows], cells.energy, rtol=1e-4)
    assert counts.min() == 1


def test_logarithms_tell_empty_layers_from_filled_ones():
    found = logarithms(np.array([[0.0, 1e-3, 2.0]]), np.random.default_rng(1))
    assert np.log(FAINTEST) <= found[0, 0] < np.log(FAINTEST * 4 / 3) < found[0, 1]
    np.testing.assert_allclose(np.exp(found[0, 1:]) - FAINTEST, [1e-3, 2.0], rtol=1e-4)


def test_a_stream_gives_the_portions_layer_by_layer(showers):
    stream = PortionStream(showers, latent=3)
    inputs, targets = stream.batch(5, seed=[1, 2])
    again, _ = stream.batch(5, seed=[1, 2])
    assert inputs["portions"].shape == (5, 25, 25, 25)
    assert targets.shape == (5,)
    assert all(np.array_equal(inputs[name], again[name]) for name in inputs)
    shower = int(np.argmin(np.abs(showers["energy"] / 100 - inputs["asked"][0, 0])))
    dense = showers.ecal.take([shower]).dense()[0]
    np.testing.assert_array_equal(inputs["portions"][0] > 0, np.moveaxis(dense, 2, 0) > 0)
    np.testing.assert_allclose(
        np.exp(inputs["logarithms"][0]) - FAINTEST, layer_energies(showers.ecal)[shower], atol=FAINTEST
    )


def test_more_showers_may_be_drawn_than_there_are(showers):
    assert len(PortionStream(showers, latent=2).batch(100, seed=1)[1]) == 100


# Likelihood


def test_numbers_of_portions_have_a_poisson_law_without_zero():
    numbers, rates = np.array([[1.0, 4.0, 0.0]], np.float32), np.array([[0.3, 5.0, 2.0]], np.float32)
    filled = stats.poisson.logpmf(numbers, rates) - np.log1p(-np.exp(-rates))
    expected = (filled + np.log([1.0, 24.0, 1.0]))[:, :2].sum()  # the factorial is left out
    assert float(_counted(numbers, rates)[0]) == pytest.approx(expected, rel=1e-5)


def test_drawn_numbers_follow_that_law():
    energies = np.tile([1.0, 1.0, 0.0], (20_000, 1))
    found = portion_numbers(np.random.default_rng(2), energies, np.tile([0.3, 5.0, 2.0], (20_000, 1)))
    rates = np.array([0.3, 5.0])
    np.testing.assert_allclose(found[:, :2].mean(axis=0), rates / -np.expm1(-rates), rtol=0.02)
    assert found[:, :2].min() == 1
    assert not found[:, 2].any()


def test_a_model_learns_the_likelihood_of_showers(showers, model):
    twin = ShowerVAE.from_config(model.get_config())
    inputs, targets = PortionStream(showers, latent=3).batch(32, seed=1)
    trainer = keras.Model(twin.input, twin.output)
    trainer.compile(keras.optimizers.Adam(3e-3), NegativeLogLikelihood(), weighted_metrics=[LikelihoodTerm(3, "cells")])
    before = twin(inputs)
    losses = [trainer.train_on_batch(inputs, targets, return_dict=True) for _ in range(15)]
    assert losses[-1]["loss"] < losses[0]["loss"]
    assert losses[-1]["cells"] < losses[0]["cells"]
    assert losses[0]["loss"] == pytest.approx(float(np.sum(before, axis=1).mean()), rel=1e-3)


def test_a_saved_model_has_the_same_likelihood_and_draws_the_same_showers(showers, model, tmp_path):
    model.save_weights(tmp_path / "vae.weights.h5")
    loaded = ShowerVAE(**model.get_config())
    loaded.load_weights(tmp_path / "vae.weights.h5")
    inputs, _ = PortionStream(showers, latent=3).batch(4, seed=1)
    np.testing.assert_allclose(model(inputs), loaded(inputs), rtol=1e-5)
    first, second = (ShowerSampler(one, 4)([120.0, 180.0], [1.2, 1.6], seed=3) for one in (model, loaded))
    np.testing.assert_array_equal(first.index, second.index)
    np.testing.assert_allclose(first.energy, second.energy, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [(([0.0], [1.0, 1.0]), "one width per mean"), (([0.0], [0.0]), "widths must be positive")],
)
def test_standards_are_checked(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        ShowerVAE(*arguments)


# Places


def laws(rows, x=0.0, width=1.0):
    """Return one normal law a row."""
    same = np.zeros((rows, 1), np.float32)
    return {"weights": same, "x": same + x, "y": same, "log_x": same + np.log(width), "log_y": same + np.log(width)}


def test_portions_fall_into_cells_as_the_law_says():
    places = portion_places(np.random.default_rng(1), np.array([40_000, 0, 3]), laws(3, x=0.4), side=5)
    cells = places.in_cells(5)
    assert np.bincount(places.row, minlength=3).tolist() == [40_000, 0, 3]
    expected = np.diff(stats.norm.cdf(np.arange(6) - 2.5, 0.4, 1.0))
    found = np.bincount(cells.x[places.row == 0], minlength=5) / 40_000
    np.testing.assert_allclose(found, expected / expected.sum(), atol=0.01)  # 4 standard deviations


def test_portions_outside_the_window_are_drawn_again():
    places = portion_places(np.random.default_rng(1), np.array([500]), laws(1, width=4.0), side=3)
    assert len(places.row) == 500
    assert places.inside(3).all()


def test_the_angle_of_layers_is_the_measured_one_and_its_derivative_too():
    random = np.random.default_rng(4)
    cells = Cells.of_images(random.gamma(0.3, 1.0, (3, 9, 9, 25)))
    energies = layer_energies(cells)
    x, y = (
        np.stack([np.bincount(part.places[2], part.energy * part.places[axis], minlength=25) for part in each(cells)])
        / energies
        for axis in (0, 1)
    )
    angle, effect = angle_of_layers(energies, x, y)
    np.testing.assert_allclose(angle, measured_angle(cells), atol=1e-6)
    moved = y.copy()
    moved[:, 20] += 1e-5
    np.testing.assert_allclose((angle_of_layers(energies, x, moved)[0] - angle) / 1e-5, effect[:, 20], rtol=1e-3)


def each(cells):
    return [cells.take([shower]) for shower in range(len(cells))]


def test_showers_are_moved_to_the_middle_and_to_their_angle():
    numbers = np.full((1, 25), 200)
    places = portion_places(np.random.default_rng(1), numbers.ravel(), laws(25, x=3.2), side=25)
    energies, angle = np.ones((1, 25)), np.array([np.pi / 2 - 0.01])
    cells = conditioned(places, numbers, energies, angle, side=25)
    index = (cells.x * 25 + cells.y) * 25 + cells.row
    counts = np.bincount(index, minlength=25**3).reshape(1, 25, 25, 25)
    assert counts.sum() == numbers.sum()
    assert measured_angle(Cells.of_images(counts))[0] == pytest.approx(angle[0], abs=2e-3)  # of cells, not of places
    assert abs(cells.x.mean() - 12) <= 0.5
    assert cells.x.mean() == pytest.approx(12.2, abs=0.1)


def test_places_that_are_moved_out_of_the_window_stay_in_its_last_cell():
    places = Places(np.array([0, 1]), np.array([0.5, 1.5]), np.array([0.5, 1.5]))
    cells = places.moved([0.0, 0.0], [-1.0, 1.0]).in_cells(2)
    assert cells.x.tolist() == [0, 1]
    assert cells.y.tolist() == [0, 1]


# Showers


def test_the_same_seed_gives_the_same_bits_and_another_one_others(model):
    sampler, energy, angle = ShowerSampler(model, batch_size=4), [110.0, 150.0, 190.0, 120.0, 130.0], [1.2] * 5
    first, again, other = (sampler(energy, angle, seed) for seed in ([1, 2], [1, 2], [1, 3]))
    assert len(first) == 5
    assert first.shape == (25, 25, 25)
    assert np.array_equal(first.energy, again.energy)
    assert np.array_equal(first.index, again.index)
    assert not np.array_equal(first.energy[:50], other.energy[:50])
    few = sampler(energy[:4], angle[:4], [1, 2])
    assert np.array_equal(few.energy, first.energy[: len(few.energy)])


def test_layers_keep_the_energies_that_the_network_drew(model):
    sampler = ShowerSampler(model, batch_size=2)
    asked = np.array([[1.1, 1.3], [1.9, 1.7]], np.float32)
    drawn = np.exp(sampler._laws(asked, np.random.default_rng([5, 0]))["logarithms"]) - FAINTEST
    cells = sampler(100 * asked[:, 0], asked[:, 1], 5)
    np.testing.assert_allclose(layer_energies(cells), np.where(drawn < FAINTEST, 0, drawn), rtol=1e-4)


def test_angles_must_fit_energies(model):
    with pytest.raises(ValueError, match="one angle per energy"):
        ShowerSampler(model)([100.0], [1.2, 1.3], seed=1)
