"""Without TensorFlow GNN, or with the wrong Keras, the message says what to do."""

import builtins
import sys
import types

import numpy as np
import pytest

from keras_hep.graphs import tfgnn
from keras_hep.graphs.graph import Graph

GRAPH = Graph({"x": np.zeros(2)}, {}, senders=[0], receivers=[1])


@pytest.fixture
def importing(monkeypatch):
    """Return a function that sets what comes of importing TensorFlow GNN: an error."""

    def fail(error):
        real = builtins.__import__

        def without(name, *arguments, **keywords):
            if name == "tensorflow_gnn":
                raise error
            return real(name, *arguments, **keywords)

        monkeypatch.setenv("TF_USE_LEGACY_KERAS", "1")
        monkeypatch.setitem(sys.modules, "tensorflow", types.ModuleType("tensorflow"))
        monkeypatch.setattr(builtins, "__import__", without)

    return fail


@pytest.mark.parametrize("setting", [None, "0"])
def test_the_variable_must_be_set(setting, monkeypatch):
    monkeypatch.delenv("TF_USE_LEGACY_KERAS", raising=False)
    if setting:
        monkeypatch.setenv("TF_USE_LEGACY_KERAS", setting)
    for function in (tfgnn.to_graph_tensor, tfgnn.graph_spec, tfgnn.schema):
        with pytest.raises(ImportError, match=f"TF_USE_LEGACY_KERAS is {setting}: set the environment variable"):
            function(GRAPH)


def test_a_package_that_is_missing_is_named(importing):
    importing(ModuleNotFoundError("No module named 'tensorflow_gnn'", name="tensorflow_gnn"))
    with pytest.raises(ModuleNotFoundError, match=r"tensorflow_gnn is not installed: pip install 'keras_hep\[tfgnn\]'"):
        tfgnn.to_graph_tensor(GRAPH)


def test_keras_3_inside_tensorflow_is_named(importing):
    importing(ImportError("Package tensorflow_gnn requires tf.keras to be Keras version 2"))
    with pytest.raises(ImportError, match=r"TensorFlow has loaded Keras 3: set the .* before TensorFlow is imported"):
        tfgnn.to_graph_tensor(GRAPH)
