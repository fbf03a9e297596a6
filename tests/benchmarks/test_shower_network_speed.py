"""Networks of showers: the inception network in use, batches from lists of cells, and whether training waits for them.

Two cores reach 115 billion multiplications per second in the plain network's convolutions, which is the peak of their
matrix products: without fewer multiplications it cannot be much faster. Measured in ms per shower on two free cores of
an AMD EPYC with AVX-512, batches of 2, published size:

    normalisations by themselves, 1x1x1 convolutions of one input as one    385
    normalisations folded into the convolutions                             376
    and convolutions of 3 and 5 cells by values at points                   186

The plain network has each convolution by itself. Tried without success: 1x1x1 convolutions as matrix products, and the
maximum over 3x3x3 axis by axis, both slower; batches of 4, whose values at the points leave the cache, 193 ms.
"""

import time

import keras
import numpy as np
import pytest

from keras_hep.calorimetry.shower_streams import ShowerStream, StoredShowers, shower_inputs
from keras_hep.layers import ScatterCells
from keras_hep.models import ShowerCNN, ShowerDNN, ShowerGoogLeNet, ShowerHitsNetwork, fold_normalisation
from keras_hep.shower_objectives import ParticleLoss
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite.shower_reconstruction.dense_images import DenseShowers, on_images
from keras_hep.suite.shower_reconstruction.network_speed import settle
from keras_hep.training_steps import fitter

BATCH = 1000
AT_ONCE = 2  # showers in use


def _best(*calls, rounds=4):
    """Return the calls per second of each in its best round; they take turns, so that a busy machine slows all."""
    seconds = np.empty((rounds, len(calls)))
    for call in calls:
        call()
    for turn in range(rounds):
        for number, call in enumerate(calls):
            start = time.perf_counter()
            call()
            seconds[turn, number] = time.perf_counter() - start
    return 1 / seconds.min(axis=0)


@pytest.fixture(scope="module")
def classes():
    return [ShowerSimulation(name, angles="random").showers(1500, seed=1) for name in ("pi0", "photon")]


@pytest.mark.parametrize("reading", ["paper", "released"])
def test_inception_network_in_use(report_ratio, classes, reading):
    keras.utils.set_random_seed(0)
    showers = classes[1].take(slice(0, AT_ONCE))
    inputs = shower_inputs(showers)
    model = ShowerGoogLeNet(reading=reading)
    settle(model, shower_inputs(classes[1].take(slice(0, 4))))
    network, given = on_images(model), {"ecal": showers.ecal.dense()[..., None], "measured": inputs["measured"]}
    folded = fold_normalisation(model, winograd=False), fold_normalisation(model)
    calls = [lambda: network.predict_on_batch(given)]
    for one in folded:
        calls.append(lambda one=one: one.predict_on_batch(inputs))
        np.testing.assert_allclose(calls[-1](), calls[0](), rtol=1e-5, atol=1e-5)
    rates = 60 * AT_ONCE * _best(*calls)
    for kind, rate in zip(("folded", "by values at points"), rates[1:], strict=True):
        report_ratio(f"inception, {reading}, {kind}", rate, rates[0], "showers/min")


def test_batches_as_lists_against_dense_images(report_ratio, classes):
    """From memory to images where the network computes."""
    stream, dense = ShowerStream(tuple(map(StoredShowers, classes))), DenseShowers(classes)
    layers = {"ecal": ScatterCells((25, 25, 25)), "hcal": ScatterCells((11, 11, 60))}
    scatter = {
        part: keras.Model(given, layer(given))
        for part, layer in layers.items()
        for given in [[keras.Input((), dtype="int32"), keras.Input(()), keras.Input((4,))]]
    }

    def scattered():
        inputs, _ = stream.batch(BATCH, [1])
        for part, model in scatter.items():
            model([inputs[f"{part}_place"], inputs[f"{part}_energy"], inputs["measured"]])

    def cut_out():
        inputs, _ = dense.batch(BATCH, [1])
        for part in ("ecal", "hcal"):
            keras.ops.convert_to_tensor(inputs[part])

    report_ratio("batches of 1,000, as images", *BATCH * _best(scattered, cut_out), "showers/s")
    in_memory = [cells.index.nbytes + cells.energy.nbytes for part in classes for cells in (part.ecal, part.hcal)]
    print(f"\n{sum(in_memory) / 3000:,.0f} bytes a shower as lists, {dense.bytes / 3000:,.0f} as images")


@pytest.mark.parametrize("model", [ShowerDNN(), ShowerCNN(), ShowerHitsNetwork()], ids=["DNN", "CNN", "hits"])
def test_stream_against_training_steps(report_ratio, classes, model):
    """The ratio is how much faster batches are drawn than learnt."""
    stream = ShowerStream(tuple(map(StoredShowers, classes)))
    trainer = keras.Model(model.input, model.output)
    trainer.compile(keras.optimizers.Adam(2e-4), ParticleLoss(), jit_compile=False)
    batch, train = stream.batch(BATCH, [1]), fitter(trainer)
    rates = BATCH * _best(lambda: stream.batch(BATCH, [1]), lambda: train([batch]), rounds=3)
    report_ratio(f"stream, against steps of the {type(model).__name__}", *rates, "showers/s")


@pytest.mark.parametrize("model", [ShowerDNN(), ShowerCNN()], ids=["DNN", "CNN"])
def test_training_on_lists_against_dense_images(report_ratio, classes, model):
    """From showers in memory to changed weights, the same layers behind both."""
    streams = ShowerStream(tuple(map(StoredShowers, classes))), DenseShowers(classes)
    steps = []
    for stream, network in zip(streams, (model, on_images(model)), strict=True):
        trainer = keras.Model(network.input, network.output)
        trainer.compile(keras.optimizers.Adam(2e-4), ParticleLoss(), jit_compile=False)
        train = fitter(trainer)
        steps.append(lambda stream=stream, train=train, read=network.input: train([_read(stream, read)]))
    report_ratio(f"training of the {type(model).__name__}", *BATCH * _best(*steps, rounds=2), "showers/s")


def _read(stream, names):
    """Return a batch with the inputs that a network has."""
    inputs, targets = stream.batch(BATCH, [1])
    return {name: inputs[name] for name in names}, targets


def test_inference_of_the_network_on_hits(report_ratio, classes):
    """Against the dense network, both from lists of cells."""
    inputs = shower_inputs(classes[1].take(slice(0, BATCH)))
    calls = [lambda one=one: one.predict_on_batch(inputs) for one in (ShowerHitsNetwork(), ShowerDNN())]
    report_ratio("network on hits, in use", *BATCH * _best(*calls, rounds=3), "showers/s")
