"""Showers come back from files of the public form, and from those that differ from it in what its makers varied."""

import tempfile
import tracemalloc

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import LABELS, Showers
from keras_hep.formats import lcd

NUMBERS = st.floats(-3, 3, width=32)
ENERGIES = st.sampled_from([0.0, 0.0, 0.0, 1e-30, 0.25, 1.5, 480.0])
DEPTH = 25, 60


def images(number, window, layers):
    return arrays.arrays(np.float32, (number, window, window, layers), elements=ENERGIES, fill=st.just(0.0))


@st.composite
def drawn_showers(draw):
    number = draw(st.integers(1, 3))
    ecal, hcal = (draw(images(number, draw(st.sampled_from([1, 3])), layers)) for layers in DEPTH)
    labels = {"energy": draw(arrays.arrays(np.float32, number, elements=st.floats(1, 512, width=32)))}
    for name in draw(st.sets(st.sampled_from(LABELS[1:]))):
        whole = name in ("conversion", "pdg_id")
        dtype, elements = (np.int32, st.integers(-1000, 1000)) if whole else (np.float32, NUMBERS)
        labels[name] = draw(arrays.arrays(dtype, number, elements=elements))
    hcal = Cells.of_images(hcal) if draw(st.booleans()) else None
    return Showers(Cells.of_images(ecal), hcal, labels, draw(st.sampled_from(["simulation", "files"])))


def plain(number=4, source="simulation", seed=3, window=3):
    """Return showers that have their energy, in the unit of the files, in few cells."""
    rng = np.random.default_rng(seed)
    energy = rng.uniform(10, 500, number)
    ecal = np.zeros((number, window, window, 25))
    ecal[:, window // 2, window // 2, 7:9] = energy[:, None] * [0.7, 0.2]
    hcal = np.zeros((number, 1, 1, 60))
    hcal[:, 0, 0, 3] = 0.05 * energy
    labels = {"energy": energy, "theta": rng.uniform(1, 2, number), "pdg_id": rng.choice([-11, 11], number)}
    labels |= {"conversion": rng.integers(0, 3, number), "opening_angle": np.full(number, -1)}
    return Showers(Cells.of_images(ecal), Cells.of_images(hcal), labels, source)


@pytest.fixture
def changed(tmp_path):
    """Return a function that writes a file of `plain` showers, changes it, and returns its path."""

    def write(change=None, name="showers.h5", told=False, **arguments):
        path = tmp_path / name
        lcd.write_lcd(path, plain(**arguments))
        with h5py.File(path, "r+") as file:
            if not told:
                del file.attrs["units"]
            if change is not None:
                change(file)
        return path

    return write


def replaced(key, values, **storage):
    def change(file):
        if key in file:
            del file[key]
        if values is not None:
            file.create_dataset(key, data=values, **storage)

    return change


def assert_same(read, expected):
    assert read.source == expected.source
    assert set(read.labels) == set(expected.labels)
    for name, values in expected.labels.items():
        assert read[name].dtype == values.dtype
        np.testing.assert_array_equal(read[name], values, err_msg=name)
    for found, cells in ((read.ecal, expected.ecal), (read.hcal, expected.hcal)):
        assert (found is None) == (cells is None)
        if cells is not None:
            assert found.shape == cells.shape
            for name in ("counts", "index", "energy"):
                np.testing.assert_array_equal(getattr(found, name), getattr(cells, name), err_msg=name)


@given(drawn_showers(), st.booleans(), st.sampled_from([0, 1, 9]))
@settings(max_examples=40)
def test_showers_come_back(showers, sparse, compression):
    with tempfile.TemporaryDirectory() as folder:
        lcd.write_lcd(f"{folder}/new/showers.h5", showers, compression, sparse)
        assert_same(lcd.read_lcd(f"{folder}/new/showers.h5"), showers)
        blocks = list(lcd.lcd_blocks(f"{folder}/new/showers.h5", size=2))
    assert [len(block) for block in blocks] == [min(2, len(showers) - start) for start in range(0, len(showers), 2)]
    assert_same(Showers.joined(blocks), Showers.joined([showers]))


@given(
    arrays.arrays(np.float32, (3, 1, 1, 25), elements=ENERGIES), st.sampled_from(["f2", "f4", "f8", ">f4"]), st.data()
)
@settings(max_examples=40)
def test_types_channels_chunks_and_columns_make_no_difference(ecal, dtype, data):
    channel = (1,) * data.draw(st.integers(0, 1))
    chunks = data.draw(st.sampled_from([None, (1, 1, 1, 25), (2, 1, 1, 5)]))
    energy = np.array([10.0, 64.0, 500.0], data.draw(st.sampled_from(["f2", "f4", "f8", "i4"])))
    with tempfile.TemporaryDirectory() as folder:
        with h5py.File(f"{folder}/showers.h5", "w") as file:
            stored = ecal.astype(dtype).reshape(*ecal.shape, *channel)
            file.create_dataset("ECAL", data=stored, chunks=chunks and (*chunks, *channel))
            file["energy"] = energy.reshape(3, *(1,) * data.draw(st.integers(0, 1)))
        read = lcd.read_lcd(f"{folder}/showers.h5", scale=2)
    np.testing.assert_array_equal(read.ecal.dense(), 2 * ecal.astype(dtype).astype("f4"))
    assert (read.ecal.energy > 0).all()
    assert read["energy"].tolist() == [10.0, 64.0, 500.0]
    assert (read.hcal, read.source) == (None, "files")


@pytest.mark.parametrize("sparse", [False, True])
def test_parts_of_a_file_are_those_of_the_whole(sparse, tmp_path, monkeypatch):
    monkeypatch.setattr(lcd, "_BLOCK_BYTES", 3 * 3 * 25 * 4 * 2)  # two images at a time
    showers = plain(number=7)
    lcd.write_lcd(tmp_path / "showers.h5", showers, sparse=sparse)
    for part in (slice(0, 1), slice(1, 6), slice(-2, None), slice(None, 99), slice(3, 4, 1)):
        assert_same(lcd.read_lcd(tmp_path / "showers.h5", part), showers.take(part))


def test_the_file_has_the_public_form(tmp_path):
    showers = plain(window=25)
    lcd.write_lcd(tmp_path / "showers.h5", showers, provenance={"seed": 7, "config_hash": "ab"})
    with h5py.File(tmp_path / "showers.h5") as file:
        assert set(file) == {"ECAL", "HCAL", "energy", "theta", "pdgID", "conversion", "openingAngle"}
        assert (file["ECAL"].chunks, file["ECAL"].compression) == ((1, 25, 25, 25), "gzip")
        assert file["ECAL"].dtype == np.float32
        np.testing.assert_array_equal(file["ECAL"][()], showers.ecal.dense())
    described = lcd.describe_lcd(tmp_path / "showers.h5")
    assert described["datasets"]["ECAL"] == ((4, 25, 25, 25), "float32")
    assert described["datasets"]["pdgID"] == ((4,), "int32")
    attributes = described["attributes"]
    assert attributes.pop("generator_version").startswith("keras_hep ")
    assert attributes == {
        "source": "simulation",
        "units": "50*GeV_deposited",
        "axes": "x(rphi),y(z),depth",
        "seed": 7,
        "config_hash": "ab",
    }


def test_the_same_showers_make_the_same_bytes(tmp_path):
    for name in ("one.h5", "two.h5"):
        lcd.write_lcd(tmp_path / name, plain(), sparse=True)
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


def test_sparse_groups_are_rows_of_an_array_of_scipy(tmp_path):
    sparse = pytest.importorskip("scipy.sparse")
    lcd.write_lcd(tmp_path / "showers.h5", plain(), sparse=True)
    with h5py.File(tmp_path / "showers.h5") as file:
        group = file["sparse/ECAL"]
        rows = sparse.csr_array((group["data"][()], group["indices"][()], group["indptr"][()]), group.attrs["shape"])
        np.testing.assert_array_equal(rows.toarray(), file["ECAL"][()].reshape(4, -1))


def test_the_images_are_never_all_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(lcd, "_BLOCK_BYTES", 2**20)
    lcd.write_lcd(tmp_path / "showers.h5", plain(number=200, window=51))  # 52 MB as images
    tracemalloc.start()
    assert len(lcd.read_lcd(tmp_path / "showers.h5")) == 200
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 2**20


@pytest.mark.parametrize(("factor", "expected"), [(1, 1), (0.02, 1), (0.2, 0.2)])
def test_deposits_in_gev_are_seen_and_scaled(factor, expected, changed):
    showers = plain()

    def change(file):
        for key in ("ECAL", "HCAL"):
            file[key][...] = file[key][()] * factor

    path = changed(change)
    if factor < 0.1:
        with pytest.warns(lcd.ConvertedUnit, match=r"cells sum to 0\.019 of the energy: taken as deposits in GeV"):
            read = lcd.read_lcd(path)
    else:
        read = lcd.read_lcd(path)
    np.testing.assert_allclose(read.ecal.sums(), expected * showers.ecal.sums(), rtol=1e-6)
    np.testing.assert_allclose(read.hcal.sums(), expected * showers.hcal.sums(), rtol=1e-6)
    np.testing.assert_allclose(lcd.read_lcd(path, scale=1 / factor).ecal.sums(), showers.ecal.sums(), rtol=1e-6)


def test_a_part_has_the_unit_of_its_file(changed):
    def change(file):
        for key in ("ECAL", "HCAL"):
            file[key][...] = file[key][()] * np.float32(0.02)
            file[key][3:] *= 0

    with pytest.warns(lcd.ConvertedUnit):
        whole = lcd.read_lcd(changed(change))
    with pytest.warns(lcd.ConvertedUnit):
        part = lcd.read_lcd(changed(change), slice(2, 4))
    assert part.ecal.sums().tolist() == whole.ecal.sums()[2:].tolist()


def test_units_that_the_file_tells_are_taken_as_they_are(changed):
    path = changed(lambda file: file["ECAL"].write_direct(file["ECAL"][()] * np.float32(0.001)), told=True)
    np.testing.assert_allclose(lcd.read_lcd(path).ecal.sums(), plain().ecal.sums() * 0.001, rtol=1e-6)


def test_empty_cells_tell_no_unit(changed):
    def change(file):
        for key in ("ECAL", "HCAL"):
            file[key][...] = 0

    assert not lcd.read_lcd(changed(change)).ecal.sums().any()


@pytest.mark.parametrize(
    ("key", "label"), [("theta", "theta"), ("mtheta", "measured_theta"), ("recoTheta", "reco_theta")]
)
def test_degrees_are_seen(key, label, changed):
    degrees = np.array([60.0, 90.0, np.nan, 120.0])
    with pytest.warns(lcd.ConvertedUnit, match=f"{key} goes beyond 3.2: taken as degrees"):
        read = lcd.read_lcd(changed(replaced(key, degrees)))
    np.testing.assert_allclose(read[label], np.deg2rad(degrees), rtol=1e-6)
    read = lcd.read_lcd(changed(replaced(key, [3.1, -3.1, 0.1, np.nan])))
    np.testing.assert_allclose(read[label], [3.1, -3.1, 0.1, np.nan])


@pytest.mark.parametrize("shape", [(4, 3), (4, 1, 2)])
def test_old_files_have_their_energy_in_the_target(shape, changed):
    target = np.zeros(shape)
    target[..., 1] = plain()["energy"].reshape(4, *(1,) * (len(shape) - 2))

    def change(file):
        replaced("energy", None)(file)
        replaced("target", target)(file)

    np.testing.assert_array_equal(lcd.read_lcd(changed(change))["energy"], plain()["energy"])


def test_a_missing_hadronic_calorimeter_is_none_and_other_keys_are_ignored(changed):
    def change(file):
        replaced("HCAL", None)(file)
        file["ECAL_E"] = np.zeros(99)
        file["ECALmoments/mZ3"] = ["text"]

    read = lcd.read_lcd(changed(change))
    assert read.hcal is None
    assert set(read.labels) == set(plain().labels)


@pytest.mark.parametrize("value", [22, [22], [[22]]])
def test_one_particle_may_stand_for_all(value, changed):
    assert lcd.read_lcd(changed(replaced("pdgID", value)))["pdg_id"].tolist() == [22] * 4


@pytest.mark.parametrize(
    ("name", "particle", "pdg_id"),
    [
        ("GammaEscan_RandomAngle_1_1.h5", "photon", 22),
        ("EleEscan_1_1.h5", "electron", 11),
        ("Pi0Escan_10_1.h5", "pi0", 111),
        ("ChPiEscan_1_MERGED.h5", "charged_pion", 211),
        ("Ele_VarAngleMeas_100_200_000.h5", "electron", 11),
        ("EleMeasured3ThetaEscan_7.h5", "electron", 11),
        ("Elephants_1.h5", None, None),
        ("MuEscan_1_1.h5", None, None),
        ("showers.h5", None, None),
        ("myGammaEscan_1.h5", None, None),
    ],
)
def test_the_name_of_the_file_tells_the_particle(name, particle, pdg_id, changed):
    assert lcd.particle_of_name(f"Pi0Escan/{name}") == particle
    read = lcd.read_lcd(changed(replaced("pdgID", None), name=name))
    assert read.labels.get("pdg_id", np.array(None)).tolist() == (pdg_id and [pdg_id] * 4)
    told = lcd.read_lcd(changed(name=name))
    np.testing.assert_array_equal(told["pdg_id"], plain()["pdg_id"])


def test_names_of_files_go_both_ways():
    for particle in ("electron", "photon", "pi0", "charged_pion"):
        for angles in ("fixed", "random"):
            assert lcd.particle_of_name(lcd.file_name(particle, angles, 12)) == particle
    with pytest.raises(ValueError, match=r"particle must be one of electron, .*, got 'muon'"):
        lcd.file_name("muon", "fixed", 1)
    with pytest.raises(ValueError, match="angles must be fixed or random, got 'any'"):
        lcd.file_name("pi0", "any", 1)


def test_a_file_says_what_it_is_of(tmp_path):
    path, provenance = tmp_path / "showers.h5", {"seed": 7, "config_hash": "ab"}
    assert lcd.provenance_of(path) is None
    lcd.write_lcd(path, plain(), provenance=provenance)
    with open(path, "rb") as stream:
        found = lcd.provenance_of(stream)
    assert found == lcd.provenance_of(path)
    assert found == lcd.describe_lcd(path)["attributes"] | {"showers": 4}
    assert found | provenance == found
    path.write_bytes(path.read_bytes()[:-1])
    assert lcd.provenance_of(path) is None


@pytest.mark.parametrize(("key", "values"), [("ECAL", None), ("energy", [1.0])])
def test_a_file_that_is_not_whole_says_nothing(key, values, changed):
    assert lcd.provenance_of(changed(told=True)) is not None
    assert lcd.provenance_of(changed()) is None
    assert lcd.provenance_of(changed(replaced(key, values), told=True)) is None
