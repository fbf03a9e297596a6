"""Means of showers, of hand-made ones."""

import numpy as np
import pytest

from keras_hep.calorimetry import shower_shapes
from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.geometry import ECAL
from keras_hep.calorimetry.showers import Showers


def of_images(images, energy, hcal=None):
    return Showers(
        Cells.of_images(images), None if hcal is None else Cells.of_images(hcal), {"energy": energy}, "files"
    )


def test_profile_weights_layers_of_thick_absorber_double():
    images = np.zeros((2, 3, 3, 25))
    images[0, 1, 1, 3], images[1, 0, 2, 20] = 4.0, 6.0
    profile = shower_shapes.depth_profile(of_images(images, [1.0, 1.0]))
    np.testing.assert_allclose(profile[3], 4 / 2 / ECAL.radiation_lengths[3])
    np.testing.assert_allclose(profile[20], 2 * 6 / 2 / ECAL.radiation_lengths[20])
    assert np.count_nonzero(profile) == 2
    unweighted = shower_shapes.depth_profile(of_images(images, [1.0, 1.0]), np.ones(25))
    assert unweighted[20] == pytest.approx(profile[20] / 2)


def test_centroid_of_one_layer_is_its_middle():
    profile = np.eye(25)[7]
    assert shower_shapes.centroid(profile) == pytest.approx(shower_shapes.DEPTHS[7])


@pytest.mark.parametrize("power", [3.0, 5.0])
def test_maximum_of_a_gamma_law(power):
    profile = shower_shapes.DEPTHS**power * np.exp(-0.6 * shower_shapes.DEPTHS)
    assert shower_shapes.depth_of_maximum(profile) == pytest.approx(power / 0.6)


def test_photons_are_deeper_than_electrons_by_one_length():
    photon, electron = (shower_shapes.expected_maximum(100.0, name) for name in ("photon", "electron"))
    assert photon - electron == pytest.approx(1)
    with pytest.raises(KeyError):
        shower_shapes.expected_maximum(100.0, "muon")


def test_containment_of_one_cell_and_of_two():
    images = np.zeros((1, 21, 21, 25))
    images[0, 10, 10, 0] = 1.0
    radius = ECAL.cell / ECAL.moliere_radii[0]
    contained = shower_shapes.containment(of_images(images, [1.0]), [radius, 0.5 * radius])
    assert contained[0] == 1
    assert contained[1] == pytest.approx(np.pi / 4, abs=0.07)  # a circle in its square, of 25 points
    images[0, 10, 0, 0] = 1.0  # the barycentre is five cells from both
    assert shower_shapes.containment(of_images(images, [1.0]), [4 * radius, 6 * radius]).tolist() == [0, 1]


def test_empty_showers_do_not_count():
    images = np.zeros((2, 3, 3, 25))
    images[0, 1, 1, 0] = 1.0
    assert shower_shapes.containment(of_images(images, [1.0, 1.0]), [3.0]).tolist() == [1]


def test_ratio_of_calorimeters():
    ecal, hcal = np.zeros((2, 1, 1, 25)), np.zeros((2, 1, 1, 60))
    ecal[0, 0, 0, 0], hcal[:, 0, 0, 5] = 2.0, 1.0
    assert shower_shapes.hadronic_ratio(of_images(ecal, [1.0, 1.0], hcal)).tolist() == [0.5, np.inf]


def test_tracks_have_one_cell_in_each_layer():
    images = np.zeros((3, 3, 3, 25))
    images[:, 1, 1] = 0.01
    images[1, 0, 0, 4] = 0.01
    images[2, 1, 1, 24] = 0
    assert shower_shapes.through_going(of_images(images, np.ones(3))).tolist() == [True, False, False]


@pytest.mark.parametrize(("stochastic", "constant"), [(0.16, 0.01), (0.5, 0.03)])
def test_resolution_terms_are_found_again(stochastic, constant):
    energies = np.array([10.0, 40.0, 150.0, 500.0])
    found = shower_shapes.resolution_terms(energies, np.hypot(stochastic / np.sqrt(energies), constant))
    np.testing.assert_allclose(found, [stochastic, constant], rtol=1e-4)
