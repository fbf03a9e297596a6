"""Planes and windows of the BM@N look-alike, in mm."""

import numpy as np
import pytest

from keras_hep.simulation.bmn_detector import (
    HIGHEST_Z,
    LOWEST_Z,
    NOMINAL_Z,
    NORMALISATION,
    PLANE_Z,
    SILICON,
    STATIONS,
    WINDOWS,
    inside,
    module_z,
)


def test_planes_are_the_published_ones():
    assert len(NOMINAL_Z) == len(LOWEST_Z) == len(HIGHEST_Z) == STATIONS == 9
    centimetres = [12.344, 15.614, 24.499, 39.702, 64.535, 112.649, 135.330, 160.6635, 183.668]
    np.testing.assert_allclose(NOMINAL_Z, np.multiply(centimetres, 10))
    assert np.all(np.diff(HIGHEST_Z[:-1]) > 0)
    assert np.all(LOWEST_Z[1:] > HIGHEST_Z[:-1])
    np.testing.assert_array_equal(PLANE_Z[:SILICON], NOMINAL_Z[:SILICON])
    np.testing.assert_array_equal(PLANE_Z[SILICON:], HIGHEST_Z[SILICON:])
    assert np.abs(PLANE_Z - NOMINAL_Z).max() < 8


def test_windows_are_the_published_ones():
    np.testing.assert_allclose(WINDOWS[0], [[-56.6, 69.1], [-108.2, 17.5]])
    np.testing.assert_allclose(WINDOWS[3], [[-811, 820], [-65, 385]])
    np.testing.assert_allclose(WINDOWS[8], [[-770, 861], [-60, 389]])
    assert np.all(WINDOWS[:, :, 0] < WINDOWS[:, :, 1])
    assert np.all(np.diff(WINDOWS[SILICON:], axis=0) > 0)


def test_all_hits_lie_in_the_range_of_the_normalisation():
    low, high = NORMALISATION
    assert np.all(low[:2] <= WINDOWS[:, :, 0])
    assert np.all(WINDOWS[:, :, 1] <= high[:2])
    assert low[2] <= LOWEST_Z.min() < HIGHEST_Z.max() <= high[2]


@pytest.mark.parametrize("station", range(STATIONS))
def test_edges_are_inside_and_what_is_beyond_them_is_not(station):
    (left, right), (low, high) = WINDOWS[station]
    middle = [(left + right) / 2, (low + high) / 2]
    within = np.array([middle, [left, low], [right, high]])
    beyond = np.array([[left - 0.1, low], [right + 0.1, low], [left, low - 0.1], [left, high + 0.1], [np.nan, low]])
    assert inside(within, station).all()
    assert not inside(beyond, station).any()
    assert inside(within, np.full(3, station)).all()


@pytest.mark.parametrize(("station", "modules"), [(0, 4), (1, 4), (2, 16), (3, 1), (8, 1)])
def test_modules_share_the_range_of_z(station, modules):
    (left, right), (low, high) = WINDOWS[station]
    x, y = np.meshgrid(np.linspace(left, right, 60), np.linspace(low, high, 60))
    z = module_z(np.stack([x, y], axis=-1), station)
    values, counts = np.unique(z.round(9), return_counts=True)
    assert len(values) == modules
    assert counts.min() == counts.max() == 3600 / modules
    assert values[0] == LOWEST_Z[station]
    assert values[-1] == HIGHEST_Z[station]


def test_each_position_may_have_its_own_station():
    position = np.array([[60.0, 10.0, 0.0], [0.0, 0.0, 0.0], [120.0, 70.0, 0.0]])
    np.testing.assert_allclose(module_z(position, np.array([0, 5, 2])), [127.1, 1133.99, 256.2])
    assert inside(position, np.array([0, 5, 2])).tolist() == [True, True, True]
    assert inside(position, np.array([0, 5, 1])).tolist() == [True, True, False]
