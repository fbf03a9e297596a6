"""The network that groups tracks: its size, its formula with dense matrices, and what its scores depend on."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_hep.graphs.time_slice_streams import slice_inputs
from keras_hep.models import TrackGANN
from keras_hep.simulation.spd_slices import SPDSlices

SMALL = {"attention_units": (3, 5), "rounds": 2, "track_features": 4, "hidden_units": 6, "iterations": 2}


def time_slice(seed=1, mean_events=2.0):
    return SPDSlices(mean_events=mean_events, resolution=1).slice(seed)


def inputs_of(*slices, padded=False):
    return slice_inputs(slices, padded=padded)[0]


def small_network(seed=4, **arguments):
    """A network whose biases and normalisations are random, so that the formula has to have them."""
    model, random = TrackGANN(**SMALL | arguments), np.random.default_rng(seed)
    for weights in model.weights:
        spread = 2.5 / np.sqrt(weights.shape[0]) if len(weights.shape) == 2 else 0.3
        weights.assign(random.normal(1.5 if weights.name == "gamma" else 0, spread, weights.shape))
    return model


def predicted(model, inputs, training=False):
    return keras.ops.convert_to_numpy(model(inputs, training=training))


class DenseFormula:
    """The network as matrices of hits x hits, tracks x hits and tracks x edges, in double precision, without Keras."""

    def __init__(self, model, inputs):
        self.layers = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
        self.hits, track = inputs["hits"].astype(float), inputs["track"]
        apart = np.abs(np.subtract.outer(np.arange(len(track)), np.arange(len(track))))
        self.neighbours = (apart <= 1) & np.equal.outer(track, track)
        self.members = np.equal.outer(np.arange(len(inputs["hit_counts"])), track).astype(float)
        self.starts, self.ends = (
            np.eye(len(self.members))[:, inputs[name]].astype(float) for name in ("senders", "receivers")
        )

    def attention(self, name, hits):
        kernel, source, target, bias = self.layers[name]
        features = hits @ kernel
        logits = (features @ source).T + features @ target
        logits = np.where(self.neighbours, np.maximum(logits, 0.2 * logits), -np.inf)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (shares / shares.sum(axis=1, keepdims=True)) @ features + bias

    def dense_network(self, name, values, hidden_layers):
        for number in range(1, hidden_layers + 1):
            kernel, bias = self.layers[f"{name}_{number}"]
            scale, shift = self.layers[f"{name}_normalisation_{number}"]
            values = values @ kernel + bias
            spread = np.sqrt(values.var(axis=1, keepdims=True) + 1e-5)
            values = np.tanh(scale * (values - values.mean(axis=1, keepdims=True)) / spread + shift)
        kernel, bias = self.layers[f"{name}_output"]
        return values @ kernel + bias

    def tracks(self, rounds):
        """Return the vectors of the tracks."""
        hits = self.attention("attention_2", np.tanh(self.attention("attention_1", self.hits)))
        for _ in range(rounds):
            hits = self.attention("attention_4", np.tanh(self.attention("attention_3", hits)))
        means = self.members @ hits / self.members.sum(axis=1, keepdims=True)
        return self.dense_network("encoder", means, 3)

    def logits(self, tracks, iterations):
        """Return the logits of the edges. The kernels have the receiver's rows first."""
        found = self.dense_network("score", np.concatenate([self.ends.T @ tracks, self.starts.T @ tracks], axis=1), 2)
        for _ in range(iterations):
            scores = 1 / (1 + np.exp(-found))
            messages = self.ends @ (scores * (self.starts.T @ tracks))
            updates = self.dense_network("update", np.concatenate([messages, tracks], axis=1), 2)
            pair = np.concatenate([self.ends.T @ updates, self.starts.T @ updates, scores], axis=1)
            found = self.dense_network("rescore", pair, 2)
            tracks = tracks + updates
        return found


def test_the_published_size():
    blocks = dict.fromkeys(("attention_1", "attention_2", "attention_3", "attention_4"), 0)
    blocks |= dict.fromkeys(("encoder", "score", "update", "rescore"), 0)
    model = TrackGANN()
    for layer in model.layers:
        name = layer.name if layer.name in blocks else layer.name.partition("_")[0]
        if layer.weights:
            blocks[name] += layer.count_params()
    assert list(blocks.values()) == [192, 2_240, 4_288, 4_288, 35_808, 25_473, 29_472, 25_601]
    assert model.count_params() == sum(blocks.values()) == 127_362


@pytest.mark.parametrize(("rounds", "iterations"), [(0, 0), (0, 1), (1, 0), (2, 2), (6, 6)])
def test_it_equals_the_formula_with_dense_matrices(rounds, iterations):
    model, inputs = small_network(rounds=rounds, iterations=iterations), inputs_of(time_slice())
    formula = DenseFormula(model, inputs)
    tracks = formula.tracks(rounds)
    encoder = keras.Model(model.input, model.get_layer("encoder_output").output)
    np.testing.assert_allclose(predicted(encoder, inputs), tracks, rtol=1e-4, atol=2e-5)
    expected = formula.logits(tracks, iterations)
    assert expected.std() > 0.01
    np.testing.assert_allclose(predicted(model, inputs), expected, rtol=1e-4, atol=2e-5)


def test_the_published_network_equals_the_formula():
    keras.utils.set_random_seed(3)
    model, inputs = TrackGANN(), inputs_of(time_slice())
    formula = DenseFormula(model, inputs)
    np.testing.assert_allclose(predicted(model, inputs), formula.logits(formula.tracks(6), 6), rtol=1e-4, atol=2e-5)


def table(logits, inputs):
    """Return the logits as a matrix of tracks x tracks, nan where there is no edge."""
    tracks = len(inputs["hit_counts"])
    found = np.full((tracks, tracks), np.nan)
    found[inputs["senders"], inputs["receivers"]] = logits[:, 0]
    return found


def permuted(one, order):
    """Return a time slice whose track k is track order[k] of another."""
    pieces = np.split(one.hits, np.cumsum(one.hit_counts)[:-1])
    hits = np.concatenate([pieces[track] for track in order])
    columns = {name: getattr(one, name)[order] for name in ("hit_counts", "event", "intervals")}
    return dataclasses.replace(one, hits=hits, **columns)


def test_the_order_of_the_tracks_does_not_matter():
    model, one = small_network(), time_slice(mean_events=4.0)
    order = np.random.default_rng(0).permutation(one.tracks)
    inputs, other = inputs_of(one), inputs_of(permuted(one, order))
    expected = table(predicted(model, inputs), inputs)[np.ix_(order, order)]
    found = table(predicted(model, other), other)
    assert np.isnan(found).any()
    assert np.nanstd(found) > 0.01
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_both_directions_of_a_pair_have_scores_of_their_own():
    model, inputs = small_network(), inputs_of(time_slice())
    scores = table(predicted(model, inputs), inputs)
    assert np.nanmax(np.abs(scores - scores.T)) > 1e-3


def test_padding_changes_no_score():
    model, slices = small_network(iterations=6), [time_slice(1), time_slice(2)]
    inputs, padded = inputs_of(*slices), inputs_of(*slices, padded=True)
    assert len(padded["hits"]) > len(inputs["hits"])
    edges = len(inputs["senders"])
    assert len(padded["senders"]) > edges
    found = predicted(model, padded)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[:edges], predicted(model, inputs), rtol=1e-5, atol=1e-5)


def test_slices_side_by_side_are_as_one_by_one():
    model, slices = small_network(), [time_slice(seed) for seed in range(3)]
    each = [predicted(model, inputs_of(one)) for one in slices]
    np.testing.assert_allclose(predicted(model, inputs_of(*slices)), np.concatenate(each), rtol=1e-5, atol=1e-5)


def test_it_reads_no_time():
    model, one = small_network(), time_slice()
    inputs = inputs_of(one)
    moved = dataclasses.replace(one, intervals=one.intervals * 0.5 + 0.25)
    assert inputs["senders"].tolist() == inputs_of(moved)["senders"].tolist()
    np.testing.assert_array_equal(predicted(model, inputs_of(moved)), predicted(model, inputs))


def chain_of_tracks(moved=None, tracks=9):
    """Tracks of one hit each, and one edge from each to the next."""
    hits = np.random.default_rng(0).normal(size=(tracks, 3)).astype("float32")
    if moved is not None:
        hits[moved] += 2
    ones, numbers = np.ones(tracks, "float32"), np.arange(tracks, dtype="int32")
    ends = {"senders": numbers[:-1], "receivers": numbers[1:]}
    return {"hits": hits, "first": ones, "track": numbers, "hit_counts": ones, **ends}


@pytest.mark.parametrize("iterations", [0, 1, 2, 3])
def test_each_iteration_lets_an_edge_see_one_step_farther_against_its_direction(iterations):
    model = small_network(iterations=iterations)
    before = predicted(model, chain_of_tracks())
    of_first, of_last = (
        np.flatnonzero(np.abs(predicted(model, chain_of_tracks(moved)) - before)[:, 0] > 1e-7) for moved in (0, 8)
    )
    assert of_first.tolist() == list(range(iterations + 1))
    assert of_last.tolist() == [7]


@pytest.mark.parametrize("rounds", [0, 1, 6])
def test_a_hit_is_seen_as_far_as_there_are_attention_layers(rounds):
    model = small_network(rounds=rounds)
    attention = keras.Model(model.input, model.get_layer("track_mean").input[0])
    first = np.zeros(61, "float32")
    first[0] = 1
    inputs = {"hits": np.random.default_rng(2).normal(size=(61, 3)).astype("float32"), "first": first}
    inputs |= {"track": np.zeros(61, "int32"), "hit_counts": np.array([61.0], "float32")}
    inputs |= {"senders": np.zeros(0, "int32"), "receivers": np.zeros(0, "int32")}
    moved = inputs | {"hits": inputs["hits"] + np.eye(61, dtype="float32")[:, 30:31]}
    changed = np.flatnonzero(np.any(predicted(attention, moved) != predicted(attention, inputs), axis=1))
    reach = 2 + 2 * rounds
    assert 30 - reach <= changed.min() <= 30 - reach / 2
    assert 30 + reach / 2 <= changed.max() <= 30 + reach


def test_a_slice_without_edges_has_no_scores():
    inputs = inputs_of(time_slice()) | {"senders": np.zeros(0, "int32"), "receivers": np.zeros(0, "int32")}
    assert predicted(small_network(), inputs).shape == (0, 1)


def test_values_are_dropped_in_training_only():
    keras.utils.set_random_seed(1)
    model, inputs = small_network(dropout=0.5), inputs_of(time_slice())
    np.testing.assert_array_equal(predicted(model, inputs), predicted(model, inputs))
    trained = [predicted(model, inputs, training=True) for _ in range(2)]
    assert np.abs(trained[0] - trained[1]).max() > 1e-3
    assert np.abs(trained[0] - predicted(model, inputs)).max() > 1e-3
    whole = small_network(dropout=0.0)
    np.testing.assert_allclose(predicted(whole, inputs, training=True), predicted(whole, inputs), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(predicted(whole, inputs), predicted(model, inputs), rtol=1e-5, atol=1e-6)


def test_initial_weights_are_those_of_the_original():
    keras.utils.set_random_seed(5)
    inputs = {"encoder_1": 64, "encoder_2": 128, "encoder_3": 128, "encoder_output": 64, "score_1": 64}
    inputs |= {"score_2": 128, "score_output": 128, "update_1": 64, "update_2": 128, "update_output": 128}
    inputs |= {"rescore_1": 65, "rescore_2": 128, "rescore_output": 128}
    model = TrackGANN()
    for name, fan_in in inputs.items():
        kernel, bias = model.get_layer(name).get_weights()
        limit = fan_in**-0.5
        assert kernel.shape[0] == fan_in
        assert max(np.abs(kernel).max(), np.abs(bias).max()) <= limit * (1 + 1e-6), name
        assert np.abs(kernel).max() > 0.9 * limit, name
        assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.15), name
        assert bias.any()
    normalisations = [layer for layer in model.layers if isinstance(layer, keras.layers.LayerNormalization)]
    assert len(normalisations) == 9
    assert all(layer.epsilon == 1e-5 for layer in normalisations)
    assert len({layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)} - {0.1}) == 0


def test_a_saved_network_gives_the_same_scores(tmp_path):
    model, inputs = small_network(dropout=0.3), inputs_of(time_slice())
    model.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert isinstance(loaded, TrackGANN)
    assert loaded.get_config() == model.get_config()
    assert loaded.get_config()["dropout"] == 0.3
    np.testing.assert_array_equal(predicted(loaded, inputs), predicted(model, inputs))
    model.save_weights(tmp_path / "network.weights.h5")
    again = TrackGANN.from_config(model.get_config())
    again.load_weights(tmp_path / "network.weights.h5")
    np.testing.assert_array_equal(predicted(again, inputs), predicted(model, inputs))


def test_half_precision_gives_single_precision_logits():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        logits = TrackGANN(**SMALL)(inputs_of(time_slice()))
    finally:
        keras.config.set_dtype_policy(policy)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert np.isfinite(keras.ops.convert_to_numpy(logits)).all()


@pytest.mark.tensorflow
def test_the_encoder_gathers_nothing():
    import tensorflow

    model, inputs = small_network(), inputs_of(time_slice())
    found = {}
    for name in ("encoder_output", "score_output"):
        part = keras.Model(model.input, model.get_layer(name).output)
        graph = tensorflow.function(part).get_concrete_function(inputs).graph
        found[name] = any("Gather" in operation.type for operation in graph.get_operations())
    assert found == {"encoder_output": False, "score_output": True}


@pytest.mark.parametrize("name", ["rounds", "iterations"])
def test_repetitions_are_not_negative(name):
    with pytest.raises(ValueError, match=f"{name} must not be negative, got -1"):
        TrackGANN(**{name: -1})
