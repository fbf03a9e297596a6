"""Networks made faster give the same answers."""

import keras
import numpy as np
import pytest

from keras_hep.calorimetry.shower_streams import shower_inputs
from keras_hep.layers import WinogradConvolution
from keras_hep.models import ShowerDNN, ShowerGoogLeNet, fold_normalisation
from keras_hep.simulation.showers import ShowerSimulation


def network(**arguments):
    """A network whose normalisations are not trivial: their means and variances are those of showers."""
    keras.utils.set_random_seed(1)
    model = ShowerGoogLeNet(neurons=16, width_multiplier=1 / 12, **arguments)
    random = np.random.default_rng(2)
    for weights in model.weights:
        if weights.name in ("gamma", "beta", "bias"):
            weights.assign(random.normal(1.0 if weights.name == "gamma" else 0.0, 0.2, weights.shape))
    for layer in model.layers:
        for convolution in getattr(layer, "convolutions", [layer] if layer.name == "stem" else []):
            convolution.normalisation.momentum = 0.0  # the statistics of one batch
    inputs = shower_inputs(ShowerSimulation("photon").showers(2, seed=1))
    model(inputs, training=True)
    return model, inputs


@pytest.mark.tensorflow  # JAX compiles it for minutes
@pytest.mark.parametrize(("reading", "stem_stride"), [("paper", 1), ("released", 1), ("paper", 2)])
def test_answers_stay(reading, stem_stride):
    model, inputs = network(reading=reading, stem_stride=stem_stride)
    expected = keras.ops.convert_to_numpy(model(inputs, training=False))
    for winograd in (False, True):
        folded = fold_normalisation(model, winograd=winograd)
        found = keras.ops.convert_to_numpy(folded(inputs))
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
        kinds = [
            type(part.convolution) for name in (2, 4) for part in folded.get_layer(f"inception_{name}").convolutions
        ]
        assert (WinogradConvolution in kinds) == winograd
        with pytest.raises(ValueError, match=f"a network in the form training, got '{folded.get_config()['form']}'"):
            fold_normalisation(folded)


def test_networks_without_normalisation_are_refused():
    with pytest.raises(ValueError, match="needs a network in the form training, got None"):
        fold_normalisation(ShowerDNN(depth=1, neurons=2, ecal_shape=(3, 3, 3), hcal_shape=None))
