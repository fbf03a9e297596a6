"""Which showers are taken for the display, and what is said of them."""

import dataclasses

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.formats.lcd import write_lcd
from keras_hep.simulation.pi0_decays import decay
from keras_hep.suite import photon_clusters
from keras_hep.suite.photon_clusters import ENERGIES, just_separate


def test_sharing_follows_from_energy_and_angle():
    energy = np.linspace(*ENERGIES, 20_000)
    energies, angles = decay(energy, np.random.default_rng(1))
    angle = angles.sum(axis=1)
    expected = (angle > 0.009) & (angle < 0.01) & (energies.max(axis=1) < 2 * energies.min(axis=1))
    np.testing.assert_array_equal(just_separate(energy, angle), expected)
    assert 0.1 < expected.mean() < 0.5


def test_other_energies_have_no_such_photons():
    low, high = ENERGIES
    energy = np.concatenate([np.linspace(0.9 * low, low, 500), np.linspace(high, 1.1 * high, 500)])
    _, angles = decay(energy, np.random.default_rng(2))
    assert not just_separate(energy, angles.sum(axis=1)).any()
    assert not just_separate([30.0], [-1.0]).any()


def test_drawn_showers_are_suitable():
    pions = photon_clusters.drawn("pi0", 300, seed=3)
    assert just_separate(pions["energy"], pions["opening_angle"]).all()
    photons = photon_clusters.drawn("photon", 300, seed=3)
    assert 0 < len(pions) < 150 < len(photons) < 300  # some convert
    assert (photons["conversion"] == 0).all()
    one, other = (photon_clusters.resolved("resolved", showers) for showers in (pions, photons))
    assert one.value > 0.5
    assert other.value < 0.1
    assert one.error == pytest.approx(np.sqrt(one.value * (1 - one.value) / len(pions)))


def test_a_sample_without_a_suitable_pion_is_refused(monkeypatch):
    monkeypatch.setattr(photon_clusters, "ENERGIES", (100.0, 100.0))
    with pytest.raises(ValueError, match=r"At least one pi0 must be suitable, got none of 5"):
        photon_clusters.drawn("pi0", 5, seed=1)


def two_showers(**labels):
    index = [12 * 625 + 10 * 25, 12 * 625 + 14 * 25, 12 * 625 + 12 * 25]
    ecal = Cells((25, 25, 25), [2, 1], index, [10.0, 9.0, 30.0])
    hcal = Cells((11, 11, 60), [0, 1], [300], [1.0])
    return Showers(ecal, hcal, {"energy": [30.0, 30.0], **labels}, source="files")


def test_clusters_are_counted():
    showers = two_showers()
    assert [photon_clusters.clusters("n", showers.take([number])).value for number in (0, 1)] == [2, 1]
    assert photon_clusters.resolved("resolved", showers).value == 0.5


def test_files_are_read_where_showers_are_perpendicular(tmp_path):
    labels = {"conversion": [0, 0], "reco_theta": [1.57, 1.2], "pdg_id": [22, 22]}
    write_lcd(tmp_path / "GammaEscan_RandomAngle_1_1.h5", two_showers(**labels))
    found = photon_clusters.drawn("photon", 10, seed=1, data=tmp_path)
    assert (len(found), found.source) == (1, "files")
    assert found.ecal.sums().tolist() == [19.0]


def test_arrays_hold_the_cells():
    showers = dataclasses.replace(two_showers(), labels={})
    again = photon_clusters.from_arrays(photon_clusters.to_arrays(showers))
    for calorimeter in ("ecal", "hcal"):
        one, other = (getattr(each, calorimeter) for each in (showers, again))
        np.testing.assert_array_equal(one.dense(), other.dense())
