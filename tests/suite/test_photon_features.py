"""Photons against neutral pions: medians, shares, separations, and importances of features that are known to matter."""

import numpy as np
import pytest

from keras_hep.calorimetry.boosted_classifier import Boosting
from keras_hep.suite import photon_features, shower_samples
from keras_hep.suite.photon_features import FeatureSample

NAMES = ("ECAL_E", "R9", "ECALmomentX2")


def sample(showers=3_000, seed=1):
    """Return features of which only R9 tells the labels."""
    random = np.random.default_rng(seed)
    labels = random.random(showers) < 0.5
    columns = random.normal(0, 1, (3, showers))
    columns[1] += 1.5 * labels
    return FeatureSample(np.float32(columns.T), labels, NAMES)


def test_a_median_has_the_error_of_its_order_statistics():
    random = np.random.default_rng(3)
    found = [photon_features.median("m", random.normal(5, 1, 400), "d") for _ in range(200)]
    values, errors = (np.array([getattr(one, part) for one in found]) for part in ("value", "error"))
    assert values.mean() == pytest.approx(5, abs=0.02)
    assert errors.mean() == pytest.approx(values.std(), rel=0.2)
    assert found[0].count == 400


def test_a_separation_is_above_a_half_where_photons_have_more():
    photons, pions = np.array([0.9, 0.8, 0.4]), np.array([0.1, 0.3, 0.5])
    assert photon_features.separation("s", photons, pions, "d").value == pytest.approx(8 / 9)
    assert photon_features.separation("s", pions, photons, "d").value == pytest.approx(1 / 9)


def test_shares_are_of_all_showers():
    curve = photon_features.shares("s", np.array([0.1, 0.1, 0.6, 2.0]), np.array([0.0, 0.5, 1.0]))
    assert (curve.x, curve.y) == ((0.25, 0.75), (0.5, 0.25))
    assert curve.error == pytest.approx([0.25, np.sqrt(0.25 * 0.75 / 4)])


def test_selected_pions_have_merged_photons_and_both_kinds_are_as_many(monkeypatch):
    def features(particle, angles, number, seed, data=None):
        merged = np.ones(number) if particle == "photon" else np.arange(number) % 2
        values = np.full(number, 1.0 if particle == "photon" else 2.0)
        return {"energy": values, "ECAL_E": values, "R9": np.arange(number), "merged_photons": merged}

    monkeypatch.setattr(shower_samples, "features", features)
    assert len(photon_features.selected_showers("pi0", 100, 7)["energy"]) == 50
    drawn = FeatureSample.drawn(100, 7)
    assert drawn.names == ("ECAL_E", "R9")
    assert (len(drawn.labels), drawn.labels.sum()) == (100, 50)
    assert np.array_equal(drawn.table[:, 0] == 1, drawn.labels)
    assert not np.array_equal(drawn.labels, np.sort(drawn.labels)[::-1])
    assert np.array_equal(drawn.table, FeatureSample.drawn(100, 7).table)


def test_thirds_are_disjoint_and_join_again():
    whole = sample(301)
    first, second, third = whole.thirds()
    again = first.with_(second).with_(third)
    assert np.array_equal(again.table, whole.table)
    assert np.array_equal(again.labels, whole.labels)
    assert [len(part.labels) for part in (first, second, third)] == [101, 100, 100]


def test_the_feature_that_matters_is_found():
    train, test = sample(), sample(seed=2)
    trees = train.fit(Boosting(trees=40, bins=32))
    area, error = test.area(trees)
    alone, losses = test.areas(), test.permuted_losses(trees, seed=7)
    assert alone.argmax() == losses.argmax() == trees.importance.argmax() == 1
    assert area == pytest.approx(alone[1], abs=3 * error)
    assert losses[1] == pytest.approx(area - 0.5, abs=0.05)
    assert np.abs(losses[[0, 2]]).max() < 0.03


def test_an_area_counts_in_the_better_direction():
    one = sample()
    mirrored = FeatureSample(-one.table, one.labels, one.names)
    assert np.allclose(one.areas(), mirrored.areas())
