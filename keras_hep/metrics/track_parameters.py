"""How well a network estimates the parameters of tracks, and how well it knows that.

Every number comes with its standard error from the spread between events, as (value, error).
"""

import dataclasses

import numpy as np

from keras_hep.metrics import grouped_estimates

PARAMETERS = ("intercept", "slope")


@dataclasses.dataclass(frozen=True)
class TrackResiduals:
    """Predicted minus true parameters of tracks.

    Attributes:
        values: float64 array, shape (tracks, 2): of the intercept, in pixels, and of the scaled slope.
        event: int array, shape (tracks,): number of the event that a track belongs to.
        multiplicity: int array, shape (tracks,): number of tracks in this event.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Figure 12, which says nothing on the sign.
    """

    values: np.ndarray
    event: np.ndarray
    multiplicity: np.ndarray

    def with_multiplicity(self, tracks):
        """Return those of the events with this number of tracks.

        Raises:
            ValueError: if there are no such events.
        """
        chosen = self.multiplicity == tracks
        if not chosen.any():
            present = ", ".join(map(str, np.unique(self.multiplicity)))
            raise ValueError(f"with_multiplicity needs events of that many tracks ({present}), got {tracks}.")
        fields = {field.name: getattr(self, field.name)[chosen] for field in dataclasses.fields(self)}
        return dataclasses.replace(self, **fields)

    def of(self, parameter):
        """Return the residuals of one parameter, float64 array of shape (tracks,).

        Args:
            parameter: str. "intercept" or "slope" (scaled).

        Raises:
            ValueError: for another name.
        """
        return self.values[:, _column(parameter)]

    def mean(self, parameter):
        """Return the mean residual of one parameter, and its error."""
        return grouped_estimates.mean(self.of(parameter), self.event)

    def rms(self, parameter):
        """Return the root mean square of the residuals of one parameter, and its error."""
        return grouped_estimates.rms(self.of(parameter), self.event)

    def half_width(self, parameter):
        """Return half the width of the central 68.27 % of the residuals of one parameter, and its error."""
        return grouped_estimates.half_width(self.of(parameter), self.event)

    def mean_squared_error(self):
        """Return the mean square of the residuals of both parameters together, and its error: the training loss."""
        return grouped_estimates.mean(np.square(self.values).mean(axis=1), self.event)

    def combined_rms(self):
        """Return the root of `mean_squared_error`, and its error."""
        return grouped_estimates.rms(np.sqrt(np.square(self.values).mean(axis=1)), self.event)

    def correlation(self):
        """Return the correlation of the residuals of both parameters, and its error."""
        standard = (self.values - self.values.mean(axis=0)) / self.values.std(axis=0)
        value = np.mean(standard[:, 0] * standard[:, 1])
        influence = standard[:, 0] * standard[:, 1] - value * np.square(standard).mean(axis=1)
        return float(value), grouped_estimates.mean(influence, self.event)[1]

    def constant_likelihood(self):
        """Return the smallest Gaussian loss per track of one covariance matrix for all, and its error.

        That matrix is the mean of r r^T: the loss is the logarithm of its determinant, plus 2.
        """
        second = self.values.T @ self.values / len(self.values)
        influence = np.einsum("ti,ij,tj->t", self.values, np.linalg.inv(second), self.values)
        return float(np.linalg.slogdet(second)[1] + 2), grouped_estimates.mean(influence, self.event)[1]


@dataclasses.dataclass(frozen=True)
class TrackCovariances(TrackResiduals):
    """Residuals of tracks with the covariance matrices that a network predicts for them.

    Attributes:
        entries: float64 array, shape (tracks, 3): variance of the intercept, covariance, variance of the scaled slope.

    Reference: Farrell et al. (2017), Figure 13 and Equation 1.
    """

    entries: np.ndarray

    def positive_definite(self):
        """Return which matrices are positive definite, bool array of shape (tracks,)."""
        return (self.entries[:, 0] > 0) & (self.entries[:, 2] > 0) & (self._determinants() > 0)

    def pulls(self, parameter):
        """Return the residuals of one parameter over their predicted standard deviations, shape (tracks,)."""
        return self.of(parameter) / np.sqrt(self.entries[:, 2 * _column(parameter)])

    def pull_mean(self, parameter):
        """Return the mean pull of one parameter, and its error: 0 where predictions are unbiased."""
        return grouped_estimates.mean(self.pulls(parameter), self.event)

    def pull_width(self, parameter):
        """Return the standard deviation of the pulls of one parameter, and its error: 1 where errors are right."""
        return grouped_estimates.standard_deviation(self.pulls(parameter), self.event)

    def correlations(self):
        """Return the predicted correlation of intercept and slope of each track, shape (tracks,)."""
        return self.entries[:, 1] / np.sqrt(self.entries[:, 0] * self.entries[:, 2])

    def mean_correlation(self):
        """Return the mean predicted correlation, and its error."""
        return grouped_estimates.mean(self.correlations(), self.event)

    def negative_correlations(self):
        """Return the fraction of tracks with a negative predicted correlation, and its error."""
        return grouped_estimates.fraction(self.entries[:, 1] < 0, self.event)

    def squared_distances(self):
        """Return r^T S^-1 r of each track, the squared Mahalanobis distance, shape (tracks,)."""
        intercept, covariance, slope = self.entries.T
        b, m = self.values.T
        return (b**2 * slope - 2 * b * m * covariance + m**2 * intercept) / self._determinants()

    def median_squared_distance(self):
        """Return the median squared distance, and its error: 2 log 2 = 1.386 where normal laws are right."""
        return grouped_estimates.quantile(self.squared_distances(), 0.5, self.event)

    def coverage(self, probability):
        """Return the fraction of tracks inside the ellipse that should hold a fraction `probability`, and its error.

        Raises:
            ValueError: if `probability` is not between 0 and 1.
        """
        if not 0 < probability < 1:
            raise ValueError(f"coverage needs a probability between 0 and 1, got {probability}: 0.95 for 95 %.")
        return grouped_estimates.fraction(self.squared_distances() < -2 * np.log1p(-probability), self.event)

    def likelihood(self):
        """Return the mean Gaussian loss per track, log det S + r^T S^-1 r, and its error."""
        return grouped_estimates.mean(np.log(self._determinants()) + self.squared_distances(), self.event)

    def _determinants(self):
        return self.entries[:, 0] * self.entries[:, 2] - self.entries[:, 1] ** 2


def track_residuals(batches):
    """Compare predicted with true track parameters.

    Args:
        batches: iterable of (inputs, truth, predictions, weights), such as `keras_hep.training.predictions` yields:
            arrays of shapes (events, ...), (events, tracks, 2), (events, tracks, 2 or 5) and (events, tracks). Slots of
            weight 0 hold no track.

    Returns:
        `TrackResiduals`, or `TrackCovariances` of predictions with five numbers: intercept, slope, variance of the
        intercept, covariance, variance of the slope.

    Raises:
        ValueError: if there are no tracks, or predictions have another number of columns.

    Example:

    >>> truth, predicted = np.array([[[1.0, 2.0], [0.0, 0.0]]]), np.array([[[1.5, 2.0], [9.0, 9.0]]])
    >>> track_residuals([(None, truth, predicted, np.array([[1, 0]]))]).values
    array([[0.5, 0. ]])
    """
    blocks, events = [], 0
    for _, truth, predicted, weights in batches:
        blocks.append(_tracks(np.asarray(truth, float), np.asarray(predicted, float), np.asarray(weights), events))
        events += len(weights)
    if not any(len(block[0]) for block in blocks):
        raise ValueError("track_residuals needs at least one track, got none.")
    values, event, multiplicity, entries = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    if entries.shape[1] == 0:
        return TrackResiduals(values, event, multiplicity)
    return TrackCovariances(values, event, multiplicity, entries)


def _tracks(truth, predicted, weights, first_event):
    if predicted.shape[-1] not in (2, 5):
        raise ValueError(f"predictions have 2 columns, or 5 with covariances, got {predicted.shape[-1]}.")
    real = weights != 0
    event = np.nonzero(real)[0]
    return predicted[real][:, :2] - truth[real], first_event + event, real.sum(axis=1)[event], predicted[real][:, 2:]


def _column(parameter):
    if parameter not in PARAMETERS:
        raise ValueError(f"a track parameter is one of {', '.join(PARAMETERS)}, got {parameter!r}.")
    return PARAMETERS.index(parameter)
