"""Probabilities of pairs of tracks from a handful of numbers: what can be had without a network."""

import numpy as np

LARGEST_CHI2 = 100.0  # beyond, all pairs are alike


class PairEvidence:
    """Probability that two tracks are of one event: logistic regression on their common point and their times.

    It reads chi2 and its logarithm, the logarithm of the error of the difference in z, since by chance tracks with
    large errors meet more often, and the distance of the intervals: five parameters.

    Reference: scikit-learn's logistic regression, with its mild pull of the slopes towards 0.

    Example:

    >>> chi2, label = np.array([1.0, 3.0, 8.0, 5.0, 300.0, 4e4]), np.array([1, 1, 1, 0, 0, 0], bool)
    >>> scores = PairEvidence().fit(chi2, np.ones(6), np.zeros(6), label).scores(chi2, np.ones(6), np.zeros(6))
    >>> bool(scores[0] > 0.5 > scores[4])
    True
    """

    def fit(self, chi2, z_error, time_distance, label):
        """Fit to pairs whose truth is known.

        Args:
            chi2: float array, shape (edges,). Of the common point and of its distance from the beam.
            z_error: float array, shape (edges,). Of the difference in z, mm.
            time_distance: float array, shape (edges,).
            label: bool array, shape (edges,).

        Returns:
            self.

        Raises:
            ValueError: if they are not as many, or there are no true or no false edges.
        """
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        features, label = _features(chi2, z_error, time_distance), np.asarray(label, bool)
        if label.shape != (len(features),):
            raise ValueError(f"There must be one label for each pair, got {label.shape} for {len(features)} pairs.")
        if label.all() or not label.any():
            raise ValueError(f"A fit needs true and false edges, got {label.sum()} true ones of {len(label)}.")
        self._model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(features, label)
        return self

    def scores(self, chi2, z_error, time_distance):
        """Return the probability of each pair, float array of shape (edges,); arguments as of `fit`.

        Raises:
            RuntimeError: if there was no fit.
        """
        if not hasattr(self, "_model"):
            raise RuntimeError("PairEvidence has no scores before a fit, got none: call fit first.")
        features = _features(chi2, z_error, time_distance)
        return self._model.predict_proba(features)[:, 1] if len(features) else np.zeros(0)


def _features(chi2, z_error, time_distance):
    columns = [np.asarray(values, float) for values in (chi2, z_error, time_distance)]
    if len({one.shape for one in columns}) > 1 or columns[0].ndim != 1:
        shapes = [one.shape for one in columns]
        raise ValueError(f"chi2, z_error and time_distance must be one for each pair, got the shapes {shapes}.")
    chi2, z_error, time_distance = columns
    return np.stack([np.minimum(chi2, LARGEST_CHI2), np.log1p(chi2), np.log(z_error), time_distance], axis=1)
