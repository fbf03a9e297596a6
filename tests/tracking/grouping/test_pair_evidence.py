"""Probabilities of pairs from a handful of numbers: what they follow, and that they are probabilities."""

import numpy as np
import pytest

from keras_hep.tracking.grouping.pair_evidence import PairEvidence


def drawn(number, seed):
    """Return chi2, errors, time distances and truth of pairs: true ones meet and are close, others by chance."""
    random = np.random.default_rng(seed)
    label = random.random(number) < 0.2
    error = np.exp(random.normal(-1, 1, number))
    difference = np.where(label, random.normal(0, error), random.uniform(-5, 5, number))
    time = np.where(label, random.triangular(0, 0, 0.33, number), random.uniform(0, 1, number))
    return (difference / error) ** 2, error, time, label


def test_probabilities_come_true():
    evidence, (*pairs, label) = PairEvidence().fit(*drawn(20_000, 1)), drawn(20_000, 2)
    scores = evidence.scores(*pairs)
    for low, high in ((0.0, 0.1), (0.4, 0.8), (0.9, 1.0)):
        inside = (scores >= low) & (scores <= high)
        assert inside.sum() > 500
        # A linear law in a few numbers is not the exact one: a tenth is far less than the distance of the bins.
        assert label[inside].mean() == pytest.approx(scores[inside].mean(), abs=0.1)


def test_each_number_says_what_it_should():
    evidence = PairEvidence().fit(*drawn(5_000, 3))
    base = np.array([2.0]), np.array([0.3]), np.array([0.1])
    score = evidence.scores(*base)[0]
    for place, value in enumerate((50.0, 5.0, 0.8)):  # no common point; one that large errors allow; far in time
        changed = list(base)
        changed[place] = np.array([value])
        assert evidence.scores(*changed)[0] < score


def test_beyond_some_chi2_only_its_logarithm_counts():
    evidence = PairEvidence().fit(*drawn(5_000, 3))
    far = evidence.scores(np.array([1e3, 1e6]), np.ones(2), np.zeros(2))
    assert (far < 0.01).all()
    assert evidence.scores(np.zeros(0), np.zeros(0), np.zeros(0)).shape == (0,)


def test_what_does_not_fit_is_refused():
    with pytest.raises(RuntimeError, match="call fit first"):
        PairEvidence().scores([1.0], [1.0], [0.0])
    with pytest.raises(ValueError, match="must be one for each pair"):
        PairEvidence().fit([1.0, 2.0], [1.0], [0.0], [True])
    with pytest.raises(ValueError, match="one label for each pair"):
        PairEvidence().fit([1.0], [1.0], [0.0], [True, False])
    with pytest.raises(ValueError, match="true and false edges, got 2 true ones of 2"):
        PairEvidence().fit([1.0, 2.0], [1.0, 1.0], [0.0, 0.0], [True, True])
