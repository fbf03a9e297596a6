"""TrackNET: sizes, saving, causality, and that it learns straight tracks."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_hep import training
from keras_hep.losses import SphereLikelihood, SphereLoss
from keras_hep.models import TrackNET
from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.hit_sequences import HitSequences

BARREL = {"geometry": "barrel", "first_ratio": 0.9, "step": 0.05, "scales": [0.05, 0.01]}
PLANES = {
    "geometry": "planes",
    "target": [0.0, 0.0, -1.1],
    "planes": [-1.0, -0.5, 0.0, 0.5],
    "slope": 0.3,
    "scales": [0.3, 0.05],
}
HELIX = {"geometry": "helix", "depth": 0.15, "residual": 0.002, "scales": [0.05, 0.005]}
VARIANTS = [
    {"heads": 1},
    {"heads": 2},
    {"heads": 1, "shape": "ellipse"},
    {"heads": 2, "frame": BARREL, "unit": 0.05},
    {"heads": 2, "frame": HELIX, "unit": 0.02},
    {"heads": 2, "shape": "ellipse", "frame": PLANES, "unit": 0.1},
]


def points(hits=4, seed=0):
    drawn = np.random.default_rng(seed).normal(size=(6, hits, 3))
    drawn[..., 2] = np.linspace(-1, 0.5, hits)
    return drawn.astype("float32")


def predict(model, inputs):
    return keras.ops.convert_to_numpy(model(inputs))


def test_published_sizes():
    assert TrackNET(heads=2).count_params() == 10_152
    assert TrackNET(heads=1, shape="ellipse").count_params() == 10_020
    assert TrackNET(heads=1).count_params() == 10_152 - (33 * 3 + 33)


@pytest.mark.parametrize("arguments", VARIANTS)
def test_shape_and_positive_sizes(arguments):
    regions = predict(TrackNET(**arguments), points())
    assert regions.shape == (6, 4, arguments["heads"], 4)
    dimensions = 2 if arguments.get("shape") == "ellipse" else 3
    assert (regions[..., dimensions:] > 0).all()


@pytest.mark.parametrize("arguments", VARIANTS)
def test_later_hits_change_nothing_before(arguments):
    model, inputs = TrackNET(**arguments), points()
    changed = inputs.copy()
    changed[:, 2:, :2] += 1
    before, after = predict(model, inputs), predict(model, changed)
    np.testing.assert_array_equal(before[:, :2], after[:, :2])
    assert abs(before[:, 2:] - after[:, 2:]).max() > 1e-3


@pytest.mark.parametrize("arguments", VARIANTS)
def test_saving(arguments, tmp_path):
    model = TrackNET(**arguments)
    model.save(tmp_path / "model.keras")
    restored = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    assert restored.get_config()["frame"] == model.get_config()["frame"]
    np.testing.assert_array_equal(predict(restored, points()), predict(model, points()))


def test_network_with_a_frame_turns_with_the_detector():
    model, inputs = TrackNET(heads=2, frame=BARREL), points()
    quarter = inputs[..., [1, 0, 2]] * np.float32([-1, 1, 1])
    expected = predict(model, inputs)
    expected = np.stack([-expected[..., 1], expected[..., 0], expected[..., 2], expected[..., 3]], axis=-1)
    np.testing.assert_allclose(predict(model, quarter), expected, atol=1e-5)


@dataclasses.dataclass(frozen=True)
class StraightTracks:
    """Lines from the origin through six cylinders."""

    def tracks(self, number, seed):
        generator = np.random.default_rng(seed)
        phi, slope = generator.uniform(-3, 3, number), generator.uniform(-1, 1, number)
        radii = np.linspace(500, 1000, 6)[:, None]
        points = np.stack([radii * np.cos(phi), radii * np.sin(phi), radii * slope], axis=-1)
        return points.transpose(1, 0, 2).astype(np.float32), np.ones((number, 6), bool)


@pytest.mark.parametrize("loss", [SphereLoss(0.01), SphereLikelihood(10)])
def test_learns_to_correct_a_line_of_another_pitch(loss, tmp_path):
    """The frame's first ratio is wrong by a third of a step: the network has to find the right one."""
    stream = HitSequences(StraightTracks(), Scaling((-1000,) * 3, (1000,) * 3), heads=2)
    model = TrackNET(heads=2, hidden_units=8, frame={**BARREL, "first_ratio": 0.85}, unit=0.05)
    with training.store(training.Store(tmp_path)):
        fitted = training.fit(
            model, stream, optimizer=keras.optimizers.Adam(1e-2), events=12_800, seed=1, batch_size=128, loss=loss
        )
    inputs, targets, _ = stream.batch(500, [1, 2, 3])

    def first_miss(model):
        found = predict(model, inputs)[:, 0, 0, :3]
        return np.median(np.linalg.norm(found - targets[:, 0, 0], axis=-1))

    without = np.median(np.linalg.norm(inputs[:, 0] * 0.05, axis=-1))
    assert first_miss(fitted.model) < 0.3 * without


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"heads": 3}, "heads must be 1 or 2, got 3"),
        ({"shape": "cube"}, "shape must be sphere or ellipse, got 'cube'"),
        ({"frame": {"geometry": "torus"}}, "geometry must be one of barrel, helix, planes, got 'torus'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        TrackNET(**arguments)
