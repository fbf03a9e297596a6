"""Attention along tracks against lists of neighbours in double precision; tracks do not see one another."""

import json

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.layers import PathAttention

COUNTS = (4, 1, 2, 7, 1)


def beginnings(counts):
    first = np.zeros(sum(counts), bool)
    first[np.cumsum([0, *counts[:-1]])] = True
    return first


def random_hits(counts=COUNTS, features=3, seed=0):
    return np.random.default_rng(seed).normal(size=(sum(counts), features)).astype("float32")


def filled(units=5, features=3, seed=1, scale=1.0, **arguments):
    """A layer with random weights, its bias among them."""
    layer, random = PathAttention(units, **arguments), np.random.default_rng(seed)
    layer.build([(None, features), (None,)])
    layer.set_weights([random.normal(0, scale, weights.shape).astype("float32") for weights in layer.get_weights()])
    return layer


def attended(layer, hits, counts=COUNTS):
    return keras.ops.convert_to_numpy(layer([hits, beginnings(counts)]))


def by_neighbour_lists(weights, hits, counts, slope=0.2):
    """Velickovic et al., Equations 1 to 4, one hit after the other: its neighbours are listed, itself among them."""
    kernel, source, target, bias = (np.asarray(values, float) for values in weights)
    features, outputs, begin = np.asarray(hits, float) @ kernel, [], 0
    for count in counts:
        track = range(begin, begin + count)
        for hit in track:
            neighbours = [other for other in (hit - 1, hit, hit + 1) if other in track]
            logits = np.array([(features[other] @ source + features[hit] @ target).item() for other in neighbours])
            logits = np.where(logits > 0, logits, slope * logits)
            shares = np.exp(logits - logits.max())
            shares /= shares.sum()
            outputs.append(sum(share * features[other] for share, other in zip(shares, neighbours, strict=True)) + bias)
        begin += count
    return np.array(outputs)


@pytest.mark.parametrize("slope", [0.2, 0.0, 1.0])
@pytest.mark.parametrize("counts", [COUNTS, (1,), (1, 1, 1), (2, 2), (9,)])
def test_it_equals_lists_of_neighbours(counts, slope):
    layer, hits = filled(negative_slope=slope), random_hits(counts)
    expected = by_neighbour_lists(layer.get_weights(), hits, counts, slope)
    np.testing.assert_allclose(attended(layer, hits, counts), expected, rtol=1e-5, atol=1e-5)


@given(counts=st.lists(st.integers(1, 6), min_size=1, max_size=6), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_it_equals_lists_of_neighbours_for_any_tracks(counts, seed):
    layer, hits = filled(seed=seed), random_hits(counts, seed=seed)
    expected = by_neighbour_lists(layer.get_weights(), hits, counts)
    np.testing.assert_allclose(attended(layer, hits, counts), expected, rtol=1e-4, atol=1e-4)


def test_by_hand():
    """Two hits of features 1 and 2: logits 0.5 + 1 and 1 + 1 at the first, -0.4 where the sum is -2."""
    layer = filled(units=1, features=1)
    layer.set_weights([np.array([[1.0]]), np.array([[0.5]]), np.array([[1.0]]), np.array([10.0])])
    shares = np.exp([1.5, 2.0]) / np.exp([1.5, 2.0]).sum()
    found = attended(layer, np.array([[1.0], [2.0]], "float32"), (2,))
    assert found[0, 0] == pytest.approx(10 + shares @ [1, 2], rel=1e-6)
    layer.set_weights([np.array([[1.0]]), np.array([[-3.0]]), np.array([[1.0]]), np.array([0.0])])
    shares = np.exp([-0.4, -1.0]) / np.exp([-0.4, -1.0]).sum()  # 1 - 3 = -2 and 1 - 6 = -5, times 0.2
    assert attended(layer, np.array([[1.0], [2.0]], "float32"), (2,))[0, 0] == pytest.approx(shares @ [1, 2], rel=1e-6)


def test_a_track_of_one_hit_attends_to_itself():
    layer, hits = filled(), random_hits()
    kernel, _, _, bias = layer.get_weights()
    single = [4, 14]  # rows of the tracks of one hit
    np.testing.assert_allclose(attended(layer, hits)[single], hits[single] @ kernel + bias, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e10, 1e15])
def test_a_neighbour_of_another_track_has_no_share_whatever_its_logit(scale):
    """The logits of the hits of the other track are huge, those of the own one strongly negative."""
    layer = filled(units=1, features=1)
    layer.set_weights([np.array([[1.0]]), np.array([[scale]]), np.array([[0.0]]), np.array([0.0])])
    hits = np.array([[3.0], [-1.0], [3.0]], "float32")
    assert attended(layer, hits, (1, 1, 1)).ravel().tolist() == [3, -1, 3]
    assert attended(layer, -hits, (1, 1, 1)).ravel().tolist() == [-3, 1, -3]


def test_tracks_do_not_change_one_another():
    layer, hits = filled(), random_hits()
    whole, ends = attended(layer, hits), np.cumsum((0, *COUNTS))
    for number, count in enumerate(COUNTS):
        rows = slice(ends[number], ends[number + 1])
        np.testing.assert_allclose(attended(layer, hits[rows], (count,)), whole[rows], rtol=1e-6, atol=1e-6)
        moved = hits.copy()
        moved[rows] += 100
        changed = np.flatnonzero(np.any(attended(layer, moved) != whole, axis=1))
        assert changed.tolist() == list(range(*rows.indices(len(hits))))


def test_a_hit_sees_its_neighbours_and_no_farther():
    layer, hits = filled(), random_hits((9,))
    moved = hits.copy()
    moved[4] += 1
    changed = np.any(attended(layer, moved, (9,)) != attended(layer, hits, (9,)), axis=1)
    assert np.flatnonzero(changed).tolist() == [3, 4, 5]


def test_reversed_tracks_have_reversed_outputs():
    layer, hits = filled(), random_hits()
    ends = np.cumsum(COUNTS)
    order = np.concatenate([np.arange(end - 1, end - count - 1, -1) for end, count in zip(ends, COUNTS, strict=True)])
    np.testing.assert_allclose(attended(layer, hits[order]), attended(layer, hits)[order], rtol=1e-6, atol=1e-6)


def test_the_beginning_of_a_track_may_be_a_number_or_a_truth_value():
    layer, hits, first = filled(), random_hits(), beginnings(COUNTS)
    found = [keras.ops.convert_to_numpy(layer([hits, first.astype(kind)])) for kind in (bool, "float32", "int32")]
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def gradients_of(layer, hits, counts, targets):
    """Return the gradients of the mean squared error, as one step of size 1 takes them from the weights."""
    inputs = [keras.Input((hits.shape[1],)), keras.Input(())]
    model = keras.Model(inputs, layer(inputs))
    model.compile(keras.optimizers.SGD(1.0), "mse")
    before = layer.get_weights()
    model.train_on_batch([hits, beginnings(counts).astype("float32")], targets)
    return [old - new for old, new in zip(before, layer.get_weights(), strict=True)]


def test_gradients_are_those_of_the_lists_of_neighbours():
    layer, hits, step = filled(scale=0.5, seed=3), random_hits(), 1e-6
    targets, weights = random_hits(features=5, seed=9), [values.astype(float) for values in layer.get_weights()]
    for number, found in enumerate(gradients_of(layer, hits, COUNTS, targets)):
        expected = np.zeros(found.shape)
        for place in np.ndindex(found.shape):
            values = []
            for shift in (step, -step):
                moved = [array.copy() for array in weights]
                moved[number][place] += shift
                values.append(np.square(by_neighbour_lists(moved, hits, COUNTS) - targets).mean())
            expected[place] = (values[0] - values[1]) / (2 * step)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
        assert np.abs(expected).max() > 1e-3


def test_gradients_are_finite_where_logits_are_huge():
    layer, hits = filled(scale=1e3), 1e3 * random_hits()
    found = gradients_of(layer, hits, COUNTS, 0 * random_hits(features=5))
    assert all(np.isfinite(values).all() for values in found)


def test_attention_vectors_are_drawn_independently():
    keras.utils.set_random_seed(0)
    layer = PathAttention(64)
    layer.build([(None, 3), (None,)])
    _, source, target, bias = layer.get_weights()
    assert not np.array_equal(source, target)
    assert abs(np.corrcoef(source[:, 0], target[:, 0])[0, 1]) < 0.5
    assert not bias.any()
    assert np.abs(source).max() <= np.sqrt(6 / 65)  # Glorot, of 64 inputs and 1 output


@pytest.mark.parametrize(("features", "units", "weights"), [(3, 32, 192), (32, 64, 2_240), (64, 64, 4_288)])
def test_the_number_of_weights(features, units, weights):
    layer = PathAttention(units)
    layer.build([(None, features), (None,)])
    assert layer.count_params() == weights


def test_a_layer_is_rebuilt_from_its_configuration():
    layer = PathAttention(4, negative_slope=0.1, kernel_initializer="he_normal")
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    again = keras.saving.deserialize_keras_object(serialized)
    assert serialized["registered_name"] == "keras_hep>PathAttention"
    assert again.get_config() == layer.get_config()
    assert (again.units, again.negative_slope) == (4, 0.1)


def test_a_saved_layer_gives_the_same_values(tmp_path):
    layer, hits = filled(), random_hits()
    inputs = [keras.Input((3,)), keras.Input(())]
    keras.Model(inputs, layer(inputs)).save(tmp_path / "layer.keras")
    loaded = keras.saving.load_model(tmp_path / "layer.keras")
    found = keras.ops.convert_to_numpy(loaded([hits, beginnings(COUNTS).astype("float32")]))
    np.testing.assert_array_equal(found, attended(layer, hits))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_keeps_tracks_apart(policy):
    layer = PathAttention(5, dtype=policy)
    layer.build([(None, 3), (None,)])
    hits = random_hits()
    expected = by_neighbour_lists(layer.get_weights(), hits, COUNTS)
    found = attended(layer, hits)
    assert keras.backend.standardize_dtype(layer.kernel.dtype) == "float32"
    np.testing.assert_allclose(found.astype(float), expected, atol=0.05)


def test_shapes_are_known_before_there_are_values():
    symbolic = PathAttention(7)([keras.Input((3,)), keras.Input(())])
    assert tuple(symbolic.shape) == (None, 7)


def test_what_it_cannot_do_is_refused():
    with pytest.raises(ValueError, match="units must be at least 1, got 0"):
        PathAttention(0)
