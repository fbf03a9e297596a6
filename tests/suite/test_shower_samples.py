"""Tables of features: the same from simulation, from the cache and from files; damaged caches are drawn again."""

import ast
import pathlib

import numpy as np
import pytest

import keras_hep
from keras_hep.calorimetry import selections
from keras_hep.calorimetry.features import FEATURES, shower_features
from keras_hep.calorimetry.showers import Showers
from keras_hep.formats.lcd import InvalidShowers, file_name, write_lcd
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite import shower_samples
from keras_hep.suite.shower_samples import COLUMNS, features

PACKAGE = pathlib.Path(keras_hep.__path__[0])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Folder of the cache."""
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def showers():
    return ShowerSimulation("photon").showers(60, seed=5)


@pytest.fixture
def drawn(monkeypatch):
    """List of the blocks that are drawn: 125 showers repeated, to be quick."""
    blocks, block = [], ShowerSimulation.block

    def counted(self, seed, number, size=1000):
        blocks.append(number)
        return Showers.joined([block(self, seed, number, 125)] * 8)

    monkeypatch.setattr(ShowerSimulation, "block", counted)
    return blocks


def files_of(folder):
    return sorted(folder.glob("**/*.npz"))


def test_features_are_those_of_the_simulated_showers():
    table, showers = features("pi0", "random", 90, 3), ShowerSimulation("pi0", angles="random").showers(90, 3)
    expected = shower_features(showers) | showers.labels
    for name in (*FEATURES, "energy", "opening_angle", "conversion", "reco_eta"):
        np.testing.assert_array_equal(table[name], np.float32(expected[name]), err_msg=name)
    barycentre = shower_features(showers, window="barycentre")["R9"]
    np.testing.assert_array_equal(table["R9_barycentre"], np.float32(barycentre))
    for name in shower_samples.SELECTIONS:
        np.testing.assert_array_equal(table[name] > 0, getattr(selections, name)(showers))
    assert set(table) == set(COLUMNS) - {"measured_theta"}
    assert all(column.dtype == np.float32 and column.flags.c_contiguous for column in table.values())


def test_fewer_showers_are_the_first_of_more_and_are_drawn_once(drawn):
    more = features("photon", "fixed", 1_500, 11)
    fewer = features("photon", "fixed", 700, 11)
    assert drawn == [0, 1]
    assert len(more["energy"]) == 1_500
    assert all(np.array_equal(fewer[name], more[name][:700]) for name in more)


@pytest.mark.parametrize("other", [("photon", "random", 10, 12), ("pi0", "fixed", 10, 12), ("photon", "fixed", 10, 13)])
def test_other_arguments_have_tables_of_their_own(other, drawn):
    one = features("photon", "fixed", 10, 12)
    another = features(*other)
    assert np.any(one["ECAL_E"] != another["ECAL_E"])


def test_energies_can_be_chosen(drawn):
    energy = features("electron", "fixed", 50, 1, energies=(600.0, 800.0))["energy"]
    assert 600 <= energy.min() < energy.max() <= 800


def test_another_code_draws_again(drawn, monkeypatch):
    features("photon", "fixed", 10, 14)
    features("photon", "fixed", 10, 14)
    assert drawn == [0]
    monkeypatch.setattr(shower_samples, "_content", lambda path: b"changed")
    features("photon", "fixed", 10, 14)
    assert drawn == [0, 0]


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def of_another_shape(path):
    np.savez(path, table=np.zeros((1000, 3), np.float32))


def of_objects(path):
    np.savez(path, table=np.array([{}], object))


@pytest.mark.parametrize(
    "damage",
    [flipped, of_another_shape, of_objects, lambda path: path.write_bytes(path.read_bytes()[:5000])],
    ids=["flipped", "shape", "objects", "truncated"],
)
def test_a_damaged_table_is_drawn_again(damage, drawn, folder):
    whole = features("photon", "fixed", 20, 15)
    (path,) = files_of(folder)
    damage(path)
    drawn.clear()
    with pytest.warns(UserWarning, match="is damaged"):
        again = features("photon", "fixed", 20, 15)
    assert drawn == [0]
    assert all(np.array_equal(whole[name], again[name]) for name in whole)
    features("photon", "fixed", 20, 15)
    assert drawn == [0]


def test_where_nothing_can_be_kept_showers_are_drawn(drawn, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="drawn again by the next process"):
        table = features("photon", "fixed", 20, 16)
    assert drawn == [0]
    assert len(table["energy"]) == 20


def test_processes_draw_the_same(monkeypatch, folder):
    one = features("electron", "fixed", 2_000, 17)
    for path in files_of(folder):
        path.unlink()
    monkeypatch.setattr(shower_samples, "_WORTH_PROCESSES", 2)
    monkeypatch.setattr(shower_samples, "_cores", lambda: 2)
    two = features("electron", "fixed", 2_000, 17)
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_files_give_the_same_tables(showers, tmp_path):
    for number, part in enumerate((slice(0, 40), slice(40, 60)), start=1):
        write_lcd(tmp_path / file_name("photon", "fixed", number), showers.take(part))
    read = features("photon", "fixed", 50, seed=1, data=tmp_path)
    simulated = dict(zip(COLUMNS, shower_samples.table_of(showers)[:50].T, strict=True))
    assert all(np.array_equal(read[name], simulated[name]) for name in read)
    assert len(features("photon", "fixed", 500, seed=1, data=str(tmp_path / "Gamma*.h5"))["energy"]) == 60
    with pytest.raises(InvalidShowers, match="pi0 at fixed angles"):
        features("pi0", "fixed", 50, seed=1, data=tmp_path)


def test_of_files_only_what_they_tell_is_there(showers, tmp_path):
    bare = Showers(showers.ecal, None, {"energy": showers["energy"]}, source="files")
    write_lcd(tmp_path / file_name("photon", "fixed", 1), bare)
    known = features("photon", "fixed", 60, seed=1, data=tmp_path)
    assert {"ECAL_E", "R9", "energy", "pdg_id", "energy_in_window"} <= set(known)
    assert not {"HCAL_E", "recoEta", "conversion", "little_hcal_energy", "merged_photons"} & set(known)


def test_there_must_be_a_shower():
    with pytest.raises(ValueError, match="number must be at least 1, got 0"):
        features("photon", "fixed", 0, 1)


def imported(path):
    """Return the modules of the package that a module imports, as paths."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras_hep"):
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found |= {PACKAGE.parent / f"{name.replace('.', '/')}.py" for name in names}
    return {path for path in found if path.is_file()}


def test_all_code_behind_the_tables_is_named():
    names = "simulation/showers", "calorimetry/features", "calorimetry/selections"
    needed = {PACKAGE / f"{name}.py" for name in names}
    while needed != (more := needed | set().union(*map(imported, needed))):
        needed = more
    only_counts = {PACKAGE / "metrics" / "proportions.py"}  # of the cut flow, which is not in the tables
    assert needed - only_counts == set(shower_samples.sources()) - {PACKAGE / "suite" / "shower_samples.py"}
