"""Numbers of resampling that are known: kept, lost, scaled."""

import numpy as np
import pytest

from keras_hep.calorimetry.resampling import CLIC, CMS, there_and_back
from keras_hep.suite import resampling_measurements as measurements


def values(quantities):
    return {quantity.name: quantity.value for quantity in quantities}


def test_geometries_are_those_of_the_library():
    found = values(measurements.geometries())
    assert len(found) == 20
    assert found["eta_cell_atlas_3"] == 0.5
    assert found["phi_cell_atlas_1"] == 0.1
    assert found["moliere_radius_cms"] == CMS.moliere_radius
    assert {quantity.name: quantity.unit for quantity in measurements.geometries()}["phi_cell_cms"] == "rad"


def test_the_stack_is_longer_than_tungsten():
    found = values(measurements.stack_lengths())
    assert found["stack_depth"] == pytest.approx(21.1, abs=0.1)
    # 17 layers of 4.4 mm and 8 of 6.8 mm
    assert found["stack_radiation_length"] == pytest.approx(12.92 / found["stack_depth"])
    assert CLIC.moliere_radius < found["stack_moliere_radius"] < 1.49


def test_scales():
    found = values(measurements.scales())
    assert found["scale_cms"] == pytest.approx(0.0175 / 0.003 * 0.9327 / 1.959)
    assert found["scale_atlas_3_eta"] == pytest.approx(20 * found["scale_atlas_3_phi"])
    assert found["scale_atlas_1_eta"] == pytest.approx(found["scale_atlas_1_phi"] / 32)


def test_properties_hold_for_any_image():
    found = values(measurements.properties(9, 3))
    assert set(found) == {"forward_lost", "same_grid_difference", "area_difference", "cms_layer_difference"}
    assert max(found.values()) < 1e-5


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.777])
def test_overlaps_of_areas_are_the_product_of_two_matrices(scale):
    image = np.random.default_rng(1).random((7, 7))
    matrix = there_and_back(7, scale)
    np.testing.assert_allclose(measurements.by_areas(image, scale), matrix.T @ image @ matrix, atol=1e-12)
    assert not np.allclose(measurements.by_areas(image, 1.3), matrix.T @ image @ matrix, atol=1e-3)


def test_losses_are_of_the_edge():
    middle = np.zeros((1, 25, 25, 25))
    middle[0, 12, 12] = 1.0
    assert measurements.losses(CMS, middle) == pytest.approx([0], abs=1e-6)
    # Ten cells of 2.777 are 27.77 wide, so that the outermost two hang over by half of their width each.
    overhang = 10 * CMS.scales()[0, 0] - 25
    assert measurements.edge_lost(25).value > 0.5 * overhang / 25
    both = np.concatenate([middle, np.ones((1, 25, 25, 25))])
    quantity = measurements.shower_lost("lost", CMS, both)
    assert quantity.value == pytest.approx(measurements.edge_lost(25).value / 2, rel=1e-3)
    assert (quantity.count, quantity.error) == (2, pytest.approx(quantity.value / np.sqrt(2), rel=1e-3))


def test_separations_are_in_cells_of_each_calorimeter():
    clic, cms = measurements.separations(25, ((12, 9), (16, 12)))
    assert (clic.value, clic.unit) == (pytest.approx(5), "cells")
    assert cms.value == pytest.approx(5 / CMS.scales()[0, 0], rel=0.3)
    assert cms.value < clic.value


def test_steps_are_the_two_ways():
    image = np.zeros((4, 4))
    image[0, 0] = 4.0
    coarse, home = measurements.steps(image, 2.0)
    assert coarse.tolist() == [[4, 0], [0, 0]]
    assert home.tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
