"""Likelihood of cells, against integrals of SciPy."""

import numpy as np
from scipy import stats

from keras_hep.layers import CellLikelihood


def expected(portions, weights, x, y, width_x, width_y):
    """Return the log likelihood of one layer, portions of shape (across, along)."""
    probability = 0.0
    for weight, *law in zip(weights, x, y, width_x, width_y, strict=True):
        rows = [
            np.diff(stats.norm.cdf(np.arange(cells + 1) - cells / 2, mean, width))
            for cells, mean, width in zip(portions.shape, law[:2], law[2:], strict=True)
        ]
        probability = probability + weight * np.outer(*rows)
    return (portions * np.log(probability / probability.sum())).sum()


def test_a_layer_has_the_probability_of_its_cells_given_the_window():
    random = np.random.default_rng(3)
    portions = random.poisson(2.0, (2, 3, 5, 7)).astype(np.float32)  # batch, layers, across, along
    weights = random.dirichlet(np.ones(4), (2, 3))
    x, y = random.normal(0, 1, (2, 2, 3, 4))
    width_x, width_y = random.uniform(0.5, 4, (2, 2, 3, 4))
    inputs = [portions, np.log(weights), x, y, np.log(width_x), np.log(width_y)]
    found = np.asarray(CellLikelihood()([np.float32(values) for values in inputs]))
    for shower in range(2):
        laws = [values[shower] for values in (portions, weights, x, y, width_x, width_y)]
        true = sum(expected(*(values[layer] for values in laws)) for layer in range(3))
        np.testing.assert_allclose(found[shower], true, rtol=1e-4)


def test_a_cell_far_from_all_laws_has_a_finite_likelihood():
    portions = np.zeros((1, 1, 25, 25), np.float32)
    portions[0, 0, 0, 0] = 1
    zero = np.zeros((1, 1, 1), np.float32)
    found = np.asarray(CellLikelihood()([portions, zero, zero, zero, zero - 2, zero - 2]))
    assert np.isfinite(found).all()
    assert found[0] < -20
