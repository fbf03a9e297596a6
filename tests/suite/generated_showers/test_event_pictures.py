"""Showers at both ends of energy and angle, and what a generator makes of such requests."""

import types

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.suite.generated_showers import event_pictures


def lines(energy, theta):
    """Return `Cells` of straight showers through the middle, one cell in every layer."""
    layers = np.arange(25)
    along = 12 + (layers - 12) / np.tan(np.asarray(theta))[:, None]
    index = (12 * 25 + np.clip(along.round().astype(int), 0, 24)) * 25 + layers
    return Cells((25, 25, 25), np.full(len(index), 25), index.ravel(), np.repeat(np.asarray(energy) / 25, 25))


def showers(energy, degrees):
    theta = np.radians(degrees)
    labels = {"energy": energy, "theta": theta, "measured_theta": theta}
    return Showers(lines(energy, theta), None, labels, "simulation")


CORNERS = showers([105.0, 105.0, 195.0, 195.0], [62.0, 118.0, 62.0, 118.0])


def test_the_nearest_shower_of_each_corner_is_shown():
    energy, degrees = np.meshgrid([104.0, 150.0, 196.0], [63.0, 90.0, 117.0])
    some = showers(energy.ravel(), degrees.ravel())
    chosen = some.take(event_pictures.chosen(some))
    assert chosen["energy"].tolist() == [104.0, 104.0, 196.0, 196.0]
    assert np.degrees(chosen["theta"]) == pytest.approx([63, 117, 63, 117])
    found = {one.name: one.value for one in event_pictures.shown(chosen)}
    assert found["angle_high_backward"] == pytest.approx(117)


def test_pictures_hold_the_energy_of_the_shower():
    cells = Cells((2, 3, 25), [2], [0, 5 * 25 + 24], [1.0, 2.0])
    found = event_pictures.pictures(cells)
    assert found["xy"][0].tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 2.0]]
    assert found["xz"].shape == (1, 2, 25)
    assert found["yz"][0, 2, 24] == 2.0


def test_the_error_of_angles_on_images():
    theta = np.radians([89.0, 91.0, 89.0, 91.0])
    labels = {"theta": np.full(4, np.pi / 2), "measured_theta": theta}
    one = event_pictures.axis_error(Showers(CORNERS.ecal, None, labels, "simulation"))
    assert one.value == pytest.approx(np.std([89, 91, 89, 91], ddof=1), rel=1e-4)


def generator(sample):
    return types.SimpleNamespace(sample=sample)


def test_a_generator_that_does_what_it_is_asked():
    found = {
        one.name: one.value
        for one in event_pictures.asked(generator(lambda energy, theta, seed: lines(energy, theta)), CORNERS, 3, 1)
    }
    assert found["deposit_high_forward"] == pytest.approx(195 / 50, rel=1e-5)
    assert found["largest_axis_off"] < 2
    assert found["generated_axis_low_backward"] > 110


def test_a_generator_that_ignores_angles_and_one_without_energy():
    straight = generator(lambda energy, theta, seed: lines(energy, np.full(len(theta), np.pi / 2)))
    found = {one.name: one.value for one in event_pictures.asked(straight, CORNERS, 3, 1)}
    assert found["largest_axis_off"] == pytest.approx(28, abs=0.5)
    empty = generator(lambda energy, theta, seed: Cells((25, 25, 25), np.zeros(len(theta), int), [], []))
    found = {one.name: one.value for one in event_pictures.asked(empty, CORNERS, 3, 1)}
    assert np.isnan(found["largest_axis_off"])
    assert found["deposit_low_forward"] == 0
