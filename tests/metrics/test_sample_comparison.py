"""Comparisons of samples: hand-computed values, and what they are for samples of one law and of two."""

import numpy as np
import pytest

from keras_hep.metrics import sample_comparison as compare


def normal(number, features=None, seed=0, mean=0.0):
    shape = number if features is None else (number, features)
    return np.random.default_rng(seed).normal(mean, 1.0, shape)


def test_separation_of_equal_disjoint_and_mixed_histograms():
    edges = [0, 1, 2]
    assert compare.separation_power([0.5, 1.5], [0.5] * 3 + [1.5] * 3, edges).value == 0
    assert compare.separation_power([0.5], [1.5], edges).value == 1
    # p = (3/4, 1/4), q = (1/4, 3/4)
    mixed = compare.separation_power([0.5, 0.5, 0.5, 1.5, 7.0], [0.5, 1.5, 1.5, 1.5], edges)
    assert mixed.value == pytest.approx(0.25)
    slope = 0.5 * (0.75 + 0.75) / 2  # (p - q) (p + 3q) / 2 in the first bin; the other has (q - p) (q + 3p) / 2
    other = -0.5 * (0.25 + 2.25) / 2
    variance = (slope**2 * 0.75 + other**2 * 0.25 - (slope * 0.75 + other * 0.25) ** 2) / 4
    assert mixed.error == pytest.approx(np.sqrt(2 * variance))
    assert mixed.by_chance == pytest.approx((1 - 0.5) * 2 / 4 * (1 / 4 + 1 / 4))


def test_separation_by_chance_and_its_error():
    edges = np.linspace(-3, 3, 13)
    alike = [compare.separation_power(normal(400, seed=a), normal(600, seed=a + 1), edges) for a in range(0, 200, 2)]
    values = np.array([one.value for one in alike])
    assert values.mean() == pytest.approx(alike[0].by_chance, rel=0.1)
    apart = [
        compare.separation_power(normal(400, seed=a), normal(600, seed=a + 1, mean=0.7), edges)
        for a in range(0, 200, 2)
    ]
    spread = np.std([one.value for one in apart])
    assert spread == pytest.approx(np.mean([one.error for one in apart]), rel=0.25)


def test_chi2_of_histograms():
    chi2 = compare.histogram_chi2([0.5] * 20 + [1.5] * 20, [0.5] * 15 + [1.5] * 5, edges=[0, 1, 2, 3])
    # unequal sizes: (sqrt(1/2) 20 - sqrt(2) 15)^2 / 35 + (sqrt(1/2) 20 - sqrt(2) 5)^2 / 25
    assert chi2.value == pytest.approx(50 / 35 + 50 / 25)
    assert chi2.degrees == 1
    assert chi2.probability == pytest.approx(0.0641, abs=1e-3)
    assert compare.histogram_chi2([0.5], [0.6], edges=[0, 1]).probability == 1


@pytest.mark.parametrize("chi2_of", ["histogram", "mean"])
def test_chi2_of_one_law_and_of_two(chi2_of):
    def probability(seed, shift):
        if chi2_of == "mean":
            return compare.mean_chi2(normal(300, 4, seed), normal(400, 4, seed + 1) + shift).probability
        edges = np.linspace(-2, 2, 9)
        return compare.histogram_chi2(normal(300, seed=seed), normal(400, seed=seed + 1) + shift, edges).probability

    alike = np.array([probability(seed, 0.0) for seed in range(0, 120, 2)])
    assert 0.35 < alike.mean() < 0.65
    assert (alike < 0.05).mean() < 0.15
    assert max(probability(seed, 0.8) for seed in range(0, 20, 2)) < 1e-4


def test_chi2_of_means_knows_correlations():
    rows = normal(500, 2)
    doubled = np.concatenate([rows, rows[:, :1]], axis=1)  # a component that says nothing new
    others = normal(500, 2, seed=1)
    plain = compare.mean_chi2(rows, others)
    repeated = compare.mean_chi2(doubled, np.concatenate([others, others[:, :1]], axis=1))
    assert repeated.degrees == plain.degrees == 2
    assert repeated.value == pytest.approx(plain.value)


def test_differences_of_correlations():
    first = normal(1000, 2)
    second = normal(1000, 2, seed=1)
    second[:, 1] = 0.6 * second[:, 0] + 0.8 * second[:, 1]
    one, other, pulls = compare.correlation_differences(first, second)
    assert other[0, 1] == pytest.approx(0.6, abs=0.05)
    expected = (np.arctanh(one[0, 1]) - np.arctanh(other[0, 1])) / np.sqrt(2 / 997)
    np.testing.assert_allclose(pulls, [[0, expected], [expected, 0]])
    assert abs(compare.correlation_differences(first, normal(1000, 2, seed=2))[2][0, 1]) < 3


def test_nearest_distances_are_in_units_of_the_references():
    references = [[0.0, 0.0], [2.0, 200.0]]  # deviations 1 and 100
    distances = compare.nearest_distances([[0.0, 30.0], [2.0, 200.0]], references)
    np.testing.assert_allclose(distances, [0.3, 0.0], atol=1e-12)
    assert compare.nearest_distances([[0.0, 0.0]], references, neighbour=2)[0] == pytest.approx(np.sqrt(8))


def test_a_generator_that_repeats_its_training_is_found():
    training, held_out = normal(500, 3, seed=1), normal(500, 3, seed=2)
    repeated = training[:200] + 1e-3 * normal(200, 3)
    assert compare.training_affinity(repeated, training, held_out)[0] > 0.95
    fraction, error = compare.training_affinity(normal(400, 3, seed=3), training, held_out)
    assert abs(fraction - 0.5) < 4 * error


def test_a_missing_mode_is_found():
    true = np.concatenate([normal(300, 2, seed=1), normal(100, 2, seed=2, mean=20.0)])
    both = np.concatenate([normal(300, 2, seed=3), normal(100, 2, seed=4, mean=20.0)])
    fraction, error, expected = compare.coverage(true, both)
    assert abs(fraction - expected) < 4 * error
    assert compare.coverage(true, normal(400, 2, seed=5))[0] == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: compare.separation_power([5.0], [0.5], [0, 1]), "both samples need values between the edges"),
        (lambda: compare.histogram_chi2([0.5], [5.0], [0, 1]), "both samples need values between the edges"),
        (lambda: compare.mean_chi2(np.ones((3, 2)), np.ones((3, 1))), r"vectors must have shape \(2,\), got \(1,\)"),
        (lambda: compare.mean_chi2(np.ones((1, 2)), np.ones((3, 2))), "both samples need two vectors"),
        (lambda: compare.correlation_differences(np.ones((4, 2)), np.ones((9, 2))), "both samples need five rows"),
        (lambda: compare.correlation_differences(np.ones((9, 3)), np.ones((9, 2))), "rows must have shape"),
        (lambda: compare.nearest_distances([[1.0]], [[1.0]], neighbour=2), "at least 2 references are needed, got 1"),
        (lambda: compare.training_affinity([[1.0]], [[1.0]], [[1.0], [2.0]]), "held_out must have the shape"),
        (lambda: compare.coverage([[1.0]], [[1.0]], neighbours=1), "more than 1 true points are needed, got 1"),
    ],
)
def test_samples_that_do_not_fit_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
