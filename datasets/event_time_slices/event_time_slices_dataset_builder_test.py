"""Builds configs of `event_time_slices` in small and reads them back, in both file formats."""

import dataclasses
import pathlib
import tempfile

import numpy as np
import pytest
import tensorflow_datasets as tfds

from keras_hep import data
from keras_hep.formats.time_slices import write_time_slice
from keras_hep.formats.trackml import InvalidEvent
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.trackml_slices import TrackMLSlices

from . import event_time_slices_dataset_builder as event_time_slices

SIZES = {"train": 3, "test": 2}
CONFIGS = {config.name: config for config in event_time_slices.Builder.BUILDER_CONFIGS}
SMALL = [
    dataclasses.replace(
        CONFIGS[name], name=f"small_{name}", slices=dataclasses.replace(CONFIGS[name].slices, **few), **SIZES
    )
    for name, few in (
        ("spd_15_r2", {"mean_events": 3.0}),
        ("spd_10_r5_jittered", {"mean_events": 3.0}),
        ("trackml_like_15_r7", {"mean_events": 3.0, "pool_events": 3, "particles": 300.0}),
    )
]


@pytest.fixture(scope="module", autouse=True)
def pools(tmp_path_factory):
    """Keep the drawn pools of these tests out of the user's folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HEP_CACHE", str(tmp_path_factory.mktemp("pools")))
        yield


class EventTimeSlicesTest(tfds.testing.DatasetBuilderTestCase):
    """The checks of TFDS itself. They read with tf.data, which has no reader for array_record."""

    DATASET_CLASS = event_time_slices.Builder
    SPLITS = SIZES
    BUILDER_CONFIG_NAMES_TO_TEST = (*SMALL, "files")

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        write_files(folder.name)
        cls.EXAMPLE_DIR = folder.name
        super().setUpClass()

    def _make_builder(self, config=None):
        return event_time_slices.Builder(data_dir=self.tmp_dir, config=config or SMALL[0], file_format="tfrecord")


def own_slices(split):
    """Return the time slices that are written as the user's own files."""
    return [SPDSlices(mean_events=2.0).slice([len(split), number]) for number in range(SIZES[split])]


def write_files(folder):
    for split in SIZES:
        for number, time_slice in enumerate(own_slices(split)):
            write_time_slice(pathlib.Path(folder, split, f"timeslice_{9 + number}.csv"), time_slice)


def read_of(config, split, data_dir):
    event_time_slices.Builder(data_dir=data_dir, config=config).download_and_prepare()
    return data.load(f"event_time_slices/{config.name}", split=split, data_dir=data_dir)


def assert_same(read, expected):
    """Assert that the columns `read` are those of the time slices `expected`."""
    assert read["events"].tolist() == [time_slice.events for time_slice in expected]
    for number, time_slice in enumerate(expected):
        left, right = time_slice.intervals.astype(np.float32).T
        columns = {"hits/position": time_slice.hits, "tracks/hit_count": time_slice.hit_counts}
        columns |= {"tracks/event": time_slice.event, "tracks/time_left": left, "tracks/time_right": right}
        for name, column in columns.items():
            found = read[name][slice(*read[f"{name}_splits"][number : number + 2])]
            assert found.dtype == column.dtype
            np.testing.assert_array_equal(found, column, err_msg=name)
    assert len(read) == 1 + 2 * 5


@pytest.mark.parametrize("config", SMALL, ids=lambda config: config.name)
def test_slices_are_those_of_the_simulation(config, tmp_path):
    read = read_of(config, "test", tmp_path)
    assert_same(read, [config.of_split("test").slice((config.seed, 1, number)) for number in range(SIZES["test"])])


def test_splits_differ_and_a_growing_one_keeps_its_first_slices(tmp_path):
    few, test = (read_of(SMALL[0], split, tmp_path) for split in ("train", "test"))
    more = read_of(dataclasses.replace(SMALL[0], name="larger", train=5), "train", tmp_path)
    assert len(more["hits/position_splits"]) == 6
    np.testing.assert_array_equal(few["hits/position"], more["hits/position"][: len(few["hits/position"])])
    assert not {*more["hits/position"][:, 0].tolist()} & {*test["hits/position"][:, 0].tolist()}


def test_splits_of_trackml_like_tracks_have_pools_of_their_own():
    config = SMALL[2]
    assert [config.of_split(split).pool for split in ("train", "test")] == [0, 1]
    assert {SMALL[0].of_split(split) for split in ("train", "test")} == {SMALL[0].slices}


def test_files_are_read_in_the_order_of_their_numbers(tmp_path):
    write_files(tmp_path / "mine")
    data.build("event_time_slices/files", data_dir=tmp_path, manual_dir=tmp_path / "mine")
    for split in SIZES:
        assert_same(data.load("event_time_slices/files", split=split, data_dir=tmp_path), own_slices(split))


def test_missing_files_are_named(tmp_path):
    write_files(tmp_path / "mine")
    for path in (tmp_path / "mine" / "test").iterdir():
        path.unlink()
    with pytest.raises(AssertionError, match=r"test has no file of a time slice\.\n(.|\n)*track_id, event_id"):
        data.build("event_time_slices/files", data_dir=tmp_path, manual_dir=tmp_path / "mine")


def test_a_damaged_file_is_named(tmp_path):
    write_files(tmp_path / "mine")
    path = tmp_path / "mine" / "train" / "timeslice_10.csv"
    path.write_text(path.read_text().replace("event_id", "event"))
    with pytest.raises(InvalidEvent, match=r"timeslice_10\.csv: .*event_id not found"):
        data.build("event_time_slices/files", data_dir=tmp_path, manual_dir=tmp_path / "mine")


def test_configs_have_the_published_sizes_and_laws():
    assert next(iter(CONFIGS)) == "spd_15_r2"
    assert len(CONFIGS) == 24 + 8 + 1
    for kind, slices in (("spd", SPDSlices), ("trackml_like", TrackMLSlices)):
        for mean_events in (10, 15):
            for resolution in range(2, 8):
                config = CONFIGS[f"{kind}_{mean_events}_r{resolution}"]
                assert config.slices == slices(mean_events=mean_events, resolution=resolution)
                assert (config.train, config.test) == (800, 300)
            jittered = CONFIGS[f"{kind}_{mean_events}_r5_jittered"].slices
            assert jittered == slices(mean_events=mean_events, resolution=5, jitter=1.0)


def test_the_simulation_is_written_down(tmp_path):
    info = event_time_slices.Builder(data_dir=tmp_path, config=SMALL[1]).info
    assert info.file_format.value == "array_record"
    assert info.metadata["simulation"] == "SPDSlices"
    assert info.metadata["slices"]["jitter"] == 1.0
    assert info.metadata["units"]["position"] == "mm"
    assert info.redistribution_info.license == "Apache-2.0"
    assert "TrackGANN" in info.citation
    assert "time slice" in info.description


def test_the_readme_names_every_feature_and_config():
    readme = (pathlib.Path(__file__).parent / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("| `")]
    for table, columns in event_time_slices._FEATURES.items():
        for name, (_, dtype) in columns.items():
            (row,) = [row for row in rows if row.startswith(f"| `{table}/") and f"`{name}`" in row.replace("/", "`")]
            assert f"| {np.dtype(dtype).name}" in row
    named = "".join(rows)
    for config in CONFIGS.values():
        ends = config.slices is None or (config.slices.resolution in (2, 7) and not config.slices.jitter)
        assert not ends or f"`{config.name}`" in named
