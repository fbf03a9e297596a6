"""Conditional density by components: normalised, in order, and drawn as it says."""

import keras
import numpy as np
import pytest
from scipy import stats

from keras_hep.layers import AutoregressiveMixture


def law(components=3, mixture=2, units=12, seed=1, spread=0.5):
    """Return a layer with weights unlike the first ones."""
    layer = AutoregressiveMixture(components, mixture, units)
    layer(np.zeros((1, components), "float32"), np.zeros((1, 2), "float32"))
    random = np.random.default_rng(seed)
    layer.set_weights([random.normal(0, spread, weight.shape) for weight in layer.get_weights()])
    return layer


def density(layer, vectors, conditions):
    return np.asarray(layer(np.float32(vectors), np.float32(conditions)))


def test_an_untrained_component_is_a_mixture_around_its_first_means():
    layer = AutoregressiveMixture(2, mixture=2, units=4)
    vectors, nothing = np.array([[0.5, -2.0]]), np.zeros((1, 1))
    layer(np.float32(vectors), np.float32(nothing))
    layer.set_weights([0 * one if one.ndim == 2 else one for one in layer.get_weights()])
    expected = np.log(stats.norm.pdf(vectors, -1) / 2 + stats.norm.pdf(vectors, 1) / 2)
    np.testing.assert_allclose(density(layer, vectors, nothing), expected, rtol=1e-5)


def test_components_depend_on_those_before_them_and_on_conditions():
    layer, conditions = law(), np.zeros((1, 2))
    start = density(layer, np.zeros((1, 3)), conditions)[0]
    for moved in range(3):
        vectors = np.zeros((1, 3))
        vectors[0, moved] = 1.0
        changed = density(layer, vectors, conditions)[0] != start
        np.testing.assert_array_equal(changed, np.arange(3) >= moved)
    assert np.all(density(layer, np.zeros((1, 3)), conditions + 1)[0] != start)


def test_the_density_of_a_component_is_normalised():
    layer, grid = law(components=2), np.linspace(-40, 40, 40_001)
    vectors = np.stack([np.full_like(grid, 0.3), grid], axis=1)
    found = np.exp(density(layer, vectors, np.ones((len(grid), 2)))[:, 1].astype(float))
    assert np.trapezoid(found, grid) == pytest.approx(1, abs=1e-3)


def test_draws_follow_the_density():
    layer, random, size = law(components=2), np.random.default_rng(5), 20_000
    conditions = np.ones((size, 2), np.float32)
    noise = random.standard_normal((size, 2), np.float32), random.random((size, 2), np.float32)
    drawn = np.asarray(layer.draw(*noise, conditions))
    edges = np.quantile(drawn[:, 0], np.linspace(0, 1, 11))
    grid = np.linspace(-60, 60, 120_001)
    first = np.exp(density(layer, np.stack([grid, grid], axis=1), np.ones((len(grid), 2)))[:, 0].astype(float))
    below = np.interp(edges[1:-1], grid, np.cumsum(first) * (grid[1] - grid[0]))
    np.testing.assert_allclose(below, np.arange(1, 10) / 10, atol=0.015)  # 4 standard deviations of a share
    entropy = -density(layer, drawn, conditions).sum(axis=1)
    other = -density(layer, drawn[::-1], np.zeros_like(conditions)).sum(axis=1)
    assert entropy.mean() < other.mean()  # the law that they are of is the one under which they are likely


def test_the_same_noise_gives_the_same_draw_after_saving(tmp_path):
    vectors, conditions = keras.Input((3,)), keras.Input((2,))
    model = keras.Model([vectors, conditions], law()(vectors, conditions))
    model.save(tmp_path / "law.keras")
    loaded = keras.models.load_model(tmp_path / "law.keras")
    noise = [np.full((2, 3), value, np.float32) for value in (0.7, 0.2)]
    first, second = (np.asarray(one.layers[-1].draw(*noise, np.zeros((2, 2), np.float32))) for one in (model, loaded))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("arguments", "rule"), [((0,), "at least 1"), ((5, 2, 4), "units must be at least")])
def test_sizes_are_checked(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        AutoregressiveMixture(*arguments)
