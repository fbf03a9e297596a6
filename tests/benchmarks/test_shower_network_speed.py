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

import importlib.util
import pathlib
import time

import keras
import numpy as np
import pytest

from keras_hep.calorimetry.shower_streams import ShowerStream, StoredShowers, shower_inputs
from keras_hep.layers import ScatterCells
from keras_hep.models import ShowerCNN, ShowerDNN, ShowerGoogLeNet, fold_normalisation
from keras_hep.shower_objectives import ParticleLoss
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.training_steps import fitter

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_shower_network.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

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


def settled(model, inputs):
    """Give the normalisations the means and variances of a batch."""
    convolutions = [part for layer in model.layers for part in getattr(layer, "convolutions", [])]
    for convolution in [model.get_layer("stem"), *convolutions]:
        convolution.normalisation.momentum = 0.0
    model(inputs, training=True)
    return model


@pytest.mark.parametrize("reading", ["paper", "released"])
def test_inception_network_in_use(report_ratio, classes, reading):
    keras.utils.set_random_seed(0)
    showers = classes[1].take(slice(0, AT_ONCE))
    inputs = shower_inputs(showers)
    model = settled(ShowerGoogLeNet(reading=reading), shower_inputs(classes[1].take(slice(0, 4))))
    network, given = plain.plain_network(model), [showers.ecal.dense()[..., None], inputs["measured"]]
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
    stream, dense = ShowerStream(tuple(map(StoredShowers, classes))), plain.DenseStream(classes)
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
        (ecal, hcal, _), _ = dense.batch(BATCH, [1])
        for images in (ecal, hcal):
            keras.ops.convert_to_tensor(images)

    report_ratio("batches of 1,000, as images", *BATCH * _best(scattered, cut_out), "showers/s")
    in_memory = [cells.index.nbytes + cells.energy.nbytes for part in classes for cells in (part.ecal, part.hcal)]
    as_images = sum(images.nbytes for *pair, _ in dense.classes for images in pair)
    print(f"\n{sum(in_memory) / 3000:,.0f} bytes a shower as lists, {as_images / 3000:,.0f} as images")


@pytest.mark.parametrize("model", [ShowerDNN(), ShowerCNN()], ids=["DNN", "CNN"])
def test_stream_against_training_steps(report_ratio, classes, model):
    """The ratio is how much faster batches are drawn than learnt."""
    stream = ShowerStream(tuple(map(StoredShowers, classes)))
    trainer = keras.Model(model.input, model.output)
    trainer.compile(keras.optimizers.Adam(2e-4), ParticleLoss(), jit_compile=False)
    batch, train = stream.batch(BATCH, [1]), fitter(trainer)
    rates = BATCH * _best(lambda: stream.batch(BATCH, [1]), lambda: train([batch]), rounds=3)
    report_ratio(f"stream, against steps of the {type(model).__name__}", *rates, "showers/s")
