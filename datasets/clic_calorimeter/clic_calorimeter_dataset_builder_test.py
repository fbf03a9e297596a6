"""Builds configs of `clic_calorimeter` in small and reads them back, in both file formats."""

import dataclasses
import pathlib
import shutil

import h5py
import numpy as np
import pytest
import tensorflow_datasets as tfds

from keras_hep import data, files
from keras_hep.calorimetry.showers import LABELS, Showers
from keras_hep.formats.lcd import ConvertedUnit, InvalidShowers, read_lcd
from keras_hep.shower_data import load_showers
from keras_hep.simulation.showers import ShowerSimulation

from . import clic_calorimeter_dataset_builder as clic_calorimeter

HERE = pathlib.Path(__file__).parent
DUMMY = HERE / "dummy_data"
SIZES = {"train": 28, "validation": 4, "test": 8}  # those of the files in dummy_data/reconstruction
CONFIGS = {config.name: config for config in clic_calorimeter.Builder.BUILDER_CONFIGS}
SMALL = [
    dataclasses.replace(CONFIGS[name], name=f"small_{name}", **SIZES)
    for name in ("reconstruction_pi0_random", "generation_electron_fixed")
]


class ClicCalorimeterTest(tfds.testing.DatasetBuilderTestCase):
    """The checks of TFDS itself. They read with tf.data, which has no reader for array_record."""

    DATASET_CLASS = clic_calorimeter.Builder
    SPLITS = SIZES
    BUILDER_CONFIG_NAMES_TO_TEST = (*SMALL, "files_reconstruction")
    EXAMPLE_DIR = DUMMY / "reconstruction"

    def _make_builder(self, config=None):
        return clic_calorimeter.Builder(data_dir=self.tmp_dir, config=config or SMALL[0], file_format="tfrecord")


def loaded(config, split, data_dir, **arguments):
    return Showers.joined(list(load_showers(f"clic_calorimeter/{config}", split, data_dir=data_dir, **arguments)))


def drawn(config, data_dir, split="train"):
    clic_calorimeter.Builder(data_dir=data_dir, config=config).download_and_prepare()
    return loaded(config.name, split, data_dir)


def assert_same(found, expected):
    assert found.source == expected.source
    assert list(found.labels) == [name for name in LABELS if name in expected.labels]
    for name, values in expected.labels.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    assert (found.hcal is None) == (expected.hcal is None)
    for cells, others in ((found.ecal, expected.ecal), (found.hcal, expected.hcal)):
        if others is not None:
            assert cells.shape == others.shape
            for name in ("counts", "index", "energy"):
                np.testing.assert_array_equal(getattr(cells, name), getattr(others, name), err_msg=name)


@pytest.mark.parametrize("config", SMALL, ids=lambda config: config.name)
def test_showers_are_those_of_the_simulation(config, tmp_path):
    found = drawn(config, tmp_path, "test")
    assert_same(found, config.simulation.showers(SIZES["test"], seed=(config.seed, 2)))


def test_batches_and_parts_are_those_of_the_whole(tmp_path):
    whole = drawn(SMALL[0], tmp_path)
    batches = list(load_showers(f"clic_calorimeter/{SMALL[0].name}", size=12, data_dir=tmp_path))
    assert [len(batch) for batch in batches] == [12, 12, 4]
    assert_same(Showers.joined(batches), whole)
    assert_same(loaded(SMALL[0].name, "train[:50%]", tmp_path), whole.take(slice(0, 14)))
    assert_same(loaded(SMALL[0].name, "train", tmp_path, limit=3), whole.take(slice(0, 3)))
    assert not list(load_showers(f"clic_calorimeter/{SMALL[0].name}", limit=0, data_dir=tmp_path))


def test_splits_differ_and_a_growing_one_keeps_its_first_showers(tmp_path):
    few, test = drawn(SMALL[0], tmp_path), loaded(SMALL[0].name, "test", tmp_path)
    more = drawn(dataclasses.replace(SMALL[0], name="larger", train=1001), tmp_path)
    assert len(set(more["energy"].tolist())) == len(more) == 1001
    assert_same(more.take(slice(0, len(few))), few)
    assert not set(more["energy"].tolist()) & set(test["energy"].tolist())


def test_blocks_of_a_split_have_streams_of_their_own():
    config = dataclasses.replace(SMALL[0], train=1010)
    blocks = list(config.blocks("train"))
    assert [len(block) for block in blocks] == [1000, 10]
    assert_same(Showers.joined(blocks), config.simulation.showers(1010, seed=(config.seed, 0)))


def test_files_are_read_in_order_and_split_by_tenths(tmp_path):
    data.build("clic_calorimeter/files_reconstruction", data_dir=tmp_path, manual_dir=DUMMY / "reconstruction")
    names = ("GammaEscan_RandomAngle_1_1", "GammaEscan_RandomAngle_10_1", "Pi0Escan_RandomAngle_2_1")
    read = [read_lcd(DUMMY / "reconstruction" / f"{name}.h5").cropped(25, 11) for name in names]
    for split, (low, high) in {"train": (0, 7), "validation": (7, 8), "test": (8, 10)}.items():
        parts = [showers.take(slice(len(showers) * low // 10, len(showers) * high // 10)) for showers in read]
        assert_same(loaded("files_reconstruction", split, tmp_path), Showers.joined(parts))
    assert set(loaded("files_reconstruction", "test", tmp_path)["pdg_id"].tolist()) == {22, 111}
    noted = data.describe("clic_calorimeter/files_reconstruction", tmp_path)["metadata"]
    name = "Pi0Escan_RandomAngle_2_1.h5"
    assert noted["files"][name] == {"showers": 10, "sha256": files.sha256(DUMMY / "reconstruction" / name)}
    assert len(noted["files"]) == 3


def test_files_of_generation_have_no_hadronic_calorimeter_and_fewer_labels(tmp_path):
    data.build("clic_calorimeter/files_generation", data_dir=tmp_path, manual_dir=DUMMY / "generation")
    found = loaded("files_generation", "train", tmp_path)
    assert (found.hcal, found.ecal.shape, found.source) == (None, (51, 51, 25), "files")
    assert list(found.labels) == ["energy", "theta", "eta", "measured_theta", "pdg_id"]
    assert found["pdg_id"].tolist() == [11] * 7


def test_a_hadronic_calorimeter_is_left_out_of_generation(tmp_path):
    manual = tmp_path / "mine"
    shutil.copytree(DUMMY / "generation", manual)
    shutil.copy(DUMMY / "reconstruction" / "Pi0Escan_RandomAngle_2_1.h5", manual)
    data.build("clic_calorimeter/files_generation", data_dir=tmp_path, manual_dir=manual)
    assert loaded("files_generation", "test", tmp_path).hcal is None


def test_missing_files_are_named(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "showers.txt").touch()
    with pytest.raises(AssertionError, match=r"mine has no file of showers\.\n(.|\n)*zenodo\.org/records/3603086"):
        data.build("clic_calorimeter/files_large", data_dir=tmp_path, manual_dir=tmp_path / "mine")


def test_files_of_another_window_are_named(tmp_path):
    for config, folder, rule in (
        (
            "files_large",
            "reconstruction",
            r"files_large needs ECAL with 51 x 51 x 25 cells or more, got \(25, 25, 25\)",
        ),
        ("files_reconstruction", "generation", "needs HCAL with 11 x 11 x 60 cells or more, got None; take another"),
    ):
        with pytest.raises(InvalidShowers, match=rf"_1\.h5: {rule}|_000\.h5: .*{rule}"):
            data.build(f"clic_calorimeter/{config}", data_dir=tmp_path, manual_dir=DUMMY / folder)


def test_damaged_files_and_guessed_units_are_named(tmp_path):
    manual = tmp_path / "mine"
    shutil.copytree(DUMMY / "generation", manual)
    path = manual / "Ele_VarAngleMeas_100_200_000.h5"
    with h5py.File(path, "r+") as file:
        file["ECAL"][...] = file["ECAL"][()] / 50
    with pytest.warns(ConvertedUnit, match="taken as deposits in GeV"):
        data.build("clic_calorimeter/files_generation", data_dir=tmp_path / "scaled", manual_dir=manual)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InvalidShowers, match=r"_000\.h5: the file must be whole"):
        data.build("clic_calorimeter/files_generation", data_dir=tmp_path / "damaged", manual_dir=manual)


def test_simulation_and_files_are_never_mixed(tmp_path):
    manual = tmp_path / "mine"
    shutil.copytree(DUMMY / "reconstruction", manual)
    with h5py.File(manual / "Pi0Escan_RandomAngle_2_1.h5", "r+") as file:
        file.attrs["source"] = "simulation"
    with pytest.raises(InvalidShowers, match="simulation and files are never mixed"):
        data.build("clic_calorimeter/files_reconstruction", data_dir=tmp_path, manual_dir=manual)


def test_configs_are_those_of_the_article():
    assert next(iter(CONFIGS)) == "reconstruction_electron_fixed"
    assert len(CONFIGS) == 2 * 4 + 2 + 3
    for name, config in CONFIGS.items():
        if config.simulation is not None:
            window, particle, angles = parts_of(name)
            assert config.simulation == ShowerSimulation(particle, window=window, angles=angles)
            assert config.window == window


def parts_of(name):
    window, _, rest = name.partition("_")
    particle, _, angles = rest.rpartition("_")
    return window, particle, angles


def test_the_simulation_is_written_down(tmp_path):
    info = clic_calorimeter.Builder(data_dir=tmp_path, config=SMALL[0]).info
    assert info.file_format.value == "array_record"
    assert info.metadata["simulation"]["particle"] == "pi0"
    assert info.metadata["windows"] == {"ecal": [25, 25, 25], "hcal": [11, 11, 60]}
    assert info.metadata["units"]["energy"] == "GeV"
    assert info.redistribution_info.license == "Apache-2.0"
    assert "Belayneh" in info.citation
    assert "one shower" in info.description


def test_the_readme_names_every_feature_and_config():
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("| `")]
    for name in LABELS:
        assert any(f"`{name}`" in row for row in rows), name
    named = "".join(rows)
    for name in CONFIGS:
        assert f"`{name}`" in named, name


def test_other_data_sets_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"reads data sets of showers such as clic_calorimeter, got 'spd_toy'"):
        next(load_showers("spd_toy", data_dir=tmp_path))
    with pytest.raises(data.NotPrepared, match="build it with `keras-hep data clic_calorimeter/files_large"):
        next(load_showers("clic_calorimeter/files_large", data_dir=tmp_path))
    with pytest.raises(ValueError, match="size must be at least 1, got 0"):
        next(load_showers("clic_calorimeter/files_large", size=0, data_dir=tmp_path))
