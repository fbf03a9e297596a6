"""Samples of showers: simulated once, kept in a file, seen with other cells, or read from calorimeter files."""

import dataclasses

import numpy as np
import pytest

from keras_hep.calorimetry.projections import layer_energies
from keras_hep.calorimetry.resampling import CMS, resampled
from keras_hep.calorimetry.shower_shapes import hadronic_ratio
from keras_hep.formats.lcd import InvalidShowers, file_name, write_lcd
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite.shower_reconstruction import samples
from keras_hep.suite.shower_reconstruction.samples import ShowerSample

PHOTONS = ShowerSample("photon", 30, 3)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Folder of the cache."""
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path / "cache"))
    samples._showers.cache_clear()
    return tmp_path / "cache"


def same(one, other):
    return all(
        np.array_equal(getattr(one.ecal, name), getattr(other.ecal, name)) for name in ("counts", "index", "energy")
    ) and np.array_equal(one["energy"], other["energy"])


def test_kept_showers_are_those_that_were_simulated(folder):
    first = PHOTONS.showers()
    samples._showers.cache_clear()
    again = PHOTONS.showers()
    assert same(first, again)
    assert same(first, PHOTONS.simulate())
    assert len(list(folder.glob("**/*.npz"))) == 1


def test_a_damaged_file_is_reported_and_its_showers_are_simulated_again(folder):
    first = PHOTONS.showers()
    (path,) = folder.glob("**/*.npz")
    path.write_bytes(path.read_bytes()[:1000])
    samples._showers.cache_clear()
    with pytest.warns(UserWarning, match="is damaged"):
        again = PHOTONS.showers()
    assert same(first, again)


def test_parts_and_seeds_have_other_showers():
    others = [dataclasses.replace(PHOTONS, **change) for change in ({"part": "test"}, {"part": "choice"}, {"seed": 4})]
    energies = [tuple(one.showers()["energy"]) for one in (PHOTONS, *others)]
    assert len(set(energies)) == 4


def test_selections_hold():
    pions = ShowerSample("pi0", 40, 3, selection="merged_photons").showers()
    assert len(pions) == 40
    assert pions["opening_angle"].max() < 0.01
    converted = ShowerSample("photon", 20, 3, selection="converted").showers()
    assert len(converted) == 20
    assert converted["conversion"].min() > 0


@pytest.mark.filterwarnings("error")
def test_early_pions_leave_little_energy_behind():
    pions = ShowerSample("charged_pion", 40, 3, selection="little_hcal_energy").showers()
    assert len(pions) == 40
    assert hadronic_ratio(pions).max() < 0.1
    assert (abs(pions["pdg_id"]) == 211).all()


def test_smaller_windows_are_cut_out_of_the_same_showers():
    large = ShowerSample("electron", 10, 3, window="large")
    small = dataclasses.replace(large, sides=(25, 5))
    assert small.showers().ecal.shape == (25, 25, 25)
    assert small.showers().hcal.shape == (5, 5, 60)
    assert np.array_equal(small.showers()["energy"], large.showers()["energy"])
    assert small.draw(4, 1).ecal.shape == (25, 25, 25)


def test_draws_repeat_themselves_and_take_no_shower_twice():
    drawn = PHOTONS.draw(20, [1, 2])
    assert same(drawn, PHOTONS.draw(20, [1, 2]))
    assert len(np.unique(drawn["energy"])) == 20
    assert len(PHOTONS.draw(50, 1)) == 50  # more than there are: some twice


def test_large_samples_are_drawn_anew(folder):
    endless = dataclasses.replace(PHOTONS, number=samples.LARGEST_KEPT + 1)
    assert len(endless.draw(5, 1)) == 5
    assert not folder.exists()


def test_cells_of_other_calorimeters():
    seen = dataclasses.replace(PHOTONS, geometry="cms")
    drawn = PHOTONS.showers().take(slice(0, 5))
    expected = resampled(drawn, CMS, keep_hcal=True)
    np.testing.assert_allclose(seen.seen(drawn).ecal.dense(), expected.ecal.dense(), rtol=1e-6)
    layers = dataclasses.replace(PHOTONS, geometry="layers").seen(drawn)
    np.testing.assert_allclose(layers.ecal.dense()[:, 0, 0], layer_energies(drawn.ecal), rtol=1e-6)
    assert layers.hcal.shape == (1, 1, 60)


def test_files_give_test_and_training_showers_of_their_own(tmp_path):
    showers = ShowerSimulation("photon", angles="random").showers(60, seed=5)
    write_lcd(tmp_path / file_name("photon", "random", 1), showers)
    parts = {part: dataclasses.replace(PHOTONS, number=100, part=part, data=str(tmp_path)) for part in samples.PARTS}
    found = {part: sample.showers()["energy"] for part, sample in parts.items()}
    assert {part: len(energies) for part, energies in found.items()} == {"test": 20, "train": 30, "choice": 10}
    np.testing.assert_array_equal(found["test"][:3], showers["energy"][[0, 3, 6]])
    np.testing.assert_array_equal(np.sort(np.concatenate([*found.values()])), np.sort(showers["energy"]))
    converted = dataclasses.replace(parts["test"], number=3, selection="converted").showers()
    assert set(converted["energy"]) <= set(found["test"])
    assert len(dataclasses.replace(parts["test"], number=5).showers()) == 5


def test_no_files_is_an_error(tmp_path):
    with pytest.raises(InvalidShowers, match="photon at random angles"):
        dataclasses.replace(PHOTONS, data=str(tmp_path)).showers()


@pytest.mark.parametrize(
    ("change", "rule"), [({"part": "x"}, "part"), ({"geometry": "x"}, "geometry"), ({"number": 0}, "number")]
)
def test_bad_arguments_are_named(change, rule):
    with pytest.raises(ValueError, match=f"ShowerSample: {rule} must"):
        dataclasses.replace(PHOTONS, **change)


def test_samples_are_prepared_side_by_side(folder):
    wanted = [PHOTONS, dataclasses.replace(PHOTONS, part="test")]
    samples.prepare(wanted)
    assert len(list(folder.glob("**/*.npz"))) == 2
    assert same(wanted[1].showers(), wanted[1].simulate())
