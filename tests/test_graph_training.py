"""Graphs are trained as other events are: repeatable, resumable, with measures of their own."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_hep import training
from keras_hep.models import InteractionNetwork, SegmentClassifier
from keras_hep.training_metrics import LastAUC

LOSS = keras.losses.BinaryCrossentropy(from_logits=True, reduction="mean_with_sample_weight")


@dataclasses.dataclass(frozen=True)
class Chains:
    """Random graphs whose true edges are those with a positive sum of the first node feature."""

    nodes: int = 40
    edges: int = 120

    def batch(self, events, seed):
        random = np.random.default_rng(seed)
        nodes = random.normal(size=(events * self.nodes, 5)).astype("float32")
        senders, receivers = random.integers(0, len(nodes), (2, events * self.edges)).astype("int32")
        labels = (nodes[senders, :1] + nodes[receivers, :1] > 0).astype("float32")
        inputs = {"nodes": nodes, "senders": senders, "receivers": receivers}
        inputs["edges"] = nodes[senders] - nodes[receivers]
        return inputs, labels, np.ones(len(labels), "float32")


@dataclasses.dataclass(frozen=True)
class ChainsWithoutEdgeFeatures(Chains):
    """As above, for the network that reads nodes only."""

    def batch(self, events, seed):
        inputs, labels, weights = super().batch(events, seed)
        return {name: value for name, value in inputs.items() if name != "edges"}, labels, weights


def fit(folder, model, stream, events=60, **arguments):
    with training.store(training.Store(folder)):
        return training.fit(
            model,
            stream,
            optimizer=keras.optimizers.Adam(0.02),
            loss=LOSS,
            metrics=[LastAUC()],
            events=events,
            seed=3,
            batch_size=1,
            interval=20,
            **arguments,
        )


def test_a_graph_network_learns_and_its_measures_are_kept(tmp_path):
    fitted = fit(tmp_path, InteractionNetwork(5, 5, hidden_units=8, rounds=1), Chains())
    assert fitted.history["events"] == [20, 40, 60]
    assert fitted.history["auc"][-1] > 0.9
    inputs, labels, _ = Chains().batch(2, 1)
    scores = training.predict(fitted.model, inputs)
    assert scores.shape == labels.shape
    assert np.mean((scores > 0) == labels) > 0.8


def test_the_same_training_is_not_done_twice(tmp_path):
    first = fit(tmp_path, SegmentClassifier(hidden_units=4), ChainsWithoutEdgeFeatures())
    again = fit(tmp_path, SegmentClassifier(hidden_units=4), ChainsWithoutEdgeFeatures())
    assert again.weights["seconds"] == first.weights["seconds"]
    assert again.history == first.history
    pairs = zip(first.model.get_weights(), again.model.get_weights(), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)


def test_a_compiled_network_serves_graphs_of_all_sizes_and_networks_of_one_kind():
    networks = [InteractionNetwork(5, 5, hidden_units=4, rounds=1) for _ in range(2)]
    predictors = [training.compiled(network) for network in networks]
    graphs = [Chains(nodes, 3 * nodes).batch(1, nodes)[0] for nodes in (4, 9, 30)]
    for graph in [*graphs, graphs[0]]:
        found = [predict(graph) for predict in predictors]  # in turns
        assert not np.array_equal(*found)
        for network, scores in zip(networks, found, strict=True):
            assert scores.dtype == np.float32
            np.testing.assert_allclose(scores, training.predict(network, graph), rtol=1e-5, atol=1e-6)


def test_last_auc_is_that_of_the_last_batch():
    metric, random = LastAUC(), np.random.default_rng(0)
    for _ in range(2):
        labels, logits = random.random(5_000) < 0.1, random.normal(size=5_000)
        logits = logits + labels
        metric.update_state(labels.astype("float32"), logits)
        true, false = logits[labels][:, None], logits[~labels][None, :]
        exact = np.mean((true > false) + 0.5 * (true == false))
        assert float(metric.result()) == pytest.approx(exact, abs=1e-4)
    assert LastAUC.from_config(metric.get_config()).get_config() == metric.get_config()
