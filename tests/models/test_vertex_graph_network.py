"""The network of common points: what its layers compute, whom an edge depends on, saving, and that it learns."""

import dataclasses
import json

import keras
import numpy as np
import pytest

from keras_hep import training
from keras_hep.graphs.track_pair_graphs import TrackPairGraphs, reverse_edges
from keras_hep.graphs.track_pair_streams import TrackPairStream, pair_inputs
from keras_hep.layers import OppositeEdges, PathConsensus
from keras_hep.models import VertexGraphNetwork
from keras_hep.simulation.spd_slices import SPDSlices

SIMULATION = SPDSlices(mean_events=4.0, resolution=5, jitter=1.0)


def inputs_of(seed=1):
    return pair_inputs(TrackPairGraphs().graph(SIMULATION.slice(seed)))


def logits(model, inputs):
    return keras.ops.convert_to_numpy(model(inputs, training=False))[:, 0]


def network(**arguments):
    keras.utils.set_random_seed(1)
    return VertexGraphNetwork(**{"hidden_units": 8, **arguments})


def shuffled(inputs, seed=0):
    """Return the inputs with tracks in another order, and the place of each edge there."""
    order = np.random.default_rng(seed).permutation(len(inputs["nodes"]))
    place = np.argsort(order).astype(np.int32)
    senders, receivers = place[inputs["senders"]], place[inputs["receivers"]]
    edges = np.lexsort((receivers, senders))
    columns = {name: inputs[name][edges] for name in ("edges", "path", "precision")}
    ends = {"senders": senders[edges], "receivers": receivers[edges]}
    reverse = reverse_edges(ends["senders"], ends["receivers"])
    return {"nodes": inputs["nodes"][order], **columns, **ends, "reverse": reverse}, edges


def test_a_consensus_by_hand():
    """Track 0 has three edges with places 1, 1, 4 of variance 1; track 1 has one.

    The beam's precision is 1/4. For the third edge the others' information is 2.25 and their mean 2 / 2.25; for the
    only edge of track 1 nothing but the beam is left.
    """
    belief, path = np.ones((4, 1), "float32"), np.array([[1.0], [1.0], [4.0], [6.0]], "float32")
    senders, nodes = np.array([0, 0, 0, 1], "int32"), np.zeros((2, 3), "float32")
    found = np.asarray(PathConsensus(2.0)([belief, path, np.ones_like(path), senders, nodes]))
    mean, variance = 2 / 2.25, 1 + 1 / 2.25
    np.testing.assert_allclose(
        found[2], [np.log1p((4 - mean) ** 2 / variance), -0.5 * np.log(2.25), np.log(3)], rtol=1e-5
    )
    np.testing.assert_allclose(found[3], [np.log1p(36 / 5), np.log(2), 0], rtol=1e-5)


def test_an_edge_that_is_not_believed_does_not_count():
    belief, path = np.array([[1.0], [1.0], [0.0]], "float32"), np.array([[1.0], [3.0], [50.0]], "float32")
    one, precision = np.zeros(3, "int32"), np.ones((3, 1), "float32")
    with_it = np.asarray(PathConsensus(5.0)([belief, path, precision, one, np.zeros((1, 1))]))
    without = np.asarray(PathConsensus(5.0)([belief[:2], path[:2], precision[:2], one[:2], np.zeros((1, 1))]))
    np.testing.assert_allclose(with_it[:2], without, rtol=1e-6)


def test_layers_refuse_and_repeat_their_arguments():
    with pytest.raises(ValueError, match="width must be positive, got 0"):
        PathConsensus(0)
    with pytest.raises(ValueError, match="rounds must not be negative, got -1"):
        VertexGraphNetwork(rounds=-1)
    assert PathConsensus.from_config(PathConsensus(3.0).get_config()).width == 3.0
    assert PathConsensus(3.0)([keras.Input((1,))] * 3 + [keras.Input(()), keras.Input((2,))]).shape == (None, 3)
    assert OppositeEdges()([keras.Input((5,)), keras.Input(())]).shape == (None, 5)


def test_both_directions_of_a_pair_have_one_score():
    inputs = inputs_of()
    found = logits(network(), inputs)
    np.testing.assert_allclose(found, found[inputs["reverse"]], atol=1e-6)


def test_the_order_of_tracks_does_not_matter():
    inputs, model = inputs_of(), network()
    other, edges = shuffled(inputs)
    np.testing.assert_allclose(logits(model, other), logits(model, inputs)[edges], atol=1e-4)


def test_padding_and_slices_side_by_side_change_nothing():
    model, stream = network(), TrackPairStream(SIMULATION, TrackPairGraphs())
    inputs, _, weights = stream.batch(2, [3])
    alone = [logits(model, pair_inputs(stream.pairs.graph(stream.slice([3, number])))) for number in (0, 1)]
    np.testing.assert_allclose(logits(model, inputs)[weights > 0], np.concatenate(alone), atol=1e-4)


def test_without_rounds_an_edge_sees_its_own_pair_alone():
    inputs = inputs_of()
    changed = {**inputs, "path": inputs["path"].copy(), "edges": inputs["edges"].copy()}
    pair = [0, inputs["reverse"][0]]
    others = np.setdiff1d(np.arange(len(inputs["path"])), pair)
    changed["path"][others] += 3
    changed["edges"][others] += 1
    single, rounds = network(rounds=0), network(rounds=1)
    assert logits(single, changed)[0] == logits(single, inputs)[0]
    assert logits(rounds, changed)[0] != logits(rounds, inputs)[0]


def test_saving_and_configuration(tmp_path):
    model, inputs = network(), inputs_of()
    again = VertexGraphNetwork.from_config(json.loads(json.dumps(model.get_config())))
    assert again.get_config() == model.get_config()
    model.save(tmp_path / "saved.keras")
    loaded = keras.saving.load_model(tmp_path / "saved.keras")
    np.testing.assert_array_equal(logits(loaded, inputs), logits(model, inputs))


def test_every_weight_moves_in_training():
    model = network()
    trainer = keras.Model(model.input, model.output)
    trainer.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    before = {weight.path: keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights}
    trainer.train_on_batch(*TrackPairStream(SIMULATION, TrackPairGraphs()).batch(2, [1]))
    still = [path for path, old in before.items() if not np.any(_weight(model, path) != old)]
    assert not still


def _weight(model, path):
    return keras.ops.convert_to_numpy(next(one for one in model.trainable_weights if one.path == path))


@dataclasses.dataclass(frozen=True)
class TwoBatches:
    """Two batches in turn: few sizes of arrays, for a backend that compiles for each."""

    stream: TrackPairStream

    def batch(self, events, seed):
        return self.stream.batch(events, [0, seed[-1] % 2])


def test_it_learns_that_tracks_of_an_event_meet(tmp_path):
    with training.store(training.Store(tmp_path)):
        fitted = training.fit(
            network(rounds=1),
            TwoBatches(TrackPairStream(SIMULATION, TrackPairGraphs())),
            optimizer=keras.optimizers.Adam(1e-2),
            loss=keras.losses.BinaryCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
            events=320,
            seed=3,
            batch_size=8,
            interval=160,
        )
    assert fitted.history["loss"][1] < fitted.history["loss"][0] / 2
    graph = TrackPairGraphs().graph(SIMULATION.slice([9, 9]))
    found = logits(fitted.model, pair_inputs(graph))
    assert np.median(found[graph.edges["label"]]) > 0 > np.median(found[~graph.edges["label"]])
