"""Data sets are built, verified and read; what is absent, damaged or misspelt is named."""

import builtins
import errno

import numpy as np
import pytest

from keras_hep import data

pytestmark = pytest.mark.tensorflow
NAME = "heptrkx_toy/tracks_2d"


@pytest.fixture(scope="module")
def toy():
    """Module of the builder of `heptrkx_toy`."""
    data._builder_class("heptrkx_toy")
    import heptrkx_toy.heptrkx_toy_dataset_builder as toy

    return toy


@pytest.fixture
def small(toy, monkeypatch):
    """Let the first two configs of `heptrkx_toy` have a few events only."""
    configs = toy.Builder.BUILDER_CONFIGS[:2]
    for config in configs:
        for split, events in {"train": 1030, "validation": 2, "test": 3}.items():
            monkeypatch.setattr(config, split, events)
    return configs


@pytest.fixture
def prepared(small, tmp_path):
    """Folder of data sets in which `NAME` is prepared."""
    data.build(NAME, data_dir=tmp_path)
    return tmp_path


def test_a_data_set_is_built_and_read_as_arrays(prepared, small):
    images, labels = small[0].detector.batch(3, seed=(2017, 2, 0))
    read = data.load(NAME, split="test", data_dir=prepared)
    event = np.repeat(np.arange(3), np.diff(read["hits_splits"]))
    np.testing.assert_array_equal(np.column_stack([event, read["hits"]]), np.argwhere(images))
    np.testing.assert_array_equal(read["signal"][..., 0], labels)
    assert read["signal"].shape == (3, 50, 1)
    assert {name: array.dtype.name for name, array in read.items()} == {
        "hits": "int16",
        "hits_splits": "int64",
        "signal": "int16",
        "entry": "float32",
        "slope": "float32",
        "background_tracks": "int32",
    }
    assert read["background_tracks"].tolist() == [5, 5, 5]


def test_limit_and_slices_give_the_first_events(prepared):
    whole = data.load(NAME, data_dir=prepared)
    assert len(whole["entry"]) == 1030
    assert whole["hits_splits"][-1] == len(whole["hits"])
    for part in (data.load(NAME, limit=4, data_dir=prepared), data.load(NAME, split="train[:4]", data_dir=prepared)):
        np.testing.assert_array_equal(part["entry"], whole["entry"][:4])
        np.testing.assert_array_equal(part["hits"], whole["hits"][: whole["hits_splits"][4]])
    nothing = data.load(NAME, limit=0, data_dir=prepared)
    assert nothing["hits"].shape == (0, 2)
    assert nothing["hits_splits"].tolist() == [0]
    with pytest.raises(ValueError, match="limit must be None or not negative, got -1"):
        data.load(NAME, limit=-1, data_dir=prepared)


def test_a_bare_name_is_the_first_config_and_the_folder_can_come_from_the_environment(prepared, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(prepared))
    np.testing.assert_array_equal(data.load("heptrkx_toy", "test")["hits"], data.load(NAME, "test")["hits"])


def test_building_again_verifies_and_keeps(prepared, capfd):
    folder = data.build("heptrkx_toy", data_dir=prepared)
    times = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert data.build(NAME, data_dir=prepared) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == times
    assert capfd.readouterr() == ("", "")


def test_building_prints_nothing(small, tmp_path, capsys):
    data.build("heptrkx_toy/noise_2d", data_dir=tmp_path)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("damage", ["truncated", "changed", "empty", "absent", "no info"])
def test_a_damaged_file_is_named_and_built_again(damage, prepared):
    before = data.load(NAME, data_dir=prepared)
    folder = data.describe(NAME, data_dir=prepared)["path"]
    path = folder / "heptrkx_toy-train.array_record-00000-of-00001"
    if damage == "no info":
        path = folder / "dataset_info.json"
        path.write_text(path.read_text()[:100])
    elif damage == "absent":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[70_000] ^= 255
        path.write_bytes({"truncated": content[:100_000], "changed": content, "empty": b""}[damage])
    with pytest.raises(data.CorruptDataset, match=rf"{path.name} is damaged.*`keras-hep data {NAME}`"):
        data.load(NAME, data_dir=prepared)
    assert data.build(NAME, data_dir=prepared) == folder
    np.testing.assert_array_equal(data.load(NAME, data_dir=prepared)["hits"], before["hits"])


def test_a_data_set_that_is_not_built_says_how_to(tmp_path):
    with pytest.raises(data.NotPrepared, match=rf"`keras-hep data {NAME} --data-dir {tmp_path}`"):
        data.load(NAME, data_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "split", "message"),
    [
        ("heptrx_toy", "test", "No data set is called 'heptrx_toy': did you mean heptrkx_toy"),
        (
            "cifar",
            "test",
            "No data set is called 'cifar': there are bmn_like, clic_calorimeter, event_time_slices, heptrkx_toy, "
            "spd_toy, trackml.",
        ),
        ("heptrkx_toy/tracks_4d", "test", "No config of heptrkx_toy is called 'tracks_4d': did you mean tracks_2d"),
        (NAME, "tset", f"No split of {NAME} is called 'tset': did you mean test?"),
    ],
)
def test_an_unknown_name_lists_near_matches(name, split, message, prepared):
    with pytest.raises(data.UnknownDataset) as raised:
        data.load(name, split=split, data_dir=prepared)
    assert str(raised.value).startswith(message)


def test_a_folder_that_cannot_be_written_is_named(small, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(data.CannotStore, match=r"Cannot write in .*file.*choose another data_dir"):
        data.build(NAME, data_dir=tmp_path / "file")


def test_a_full_disk_is_named(small, toy, tmp_path, monkeypatch):
    def full(self, **arguments):
        raise RuntimeError("write() failed: No space left on device")

    monkeypatch.setattr(toy.Builder, "download_and_prepare", full)
    with pytest.raises(data.CannotStore, match="free some space") as raised:
        data.build(NAME, data_dir=tmp_path)
    assert raised.value.errno == errno.ENOSPC


def test_an_error_of_the_builder_stays_what_it_is(small, toy, tmp_path, monkeypatch):
    def fail(self, **arguments):
        raise RuntimeError("the builder is wrong")

    monkeypatch.setattr(toy.Builder, "download_and_prepare", fail)
    with pytest.raises(RuntimeError, match="the builder is wrong"):
        data.build(NAME, data_dir=tmp_path)


def test_without_tfds_the_message_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **keywords):
        if name == "tensorflow_datasets":
            raise ModuleNotFoundError("No module named 'tensorflow_datasets'", name="tensorflow_datasets")
        return real(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match="pip install keras_hep") as raised:
        data.load(NAME)
    assert raised.value.name == "tensorflow_datasets"


def test_a_description_has_licence_citation_and_place(small, tmp_path):
    described = data.describe("heptrkx_toy", data_dir=tmp_path)
    assert described["name"] == NAME
    assert described["licence"] == "Apache-2.0"
    assert "Farrell" in described["citation"]
    assert (described["prepared"], described["splits"]) == (False, {})
    folder = data.build(NAME, data_dir=tmp_path)
    described = data.describe("heptrkx_toy", data_dir=tmp_path)
    assert (described["name"], described["path"], described["prepared"]) == (NAME, folder, True)
    assert described["splits"] == {"train": 1030, "validation": 2, "test": 3}
