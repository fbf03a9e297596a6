"""Observables of showers against hand-computed values, and the metric that chooses the epoch of a training."""

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.metrics.showers import (
    AXES,
    ShowerObservables,
    generation_metric,
    measured_angle,
    shower_observables,
)
from keras_hep.simulation.showers import ShowerSimulation

SHAPE = (5, 5, 25)


def cells_of(*showers, shape=SHAPE):
    """Return cells of showers, each a dict of place (x, y, layer) to energy."""
    images = np.zeros((len(showers), *shape))
    for image, shower in zip(images, showers, strict=True):
        for place, energy in shower.items():
            image[place] = energy
    return Cells.of_images(images)


@pytest.fixture(scope="module")
def simulated():
    return ShowerSimulation("electron", window="generation", angles="random").showers(number=60, seed=4)


def test_observables_by_hand():
    cells = cells_of({(2, 2, 0): 30.0, (2, 4, 0): 10.0, (0, 2, 10): 50.0, (2, 2, 24): 10.0, (4, 4, 5): 1e-5}, {})
    measured = shower_observables(cells, [100.0, 150.0])
    assert len(measured) == 2
    np.testing.assert_allclose(measured.deposit, [2.0, 0.0], rtol=1e-6)
    np.testing.assert_allclose(measured.sampling_fraction, [0.02, 0.0], rtol=1e-6)
    assert measured.hits.tolist() == [4, 0]  # 1e-5 / 50 GeV is below 3e-7 GeV
    np.testing.assert_allclose(measured.thirds, [[0.4, 0.5, 0.1], [0, 0, 0]], atol=1e-6)
    np.testing.assert_allclose(measured.profiles[0][0], [1.0, 0, 1.0, 0, 2e-7], atol=1e-9)
    np.testing.assert_allclose(measured.moments[0, 1], [2.2, 0.36], rtol=1e-5)
    np.testing.assert_allclose(measured.moments[0, 2], [7.4, 0.5 * 2.6**2 + 0.1 * 16.6**2 + 0.4 * 7.4**2], rtol=1e-5)
    assert np.flatnonzero(measured.spectrum[0]).tolist() == [3, 63, 67]  # ten per decade from 1e-7 to below 1 GeV
    assert measured.spectrum[0, [3, 63, 67]].tolist() == [1, 2, 1]
    assert measured.spectrum[1].sum() == 0


def test_features_are_one_number_per_shower(simulated):
    measured = shower_observables(simulated.ecal, simulated["energy"])
    features = measured.features()
    assert len(features) == 3 + 2 * len(AXES) + 3
    assert all(values.shape == (60,) and np.isfinite(values).all() for values in features.values())
    assert 0.017 < features["sampling_fraction"].mean() < 0.022
    np.testing.assert_allclose(features["third_1"] + features["third_2"] + features["third_3"], 1.0)
    np.testing.assert_allclose(measured.deposit, simulated.ecal.sums() / 50, rtol=1e-6)


def test_parts_are_joined_and_taken(simulated):
    whole = shower_observables(simulated.ecal, simulated["energy"])
    parts = [slice(0, 25), slice(25, 60)]
    joined = ShowerObservables.joined(
        [shower_observables(simulated.ecal.take(part), simulated["energy"][part]) for part in parts]
    )
    for name, values in whole.features().items():
        np.testing.assert_allclose(joined.features()[name], values, rtol=1e-12)
        np.testing.assert_allclose(whole.take(parts[1]).features()[name], values[25:], rtol=1e-12)
    np.testing.assert_array_equal(joined.spectrum, whole.spectrum)


def test_bins_of_the_validation():
    cells = cells_of({(2, 2, 0): 1.0}, {(2, 2, 0): 1.0}, {})
    measured = shower_observables(cells, [110.0, 116.0, 105.0])
    assert measured.near().all()
    assert measured.near(energy=110).tolist() == [True, False, True]
    assert measured.near(energy=110, degrees=90).tolist() == [True, False, False]
    assert measured.near(degrees=62).tolist() == [False, False, False]


def test_angles_of_lines_and_of_showers_without_a_direction():
    line = {(2, place, place): 1.0 for place in range(5)}
    cells = cells_of(line, {(2, 4 - place, place): 2.0 for place in range(5)}, {(1, 1, 3): 1.0, (3, 3, 3): 1.0}, {})
    np.testing.assert_allclose(np.degrees(measured_angle(cells)), [45, 135, 90, np.nan])


def test_angles_follow_the_true_ones(simulated):
    angle, theta = measured_angle(simulated.ecal), simulated["theta"]
    assert np.corrcoef(angle, theta)[0, 1] > 0.98
    assert np.abs(angle - np.pi / 2).max() < np.abs(theta - np.pi / 2).max()  # layers are thinner than cells are wide


def test_angles_are_those_of_the_layer(simulated):
    layers = pytest.importorskip("keras_hep.layers")
    images = simulated.ecal.dense()[..., None]
    np.testing.assert_allclose(
        measured_angle(simulated.ecal), np.asarray(layers.ShowerAngle()(images))[:, 0], atol=1e-4
    )


def test_the_metric_of_equal_showers_is_zero(simulated):
    measured = shower_observables(simulated.ecal, simulated["energy"])
    metric = generation_metric(measured, measured)
    assert (metric.moments, metric.profiles, metric.angle, metric.total) == (0, 0, 0, 0)


def test_the_metric_by_hand():
    true = shower_observables(cells_of({(2, 2, 10): 50.0, (2, 2, 12): 50.0}), [110.0])
    generated = shower_observables(cells_of({(2, 3, 11): 50.0, (2, 3, 15): 50.0}), [110.0])
    metric = generation_metric(true, generated)
    # means 2, 2, 11 -> 2, 3, 13; variances 0, 0, 1 -> 0, 0, 4: of a variance of 0 there is no relative error
    assert metric.moments == pytest.approx((0 + 0.5 + 2 / 11 + 3) / 4)
    # across as it was; along and in depth nothing where the true one has energy
    assert metric.profiles == pytest.approx(2 / 3)
    assert metric.angle == pytest.approx(0.0)
    assert metric.total == metric.moments + metric.profiles + metric.angle


def test_the_metric_is_the_mean_over_energies():
    true = shower_observables(cells_of(*[{(2, 2, 10): 50.0}] * 4), [110.0, 150.0, 190.0, 130.0])
    generated = shower_observables(cells_of(*[{(2, 2, 10): energy} for energy in (50, 25, 50, 50)]), true.energy)
    # all: 1/8; 110 and 190: 0; 150: 1/2
    assert generation_metric(true, generated).profiles == pytest.approx((1 / 8 + 1 / 2) / 4)
    assert generation_metric(true, generated, energies=()).profiles == pytest.approx(1 / 8)
    assert generation_metric(true, generated, energies=(500.0,)).profiles == pytest.approx(1 / 8)


def test_a_shower_without_energy_has_no_angle():
    true = shower_observables(cells_of({(2, 2, 10): 50.0}, {(2, 2, 10): 50.0}), [130.0, 130.0])
    generated = shower_observables(cells_of({(2, 2, 10): 50.0}, {}), [130.0, 130.0])
    metric = generation_metric(true, generated)
    assert metric.angle == 0.5
    assert metric.profiles == pytest.approx(0.5)


def test_wrong_sizes_are_refused(simulated):
    measured = shower_observables(simulated.ecal, simulated["energy"])
    with pytest.raises(ValueError, match=r"energy must have shape \(60,\), got \(2,\)"):
        shower_observables(simulated.ecal, [1.0, 2.0])
    with pytest.raises(ValueError, match="three parts need more than 16 layers, got 3"):
        shower_observables(Cells((1, 1, 3), [0], [], []), [1.0])
    with pytest.raises(ValueError, match="as many showers as the 60 true ones, got 3"):
        generation_metric(measured, measured.take(slice(0, 3)))
