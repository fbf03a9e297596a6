"""The triplet loss of embeddings: against a loop over all triplets, padding, and what does not count."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.embedding_losses import SemihardTripletLoss, pairwise_distances


def evaluate(groups, points, **arguments):
    return float(SemihardTripletLoss(**arguments)(np.asarray(groups, np.float32), np.asarray(points, np.float32)))


def by_loop(groups, points, margin):
    """Mean loss of the semi-hard triplets of one set, from the definition."""
    losses, members = [], range(len(groups))
    for anchor in members:
        for partner in members:
            for other in members:
                if anchor == partner or groups[anchor] != groups[partner] or groups[anchor] == groups[other]:
                    continue
                if min(groups[anchor], groups[other]) < 0:
                    continue
                near, far = (np.linalg.norm(points[anchor] - points[one]) for one in (partner, other))
                if 0 < far - near <= margin:
                    losses.append(margin + near - far)
    return np.mean(losses) if losses else 0.0


def sample(seed, members=12):
    random = np.random.default_rng(seed)
    return random.integers(-1, 4, members), random.normal(size=(members, 3)).astype(np.float32)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), margin=st.floats(0.05, 1.5))
def test_is_the_mean_over_the_triplets_of_a_loop(seed, margin):
    groups, points = sample(seed)
    found = evaluate(groups[None], points[None], margin=margin, partners=11)
    assert found == pytest.approx(by_loop(groups, points, margin), rel=1e-3, abs=1e-5)


def test_sets_count_alike_and_do_not_mix():
    sets = [sample(seed) for seed in (1, 2, 3)]
    groups, points = (np.stack(parts) for parts in zip(*sets, strict=True))
    alone = [by_loop(*one, 0.5) for one in sets]
    assert evaluate(groups, points, margin=0.5, partners=11) == pytest.approx(np.mean(alone), rel=1e-3)


def test_order_of_members_and_numbers_of_groups_mean_nothing():
    groups, points = sample(4)
    order = np.random.default_rng(1).permutation(len(groups))
    renamed = np.where(groups < 0, groups, 7 - groups)
    expected = evaluate(groups[None], points[None], margin=0.5)
    assert evaluate(renamed[order][None], points[order][None], margin=0.5) == pytest.approx(expected, rel=1e-5)


def test_padding_changes_nothing():
    groups, points = sample(5)
    longer = np.concatenate([groups, np.full(5, -1)]), np.concatenate([points, np.zeros((5, 3))])
    expected = evaluate(groups[None], points[None], margin=0.5)
    assert expected > 0
    assert evaluate(longer[0][None], longer[1][None], margin=0.5) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("other", "loss"),
    [(0.25, 0.0), (0.45, 0.05), (0.49, 0.01), (0.55, 0.0)],
    ids=["in the wrong order", "by half the margin", "by most of it", "by more than the margin"],
)
def test_only_semihard_triplets_count(other, loss):
    """The anchor at 0 has its partner at -0.4; seen from the partner, the other is beyond the margin."""
    assert evaluate([[0, 0, 1]], [[[0.0], [-0.4], [other]]], margin=0.1) == pytest.approx(loss, abs=1e-5)


def test_fewer_partners_are_fewer_triplets():
    groups, points = [[0, 0, 0, 1]], [[[0.0], [0.1], [-0.3], [0.35]]]
    assert evaluate(groups, points, margin=0.3, partners=2) != pytest.approx(
        evaluate(groups, points, margin=0.3, partners=1)
    )


def test_no_triplet_is_no_loss():
    assert evaluate([[0, 1, 2]], np.zeros((1, 3, 2)), margin=0.5) == 0
    assert evaluate([[-1, -1]], np.zeros((1, 2, 2)), margin=0.5) == 0


def test_gradient_is_finite_where_points_coincide():
    """Two points are one, and a step of training has to leave finite weights."""
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.Dense(2)])
    model.compile("sgd", SemihardTripletLoss(margin=5.0))
    groups, points = np.array([[0.0, 0.0, 1.0]]), np.array([[[1.0, 1.0], [1.0, 1.0], [2.0, 0.0]]], np.float32)
    before = model.get_weights()
    assert model.train_on_batch(points, groups) > 0
    assert np.isfinite(model.get_weights()[0]).all()
    assert (model.get_weights()[0] != before[0]).any()


def test_pairwise_distances_are_those_of_numpy():
    points = sample(6)[1]
    expected = np.linalg.norm(points[:, None] - points[None], axis=-1)
    np.testing.assert_allclose(np.asarray(pairwise_distances(points[None]))[0], expected, atol=2e-3)


def test_round_trip():
    loss = SemihardTripletLoss(margin=0.25, partners=3)
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    again = keras.saving.deserialize_keras_object(config)
    assert (again.margin, again.partners, again.name) == (0.25, 3, loss.name)


@pytest.mark.parametrize(("argument", "value"), [("margin", 0.0), ("margin", -1.0), ("partners", 0)])
def test_refuses_what_is_not_positive(argument, value):
    with pytest.raises(ValueError, match=f"{argument} must be positive, got {value}"):
        SemihardTripletLoss(**{argument: value})
