"""The embedder of tracks: size, length, that tracks are read alone, saving, and that it learns."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_hep import training
from keras_hep.embedding_losses import SemihardTripletLoss
from keras_hep.metrics.matched_groups import one_to_one_scores
from keras_hep.models import TrackEmbedder
from keras_hep.tracking.grouping.linkage import linkage_groups

SMALL = {"units": 32, "hidden_units": 32, "features": 8}


def tracks(slices=2, number=6, seed=0):
    return np.random.default_rng(seed).normal(size=(slices, number, 35, 3)).astype("float32")


def embedded(model, inputs):
    return keras.ops.convert_to_numpy(model(inputs, training=False))


def test_published_size():
    assert TrackEmbedder().count_params() == 150_304


def test_vectors_have_length_one():
    vectors = embedded(TrackEmbedder(), tracks())
    assert vectors.shape == (2, 6, 32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, rtol=1e-5)


def test_order_of_tracks_and_other_tracks_change_nothing():
    model, inputs = TrackEmbedder(**SMALL), tracks(1)
    vectors, order = embedded(model, inputs), np.array([3, 1, 5, 0, 2, 4])
    np.testing.assert_allclose(embedded(model, inputs[:, order]), vectors[:, order], atol=1e-6)
    np.testing.assert_allclose(embedded(model, inputs[:, :2]), vectors[:, :2], atol=1e-6)
    padded = np.concatenate([inputs, np.zeros((1, 4, 35, 3), np.float32)], axis=1)
    np.testing.assert_allclose(embedded(model, padded)[:, :6], vectors, atol=1e-6)


def test_two_tracks_exchanged_have_the_same_distance():
    model, pair = TrackEmbedder(**SMALL), tracks(1, 2)
    first, second = (embedded(model, pair[:, order])[0] for order in ([0, 1], [1, 0]))
    assert np.linalg.norm(first[0] - first[1]) == pytest.approx(np.linalg.norm(second[0] - second[1]), abs=1e-6)


def test_every_coordinate_counts():
    model, inputs = TrackEmbedder(**SMALL), tracks(1, 1)
    moved = np.repeat(inputs, 105, axis=1)
    moved.reshape(105, 105)[np.arange(105), np.arange(105)] += 1
    distance = np.linalg.norm(embedded(model, moved) - embedded(model, inputs), axis=-1)
    assert (distance > 1e-5).all()


def test_round_trip(tmp_path):
    model = TrackEmbedder(**SMALL, blocks=1, dropout=0.3)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.get_config() == model.get_config()
    np.testing.assert_array_equal(embedded(again, tracks()), embedded(model, tracks()))


@pytest.mark.parametrize(("argument", "value"), [("stations", 0), ("blocks", -1), ("features", 0)])
def test_refuses_sizes(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be at least {value + 1}, got {value}"):
        TrackEmbedder(**{argument: value})


@dataclasses.dataclass(frozen=True)
class OffsetStream:
    """Straight tracks in any direction, 4 from each of 6 vertices on the axis."""

    def batch(self, events, seed):
        random = np.random.default_rng(seed)
        group = np.tile(np.repeat(np.arange(6.0, dtype=np.float32), 4), (events, 1))
        vertex = np.repeat(random.uniform(-1, 1, (events, 6)), 4, axis=1)[..., None]
        azimuth, slope = random.uniform(-np.pi, np.pi, group.shape), random.uniform(-1, 1, group.shape)
        radius = np.linspace(0.2, 1, 5)
        x, y = (part[..., None] * radius for part in (np.cos(azimuth), np.sin(azimuth)))
        return np.stack([x, y, vertex + slope[..., None] * radius], axis=-1).astype(np.float32), group


def test_learns_to_group(tmp_path):
    with training.store(training.Store(tmp_path)):
        trained = training.fit(
            TrackEmbedder(**SMALL, stations=5, dropout=0.0),
            OffsetStream(),
            optimizer=keras.optimizers.Adam(3e-3),
            events=150 * 8,
            batch_size=8,
            seed=1,
            loss=SemihardTripletLoss(margin=0.2, partners=3),
        ).model
    inputs, groups = OffsetStream().batch(20, seed=99)
    untrained = TrackEmbedder(**SMALL, stations=5)
    before, after = (mean_accuracy(embedded(model, inputs), groups) for model in (untrained, trained))
    assert before < 0.45
    assert after > before + 0.3


def mean_accuracy(vectors, events):
    pairs = zip(vectors, events, strict=True)
    return np.mean([one_to_one_scores(event, linkage_groups(one, groups=6)).accuracy for one, event in pairs])
