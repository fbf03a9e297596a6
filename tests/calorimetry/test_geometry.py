"""Layers of the calorimeters against published sums, tables of cells and hand-made stacks."""

import numpy as np
import pytest

from keras_hep.calorimetry.geometry import (
    ABSORBER_ALLOY,
    AIR,
    BEHIND_ECAL,
    ECAL,
    GROUND_FOIL,
    HCAL,
    READOUT_BOARD,
    SCALE_ENERGY,
    SILICON,
    TUNGSTEN,
    LayerStack,
    Material,
)


def test_depth_of_the_calorimeters():
    assert ECAL.radiation_lengths.sum() == pytest.approx(21.1, abs=0.2)
    assert ECAL.interaction_lengths.sum() == pytest.approx(0.87, abs=0.02)
    assert HCAL.interaction_lengths.sum() == pytest.approx(7.5, abs=0.05)
    assert BEHIND_ECAL.radiation_lengths.sum() == pytest.approx(1.22, abs=0.03)


def test_layers_have_the_thicknesses_of_the_model():
    assert len(ECAL) == 25
    assert len(HCAL) == 60
    np.testing.assert_allclose(ECAL.thicknesses, [4.40] * 17 + [6.80] * 8)
    np.testing.assert_allclose(HCAL.thicknesses, 26.5)
    np.testing.assert_allclose(ECAL.radii[:2], [1503.0, 1507.4])
    assert HCAL.fronts[-1] + HCAL.thicknesses[-1] == pytest.approx(3287.0)
    assert ECAL.fronts[-1] + ECAL.thicknesses[-1] == pytest.approx(1629.2)
    assert BEHIND_ECAL.fronts[0] < HCAL.inner_radius


def test_absorber_dominates_the_lengths():
    np.testing.assert_allclose(ECAL.radiation_lengths[[0, 24]], [0.648, 1.259], atol=0.003)
    np.testing.assert_allclose(ECAL.interaction_lengths[[0, 24]], [0.0275, 0.0504], atol=0.0003)
    assert 10 * ABSORBER_ALLOY.radiation_length / ABSORBER_ALLOY.density == pytest.approx(3.93, abs=0.01)
    assert HCAL.interaction_lengths[0] == pytest.approx(0.125, abs=0.001)


def test_moliere_radii_are_wider_than_that_of_tungsten_alone():
    tungsten = LayerStack(0.0, 1.0, TUNGSTEN, (((TUNGSTEN, 3.0),),))
    assert tungsten.moliere_radii[0] == pytest.approx(9.3, abs=0.05)  # Table 1 of the paper: 0.9327 cm
    # A layer of which only the absorber matters: its radius, times the thickness of all over that of the absorber.
    expected = SCALE_ENERGY / ABSORBER_ALLOY.critical_energy * 3.93 * np.array([4.40 / 2.40, 6.80 / 4.80])
    assert (ECAL.moliere_radii[[0, 24]] < expected).all()
    np.testing.assert_allclose(ECAL.moliere_radii[[0, 24]], [15.4, 12.9], atol=0.1)
    losses = 2.0 * 7.874 / 13.84 * 21.68 + 0.3 * 1.060 / 43.79 * 93.11 + 0.34  # steel, scintillator, the rest; MeV
    assert HCAL.moliere_radii[0] == pytest.approx(SCALE_ENERGY * 26.5 / losses, rel=2e-3)


def test_densities_of_mixtures_are_those_of_the_model():
    assert READOUT_BOARD.density == pytest.approx(5.051, rel=2e-3)
    assert GROUND_FOIL.density == pytest.approx(5.2, abs=0.05)


def test_mixture_of_one_material_is_the_material():
    same = Material.mixture([(0.25, SILICON), (0.75, SILICON)])
    for field in ("density", "radiation_length", "interaction_length", "critical_energy"):
        assert getattr(same, field) == pytest.approx(getattr(SILICON, field))


def test_cells_to_the_edge_of_a_side_are_those_of_the_public_files():
    expected = [79] * 3 + [80] * 5 + [81] * 4 + [82] * 4 + [83] * 4 + [84] * 2 + [85] * 3
    assert ECAL.wedge_limits.tolist() == expected
    assert HCAL.wedge_limits[[0, -1]].tolist() == [15, 29]
    numbers, counts = np.unique(HCAL.wedge_limits, return_counts=True)
    assert numbers.tolist() == list(range(15, 30))
    assert counts[:4].tolist() == [2, 4, 4, 5]


def test_a_layer_must_measure():
    with pytest.raises(ValueError, match="sensitive material"):
        _ = LayerStack(0.0, 1.0, SILICON, (((AIR, 1.0),),)).radii
