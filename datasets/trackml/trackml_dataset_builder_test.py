"""Builds every config of `trackml` from small files that the test writes, and from genuine ones where they are."""

import dataclasses
import logging
import os
import pathlib
import tempfile

import numpy as np
import pytest
import tensorflow_datasets as tfds

from keras_hep import data
from keras_hep.formats import trackml as files
from keras_hep.graphs.graph import split
from keras_hep.graphs.record_columns import from_columns
from keras_hep.graphs.segments import barrel_hits, segment_graph

from . import trackml_dataset_builder as trackml

SPLITS = {"train": 3, "validation": 1, "test": 1}
EVENT_IDS = (1000, 1001, 1007, 1008, 1019)
VOLUMES_AND_LAYERS = ((7, 14), (8, 2), (8, 4), (9, 2), (13, 2), (17, 4))
CONFIGS = {config.name: config for config in trackml.Builder.BUILDER_CONFIGS}


def event_tables(seed, particles=12, noise=8):
    """Return the tables of an event in which every particle crosses every layer once."""
    random = np.random.default_rng(seed)
    hits = particles * len(VOLUMES_AND_LAYERS) + noise
    place = random.integers(0, len(VOLUMES_AND_LAYERS), hits)
    place[noise:] = np.tile(np.arange(len(VOLUMES_AND_LAYERS)), particles)
    ids = np.concatenate([np.zeros(noise, int), np.repeat(2**55 + random.integers(2**40, size=particles), 6)])
    angle = random.uniform(-np.pi, np.pi, particles)
    phi = np.concatenate([random.uniform(-np.pi, np.pi, noise), np.repeat(angle, 6)])
    volume, layer = np.array(VOLUMES_AND_LAYERS)[place].T
    radius = 40.0 * (1 + place)
    position = {"x": radius * np.cos(phi), "y": radius * np.sin(phi), "z": random.uniform(-80, 80, hits)}
    momentum = {f"p{axis}": random.normal(size=particles) for axis in "xyz"}
    unique = np.unique(ids[noise:], return_index=True)[1]
    hit_id = 1 + np.arange(hits)
    return {
        "hits": {"hit_id": hit_id, **position, "volume_id": volume, "layer_id": layer, "module_id": 1 + hit_id % 9},
        "particles": {
            "particle_id": ids[noise:][np.sort(unique)],
            **{f"v{axis}": np.zeros(particles) for axis in "xyz"},
            **momentum,
            "q": random.choice([-1, 1], particles),
            "nhits": np.full(particles, 6),
        },
        "truth": {
            "hit_id": hit_id[::-1],  # in another order than hits
            "particle_id": ids[::-1],
            **{f"t{axis}": position[axis][::-1] for axis in "xyz"},
            **{f"tp{axis}": np.ones(hits) for axis in "xyz"},
            "weight": np.full(hits, 1 / hits),
        },
    }


def write_events(folder):
    """Write the events as Kaggle's files, one of them compressed."""
    for event_id in EVENT_IDS:
        prefix = pathlib.Path(folder, "train_100_events", f"event{event_id:09d}")
        files.write_event(prefix, event_tables(event_id), compress=event_id == 1008)


class TrackmlTest(tfds.testing.DatasetBuilderTestCase):
    """The checks of TFDS itself. They read with tf.data, which has no reader for array_record."""

    DATASET_CLASS = trackml.Builder
    SPLITS = SPLITS

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        write_events(folder.name)
        cls.EXAMPLE_DIR = folder.name
        super().setUpClass()

    def _make_builder(self, config=None):
        return trackml.Builder(data_dir=self.tmp_dir, config=config, file_format="tfrecord")


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("downloads")
    write_events(folder)
    return folder


@pytest.fixture(scope="module")
def built(downloads, tmp_path_factory):
    """Return a function that builds a config, and reads one of its splits as columns."""
    data_dir = tmp_path_factory.mktemp("data")

    def read(config, of="train"):
        data.build(f"trackml/{config}", data_dir=data_dir, manual_dir=downloads)
        return data.load(f"trackml/{config}", split=of, data_dir=data_dir)

    return read


def table(read, name, number):
    """Return the columns of a table of one event."""
    columns = [column for column in read if column.startswith(f"{name}/") and not column.endswith("_splits")]
    rows = {column: slice(*read[f"{column}_splits"][number : number + 2]) for column in columns}
    return {column.removeprefix(f"{name}/"): read[column][rows[column]] for column in columns}


def expected_hits(event_id, volumes=None, pt_min=None):
    """Return which hits of an event a config has, and which particles."""
    hits, particles, truth = (event_tables(event_id)[name] for name in ("hits", "particles", "truth"))
    kept = np.isin(hits["volume_id"], volumes or (7, 8, 9, 13, 17))
    if pt_min is None:
        return kept, np.ones(len(particles["q"]), bool)
    fast = np.hypot(particles["px"], particles["py"]) > pt_min
    return kept & np.isin(truth["particle_id"][::-1], particles["particle_id"][fast]), fast


@pytest.mark.parametrize(
    ("config", "volumes", "pt_min"),
    [("full", None, None), ("barrel", (8, 13, 17), None), ("pixel", (7, 8, 9), None), ("barrel_pt1", (8, 13, 17), 1.0)],
)
def test_tables_are_those_of_the_files(config, volumes, pt_min, built):
    read = built(config)
    assert read["event_id"].tolist() == [1000, 1001, 1007]
    for number, event_id in enumerate((1000, 1001, 1007)):
        tables = event_tables(event_id)
        kept, fast = expected_hits(event_id, volumes, pt_min)
        assert 0 < kept.sum() <= len(kept)
        assert fast.any()
        tables["truth"] = {name: column[::-1] for name, column in tables["truth"].items()}
        for name, rows in (("hits", kept), ("particles", fast), ("truth", kept)):
            found = table(read, name, number)
            assert found.keys() == tables[name].keys()
            for column, values in found.items():
                assert values.dtype == files.COLUMNS[name][column]
                np.testing.assert_array_equal(values, tables[name][column][rows].astype(values.dtype), err_msg=column)
    if pt_min:
        assert not (read["truth/particle_id"] == 0).any()


@pytest.mark.parametrize(("config", "pt_min"), [("segments_barrel_z50", None), ("segments_barrel_z50_pt1", 1.0)])
def test_graphs_are_those_of_the_files(config, pt_min, built):
    read = built(config)
    assert read["context/event_id"].ravel().tolist() == [1000, 1001, 1007]
    for event_id, graph in zip((1000, 1001, 1007), split(from_columns(read)), strict=True):
        tables = event_tables(event_id)
        kept, _ = expected_hits(event_id, (8, 13, 17), pt_min)
        hits = {name: np.asarray(column, files.COLUMNS["hits"][name])[kept] for name, column in tables["hits"].items()}
        hits["particle_id"] = tables["truth"]["particle_id"][::-1][kept]
        expected = segment_graph(barrel_hits(hits))
        assert expected.edges["label"].any()
        for kind in ("nodes", "edges"):
            for name, array in getattr(expected, kind).items():
                np.testing.assert_array_equal(getattr(graph, kind)[name], array, err_msg=name)
        np.testing.assert_array_equal(graph.senders, expected.senders)
        np.testing.assert_array_equal(graph.receivers, expected.receivers)


def test_the_last_digit_of_the_event_id_decides_the_split(built):
    found = {name: built("barrel", name)["event_id"].tolist() for name in SPLITS}
    assert found == {"train": [1000, 1001, 1007], "validation": [1008], "test": [1019]}


def test_a_split_without_events_is_left_out_with_a_warning(tmp_path, caplog):
    files.write_event(tmp_path / "few" / "event000001019", event_tables(1019))
    with caplog.at_level(logging.WARNING):
        data.build("trackml/pixel", data_dir=tmp_path, manual_dir=tmp_path / "few")
    assert "no split train and validation" in caplog.text
    assert data.describe("trackml/pixel", data_dir=tmp_path)["splits"] == {"test": 1}
    with pytest.raises(data.UnknownDataset, match="No split of trackml/pixel is called 'train': there are test"):
        data.load("trackml/pixel", data_dir=tmp_path)


def test_another_event_1000_is_used_with_a_warning(downloads, tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        data.build("trackml/pixel", data_dir=tmp_path, manual_dir=downloads)
    assert "event 1000 is not that of the challenge (hits: another file; particles: another file" in caplog.text
    assert "has no split" not in caplog.text


def test_what_is_missing_is_said_exactly(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "notes.txt").write_text("")
    for folder in ("absent", "empty", "others"):
        with pytest.raises(AssertionError) as raised:
            data.build("trackml", data_dir=tmp_path, manual_dir=tmp_path / folder)
        message = str(raised.value)
        assert str(tmp_path / folder) in message
        assert "https://www.kaggle.com/c/trackml-particle-identification/data" in message
        assert (
            "event000001000-truth.csv 10,333,730 1d73e9fb7f11ddfbc81ead02fb9c6019e84cc44272f7448b97e9a55bf83c32cd"
            in message
        )
        assert "licence" in message


def test_a_damaged_table_is_named(tmp_path):
    tables = event_tables(1000)
    files.write_event(tmp_path / "event000001000", tables)
    path = tmp_path / "event000001000-particles.csv"
    path.write_text(path.read_text().replace("particle_id", "particle"))
    with pytest.raises(files.InvalidEvent, match=r"event000001000-particles\.csv"):
        data.build("trackml", data_dir=tmp_path, manual_dir=tmp_path)


def test_the_data_set_says_where_it_comes_from_and_what_it_selects(tmp_path):
    info = trackml.Builder(config="barrel_pt1", data_dir=tmp_path).info
    assert "1904.06778" in info.citation
    assert "rules" in info.redistribution_info.license
    assert info.metadata["selection"]["volumes"] == (8, 13, 17)
    assert info.metadata["selection"]["pt_min"] == 1.0
    assert info.metadata["units"]["px, py, pz, tpx, tpy, tpz"] == "GeV"


def test_a_config_of_ones_own(downloads, tmp_path):
    config = dataclasses.replace(CONFIGS["segments_barrel_z50"], name="wide", z_limit=1000.0, segment_z_limit=500.0)
    builder = trackml.Builder(config=config, data_dir=tmp_path)
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=downloads))
    (example,) = builder.as_data_source("test")
    kept, _ = expected_hits(1019, (8, 13, 17))
    assert example["nodes"]["hits.#size"].item() == kept.sum()


def test_the_readme_names_the_genuine_files():
    readme = (pathlib.Path(__file__).parent / "README.md").read_text()
    for part in ("hits", "particles", "truth"):
        size, checksum = trackml.EVENT_1000[part]
        assert f"| `event000001000-{part}.csv` | {size:,} | `{checksum}` |" in readme


def test_genuine_files(tmp_path):
    folder = os.environ.get("KERAS_HEP_DATA")
    if not folder or not list(pathlib.Path(folder, "trackml").glob("event000000001-*")):
        pytest.skip("The folder of KERAS_HEP_DATA has no trackml/event000000001, so the data set is not built of it.")
    counts = {}
    for config in ("full", "barrel", "pixel", "segments_barrel_z50"):
        data.build(f"trackml/{config}", data_dir=tmp_path, manual_dir=pathlib.Path(folder, "trackml"))
        counts[config] = data.load(f"trackml/{config}", data_dir=tmp_path)
    assert len(counts["full"]["hits/x"]) == 5527
    assert (counts["full"]["truth/particle_id"] == 0).sum() == 829
    assert abs(counts["full"]["truth/weight"].sum() - 0.0513) < 1e-4
    graph = from_columns(counts["segments_barrel_z50"])
    assert (graph.number_of_nodes, graph.number_of_edges, graph.edges["label"].sum()) == (466, 1548, 219)
