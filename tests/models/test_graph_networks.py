"""Networks on graphs: sizes, saving, what moves in training, and who depends on whom."""

import json

import keras
import numpy as np
import pytest

from keras_hep.models import GraphNet, InteractionNetwork, SegmentClassifier

LOSS = keras.losses.BinaryCrossentropy(from_logits=True)


def path_graph(nodes=7, seed=0):
    """A chain 0 - 1 - 2 - ... with random features."""
    random = np.random.default_rng(seed)
    return {
        "nodes": random.normal(size=(nodes, 5)).astype("float32"),
        "edges": random.normal(size=(nodes - 1, 6)).astype("float32"),
        "senders": np.arange(nodes - 1, dtype="int32"),
        "receivers": np.arange(1, nodes, dtype="int32"),
    }


def inputs_of(model, graph):
    return {name: graph[name] for name in model.input}


def scores(model, graph):
    return keras.ops.convert_to_numpy(model(inputs_of(model, graph), training=False))[:, 0]


def networks():
    keras.utils.set_random_seed(1)
    return [
        SegmentClassifier(hidden_units=8),
        InteractionNetwork(hidden_units=8, rounds=2),
        GraphNet(node_features=5, hidden_units=8, iterations=2),
    ]


def test_published_network_has_the_published_size():
    published = SegmentClassifier()
    assert published.count_trainable() == 2_433
    assert published.count_params() - published.count_trainable() == 256
    assert SegmentClassifier(dead_parts=True).count_trainable() - 2_433 == 896 + 645


def test_initial_weights_are_those_of_torch():
    keras.utils.set_random_seed(0)
    kernel, bias = SegmentClassifier(hidden_units=4_000).get_layer("edge_hidden").get_weights()
    limit = 15**-0.5
    for weights in (kernel, bias):
        assert abs(weights).max() <= limit
        assert weights.std() == pytest.approx(limit / 3**0.5, rel=0.05)


def test_published_network_on_an_edge_by_hand():
    model = SegmentClassifier(features=1, hidden_units=1)
    model.get_layer("edge_hidden").set_weights([np.array([[1.0], [10.0], [100.0]]), np.array([1.0])])
    model.get_layer("logits").set_weights([np.array([[2.0]]), np.array([-1.0])])
    graph = {"nodes": np.array([[3.0], [5.0]], "float32"), "senders": np.array([1]), "receivers": np.array([0])}
    hidden = (3 + 50 + 100 * (5 - 3) + 1) / np.sqrt(1 + 1e-5)  # receiver, sender, sender - receiver
    assert scores(model, graph)[0] == pytest.approx(2 * hidden - 1, rel=1e-6)


def test_a_loss_on_the_logits_never_moves_the_dead_parts():
    keras.utils.set_random_seed(0)
    model = SegmentClassifier(hidden_units=8, dead_parts=True)
    logits, _ = model.output
    trainer = keras.Model(model.input, logits)
    trainer.compile("adam", LOSS)
    before = {weight.path: weight.numpy() for weight in model.trainable_weights}
    graph = path_graph()
    trainer.train_on_batch(inputs_of(model, graph), np.eye(6, 1, dtype="float32"))
    still = {weight.path for weight in model.trainable_weights if np.array_equal(before[weight.path], weight.numpy())}
    dead = {weight.path for name in ("node_hidden", "updated") for weight in model.get_layer(name).trainable_weights}
    assert still == dead


@pytest.mark.parametrize("rounds", [0, 1, 2, 3])
def test_each_round_lets_an_edge_see_one_step_farther(rounds):
    keras.utils.set_random_seed(2)
    model, graph = InteractionNetwork(hidden_units=32, rounds=rounds), path_graph(nodes=9)
    before = scores(model, graph)
    edges = graph["edges"].copy()
    edges[0] += 3
    changed = np.flatnonzero(np.abs(scores(model, {**graph, "edges": edges}) - before) > 1e-7)
    assert changed.tolist() == list(range(rounds + 1))


def test_published_network_sees_an_edge_and_nothing_else():
    keras.utils.set_random_seed(2)
    model, graph = SegmentClassifier(hidden_units=8), path_graph()
    before = scores(model, graph)
    nodes = graph["nodes"].copy()
    nodes[3:] += 1.0
    after = scores(model, {**graph, "nodes": nodes})
    np.testing.assert_array_equal(before[:2], after[:2])
    assert (before[2:] != after[2:]).all()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_order_of_nodes_and_edges_does_not_matter(number):
    model, graph, random = networks()[number], path_graph(), np.random.default_rng(1)
    nodes, edges = random.permutation(7), random.permutation(6)
    place = np.argsort(nodes).astype("int32")
    shuffled = {
        "nodes": graph["nodes"][nodes],
        "edges": graph["edges"][edges],
        "senders": place[graph["senders"][edges]],
        "receivers": place[graph["receivers"][edges]],
    }
    np.testing.assert_allclose(scores(model, shuffled), scores(model, graph)[edges], atol=1e-5)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_graphs_side_by_side_do_not_see_each_other(number):
    model, first, second = networks()[number], path_graph(7, 1), path_graph(4, 2)
    both = {name: np.concatenate([first[name], second[name]]) for name in ("nodes", "edges")}
    both |= {name: np.concatenate([first[name], second[name] + 7]) for name in ("senders", "receivers")}
    expected = np.concatenate([scores(model, first), scores(model, second)])
    np.testing.assert_allclose(scores(model, both), expected, atol=1e-5)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_network_is_saved_and_rebuilt(number, tmp_path):
    model, graph = networks()[number], path_graph()
    again = type(model).from_config(json.loads(json.dumps(model.get_config())))
    assert again.get_config() == model.get_config()
    model.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(scores(loaded, graph), scores(model, graph))


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_weight_learns(number):
    model, graph = networks()[number], path_graph()
    trainer = keras.Model(model.input, model.output)
    trainer.compile(keras.optimizers.Adam(0.01), LOSS)
    before = [weight.numpy() for weight in model.trainable_weights]
    for _ in range(2):
        trainer.train_on_batch(inputs_of(model, graph), np.eye(6, 1, dtype="float32"))
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert np.any(weight.numpy() != old), weight.path


def test_rounds_are_not_negative():
    with pytest.raises(ValueError, match="rounds must not be negative, got -1"):
        InteractionNetwork(rounds=-1)
