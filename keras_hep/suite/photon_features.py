"""Photons against neutral pions by expert features: single ones, and boosted trees of all."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.boosted_classifier import boosted_classifier
from keras_hep.calorimetry.features import FEATURES, feature_table
from keras_hep.metrics.edge_scores import roc_auc
from keras_hep.suite import shower_samples
from keras_hep.suite.record import Curve, Quantity

SAMPLES = {"photon": "photons", "pi0": "neutral pions"}


def selected_showers(particle, showers, seed, data=None):
    """Return the table of showers at random angles that the article's selection keeps: photons of pions are merged.

    Arguments as of `shower_samples.features`.
    """
    table = shower_samples.features(particle, "random", showers, seed, data)
    return shower_samples.selected(table, "merged_photons")


def median(name, values, definition):
    """Return the median as `Quantity`; its error is that of the middle order statistics."""
    ordered = np.sort(values.astype(float))
    half_width = np.sqrt(len(ordered)) / 2
    low, high = ordered[[int(len(ordered) / 2 - half_width), int(len(ordered) / 2 + half_width)]]
    return Quantity(name, np.median(ordered), (high - low) / 2, definition=definition, count=len(ordered))


def separation(name, photons, pions, definition):
    """Return the area under the ROC curve of a feature that is larger for photons, as `Quantity`."""
    labels = np.repeat([True, False], [len(photons), len(pions)])
    return Quantity(name, *roc_auc(labels, np.concatenate([photons, pions])), definition=definition, count=len(labels))


def shares(name, values, edges):
    """Return the share of the showers in each bin of a feature, as `Curve`."""
    found = np.histogram(values, edges)[0] / len(values)
    error = np.sqrt(found * (1 - found) / len(values))
    return Curve(name, (edges[1:] + edges[:-1]) / 2, found, error, definition="share of the showers in each bin")


@dataclasses.dataclass(frozen=True, eq=False)
class FeatureSample:
    """Features of photons and neutral pions, shuffled.

    Args:
        table: float32 array, shape (showers, columns).
        labels: bool array, shape (showers,). Photons.
        names: tuple of str. The columns.
    """

    table: np.ndarray
    labels: np.ndarray
    names: tuple

    @classmethod
    def drawn(cls, showers, seed, data=None):
        """Return as many of both particles; arguments as of `shower_samples.features`, `showers` of each."""
        tables = [selected_showers(particle, showers, seed, data) for particle in SAMPLES]
        names = tuple(name for name in FEATURES if all(name in table for table in tables))
        number = min(len(table["energy"]) for table in tables)
        rows = np.concatenate([feature_table(table, names)[:number] for table in tables])
        order = np.random.default_rng([seed, 1]).permutation(len(rows))
        return cls(rows[order], np.repeat([True, False], number)[order], names)

    def thirds(self):
        """Return the three thirds, one after the other, list of `FeatureSample`."""
        parts = zip(np.array_split(self.table, 3), np.array_split(self.labels, 3), strict=True)
        return [FeatureSample(table, labels, self.names) for table, labels in parts]

    def with_(self, other):
        """Return this sample and another one together."""
        table, labels = np.concatenate([self.table, other.table]), np.concatenate([self.labels, other.labels])
        return FeatureSample(table, labels, self.names)

    def fit(self, boosting):
        """Fit `BoostedTrees` as a `Boosting` says."""
        return boosted_classifier(self.table, self.labels, self.names, boosting)

    def area(self, trees):
        """Return the area under the ROC curve of trees and its error."""
        return roc_auc(self.labels, trees.score(self.table))

    def areas(self):
        """Return the area of every feature alone, the better of both directions, float array of shape (columns,)."""
        found = np.array([roc_auc(self.labels, column)[0] for column in self.table.T])
        return np.maximum(found, 1 - found)

    def permuted_losses(self, trees, seed):
        """Return how much smaller the area of trees gets when one column is shuffled, float array, shape (columns,).

        Reference: L. Breiman, Machine Learning 45 (2001) 5.
        """
        whole, order = self.area(trees)[0], np.random.default_rng([seed, 2]).permutation(len(self.table))
        losses = np.zeros(len(self.names))
        for column in np.unique(trees.feature[np.isfinite(trees.threshold)]):
            shuffled = self.table.copy()
            shuffled[:, column] = shuffled[order, column]
            losses[column] = whole - roc_auc(self.labels, trees.score(shuffled))[0]
        return losses
