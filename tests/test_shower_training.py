"""Networks of showers are trained from lists of cells; many small batches make one step like a large one."""

import keras
import numpy as np
import pytest

from keras_hep import training
from keras_hep.calorimetry.shower_streams import ShowerStream, StoredShowers, shower_inputs, shower_targets
from keras_hep.calorimetry.showers import Showers
from keras_hep.models import ShowerCNN, ShowerDNN, ShowerGoogLeNet
from keras_hep.shower_objectives import EnergyBias, EnergyResolution, ParticleAccuracy, ParticleLoss
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.training_steps import fitter

METRICS = (ParticleAccuracy(), EnergyBias(), EnergyResolution())
DNN = ShowerDNN(depth=1, neurons=8)
CNN = ShowerCNN(filters=1, kernel=2, depth=1, neurons=8)


def stream_of(ecal, hcal):
    kinds = (ShowerSimulation(name, energies=(20.0, 120.0)) for name in ("pi0", "photon"))
    return ShowerStream(tuple(StoredShowers(kind.showers(50, seed=1).cropped(ecal, hcal)) for kind in kinds))


@pytest.fixture(scope="module")
def stream():
    return stream_of(25, 11)


def fit(model, stream, folder, **options):
    arguments = {"optimizer": keras.optimizers.Adam(1e-3), "events": 60, "batch_size": 20, "interval": 40}
    with training.store(training.Store(folder)):
        return training.fit(model, stream, seed=2, loss=ParticleLoss(), metrics=METRICS, **arguments | options)


@pytest.mark.parametrize("model", [DNN, CNN], ids=["DNN", "CNN"])
def test_a_network_trains_and_is_kept(model, stream, tmp_path):
    trained = fit(model, stream, tmp_path)
    assert trained.history["events"] == [40, 60]
    assert set(trained.history) == {"events", "loss", "accuracy", "energy_bias", "energy_resolution"}
    assert np.isfinite(list(trained.history.values())).all()
    again = fit(model, stream, tmp_path)
    for one, other in zip(trained.model.get_weights(), again.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    ((_, targets, outputs),) = training.predictions(trained.model, stream, events=10, seed=2)
    assert outputs.shape == (10, 5)
    assert targets.shape == (10, 4)


@pytest.mark.tensorflow  # JAX compiles it for minutes
def test_the_inception_network_learns_in_all_its_weights():
    model = ShowerGoogLeNet(neurons=8, width_multiplier=1 / 96, ecal_shape=(9, 9, 25))
    trainer = keras.Model(model.input, model.output)
    trainer.compile(keras.optimizers.Adam(1e-3), ParticleLoss(1.0, 1.0, 1.0), run_eagerly=True)
    before = model.get_weights()
    inputs, targets = stream_of(9, 5).batch(8, 1)
    assert np.isfinite(trainer.train_on_batch(inputs, targets))
    for weights, old in zip(model.weights, before, strict=True):
        assert np.any(weights.numpy() != old), weights.path


def test_energy_is_learnt(stream, tmp_path):
    """Energies measured are too high by some percent; a few steps on the residual correct that."""
    model = ShowerDNN(depth=1, neurons=16, dropout=0.0)
    history = fit(model, stream, tmp_path, events=1200, batch_size=40, interval=400).history
    assert history["loss"][-1] < 0.7 * history["loss"][0]


class Batches(keras.utils.PyDataset):
    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, number):
        return self.batches[number]


def one_step(model, batches, accumulated):
    """Return the weights after `accumulated` batches, which make one step of the optimizer."""
    twin = type(model).from_config(model.get_config())
    twin.set_weights(model.get_weights())
    trainer = keras.Model(twin.input, twin.output)
    options = {"gradient_accumulation_steps": accumulated} if accumulated > 1 else {}
    trainer.compile(keras.optimizers.Adam(1e-3, **options), ParticleLoss(), jit_compile=False)
    fitter(trainer)(Batches(batches))
    return twin.get_weights()


def parts_of(stream, number, size):
    """Return one large batch and the small ones that it is made of."""
    drawn = [source.draw(number * size // 2, [5]) for source in stream.sources]
    showers, classes = Showers.joined(drawn), np.repeat([0, 1], number * size // 2)
    rows = [np.arange(part, number * size, number) for part in range(number)]
    small = [(shower_inputs(showers.take(row)), shower_targets(showers.take(row), classes[row])) for row in rows]
    return [(shower_inputs(showers), shower_targets(showers, classes))], small


def test_accumulated_gradients_are_those_of_the_large_batch(stream):
    model = ShowerDNN(depth=1, neurons=8, dropout=0.0)
    large, small = parts_of(stream, number=10, size=4)
    expected, found = one_step(model, large, 1), one_step(model, small, 10)
    for before, one, other in zip(model.get_weights(), expected, found, strict=True):
        np.testing.assert_allclose(other - before, one - before, atol=2e-5)  # of steps of 1e-3
        assert np.abs(one - before).max() > 5e-4
