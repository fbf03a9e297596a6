"""TensorFlow GNN reads the records of the graph configs as they lie on disk. Run by `tox -e tfgnn`."""

import importlib.util
import os
import pathlib

import numpy as np
import pytest
import tensorflow_datasets as tfds

from keras_hep import data
from keras_hep.graphs import tfgnn
from keras_hep.graphs.graph import split
from keras_hep.graphs.record_columns import from_columns

from . import trackml_dataset_builder as trackml
from .trackml_dataset_builder_test import write_events

if importlib.util.find_spec("tensorflow_gnn") is None or os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    pytest.skip(
        "TensorFlow GNN is not installed, or TF_USE_LEGACY_KERAS=1 is not set: run tox -e tfgnn.",
        allow_module_level=True,
    )

# TFDS on the release of protobuf that TensorFlow GNN allows.
pytestmark = pytest.mark.filterwarnings(r"ignore:label\(\) is deprecated:DeprecationWarning")

tensorflow, gnn = tfgnn.libraries()
CONFIGS = [config.name for config in trackml.Builder.BUILDER_CONFIGS if config.segments]


@pytest.fixture
def downloads(tmp_path):
    write_events(tmp_path / "mine")
    return tmp_path / "mine"


@pytest.fixture
def schema():
    return gnn.read_schema(str(pathlib.Path(__file__).parent / "graph_schema.pbtxt"))


@pytest.mark.parametrize("config", CONFIGS)
def test_records_are_parsed_with_the_schema(config, downloads, schema, tmp_path):
    builder = trackml.Builder(config=config, data_dir=tmp_path / "records", file_format="tfrecord")
    builder.download_and_prepare(download_config=tfds.download.DownloadConfig(manual_dir=downloads))
    spec = gnn.create_graph_spec_from_schema_pb(schema)
    paths = [str(path) for path in sorted(pathlib.Path(builder.data_dir).glob("*train.tfrecord*"))]
    tensors = list(tensorflow.data.TFRecordDataset(paths).map(lambda record: gnn.parse_single_example(spec, record)))
    data.build(f"trackml/{config}", data_dir=tmp_path, manual_dir=downloads)
    read = data.load(f"trackml/{config}", data_dir=tmp_path)
    assert [tensor.context["event_id"].numpy().tolist() for tensor in tensors] == read["context/event_id"].tolist()
    for graph, tensor in zip(split(from_columns(read)), tensors, strict=True):
        parsed = tfgnn.from_graph_tensor(tensor)
        assert parsed.number_of_edges > 0
        for kind in ("nodes", "edges"):
            assert getattr(graph, kind).keys() == getattr(parsed, kind).keys()
            for name, array in getattr(graph, kind).items():
                assert array.dtype == getattr(parsed, kind)[name].dtype
                np.testing.assert_array_equal(array, getattr(parsed, kind)[name])
        np.testing.assert_array_equal(graph.senders, parsed.senders)
        np.testing.assert_array_equal(graph.receivers, parsed.receivers)


def test_the_schema_is_that_of_the_graphs(downloads, schema, tmp_path):
    data.build("trackml/segments_barrel_z50", data_dir=tmp_path, manual_dir=downloads)
    graph = from_columns(data.load("trackml/segments_barrel_z50", data_dir=tmp_path))
    described = gnn.create_graph_spec_from_schema_pb(schema)
    expected = tfgnn.graph_spec(graph)
    assert described.node_sets_spec == expected.node_sets_spec
    assert described.edge_sets_spec == expected.edge_sets_spec
    assert described.context_spec["event_id"] == tensorflow.TensorSpec((1,), tensorflow.int32)
