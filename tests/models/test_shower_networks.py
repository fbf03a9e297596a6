"""The networks that reconstruct showers: their sizes, what they read, and what they answer."""

import json

import keras
import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.shower_streams import shower_inputs
from keras_hep.calorimetry.showers import Showers
from keras_hep.models import ShowerCNN, ShowerDNN, ShowerGoogLeNet
from keras_hep.models.shower_googlenet import MODULES, STEM
from keras_hep.simulation.showers import ShowerSimulation

SHAPES = {"ecal_shape": [7, 7, 5], "hcal_shape": [3, 3, 8]}
SMALL = {
    ShowerDNN: {"depth": 2, "neurons": 6, **SHAPES},
    ShowerCNN: {"filters": 2, "kernel": 3, "depth": 1, "neurons": 6, **SHAPES},
    ShowerGoogLeNet: {"neurons": 6, "width_multiplier": 1 / 48, "ecal_shape": SHAPES["ecal_shape"]},
}
NETWORKS = pytest.mark.parametrize("cls", list(SMALL))


def showers(number=4, scale=1.0, seed=3):
    random = np.random.default_rng(seed)
    parts = [
        Cells.of_images(scale * random.exponential(size=(number, *shape)) * (random.random((number, *shape)) < 0.3))
        for shape in SHAPES.values()
    ]
    labels = {name: random.normal(0, 0.3, number) for name in ("reco_phi", "reco_eta")}
    return Showers(*parts, labels, "simulation")


def predicted(model, inputs):
    return keras.ops.convert_to_numpy(model(inputs, training=False))


def without_weights(model):
    for weights in model.weights:
        weights.assign(np.zeros(weights.shape))
    return model


@pytest.mark.parametrize(
    ("cls", "arguments", "parameters"),
    [
        (ShowerDNN, {}, 12_510_233),
        (ShowerDNN, {"reading": "released"}, 12_772_889),
        (ShowerCNN, {}, 4_903_290),
        (ShowerCNN, {"filters": 3, "kernel": 4}, 3_874_599),
        (ShowerGoogLeNet, {}, 15_303_945),
        (ShowerGoogLeNet, {"reading": "released"}, 14_972_089),
        (ShowerGoogLeNet, {"width_multiplier": 1 / 16}, 156_909),
        (ShowerGoogLeNet, {"width_multiplier": 1 / 16, "stem_stride": 2}, 156_909),
    ],
)
def test_number_of_parameters(cls, arguments, parameters):
    assert cls(**arguments).count_params() == parameters


def test_modules_of_the_article_follow_on_each_other():
    """Channels that enter each module, as the article's A."""
    entering, found = STEM, []
    for module in MODULES:
        if module != "pool":
            found.append(entering)
            entering = sum(module[branch] for branch in (0, 2, 4, 5))
    assert found == [192, 256, 480, 512, 512, 512, 528, 832, 832]
    assert entering == 1024


@pytest.mark.parametrize(("stem_stride", "sides"), [(1, (25, 13, 7)), (2, (13, 7, 4))])
def test_published_maps_are_25_13_and_7_cells_wide(stem_stride, sides):
    model = ShowerGoogLeNet(width_multiplier=1 / 48, stem_stride=stem_stride)
    maps = [layer.output.shape[1:4] for layer in model.layers if layer.name.startswith("inception")]
    assert maps == [(side,) * 3 for side, modules in zip(sides, (2, 5, 2), strict=True) for _ in range(modules)]
    widths = {weights.shape[-1] for weights in model.weights if weights.path.endswith("convolution/kernel")}
    assert all(width % 4 == 0 for width in widths)


@pytest.mark.parametrize(
    ("cls", "skip"),
    [(ShowerDNN, "none"), (ShowerDNN, "init1"), (ShowerCNN, "init1"), (ShowerGoogLeNet, "residual")],
)
def test_configuration_and_weights_come_back(cls, skip, tmp_path):
    model = cls(**SMALL[cls], skip=skip)
    config = json.loads(json.dumps(model.get_config()))
    assert cls.from_config(config).get_config() == config
    assert config["skip"] == skip
    inputs = shower_inputs(showers())
    outputs = predicted(model, inputs)
    assert outputs.shape == (4, 5)
    model.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert isinstance(loaded, cls)
    np.testing.assert_array_equal(predicted(loaded, inputs), outputs)


@NETWORKS
def test_a_network_that_answers_nothing_answers_what_is_measured(cls):
    drawn = showers(scale=50.0)
    energy = drawn.ecal.sums() + drawn.hcal.sums()
    outputs = predicted(without_weights(cls(**SMALL[cls])), shower_inputs(drawn))
    np.testing.assert_allclose(outputs[:, 2], energy, rtol=1e-6)
    np.testing.assert_allclose(outputs[:, 3:], np.stack([drawn["reco_eta"], drawn["reco_phi"]], axis=1), rtol=1e-6)
    assert not outputs[:, :2].any()


@pytest.mark.parametrize("skip", ["none", "init1"])
def test_energies_enter_the_answer_by_weights_only_unless_it_is_a_correction(skip):
    outputs = predicted(without_weights(ShowerDNN(**SMALL[ShowerDNN], skip=skip)), shower_inputs(showers()))
    assert not outputs[:, 2].any()


@pytest.mark.parametrize("cls", [ShowerDNN, ShowerCNN])
def test_energies_count_once_at_the_beginning(cls):
    """Only the weights of the two energies are left, and make the energy their sum in GeV."""
    drawn = showers(scale=50.0)
    model = cls(**SMALL[cls], skip="init1")
    numbers = model.get_layer("numbers")
    kernel = numbers.kernel.numpy()
    kernel[:-2] = 0
    numbers.kernel.assign(kernel)
    outputs = predicted(model, shower_inputs(drawn))
    np.testing.assert_allclose(outputs[:, 2], drawn.ecal.sums() + drawn.hcal.sums(), rtol=1e-5)
    assert np.abs(kernel[-2:, [0, 1, 3, 4]]).max() < 2  # initial weights as any others


@pytest.mark.parametrize("cls", [ShowerDNN, ShowerCNN])
def test_without_skip_energies_are_not_read(cls):
    inputs = shower_inputs(showers())
    changed = inputs | {"measured": inputs["measured"] * [1, 1, 2, 3]}
    for skip, same in (("none", True), ("init1", False), ("residual", False)):
        model = cls(**SMALL[cls], skip=skip)
        outputs = [predicted(model, given) for given in (inputs, changed)]
        assert np.array_equal(*outputs) == same


def test_networks_without_cells_of_the_hcal_read_its_energy():
    drawn = shower_inputs(showers())
    moved = drawn | {"hcal_energy": drawn["hcal_energy"][::-1].copy()}
    for cls, read in ((ShowerDNN, True), (ShowerCNN, True), (ShowerGoogLeNet, False)):
        model = cls(**SMALL[cls])
        assert np.array_equal(predicted(model, drawn), predicted(model, moved)) != read
        if read:
            model = cls(**SMALL[cls] | {"hcal_shape": None})
            assert model.get_config()["hcal_shape"] is None
            np.testing.assert_array_equal(predicted(model, drawn), predicted(model, moved))
            more = drawn | {"measured": drawn["measured"] + [0, 0, 0, 1]}
            assert (predicted(model, drawn)[:, 2] != predicted(model, more)[:, 2]).all()


def test_cells_of_a_shower_are_standardised():
    drawn, model = showers(), ShowerGoogLeNet(**SMALL[ShowerGoogLeNet])
    standardised = keras.Model(model.input, model.get_layer("standardised_cells").output)
    images = drawn.ecal.dense().astype(float)
    axes = (1, 2, 3)
    spread = np.sqrt(images.var(axis=axes, keepdims=True) + 1e-5)
    expected = (images - images.mean(axis=axes, keepdims=True)) / spread
    np.testing.assert_allclose(predicted(standardised, shower_inputs(drawn))[..., 0], expected, rtol=1e-4, atol=1e-5)
    nothing = Showers(drawn.ecal.where(drawn.ecal.energy > 1e9), drawn.hcal, drawn.labels, "simulation")
    assert not predicted(standardised, shower_inputs(nothing)).any()


def test_the_inception_network_sees_energy_in_the_four_numbers_only():
    model = ShowerGoogLeNet(**SMALL[ShowerGoogLeNet])
    weak, strong = (shower_inputs(showers(scale=scale)) for scale in (10.0, 1000.0))
    strong["measured"] = weak["measured"]
    np.testing.assert_allclose(predicted(model, strong), predicted(model, weak), rtol=1e-3)


@NETWORKS
def test_half_precision_keeps_energies_in_single_precision(cls):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = cls(**SMALL[cls])
        inputs = shower_inputs(showers(scale=50.0))
        outputs = model(inputs)
        assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
        assert np.isfinite(keras.ops.convert_to_numpy(outputs)).all()
        outputs = predicted(without_weights(model), inputs)
    finally:
        keras.config.set_dtype_policy(policy)
    np.testing.assert_allclose(outputs[:, 2], inputs["measured"][:, 2:].sum(axis=1), rtol=1e-6)


def test_simulated_showers_of_both_windows_fit():
    for window, ecal in (("reconstruction", 25), ("large", 51)):
        drawn = ShowerSimulation("photon", window=window).showers(2, seed=1)
        model = ShowerDNN(depth=1, neurons=4, ecal_shape=(ecal, ecal, 25))
        assert predicted(model, shower_inputs(drawn)).shape == (2, 5)


@pytest.mark.parametrize(
    ("cls", "arguments", "rule"),
    [
        (ShowerDNN, {"skip": "all"}, "ShowerDNN: skip must be one of none, init1, residual, got 'all'"),
        (ShowerDNN, {"reading": "code"}, "reading must be one of paper, released, got 'code'"),
        (ShowerDNN, {"depth": 0}, "depth must be at least 1, got 0"),
        (ShowerDNN, {"dropout": 1.0}, "dropout must be from 0 to below 1, got 1.0"),
        (ShowerDNN, {"ecal_shape": (25, 25)}, "ecal_shape must be three positive numbers of cells, got"),
        (ShowerCNN, {"filters": 0}, "ShowerCNN: filters must be at least 1, got 0"),
        (ShowerCNN, {"kernel": 25}, "a kernel of \\(25, 25, 25\\) leaves nothing of the ecal window to pool, got"),
        (ShowerCNN, {"hcal_shape": (5, 5, 6)}, "leaves nothing of the hcal window to pool, got \\(5, 5, 6\\)"),
        (ShowerGoogLeNet, {"width_multiplier": 0}, "width_multiplier must be positive, got 0"),
        (ShowerGoogLeNet, {"reading": "code"}, "ShowerGoogLeNet: reading must be one of"),
        (ShowerGoogLeNet, {"stem_stride": 0}, "ShowerGoogLeNet: stem_stride must be at least 1, got 0"),
        (ShowerGoogLeNet, {"neurons": 0}, "neurons must be at least 1, got 0"),
    ],
)
def test_impossible_networks_are_refused(cls, arguments, rule):
    with pytest.raises(ValueError, match=rule):
        cls(**arguments)
