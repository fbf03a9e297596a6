"""Losses of the published trainings that Keras does not have."""

import keras
from keras import ops

_SMALLEST_VARIANCE = 1e-12
_SMALLEST_SQUARED_DISTANCE = 1e-14
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
        return _loss_config(self)


@keras.saving.register_keras_serializable(package="keras_hep")
class SphereLoss(keras.losses.Loss):
    """Distance of a hit to the centre of a sphere in units of its radius, against the square of the radius.

    alpha d / R + (1 - alpha) R^2 for each prediction. It is least at R^3 = alpha d / (2 (1 - alpha)), see
    `optimal_radius`.

    Args:
        alpha: float in (0, 1). Weight of the distance.
        reduction: str. How Keras combines the losses; by default to the mean of the predictions with a sample weight.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Call: true hits of shape (..., 3), predictions of shape (..., 4), centre and radius, and sample weights of shape
    (...).

    Raises:
        ValueError: if alpha is not between 0 and 1.

    Reference: Goncharov et al., slides (2024), "loss weights"; the authors' public code (t3hseus/tracknet) has this
        formula.

    Example:

    >>> import numpy as np
    >>> hit, sphere = np.zeros((1, 3)), np.array([[0.3, 0.4, 0.0, 1.0]])
    >>> round(float(SphereLoss(alpha=0.2)(hit, sphere)), 4)  # 0.2 * 0.5 / 1 + 0.8 * 1
    0.9
    """

    def __init__(self, alpha, reduction="mean_with_sample_weight", name="sphere_loss", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.alpha = _between_0_and_1("alpha", alpha)

    def call(self, y_true, y_pred):
        """Return the loss of each prediction, shape (...)."""
        distance, radius = _distance(y_true - y_pred[..., :3]), y_pred[..., 3]
        return self.alpha * distance / radius + (1 - self.alpha) * ops.square(radius)

    def get_config(self):
        """Return the arguments."""
        return {"alpha": self.alpha, **_loss_config(self)}


@keras.saving.register_keras_serializable(package="keras_hep")
class EllipseLoss(keras.losses.Loss):
    """Distance of a hit to the centre of an ellipse in units of its semi-axes, against the product of these.

    alpha sqrt(((x - x') / r1)^2 + ((y - y') / r2)^2) + (1 - alpha) r1 r2 for each prediction.

    Args:
        alpha: float in (0, 1). Weight of the distance.
        reduction: str. How Keras combines the losses; by default to the mean of the predictions with a sample weight.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Call: true hits of shape (..., 2), predictions of shape (..., 4), centre and semi-axes, and sample weights of shape
    (...).

    Raises:
        ValueError: if alpha is not between 0 and 1.

    Reference: the authors' public code (t3hseus/ariadne); the constant pi of the area is left out there as well.

    Example:

    >>> import numpy as np
    >>> hit, ellipse = np.zeros((1, 2)), np.array([[0.3, 0.8, 0.1, 0.2]])
    >>> round(float(EllipseLoss(alpha=0.2)(hit, ellipse)), 4)  # 0.2 * 5 + 0.8 * 0.02
    1.016
    """

    def __init__(self, alpha, reduction="mean_with_sample_weight", name="ellipse_loss", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.alpha = _between_0_and_1("alpha", alpha)

    def call(self, y_true, y_pred):
        """Return the loss of each prediction, shape (...)."""
        distance = _distance((y_true - y_pred[..., :2]) / y_pred[..., 2:])
        return self.alpha * distance + (1 - self.alpha) * y_pred[..., 2] * y_pred[..., 3]

    def get_config(self):
        """Return the arguments."""
        return {"alpha": self.alpha, **_loss_config(self)}


@keras.saving.register_keras_serializable(package="keras_hep")
class SphereLikelihood(keras.losses.Loss):
    """Likelihood of the distance of a hit to the centre of a sphere, as -log up to a constant: k d / R + n log R.

    The density is taken to fall as exp(-k d / R) in n dimensions. Then the best radius is k / n times the mean
    distance: as wide in units of the distance for a blurred prediction as for a sharp one, where `SphereLoss` has its
    radius grow with the third root of the distance only. For an ellipse, d / R is the distance in units of the
    semi-axes, and the product of these takes the place of R^n.

    Args:
        width: float. k; the sphere holds a share of the hits that is the cumulative gamma distribution of shape n at k,
            0.997 for 10 in three dimensions.
        dimensions: int. 3: centre and radius; 2: centre and two semi-axes.
        reduction: str. How Keras combines the losses; by default to the mean of the predictions with a sample weight.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Call: as `SphereLoss` for three dimensions, as `EllipseLoss` for two.

    Raises:
        ValueError: if width is not positive, or dimensions neither 2 nor 3.

    Differs: ours, no published loss.

    Example:

    >>> import numpy as np
    >>> hit, sphere = np.zeros((1, 3)), np.array([[0.3, 0.4, 0.0, 1.0]])
    >>> round(float(SphereLikelihood(width=10)(hit, sphere)), 4)
    5.0
    """

    def __init__(
        self, width=10.0, dimensions=3, reduction="mean_with_sample_weight", name="sphere_likelihood", dtype=None
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if width <= 0:
            raise ValueError(f"width must be positive, got {width}.")
        if dimensions not in (2, 3):
            raise ValueError(f"dimensions must be 2 or 3, got {dimensions}.")
        self.width, self.dimensions = float(width), dimensions

    def call(self, y_true, y_pred):
        """Return the loss of each prediction, shape (...)."""
        centre, sizes = y_pred[..., : self.dimensions], y_pred[..., self.dimensions :]
        distance = _distance((y_true - centre) / sizes)
        volume = ops.log(sizes) * (self.dimensions / sizes.shape[-1])
        return self.width * distance + ops.sum(volume, axis=-1)

    def get_config(self):
        """Return the arguments."""
        return {"width": self.width, "dimensions": self.dimensions, **_loss_config(self)}


@keras.saving.register_keras_serializable(package="keras_hep")
class BalancedFocalLoss(keras.losses.Loss):
    """Cross entropy of a rare class against a frequent one, with less weight on what is already decided.

    -w (1 - p_t)^gamma log p_t for each edge, where p_t is the score of the true class: p for a positive, 1 - p for a
    negative edge.

    Args:
        negative_weight: float. w of negative edges; that of positive ones is 1.
        gamma: float. 0: the cross entropy.
        reduction: str. How Keras combines the losses; by default to the mean over edges, weighted by the sample
            weights.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Call: labels of shape (..., 1), 0 or 1, and logits of that shape.

    Raises:
        ValueError: if an argument is negative.

    Reference: Lin et al., arXiv:1708.02002; TrackGANN (slides, 2025), "Loss function and Metrics", which states p_t the
        wrong way round; its code has it as here.
    Differs: log p_t is computed from the logit and not cut at log 1e-7, so that no wrong edge loses its gradient.

    Example:

    >>> import numpy as np
    >>> labels, logits = np.array([[1.0], [0.0]]), np.array([[0.0], [0.0]])
    >>> loss = BalancedFocalLoss(negative_weight=0.5, gamma=1.5)
    >>> round(float(loss(labels, logits)), 4)  # 0.75 * 0.5^1.5 * log 2
    0.1838
    """

    def __init__(
        self,
        negative_weight=0.5,
        gamma=1.5,
        reduction="mean_with_sample_weight",
        name="balanced_focal_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        for argument, value in (("negative_weight", negative_weight), ("gamma", gamma)):
            if value < 0:
                raise ValueError(f"{argument} must not be negative, got {value}.")
        self.negative_weight, self.gamma = float(negative_weight), float(gamma)

    def call(self, y_true, y_pred):
        """Return the loss of each edge, shape (...)."""
        labels, logits = y_true[..., 0], y_pred[..., 0]
        of_truth = (2 * labels - 1) * logits  # the logit of p_t
        weight = labels + (1 - labels) * self.negative_weight
        return weight * ops.exp(-self.gamma * ops.softplus(of_truth)) * ops.softplus(-of_truth)

    def get_config(self):
        """Return the arguments."""
        return {"negative_weight": self.negative_weight, "gamma": self.gamma, **_loss_config(self)}


def optimal_radius(alpha, distance):
    """Return the radius that makes `SphereLoss` least for hits at one distance: R^3 = alpha d / (2 (1 - alpha)).

    Args:
        alpha: float in (0, 1).
        distance: float or array. Of the hits to the centre.

    Example:

    >>> round(optimal_radius(alpha=0.0008, distance=0.006), 4)
    0.0134
    """
    return (alpha * distance / (2 * (1 - alpha))) ** (1 / 3)


def alpha_for(distance, ratio):
    """Return the weight alpha of `SphereLoss` that makes the best radius `ratio` times a typical distance.

    The inverse of `optimal_radius`: alpha / (1 - alpha) = 2 ratio^3 distance^2. It depends on the unit of distance.

    Args:
        distance: float. Typical distance of a hit to the centre.
        ratio: float. Wanted radius in units of it.

    Example:

    >>> f"{alpha_for(distance=0.006, ratio=2.2):.5f}", f"{alpha_for(distance=9.0, ratio=4.0):.5f}"
    ('0.00077', '0.99990')
    """
    odds = 2 * ratio**3 * distance**2
    return odds / (1 + odds)


def _distance(difference):
    # The small number keeps the gradient finite where a hit lies in the centre.
    return ops.sqrt(ops.sum(ops.square(difference), axis=-1) + _SMALLEST_SQUARED_DISTANCE)


def _between_0_and_1(name, value):
    if not 0 < value < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {value}.")
    return float(value)


def _loss_config(loss):
    return {"reduction": loss.reduction, "name": loss.name, "dtype": loss._dtype_policy.name}
