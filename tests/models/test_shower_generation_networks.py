"""Networks that make and judge shower images: published sizes, shapes, saving, and the same function when folded."""

import keras
import numpy as np
import pytest

from keras_hep.models import ShowerDiscriminator, ShowerGenerator, fold_upsampling
from keras_hep.models.wiring import applications

PUBLISHED = (51, 51, 25, 1)


def latent(showers=2, size=256, seed=0):
    return np.random.default_rng(seed).normal(size=(showers, size)).astype(np.float32)


def with_random_statistics(model, seed=0):
    """Give the normalisations means and variances as after a training."""
    draw = np.random.default_rng(seed)
    for weight in model.weights:
        if weight.name in ("gamma", "moving_variance"):
            weight.assign(draw.uniform(0.5, 1.5, weight.shape))
        elif weight.name in ("beta", "moving_mean"):
            weight.assign(draw.normal(0.0, 0.1, weight.shape))
    return model


@pytest.mark.parametrize(
    ("reading", "shape", "parameters", "trainable"),
    [
        ("paper", PUBLISHED, 1_607_348, 1_607_208),
        ("released", PUBLISHED, 1_365_047, None),
        ("cropped", (25, 25, 25, 1), 385_234, None),
    ],
)
def test_generators_have_their_sizes(reading, shape, parameters, trainable):
    generator = ShowerGenerator(reading)
    assert generator.count_params() == parameters
    assert generator.output.shape == (None, *shape)
    if trainable:
        assert sum(int(np.prod(weight.shape)) for weight in generator.trainable_weights) == trainable


def test_volumes_of_the_published_generator():
    shapes = {layer.name: layer.output.shape[1:] for layer in ShowerGenerator().layers}
    assert shapes["volume"] == (9, 9, 8, 8)
    assert shapes["upsampling_1"] == (27, 27, 16, 64)
    assert shapes["conv_2"] == (27, 26, 11, 6)
    assert shapes["upsampling_2"] == (54, 52, 33, 6)
    assert shapes["conv_3"] == (52, 52, 26, 6)
    depths = [layer.output.shape[3] for layer in ShowerGenerator("released").layers if layer.name.startswith("conv")]
    assert depths == [41, 38, 35, 32, 28, 26, 25]


def test_generator_as_a_layer(check_layer):
    arguments = {"reading": "cropped", "latent": 10}
    targets = np.ones((2, 25, 25, 25, 1))
    parameters = 13 * 1400 + ShowerGenerator("cropped").count_params() - 257 * 1400
    check_layer(ShowerGenerator, arguments, latent(size=12), targets.shape, parameters, targets=targets)


def test_images_are_not_negative():
    images = np.asarray(ShowerGenerator("cropped")(latent()))
    assert images.min() == 0
    assert images.max() > 0


def test_unknown_networks_are_refused():
    with pytest.raises(ValueError, match="reading must be one of paper, released, cropped, got 'code'"):
        ShowerGenerator("code")
    with pytest.raises(ValueError, match="window must be one of published, cropped, got 'large'"):
        ShowerDiscriminator("large")
    with pytest.raises(ValueError, match='intensities must be "soft", "sum" or "off", got \'hard\''):
        ShowerDiscriminator(intensities="hard")


@pytest.mark.parametrize(("window", "parameters"), [("published", 87_402), ("cropped", 10_242)])
def test_discriminators_have_their_sizes(window, parameters):
    discriminator = ShowerDiscriminator(window)
    assert discriminator.count_params() == parameters
    shapes = {name: output.shape for name, output in discriminator.output.items()}
    assert shapes.pop("intensities") == (None, 8)
    assert shapes == dict.fromkeys(["reality", "energy", "total_energy", "angle"], (None, 1))
    if window == "published":
        names = ("conv_1", "conv_2", "conv_3", "conv_4", "pooling")
        expected = [(51, 51, 25, 16), (47, 46, 22, 8), (43, 41, 19, 8), (39, 36, 14, 8), (19, 18, 7, 8)]
        assert [discriminator.get_layer(name).output.shape[1:] for name in names] == expected
        assert discriminator.get_layer("reality").count_params() == 19_153


@pytest.mark.parametrize(("intensities", "bins"), [("soft", 8), ("sum", 7), ("off", None)])
def test_what_the_discriminator_measures(intensities, bins):
    cells = np.zeros((2, 25, 25, 25, 1), np.float32)
    cells[0, 12, 12, :] = 2.0
    outputs = ShowerDiscriminator("cropped", intensities)(cells**0.85)
    np.testing.assert_allclose(np.asarray(outputs["total_energy"]), [[50.0], [0.0]], rtol=1e-5)
    np.testing.assert_allclose(np.asarray(outputs["angle"]), [[np.pi / 2], [100.0]], rtol=1e-5)
    assert bins is None or outputs["intensities"].shape == (2, bins)
    assert ("intensities" in outputs) == (intensities != "off")
    assert 0 < float(np.asarray(outputs["reality"])[0, 0]) < 1


def test_discriminator_is_saved_and_configured(tmp_path):
    discriminator = ShowerDiscriminator("cropped", "sum", power=0.5)
    config = {"window": "cropped", "intensities": "sum", "power": 0.5, "name": discriminator.name, "trainable": True}
    assert discriminator.get_config() == config
    discriminator.save(tmp_path / "saved.keras")
    loaded = keras.saving.load_model(tmp_path / "saved.keras")
    assert loaded.get_config() == config
    image = np.random.default_rng(0).random((1, 25, 25, 25, 1)).astype(np.float32)
    for name, output in discriminator(image).items():
        np.testing.assert_array_equal(np.asarray(output), np.asarray(loaded(image)[name]))


@pytest.mark.parametrize("reading", ["paper", "released", "cropped"])
def test_a_folded_generator_is_the_same_function(reading):
    generator = with_random_statistics(ShowerGenerator(reading))
    folded = fold_upsampling(generator)
    assert {"UpSampling3D"}.isdisjoint(type(layer).__name__ for layer in folded.layers)
    expected, found = (np.asarray(model(latent(), training=False)) for model in (generator, folded))
    assert expected.max() > 0
    np.testing.assert_allclose(found, expected, atol=1e-5 * max(1, expected.max()))
    for one, other in zip(generator.get_weights(), folded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_folding_takes_a_chain_apart_from_its_original():
    generator = ShowerGenerator("cropped")
    folded = fold_upsampling(generator)
    folded.set_weights([np.zeros_like(one) for one in folded.get_weights()])
    assert np.abs(generator.get_weights()[0]).max() > 0
    assert fold_upsampling(folded).layers[-1].name == "image"  # nothing left to fold
    assert applications(folded, latent()) == dict.fromkeys([layer.name for layer in folded.layers[1:]], 1)


def test_what_cannot_be_folded_stays(tmp_path):
    layers = keras.layers
    chain = [
        keras.Input((4, 4, 4, 2)),
        layers.UpSampling3D(2),
        layers.Conv3D(2, 3, strides=2),
        layers.ZeroPadding3D(1),
        layers.Conv3D(2, 2, dilation_rate=2),
        layers.UpSampling3D(2),
        layers.Activation("relu"),
        layers.UpSampling3D(2),
        layers.Conv3D(2, 2, padding="same", activation="tanh"),
        layers.UpSampling3D(2),
        layers.ZeroPadding3D(1),
    ]
    model = keras.Sequential(chain)
    folded = fold_upsampling(model)
    kinds = [type(layer).__name__ for layer in folded.layers[1:]]
    left = ["UpSampling3D", "Conv3D", "ZeroPadding3D", "Conv3D", "UpSampling3D", "Activation"]
    assert kinds == [*left, "UpsampledConv3D", "UpSampling3D", "ZeroPadding3D"]
    volume = np.random.default_rng(0).normal(size=(2, 4, 4, 4, 2)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(folded(volume)), np.asarray(model(volume)), atol=1e-5)
    folded.save(tmp_path / "folded.keras")
    loaded = keras.saving.load_model(tmp_path / "folded.keras")
    np.testing.assert_array_equal(np.asarray(loaded(volume)), np.asarray(folded(volume)))


def test_branches_are_refused():
    volume = keras.Input((4, 4, 4, 2))
    twice = keras.layers.Conv3D(2, 3, padding="same", name="twice")
    for outputs in (volume + twice(volume), twice(twice(volume))):
        with pytest.raises(ValueError, match="layers must form a single chain, those of forked do not"):
            fold_upsampling(keras.Model(volume, outputs, name="forked"))
