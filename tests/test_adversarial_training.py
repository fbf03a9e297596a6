"""Generators trained against discriminators: repeated, interrupted, diverging; what one step does to whom."""

import json
import pathlib
from unittest import mock

import keras
import numpy as np
import pytest

from keras_hep import adversarial_training, training
from keras_hep.adversarial_steps import PUBLISHED_WEIGHTS, AdversarialSettings, AdversarialSteps, StartUp
from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.layers import CellIntensities, PhysicalImage, ShowerAngle, ShowerEnergy
from keras_hep.metrics.showers import generation_metric, measured_angle, shower_observables
from keras_hep.models import ShowerDiscriminator, ShowerGenerator
from keras_hep.shower_generation import generate, generated_observables
from keras_hep.simulation.showers import ShowerSimulation

WINDOW, LATENT = (7, 7, 25), 4
SMALL = AdversarialSettings(batch_size=8)


@keras.saving.register_keras_serializable(package="tests")
class SmallGenerator(keras.Model):
    """One upsampling and one convolution."""

    def __init__(self, filters=2, **kwargs):
        inputs = keras.Input((2 + LATENT,))
        volume = keras.layers.Reshape((4, 4, 13, filters))(keras.layers.Dense(4 * 4 * 13 * filters)(inputs))
        volume = keras.layers.BatchNormalization()(volume)
        volume = keras.layers.UpSampling3D(2)(volume)
        image = keras.layers.Conv3D(1, 2, activation="relu", bias_initializer="ones")(volume)
        super().__init__(inputs, image, **kwargs)
        self.arguments = {"filters": filters}

    def get_config(self):
        return self.arguments


@keras.saving.register_keras_serializable(package="tests")
class SmallDiscriminator(keras.Model):
    """One convolution, normalised, with dropout, and the measured outputs."""

    def __init__(self, filters=2, **kwargs):
        image = keras.Input((*WINDOW, 1))
        features = keras.layers.Conv3D(filters, (3, 3, 5), strides=3, activation="relu")(image)
        features = keras.layers.BatchNormalization()(features)
        features = keras.layers.Flatten()(keras.layers.Dropout(0.2)(features))
        cells = PhysicalImage()(image)
        outputs = {
            "reality": keras.layers.Dense(1, activation="sigmoid")(features),
            "energy": keras.layers.Dense(1)(features),
            "total_energy": ShowerEnergy()(cells),
            "angle": ShowerAngle()(cells),
            "intensities": CellIntensities()(cells),
        }
        super().__init__(image, outputs, **kwargs)
        self.arguments = {"filters": filters}

    def get_config(self):
        return self.arguments


def showers(number, seed):
    simulated = ShowerSimulation("electron", window="generation", angles=(1.4, 1.75)).showers(number=number, seed=seed)
    return simulated.cropped(7, 11)


TRAINING, VALIDATION = showers(40, 1), showers(12, 2)


def fit(folder, train=True, sample=TRAINING, **arguments):
    arguments = {"epochs": 2, "seed": 3, "settings": SMALL, **arguments}
    with training.store(training.Store(folder, train=train)):
        return adversarial_training.fit(SmallGenerator(), SmallDiscriminator(), sample, VALIDATION, **arguments)


def weights(trained):
    return [*trained.generator.get_weights(), *trained.discriminator.get_weights()]


def equal(first, second):
    return all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return fit(tmp_path_factory.mktemp("weights"))


STARTED = AdversarialSettings(batch_size=8, start=StartUp(6, batch_size=4, learning_rate=0.01))


def small_steps(settings=SMALL, optimizer=None):
    keras.utils.set_random_seed(0)
    optimizers = [optimizer() if optimizer else keras.optimizers.RMSprop(1e-3) for _ in range(2)]
    return AdversarialSteps(SmallGenerator(), SmallDiscriminator(), optimizers, settings)


def one_batch(number=8):
    sample = TRAINING.take(slice(0, number))
    images = sample.ecal.dense()[..., None] ** 0.85
    return images.astype(np.float32), sample["energy"], measured_angle(sample.ecal)


def test_a_training_has_a_history_and_keeps_its_best_epoch(reference):
    history = reference.history
    assert history["epoch"] == [1, 2]
    assert {len(values) for values in history.values()} == {2}
    assert set(PUBLISHED_WEIGHTS) | {"real_loss", "generated_loss", "loss", "empty", "metric"} <= set(history)
    assert np.isfinite([*history.values()]).all()
    terms = [weight * history[name][0] for name, weight in PUBLISHED_WEIGHTS.items()]
    assert history["loss"][0] == pytest.approx(sum(terms), rel=1e-5)
    assert reference.best_epoch == 1 + int(np.argmin(history["metric"]))
    parts = [history[name][0] for name in ("moments", "profiles", "axis")]
    assert sum(parts) == pytest.approx(history["metric"][0])


def test_the_weights_are_those_of_the_best_epoch(reference):
    true = shower_observables(VALIDATION.ecal, VALIDATION["energy"])
    asked = VALIDATION["energy"], measured_angle(VALIDATION.ecal).astype(np.float32)
    generated = generated_observables(reference.generator, *asked, seed=training.seeds(3, "watch"))
    assert generation_metric(true, generated).total == pytest.approx(min(reference.history["metric"]), rel=1e-4)


def test_same_seed_same_bits_and_every_epoch_sees_every_shower_in_another_order(reference, tmp_path, monkeypatch):
    seen = []

    def take(self, images, energy, angle, seed, original=AdversarialSteps.take):
        seen.extend(energy.tolist())
        return original(self, images, energy, angle, seed)

    monkeypatch.setattr(AdversarialSteps, "take", take)
    again = fit(tmp_path)
    assert equal(weights(again), weights(reference))
    assert again.history == reference.history
    assert not list(tmp_path.glob("*.npz"))
    assert again.weights["generator"]["events"] == len(seen) == 80
    assert seen[:40] != seen[40:]
    assert sorted(seen[:40]) == sorted(seen[40:]) == sorted(TRAINING["energy"].tolist())


def test_a_training_interrupted_twice_ends_with_the_same_bits(reference, tmp_path, monkeypatch):
    monkeypatch.setattr(adversarial_training, "CHECKPOINT_SECONDS", 0)
    taken = []

    def take(self, *arguments, original=AdversarialSteps.take):
        if len(taken) in (2, 8):  # within each epoch; interruptions count too
            taken.append("interrupted")
            raise KeyboardInterrupt
        taken.append(arguments[-1])
        return original(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(AdversarialSteps, "take", take)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                fit(tmp_path)
    assert [step[2:] for step in (taken[1], taken[3], taken[7])] == [[0, 2], [0, 3], [1, 2]]
    resumed = fit(tmp_path)
    assert equal(weights(resumed), weights(reference))
    assert resumed.history == reference.history


def test_a_training_is_not_done_twice(reference, tmp_path, monkeypatch):
    folder = pathlib.Path(reference.weights["generator"]["file"]).parent
    monkeypatch.setattr(adversarial_training, "_train", lambda *_: pytest.fail("trained again"))
    again = fit(folder, train=False)
    assert equal(weights(again), weights(reference))
    assert again.weights == reference.weights
    with pytest.raises(training.WeightsMissing, match="No weights with key"):
        fit(tmp_path, train=False)


def test_what_decides_a_training_belongs_to_its_key(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(adversarial_training, "_found", lambda _, keys, __: asked.append(keys) or "kept")
    others = [{}, {"seed": 4}, {"epochs": 3}, {"sample": showers(40, 5)}, {"optimizer": keras.optimizers.RMSprop(0.1)}]
    others += [{"settings": AdversarialSettings(batch_size=8, switched=0.1)}, {"settings": STARTED}]
    for other in others:
        fit(tmp_path, **other)
    assert len({keys["generator"] for keys in asked}) == len({keys["discriminator"] for keys in asked}) == 7


@pytest.mark.parametrize(
    ("spoiled", "message"),
    [
        ({"angle": float("nan"), "loss": float("inf")}, "loss became inf, angle became nan"),
        ({"empty": 1.0}, "all generated images became empty, from where no gradient leads back"),
        ({}, "kernel became infinite or NaN"),
    ],
)
def test_a_training_that_diverges_stops_and_keeps_the_last_good_state(tmp_path, monkeypatch, spoiled, message):
    monkeypatch.setattr(adversarial_training, "CHECKPOINT_SECONDS", 0)
    taken = []

    def take(self, *_):
        taken.append(self)
        if len(taken) < 4:
            return {"loss": 1.0, "angle": 0.1, "empty": 0.5}
        if not spoiled:
            self.discriminator.trainable_variables[0].assign(np.full((3, 3, 5, 1, 2), np.nan))
        return {"loss": 1.0, "angle": 0.1, "empty": 0.5, **spoiled}

    monkeypatch.setattr(AdversarialSteps, "take", take)
    place = r"In epoch 1, step [45], .*{}: lower the learning rate .* the last good state is .*checkpoint\.npz"
    with pytest.raises(training.TrainingDiverged, match=place.format(message)):
        fit(tmp_path)
    (kept,) = tmp_path.glob("*.checkpoint.npz")
    with np.load(kept) as arrays:
        assert all(np.isfinite(arrays[name]).all() for name in arrays.files)
        assert json.loads(arrays["state"].tobytes())["step"] == 3


def test_a_real_nan_stops_the_training(tmp_path):
    with pytest.raises(training.TrainingDiverged, match=r"In epoch 1, step \d, .* became (nan|inf)"):
        fit(tmp_path, optimizer=keras.optimizers.SGD(1e30))
    assert not list(tmp_path.glob("*.json"))


def test_the_generator_takes_two_steps_and_the_discriminator_one_on_each_kind_of_image():
    steps = small_steps()
    calls = {"real": 0, "generated": 0, "generator": 0}

    def counting(name, step):
        def counted(arrays):
            calls[name] += 1
            return step(arrays)

        return counted

    steps._judge_real = counting("real", steps._judge_real)
    steps._judge_generated = counting("generated", steps._judge_generated)
    steps._improve_generator = counting("generator", steps._improve_generator)
    steps.take(*one_batch(), [1])
    assert calls == {"real": 1, "generated": 1, "generator": 2}


def test_each_step_changes_its_own_network_only():
    steps = small_steps()
    networks = steps.generator, steps.discriminator

    def changed(step, arrays):
        before = [[variable.numpy() for variable in network.trainable_variables] for network in networks]
        step(arrays)
        after = [[variable.numpy() for variable in network.trainable_variables] for network in networks]
        return [not equal(one, other) for one, other in zip(before, after, strict=True)]

    images, energy, angle = one_batch()
    told = {"energy": energy[:, None] / 100, "reality": np.ones((8, 1), np.float32)}
    inputs = steps._inputs(energy, angle, np.random.default_rng(0))
    targets = {"energy": told["energy"], "angle": angle[:, None].astype(np.float32), **steps._targets(images)}
    assert changed(steps._judge_real, {"image": images, **told}) == [False, True]
    assert changed(steps._judge_generated, {"inputs": inputs, **told}) == [False, True]
    assert changed(steps._improve_generator, {"inputs": inputs, **targets}) == [True, False]


def test_statistics_of_the_discriminator_follow_its_own_steps_unless_it_is_live():
    for live in (False, True):
        steps = small_steps(AdversarialSettings(batch_size=8, live_discriminator=live))
        images, energy, angle = one_batch()
        statistics = [variable for variable in steps.discriminator.non_trainable_variables if "moving" in variable.path]
        before = [variable.numpy() for variable in statistics]
        targets = {"energy": energy[:, None] / 100, "angle": angle[:, None].astype(np.float32)}
        inputs = steps._inputs(energy, angle, np.random.default_rng(0))
        steps._improve_generator({"inputs": inputs, **targets, **steps._targets(images)})
        assert equal(before, [variable.numpy() for variable in statistics]) is not live
        moving = [variable for variable in steps.generator.non_trainable_variables if "moving_mean" in variable.path]
        assert all(np.abs(variable.numpy()).max() > 0 for variable in moving)


def test_labels_are_switched_at_their_rate():
    steps = mock.Mock(settings=AdversarialSettings(switched=0.05))
    draw = np.random.default_rng(0)
    for truth in (0.0, 1.0):
        labels = AdversarialSteps._labels(steps, truth, 40_000, draw)
        assert set(np.unique(labels)) == {0.0, 1.0}
        assert np.mean(labels != truth) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 40_000))
    steps.settings = AdversarialSettings(switched=0.0)
    assert (AdversarialSteps._labels(steps, 1.0, 100, draw) == 1).all()


def test_losses_by_hand():
    steps = small_steps(AdversarialSettings(least_intensity=2.0))
    outputs = {"reality": [[0.5]], "energy": [[1.0]], "angle": [[1.4]], "total_energy": [[90.0]]}
    truth = {"reality": [[1.0]], "energy": [[2.0]], "angle": [[1.5]], "total_energy": [[100.0]]}
    outputs["intensities"], truth["intensities"] = [[3.0, 1.0]], [[4.0, 0.0]]
    outputs, truth = ({name: np.array(value, np.float32) for name, value in one.items()} for one in (outputs, truth))
    total, terms = steps._total(outputs, truth)
    expected = {"reality": np.log(2), "energy": 50.0, "angle": 0.1, "total_energy": 10.0, "intensities": 37.5}
    for name, value in expected.items():
        assert float(terms[name]) == pytest.approx(value, rel=1e-4)
    assert float(total) == pytest.approx(3 * np.log(2) + 0.1 * (50 + 10 + 37.5) + 25 * 0.1, rel=1e-4)


def test_learning_brings_the_energy_of_images_to_what_was_asked_for():
    settings = AdversarialSettings(batch_size=8, weights={"total_energy": 1.0})
    steps = small_steps(settings, lambda: keras.optimizers.Adam(0.01))
    losses = [steps.take(*one_batch(), [number])["total_energy"] for number in range(40)]
    assert losses[-1] < 0.5 * losses[0]


def test_the_start_up_by_hand():
    steps = small_steps(STARTED)
    images, energy, angle = one_batch()
    inputs = steps._inputs(energy, angle, np.random.default_rng(0))
    total, terms = steps._imitation_loss({"inputs": inputs, "image": images, "angle": angle[:, None]})
    difference = np.asarray(steps.generator(inputs, training=True)) - images
    assert float(terms["squared"]) == pytest.approx((difference**2).sum() / 8, rel=1e-4)
    assert float(terms["absolute"]) == pytest.approx(np.abs(difference).sum() / 8, rel=1e-4)
    measured = 0.1 * terms["total_energy"] + 25 * terms["angle"]
    assert float(total) == pytest.approx(float(measured + 0.1 * terms["squared"] + 0.02 * terms["absolute"]), rel=1e-5)


def test_the_start_up_changes_the_generator_alone_and_brings_it_near_true_images():
    steps = small_steps(STARTED)
    judge = [variable.numpy() for variable in steps.discriminator.variables]
    losses = [steps.begin(*one_batch(), [number])["loss"] for number in range(30)]
    assert losses[-1] < 0.7 * losses[0]
    assert equal(judge, [variable.numpy() for variable in steps.discriminator.variables])


def test_a_start_up_interrupted_ends_with_the_same_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(adversarial_training, "CHECKPOINT_SECONDS", 0)
    taken = []

    def begin(self, *arguments, original=AdversarialSteps.begin):
        taken.append(arguments[-1])
        if len(taken) == 4:
            raise KeyboardInterrupt
        return original(self, *arguments)

    monkeypatch.setattr(AdversarialSteps, "begin", begin)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "interrupted", settings=STARTED)
    resumed = fit(tmp_path / "interrupted", settings=STARTED)
    assert len(taken) == 7
    assert taken[3] == taken[4]
    assert len({str(seed) for seed in taken}) == 6
    whole = fit(tmp_path / "whole", settings=STARTED)
    assert equal(weights(resumed), weights(whole))
    assert resumed.history == whole.history


@pytest.mark.tensorflow  # JAX compiles it for a minute
def test_the_published_networks_train_in_the_cropped_window(tmp_path):
    small = ShowerSimulation("electron", window="generation").showers(number=4, seed=1).cropped(25, 11)
    settings = AdversarialSettings(batch_size=2)
    with training.store(training.Store(tmp_path)):
        networks = ShowerGenerator("cropped"), ShowerDiscriminator("cropped")
        trained = adversarial_training.fit(*networks, small, small, epochs=1, seed=1, settings=settings)
    assert np.isfinite([*trained.history.values()]).all()
    assert trained.generator.count_params() == networks[0].count_params()


def test_generated_showers_repeat_and_do_not_depend_on_the_others():
    generator = SmallGenerator()
    energy, angle = np.array([100.0, 150.0, 200.0]), np.array([1.5, 1.6, 1.7])
    cells = generate(generator, energy, angle, seed=1, batch_size=2)
    assert cells.shape == WINDOW
    images = cells.dense()
    np.testing.assert_allclose(generate(generator, energy, angle, seed=1, batch_size=2).dense(), images)
    np.testing.assert_allclose(generate(generator, energy[:2], angle[:2], seed=1, batch_size=2).dense(), images[:2])
    assert not np.allclose(generate(generator, energy, angle, seed=2, batch_size=2).dense(), images)
    noise = np.random.default_rng([1, 0]).normal(size=(2, LATENT))
    inputs = np.concatenate([[[1.0, 1.5], [1.5, 1.6]], noise], axis=1)
    expected = np.asarray(generator(inputs.astype(np.float32), training=False))[..., 0] ** (1 / 0.85)
    np.testing.assert_allclose(images[:2], expected, rtol=1e-3, atol=1e-4)
    with pytest.raises(ValueError, match="one angle per energy is needed"):
        generate(generator, energy, angle[:2], seed=1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda folder: fit(folder, sample=TRAINING.cropped(5, 5)), r"window \(7, 7, 25\), got \(5, 5, 25\): crop"),
        (lambda folder: fit(folder, sample=TRAINING.take(slice(0, 7))), "a batch needs 8 showers, got 7"),
        (lambda _: AdversarialSettings(switched=1.0), "switched is a probability below 1, got 1.0"),
        (lambda _: StartUp(0), "StartUp: steps must be positive, got 0"),
        (lambda _: AdversarialSettings(weights={"bins": 1.0}), r"weights belong to reality, .*, got \['bins'\]"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, call, message):
    with pytest.raises(ValueError, match=message):
        call(tmp_path)


def test_empty_showers_are_left_out(tmp_path):
    cells = Cells(WINDOW, [0] * 40, [], [])
    empty = Showers(cells, None, {"energy": np.full(40, 150.0)}, "simulation")
    with pytest.raises(ValueError, match="a batch needs 8 showers, got 0"):
        fit(tmp_path, sample=empty)
