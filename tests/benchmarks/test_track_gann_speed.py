"""Attention along tracks against gathering along a list of edges; slices per second in training and in use."""

import importlib.util
import pathlib
import time

import keras
import numpy as np
import pytest

from keras_hep import training
from keras_hep.graphs.time_slice_graphs import hit_graph
from keras_hep.graphs.time_slice_streams import TimeSliceStream, slice_inputs
from keras_hep.layers import PathAttention
from keras_hep.losses import BalancedFocalLoss
from keras_hep.models import TrackGANN
from keras_hep.simulation.spd_slices import SPDSlices

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_path_attention.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

SIMULATION = SPDSlices(mean_events=15.0, resolution=2)
GOAL = 1 / 0.060  # training slices per second on two cores
PUBLISHED = 4.5  # slices per second in use, quoted by the authors for a V100
LAYERS = 4


def _best(call, rounds, repeated):
    """Return the calls per second of the best of several rounds."""
    call()
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeated):
            call()
        seconds.append((time.perf_counter() - start) / repeated)
    return 1 / min(seconds)


def attention_networks(width=64):
    """Two networks of some layers of attention with the same weights: along tracks, and along a list of edges."""
    hits, first = keras.Input((width,)), keras.Input(())
    senders, receivers = (keras.Input((), dtype="int32") for _ in range(2))
    shifted = gathered = hits
    for _ in range(LAYERS):
        shifted = PathAttention(width)([shifted, first])
        gathered = plain.GatheredAttention(width)([gathered, senders, receivers])
    networks = keras.Model([hits, first], shifted), keras.Model([hits, senders, receivers], gathered)
    networks[1].set_weights(networks[0].get_weights())
    for network in networks:
        network.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=False)
    return networks


def attention_inputs(slices, width=64):
    one = SIMULATION.slice(1) if slices == 1 else None
    chosen = [one] if one else [SIMULATION.slice(seed) for seed in range(slices)]
    first = slice_inputs(chosen)[0]["first"]
    ends, shift = [], 0
    for one in chosen:
        graph = hit_graph(one)
        ends.append(np.stack([graph.senders, graph.receivers]) + shift)
        shift += graph.number_of_nodes
    loops = np.tile(np.arange(shift), (2, 1))
    senders, receivers = np.concatenate([*ends, loops], axis=1).astype(np.int32)
    hits = np.random.default_rng(0).normal(size=(shift, width)).astype(np.float32)
    return hits, first, senders, receivers


@pytest.mark.parametrize("slices", [1, 8])
def test_attention_along_tracks_against_gathering(report_ratio, slices):
    hits, first, senders, receivers = attention_inputs(slices)
    inputs = (hits, first), (hits, senders, receivers)
    networks = attention_networks()
    found, expected = (network.predict_on_batch(list(given)) for network, given in zip(networks, inputs, strict=True))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    for name, call in (("in use", "predict_on_batch"), ("in training", "train_on_batch")):
        targets = [hits] if call == "train_on_batch" else []
        ours, theirs = (
            _best(lambda: getattr(network, call)(list(given), *targets), 5, 5)  # noqa: B023
            for network, given in zip(networks, inputs, strict=True)
        )
        scale = LAYERS * len(hits)
        report_ratio(f"attention, {len(hits):,} hits, {name}", scale * ours, scale * theirs, "hits/s")


def test_training_steps_against_the_goal(report_ratio):
    """Steps of one slice, drawn as they are needed, in the loop of `keras_hep.training`."""
    keras.utils.set_random_seed(0)
    network, stream = TrackGANN(), TimeSliceStream(SIMULATION)
    optimizer = keras.optimizers.AdamW(1e-3, weight_decay=1e-3, amsgrad=True, epsilon=1e-8, global_clipnorm=1.0)
    network.compile(optimizer, BalancedFocalLoss(), jit_compile=False)
    with training.event_batches(stream, 100, 1, [1]) as batches:
        network.fit(batches, verbose=0, shuffle=False)
        start = time.perf_counter()
        network.fit(batches, verbose=0, shuffle=False)
        seconds = (time.perf_counter() - start) / 100
    print(f"\n{1000 * seconds:.1f} ms per training step of one slice")
    report_ratio("training, against 60 ms a slice", 1 / seconds, GOAL, "slices/s")


def test_slices_in_use_against_the_published_rate(report_ratio):
    keras.utils.set_random_seed(0)
    network = TrackGANN()
    predict = training.compiled(network)
    inputs = [slice_inputs([SIMULATION.slice(seed)])[0] for seed in range(50)]

    def all_slices():
        for one in inputs:
            predict(one)

    rate = 50 * _best(all_slices, 3, 1)
    report_ratio("edges scored, against a V100's 4.5", rate, PUBLISHED, "slices/s")
