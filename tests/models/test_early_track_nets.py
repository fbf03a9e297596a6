"""The first two TrackNETs: sizes, saving, padding, and that they learn where a straight track goes on."""

import keras
import numpy as np
import pytest

from keras_hep.losses import EllipseLoss
from keras_hep.models import TrackNETv1, TrackNETv2

random = np.random.default_rng(1)


def ellipses(model, points):
    found = model(points, training=False)
    return keras.ops.convert_to_numpy(found["ellipse"] if isinstance(found, dict) else found)


def seeds(coordinates, number=6, hits=3):
    return random.uniform(0.1, 1, (number, hits, coordinates)).astype("float32")


@pytest.mark.parametrize(("network", "size"), [(TrackNETv1, 9_269), (TrackNETv2, 9_348)])
def test_sizes(network, size):
    """Convolution, normalisation, two recurrent layers with two biases each, and heads, counted by hand."""
    model = network()
    coordinates = model.arguments["coordinates"]
    recurrent = 3 * (32 * 32 + 32 * 32 + 64) + 3 * (32 * 16 + 16 * 16 + 32)
    heads = 17 * (2 + 2 + (1 if network is TrackNETv1 else 0))
    assert model.count_params() == 3 * coordinates * 32 + 32 + 4 * 32 + recurrent + heads == size


@pytest.mark.parametrize("network", [TrackNETv1, TrackNETv2])
def test_padding_behind_the_last_hit_changes_nothing(network):
    model = network()
    points = seeds(model.arguments["coordinates"])
    padded = np.concatenate([points, np.zeros_like(points)], axis=1)
    np.testing.assert_allclose(ellipses(model, padded), ellipses(model, points), atol=1e-6)
    assert (ellipses(model, points)[:, 2:] > 0).all()


@pytest.mark.parametrize("network", [TrackNETv1, TrackNETv2])
def test_saving(network, tmp_path):
    model = network()
    points = seeds(model.arguments["coordinates"])
    model.save(tmp_path / "model.keras")
    restored = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(ellipses(restored, points), ellipses(model, points))


def test_probability_is_one():
    found = keras.ops.convert_to_numpy(TrackNETv1()(seeds(3))["probability"])
    assert found.shape == (6, 1)
    assert ((found > 0) & (found < 1)).all()


def test_learns_straight_tracks():
    keras.utils.set_random_seed(1)
    z = np.array([0.2, 0.4, 0.6, 0.8])
    slopes = random.uniform(-1, 1, (2_000, 1, 2))
    points = np.concatenate([slopes * z[None, :, None], np.broadcast_to(z[None, :, None], (2_000, 4, 1))], axis=2)
    inputs = np.concatenate([points[:, :3], np.broadcast_to(z[None, 1:, None], (2_000, 3, 1))], axis=2)
    target = points[:, 3, :2]
    model = TrackNETv2()
    model.compile(keras.optimizers.Adam(1e-2), EllipseLoss(0.5))
    loss = model.fit(inputs.astype("float32"), target.astype("float32"), epochs=10, batch_size=100, verbose=0).history
    # A constant centre with the best semi-axes is what the first steps find; knowing the track halves the loss.
    distance = np.linalg.norm(target, axis=1)
    semi_axis = (0.5 * distance.mean() / (2 * 0.5)) ** (1 / 3)
    without = 0.5 * distance.mean() / semi_axis + 0.5 * semi_axis**2
    assert loss["loss"][-1] < 0.5 * without
