"""Losses of the published trainings that Keras does not have."""

import keras
from keras import ops

_SMALLEST_VARIANCE = 1e-12
_SMALLEST_DECORRELATION = 1e-6  # of 1 - correlation^2: rounding must not take it to zero


@keras.saving.register_keras_serializable(package="keras_hep")
class GaussianLikelihood(keras.losses.Loss):
    """Likelihood of two parameters under a predicted normal law, as -2 log up to a constant: log det S + r^T S^-1 r.

    S is the predicted covariance matrix and r the residual. In closed form, with the correlation rho and the residuals
    u and v in units of their standard deviations, the loss of a track is
    log var_b + log var_m' + log(1 - rho^2) + v^2 + (u - rho v)^2 / (1 - rho^2).

    Args:
        reduction: str. How Keras combines the losses of all tracks; by default to the mean over real tracks, those with
            a sample weight of 1.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Call: true parameters of shape (batch, tracks, 2), predictions of shape (batch, tracks, 5) as from a
    `TrackParameterCovarianceNetwork`, and sample weights of shape (batch, tracks).

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Equation 1, which prints it as a likelihood to be
        maximised; this expression has to be minimised.
    Differs: the authors' code adds up the tracks of a batch; the mean does not depend on their number.

    Example:

    >>> import numpy as np
    >>> truth, predicted = np.array([[[1.0, 2.0]]]), np.array([[[0.0, 2.0, 4.0, 0.0, 1.0]]])
    >>> round(float(GaussianLikelihood()(truth, predicted)), 4)
    1.6363
    """

    def __init__(self, reduction="mean_with_sample_weight", name="gaussian_likelihood", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true, y_pred):
        """Return the loss of each track, shape (batch, tracks)."""
        intercept = ops.maximum(y_pred[..., 2], _SMALLEST_VARIANCE)
        slope = ops.maximum(y_pred[..., 4], _SMALLEST_VARIANCE)
        sigma_intercept, sigma_slope = ops.sqrt(intercept), ops.sqrt(slope)
        u = (y_true[..., 0] - y_pred[..., 0]) / sigma_intercept
        v = (y_true[..., 1] - y_pred[..., 1]) / sigma_slope
        correlation = y_pred[..., 3] / (sigma_intercept * sigma_slope)
        free = ops.maximum(1 - ops.square(correlation), _SMALLEST_DECORRELATION)
        distance = ops.square(v) + ops.square(u - correlation * v) / free
        return ops.log(intercept) + ops.log(slope) + ops.log(free) + distance

    def get_config(self):
        """Return the arguments."""
        return {"reduction": self.reduction, "name": self.name, "dtype": self._dtype_policy.name}
