"""Builds every config of `heptrkx_toy` in small and reads it back, in both file formats."""

import dataclasses
import pathlib

import numpy as np
import tensorflow_datasets as tfds

from . import heptrkx_toy_dataset_builder as toy

SIZES = {"train": 6, "validation": 2, "test": 3}
SMALL = [dataclasses.replace(config, name=f"small_{config.name}", **SIZES) for config in toy.Builder.BUILDER_CONFIGS]


class HeptrkxToyTest(tfds.testing.DatasetBuilderTestCase):
    """The checks of TFDS itself. They read with tf.data, which has no reader for array_record."""

    DATASET_CLASS = toy.Builder
    SPLITS = SIZES
    BUILDER_CONFIG_NAMES_TO_TEST = SMALL
    EXAMPLE_DIR = pathlib.Path(__file__).parent  # nothing is read from it: the examples are drawn

    def _make_builder(self, config=None):
        return toy.Builder(data_dir=self.tmp_dir, config=config or SMALL[0], file_format="tfrecord")


class HeptrkxToyContentTest(tfds.testing.TestCase):
    def build(self, config):
        builder = toy.Builder(data_dir=self.tmp_dir, config=config)
        builder.download_and_prepare()
        return builder

    def test_events_are_those_of_the_simulation(self):
        for config in SMALL:
            with self.subTest(config.name):
                detector = config.detector
                images, labels = detector.batch(SIZES["test"], seed=(config.seed, 2, 0))
                source = self.build(config).as_data_source("test")
                for example, image, label in zip(source, images, labels, strict=True):
                    np.testing.assert_array_equal(example["hits"], np.argwhere(image))
                    axes = [detector.pixels] * (detector.dimensions - 1)
                    np.testing.assert_array_equal(np.ravel_multi_index(example["signal"].T, axes), label)

    def test_splits_differ_and_growing_one_keeps_its_first_events(self):
        small, large = SMALL[0], dataclasses.replace(SMALL[0], name="larger", train=9)
        few, many = self.build(small), self.build(large)
        entries = [example["entry"].item() for example in few.as_data_source("train")]
        assert entries == [example["entry"].item() for example in many.as_data_source("train")][:6]
        assert not set(entries) & {example["entry"].item() for example in few.as_data_source("test")}

    def test_blocks_do_not_repeat_each_other(self):
        detector = dataclasses.replace(SMALL[0].detector, layers=1000, pixels=5000)  # two events per block
        builder = self.build(dataclasses.replace(SMALL[0], name="blocks", detector=detector))
        assert len({example["entry"].item() for example in builder.as_data_source("train")}) == 6

    def test_files_are_array_records_with_the_detector_written_down(self):
        builder = self.build(SMALL[0])
        assert builder.info.file_format.value == "array_record"
        assert builder.info.metadata["detector"]["seed_layers"] == 5
        assert builder.info.redistribution_info.license == "Apache-2.0"
        assert "Farrell" in builder.info.citation
