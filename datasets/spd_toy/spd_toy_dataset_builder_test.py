"""Builds every config of `spd_toy` in small and reads it back, in both file formats."""

import dataclasses
import pathlib

import numpy as np
import tensorflow_datasets as tfds

from keras_hep import data

from . import spd_toy_dataset_builder as spd

SIZES = {"train": 3, "validation": 1, "test": 2}
SMALL = [
    dataclasses.replace(
        config, name=f"small_{config.name}", toy=dataclasses.replace(config.toy, events=2, most_tracks=4), **SIZES
    )
    for config in spd.Builder.BUILDER_CONFIGS
]


class SpdToyTest(tfds.testing.DatasetBuilderTestCase):
    """The checks of TFDS itself. They read with tf.data, which has no reader for array_record."""

    DATASET_CLASS = spd.Builder
    SPLITS = SIZES
    BUILDER_CONFIG_NAMES_TO_TEST = SMALL
    EXAMPLE_DIR = pathlib.Path(__file__).parent  # nothing is read from it: the examples are drawn

    def _make_builder(self, config=None):
        return spd.Builder(data_dir=self.tmp_dir, config=config or SMALL[0], file_format="tfrecord")


class SpdToyContentTest(tfds.testing.TestCase):
    def read(self, config, split):
        builder = spd.Builder(data_dir=self.tmp_dir, config=config)
        builder.download_and_prepare()
        return data.load(f"spd_toy/{config.name}", split=split, data_dir=self.tmp_dir)

    def test_slices_are_those_of_the_simulation(self):
        for config in SMALL:
            with self.subTest(config.name):
                read = self.read(config, "test")
                for number in range(SIZES["test"]):
                    drawn = config.toy.event((config.seed, 2, number))
                    for table, columns in (("hits", drawn.hits), ("tracks", drawn.tracks)):
                        for name, column in columns.items():
                            rows = slice(*read[f"{table}/{name}_splits"][number : number + 2])
                            found = read[f"{table}/{name}"][rows]
                            assert found.dtype == column.dtype
                            np.testing.assert_array_equal(found, column, err_msg=f"{table}/{name}")
                assert len(read) == 2 * (len(drawn.hits) + len(drawn.tracks))

    def test_splits_differ_and_growing_one_keeps_its_first_slices(self):
        few = self.read(SMALL[0], "train")
        more = self.read(dataclasses.replace(SMALL[0], name="larger", train=5), "train")
        test = self.read(SMALL[0], "test")
        assert len(more["hits/x_splits"]) == 6
        np.testing.assert_array_equal(few["hits/x"], more["hits/x"][: len(few["hits/x"])])
        assert len(set(more["tracks/pt"].tolist())) == len(more["tracks/pt"])
        assert not set(more["tracks/pt"].tolist()) & set(test["tracks/pt"].tolist())

    def test_configs_have_the_published_efficiencies_with_and_without_the_corrections(self):
        configs = {config.name: config.toy for config in spd.Builder.BUILDER_CONFIGS}
        for percent in (100, 99, 98):
            published, corrected = configs[f"efficiency_{percent}"], configs[f"corrected_efficiency_{percent}"]
            assert published == spd.SPDToy(efficiency=percent / 100)
            assert corrected == dataclasses.replace(published, vertex="exact", smearing="azimuthal")
        assert len(configs) == 6
        assert next(iter(configs)) == "efficiency_100"

    def test_files_are_array_records_with_the_simulation_written_down(self):
        self.read(SMALL[1], "train")
        info = spd.Builder(data_dir=self.tmp_dir, config=SMALL[1]).info
        assert info.file_format.value == "array_record"
        assert info.metadata["toy"]["efficiency"] == 0.99
        assert info.metadata["units"]["pt"] == "GeV"
        assert info.redistribution_info.license == "Apache-2.0"
        assert "Goncharov" in info.citation
        assert "time slice" in info.description

    def test_the_readme_names_every_feature_and_config(self):
        readme = (pathlib.Path(__file__).parent / "README.md").read_text(encoding="utf-8")
        rows = [line for line in readme.splitlines() if line.startswith("| `")]
        for table, dtypes in spd._FEATURES.items():
            for name, dtype in dtypes.items():
                (row,) = [
                    row for row in rows if row.startswith(f"| `{table}/") and f"`{name}`" in row.replace("/", "`")
                ]
                assert f"| {np.dtype(dtype).name} |" in row
        for config in spd.Builder.BUILDER_CONFIGS:
            assert any(row.startswith(f"| `{config.name}`") for row in rows)
