"""Covariance matrices of two track parameters from unbounded numbers."""

import keras
from keras import ops

_LARGEST_LOGARITHM = 12.0  # variances between e^-12 and e^12: pixels times 0.0025 to 400
_LARGEST_CORRELATION = 1 - 1e-5  # tanh reaches 1 in single precision, and the matrix would be singular


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackCovariance(keras.layers.Layer):
    """Maps (a, c, t) to the covariance matrix with variances exp(a) and exp(c) and correlation tanh(t).

    The matrix is positive definite whatever the input: a and c count as -12 to 12, and the correlation stops 1e-5 short
    of one.

    Input: float tensor, shape (..., 3). Output: float tensor, shape (..., 3): the variance of the intercept, the
    covariance, the variance of the scaled slope.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Section 6 and the authors' notebooks.
    Differs: the authors' code has no bounds.

    Example:

    >>> import numpy as np
    >>> np.array(TrackCovariance()(np.array([[0.0, 2 * np.log(2.0), np.arctanh(-0.5)]]))).round(3).tolist()
    [[1.0, -1.0, 4.0]]
    """

    def call(self, inputs):
        sigma_intercept = ops.exp(0.5 * ops.clip(inputs[..., 0], -_LARGEST_LOGARITHM, _LARGEST_LOGARITHM))
        sigma_slope = ops.exp(0.5 * ops.clip(inputs[..., 1], -_LARGEST_LOGARITHM, _LARGEST_LOGARITHM))
        correlation = _LARGEST_CORRELATION * ops.tanh(inputs[..., 2])
        covariance = correlation * sigma_intercept * sigma_slope
        return ops.stack([sigma_intercept**2, covariance, sigma_slope**2], axis=-1)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)
