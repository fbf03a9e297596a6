"""Builds every config of `bmn_like` in small and reads it back, in both file formats."""

import dataclasses
import pathlib

import numpy as np
import tensorflow_datasets as tfds

from keras_hep import data

from . import bmn_like_dataset_builder as bmn

SIZES = {"train": 4, "validation": 2, "test": 3}
SMALL = [dataclasses.replace(config, name=f"small_{config.name}", **SIZES) for config in bmn.Builder.BUILDER_CONFIGS]


class BmnLikeTest(tfds.testing.DatasetBuilderTestCase):
    """The checks of TFDS itself. They read with tf.data, which has no reader for array_record."""

    DATASET_CLASS = bmn.Builder
    SPLITS = SIZES
    BUILDER_CONFIG_NAMES_TO_TEST = SMALL
    EXAMPLE_DIR = pathlib.Path(__file__).parent  # nothing is read from it: the examples are drawn

    def _make_builder(self, config=None):
        return bmn.Builder(data_dir=self.tmp_dir, config=config or SMALL[0], file_format="tfrecord")


class BmnLikeContentTest(tfds.testing.TestCase):
    def read(self, config, split):
        builder = bmn.Builder(data_dir=self.tmp_dir, config=config)
        builder.download_and_prepare()
        return data.load(f"bmn_like/{config.name}", split=split, data_dir=self.tmp_dir)

    def test_events_are_those_of_the_simulation(self):
        for config in SMALL:
            with self.subTest(config.name):
                read = self.read(config, "test")
                drawn = config.simulation.events(256, (config.seed, 2, 0))
                for number in range(SIZES["test"]):
                    tables = {"hits": drawn[number].hits, "tracks": drawn[number].tracks}
                    for name in read:
                        if name.endswith("_splits"):
                            continue
                        table, column = name.split("/")
                        found = read[name][slice(*read[f"{name}_splits"][number : number + 2])]
                        assert found.dtype == tables[table][column].dtype
                        np.testing.assert_array_equal(found, tables[table][column], err_msg=name)
                assert {name for name in read if "_splits" not in name} == {
                    f"{table}/{name}" for table, columns in tables.items() for name in columns if name != "event"
                }

    def test_splits_differ_and_growing_one_keeps_its_first_events(self):
        few = self.read(SMALL[0], "train")
        more = self.read(dataclasses.replace(SMALL[0], name="larger", train=260), "train")  # more than a block
        test = self.read(SMALL[0], "test")
        assert len(more["hits/x_splits"]) == 261
        np.testing.assert_array_equal(few["hits/x"], more["hits/x"][: len(few["hits/x"])])
        vertices = more["tracks/vx"][more["tracks/vx_splits"][:-1]]
        assert len(set(vertices.tolist())) == 260
        assert not set(more["tracks/pt"].tolist()) & set(test["tracks/pt"].tolist())

    def test_configs_are_both_data_with_both_shares_of_fakes(self):
        simulations = {config.name: config.simulation for config in bmn.Builder.BUILDER_CONFIGS}
        assert simulations == {
            f"{kind}_{percent}": bmn.BMNLike(data=kind, fakes=f"fakes{percent}")
            for kind in ("easy", "hard")
            for percent in (68, 76)
        }
        assert next(iter(simulations)) == "easy_68"

    def test_files_are_array_records_with_the_simulation_written_down(self):
        self.read(SMALL[2], "train")
        info = bmn.Builder(data_dir=self.tmp_dir, config=SMALL[2]).info
        assert info.file_format.value == "array_record"
        assert info.metadata["simulation"]["data"] == "hard"
        assert info.metadata["units"]["pt"] == "GeV"
        assert info.redistribution_info.license == "Apache-2.0"
        assert "Goncharov" in info.citation
        assert "look-alike" in info.description

    def test_the_readme_names_every_feature_and_config(self):
        readme = (pathlib.Path(__file__).parent / "README.md").read_text(encoding="utf-8")
        rows = [line for line in readme.splitlines() if line.startswith("| `")]
        for table, dtypes in bmn._FEATURES.items():
            for name, dtype in dtypes.items():
                (row,) = [
                    row for row in rows if row.startswith(f"| `{table}/") and f"`{name}`" in row.replace("/", "`")
                ]
                assert f"| {np.dtype(dtype).name} |" in row
        for config in bmn.Builder.BUILDER_CONFIGS:
            assert any(row.startswith(f"| `{config.name}`") for row in rows)
