"""What a file of showers must not be is said in one sentence, with the file's name."""

import h5py
import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.formats import lcd

NUMBER = 3


def contents():
    """Return the datasets of a small file that can be read."""
    ecal = np.zeros((NUMBER, 3, 3, 25), np.float32)
    ecal[:, 1, 1, 5] = 20.0
    return {"ECAL": ecal, "HCAL": np.zeros((NUMBER, 1, 1, 60), np.float32), "energy": np.full(NUMBER, 20.0)}


@pytest.fixture
def written(tmp_path):
    """Return a function that writes datasets, changed by what it is given (None: left out), and returns the path."""

    def write(**changes):
        path = tmp_path / "showers.h5"
        with h5py.File(path, "w") as file:
            for key, values in (contents() | changes).items():
                if values is not None:
                    file[key] = values
        return path

    return write


def with_cell(value, key="ECAL"):
    images = contents()[key]
    images[1, 0, 0, 4] = value
    return {key: images}


def test_the_unchanged_file_is_read(written):
    assert lcd.read_lcd(written()).ecal.sums().tolist() == [20.0] * NUMBER


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ECAL": None}, r"there must be a dataset ECAL, found HCAL \(3, 1, 1, 60\) float32, energy \(3,\) float64\."),
        ({"energy": None}, r"there must be a dataset energy, found ECAL \(3, 3, 3, 25\) float32, HCAL"),
        (
            {"ECAL": np.zeros((3, 3, 25))},
            r"ECAL must have the shape \(showers, n, n, 25\) with n odd.*got \(3, 3, 25\)",
        ),
        ({"ECAL": np.zeros((3, 3, 5, 25))}, r"ECAL must have the shape .*, got \(3, 3, 5, 25\)"),
        ({"ECAL": np.zeros((3, 4, 4, 25))}, r"ECAL must have the shape .*, got \(3, 4, 4, 25\)"),
        ({"ECAL": np.zeros((3, 3, 3, 60))}, r"ECAL must have the shape .*, got \(3, 3, 3, 60\)"),
        ({"ECAL": np.zeros((3, 3, 3, 25, 2))}, r"ECAL must have the shape .*, got \(3, 3, 3, 25, 2\)"),
        ({"HCAL": np.zeros((3, 3, 3, 25))}, r"HCAL must have the shape \(showers, n, n, 60\)"),
        ({"HCAL": np.zeros((2, 3, 3, 60))}, "HCAL must have the 3 showers of ECAL, got 2"),
        ({"ECAL": np.zeros((0, 3, 3, 25))}, "there must be at least one shower, got none"),
        ({"ECAL": np.zeros((3, 3, 3, 25), int)}, "ECAL must hold 16, 32 or 64-bit floats, got int64"),
        ({"ECAL": np.zeros((3, 3, 3, 25), complex)}, "ECAL must hold 16, 32 or 64-bit floats, got complex128"),
        ({"energy": ["a", "b", "c"]}, "energy must hold numbers, got object"),
        ({"energy": [1.0, 2.0]}, r"energy must have the shape \(3,\) or \(3, 1\), got \(2,\)"),
        ({"energy": np.ones((3, 2))}, r"energy must have the shape \(3,\) or \(3, 1\), got \(3, 2\)"),
        ({"recoEta": [1.0]}, r"recoEta must have the shape \(3,\) or \(3, 1\), got \(1,\)"),
        ({"pdgID": [22, 22]}, r"pdgID must have the shape \(3,\) or \(3, 1\), got \(2,\)"),
        (
            {"energy": None, "target": np.ones((3, 1))},
            r"target must have the shape \(3, n\) or \(3, 1, n\), n > 1, got",
        ),
        ({"energy": None, "target": np.ones((2, 2))}, r"target must have the shape .*, got \(2, 2\)"),
        ({"energy": None, "target": np.ones((3, 2, 2))}, r"target must have the shape .*, got \(3, 2, 2\)"),
        ({"energy": [1.0, 0.0, 1.0]}, "energy must hold energies, got 0.0 in shower 1; drop or mend it"),
        ({"energy": [1.0, np.nan, 1.0]}, "energy must hold energies, got nan in shower 1"),
        ({"energy": [1.0, 1.0, 1e300]}, "energy must hold energies, got inf in shower 2"),
        ({"theta": [1.0, np.nan, -np.inf]}, "theta must hold finite angles, or NaN, got -inf in shower 2"),
        ({"pdgID": [11.5, 11, 11]}, r"pdgID must hold whole numbers of 32 bits, got 11\.5 in shower 0"),
        ({"conversion": [1, 1, np.nan]}, "conversion must hold whole numbers of 32 bits, got nan in shower 2"),
        ({"pdgID": [1, 2**31, 1]}, "pdgID must hold whole numbers of 32 bits, got 2147483648 in shower 1"),
        (with_cell(np.nan), "cells of ECAL must be finite and not negative, got nan; drop or mend that shower"),
        (with_cell(-np.inf), "cells of ECAL must be finite and not negative, got -inf"),
        (with_cell(np.inf, "HCAL"), "cells of HCAL must be finite and not negative, got inf"),
        (with_cell(-0.25, "HCAL"), r"cells of HCAL must be finite and not negative, got -0\.25"),
        ({"ECAL": contents()["ECAL"].astype("f8") * 1e300}, "cells of ECAL must be finite and not negative, got inf"),
        (
            {"ECAL": contents()["ECAL"] * 20},
            "cells must sum to about the energy, or to a fiftieth of it, got 20 times it",
        ),
    ],
)
def test_what_does_not_fit_is_named(changes, message, written):
    with pytest.raises(lcd.InvalidShowers, match=rf"showers\.h5: {message}"):
        lcd.read_lcd(written(**changes))


def test_a_group_is_no_dataset(written):
    path = written(ECAL=None)
    with h5py.File(path, "r+") as file:
        file["ECAL/images"] = [1.0]
    with pytest.raises(lcd.InvalidShowers, match="there must be a dataset ECAL, found ECAL/images"):
        lcd.read_lcd(path)


def test_files_that_are_no_hdf5_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.h5"):
        lcd.read_lcd(tmp_path / "missing.h5")
    with pytest.raises(OSError, match="directory"):
        lcd.describe_lcd(tmp_path)
    (tmp_path / "empty.h5").write_bytes(b"")
    (tmp_path / "text.h5").write_bytes(b"ECAL HCAL energy\n" * 99)
    for read in (lcd.read_lcd, lcd.describe_lcd):
        with pytest.raises(lcd.InvalidShowers, match=r"empty\.h5: the file is empty; fetch it again"):
            read(tmp_path / "empty.h5")
        with pytest.raises(lcd.InvalidShowers, match=r"text\.h5: the file must be an HDF5 file; convert it"):
            read(tmp_path / "text.h5")


def small(number=6):
    energy = np.linspace(10, 60, number)
    ecal = np.zeros((number, 3, 3, 25))
    ecal[:, 1, 1] = np.random.default_rng(1).uniform(0, 2, (number, 25))
    return Showers(Cells.of_images(ecal), None, {"energy": energy, "theta": energy / 40}, "simulation")


def test_a_truncated_file_is_named_wherever_it_ends(tmp_path):
    lcd.write_lcd(tmp_path / "whole.h5", small())
    whole = (tmp_path / "whole.h5").read_bytes()
    path = tmp_path / "short.h5"
    for length in [*range(1, len(whole), len(whole) // 40), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(lcd.InvalidShowers, match=r"short\.h5: the file must be "):
            lcd.read_lcd(path)


def test_a_damaged_image_is_named(tmp_path):
    path = tmp_path / "showers.h5"
    lcd.write_lcd(path, small())
    with h5py.File(path) as file:
        place = file["ECAL"].id.get_chunk_info(3)
    content = bytearray(path.read_bytes())
    content[place.byte_offset + 2 : place.byte_offset + place.size] = bytes(place.size - 2)
    path.write_bytes(content)
    assert len(lcd.read_lcd(path, slice(0, 3))) == 3
    with pytest.raises(lcd.InvalidShowers, match=r"showers\.h5: the file must be whole, got: .*; fetch it again"):
        lcd.read_lcd(path)


def test_a_sparse_copy_of_other_showers_is_named(tmp_path):
    path = tmp_path / "showers.h5"
    lcd.write_lcd(path, small(), sparse=True)
    with h5py.File(path, "r+") as file:
        starts = file["sparse/ECAL/indptr"][:-1]
        del file["sparse/ECAL/indptr"]
        file["sparse/ECAL/indptr"] = starts
    with pytest.raises(lcd.InvalidShowers, match="sparse/ECAL must have the 6 showers of ECAL"):
        lcd.read_lcd(path)


def test_parts_that_cannot_be_read_are_refused(written):
    path = written()
    for part in (slice(3, None), slice(2, 1)):
        with pytest.raises(lcd.InvalidShowers, match="showers must be some of the 3 of the file, got slice"):
            lcd.read_lcd(path, part)
    with pytest.raises(ValueError, match="showers must be a slice without step"):
        lcd.read_lcd(path, slice(None, None, 2))
    with pytest.raises(ValueError, match="size must be at least 1, got 0"):
        next(lcd.lcd_blocks(path, size=0))


@pytest.mark.parametrize(
    ("showers", "message"),
    [
        (small(0), "there must be at least one shower, got none"),
        (Showers(small().ecal, None, {"theta": np.ones(6)}, "files"), "showers must have the label energy, got theta"),
        (Showers(small().ecal, small().ecal, {"energy": np.ones(6)}, "files"), "HCAL must have the shape"),
        (Showers(Cells((1, 1, 25), [1], [0], [-1.0]), None, {"energy": [1]}, "files"), "cells of ECAL must be finite"),
        (Showers(Cells((1, 1, 25), [0], [], []), None, {"energy": [-1]}, "files"), "energy must hold energies"),
    ],
)
def test_showers_that_fit_into_no_file_are_refused(showers, message, tmp_path):
    with pytest.raises(lcd.InvalidShowers, match=rf"showers\.h5: {message}"):
        lcd.write_lcd(tmp_path / "showers.h5", showers)
    assert not list(tmp_path.iterdir())


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "showers.h5"
    lcd.write_lcd(path, small())
    before = path.read_bytes()
    monkeypatch.setattr(Cells, "dense", lambda cells: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lcd.write_lcd(path, small(3))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
