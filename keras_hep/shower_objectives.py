"""What networks that reconstruct single showers are trained for, and what is measured while they train.

Targets are float32, shape (showers, 4): class 0 or 1, energy in GeV, eta, phi in rad. Outputs are those of
`keras_hep.models.ShowerDNN`, shape (showers, 5): logits of both classes, energy in GeV, eta, phi.
"""

import keras
from keras import ops

from keras_hep.layers.particle_outputs import ANGLE_UNIT, ENERGY_UNIT

_SMALLEST_LOGARITHM = 1.0  # of an energy in GeV: below 2.7 GeV, and at 1 GeV, the published scale would end


@keras.saving.register_keras_serializable(package="keras_hep")
class ParticleLoss(keras.losses.Loss):
    """Cross entropy of the two classes, and squared errors of energy and angles, each with its weight.

    The error of the energy is in units of 10 GeV times ln(energy / GeV), those of eta and phi in units of 0.1.

    Args:
        energy_weight: float. The article has 200.
        eta_weight: float.
        phi_weight: float. The authors' campaigns for energies have 500 and 100 for the two angles.
        reduction: str. How Keras combines the losses of showers; by default to the mean over their sample weights.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Call: targets of shape (showers, 4), outputs of shape (showers, 5), and sample weights of shape (showers,).

    Raises:
        ValueError: if a weight is negative.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 5, and its code.
    Differs: the entropy is computed from the logits. The logarithm is never below 1, where the published one goes
        through 0 at 1 GeV.

    Example: log 2 of classes not told apart, and 200 times an error of 0.01 squared.

    >>> import numpy as np
    >>> targets = np.array([[1.0, np.exp(4.0), 0.0, 0.0]])
    >>> outputs = np.array([[0.0, 0.0, np.exp(4.0) + 0.4, 0.5, 0.5]])
    >>> round(float(ParticleLoss()(targets, outputs)), 4)
    0.7131
    """

    def __init__(
        self,
        energy_weight=200.0,
        eta_weight=0.0,
        phi_weight=0.0,
        reduction="mean_with_sample_weight",
        name="particle_loss",
        dtype=None,
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        weights = {"energy_weight": energy_weight, "eta_weight": eta_weight, "phi_weight": phi_weight}
        for argument, value in weights.items():
            if value < 0:
                raise ValueError(f"{argument} must not be negative, got {value}.")
            setattr(self, argument, float(value))

    def call(self, y_true, y_pred):
        """Return the loss of each shower, shape (showers,)."""
        entropy = ops.softplus((1 - 2 * y_true[:, 0]) * (y_pred[:, 1] - y_pred[:, 0]))
        logarithm = ops.log(ops.maximum(y_true[:, 1], 1.0))
        energy = (y_pred[:, 2] - y_true[:, 1]) / (ENERGY_UNIT * ops.maximum(logarithm, _SMALLEST_LOGARITHM))
        eta, phi = ((y_pred[:, at + 1] - y_true[:, at]) / ANGLE_UNIT for at in (2, 3))
        weights = (self.energy_weight, self.eta_weight, self.phi_weight)
        errors = (energy, eta, phi)
        return entropy + sum(
            weight * ops.square(error) for weight, error in zip(weights, errors, strict=True) if weight
        )

    def get_config(self):
        """Return the arguments."""
        weights = {name: getattr(self, name) for name in ("energy_weight", "eta_weight", "phi_weight")}
        return {**weights, "reduction": self.reduction, "name": self.name, "dtype": self._dtype_policy.name}


@keras.saving.register_keras_serializable(package="keras_hep")
class ParticleAccuracy(keras.metrics.Mean):
    """Share of showers whose class has the larger logit.

    Args:
        of_class: int or None. Count showers of this true class only; None: all.
        name: str. Its entry in the history.

    Call: as `ParticleLoss`.

    Example:

    >>> import numpy as np
    >>> metric = ParticleAccuracy()
    >>> metric.update_state(np.array([[1.0, 9, 0, 0], [0.0, 9, 0, 0]]), np.array([[0.0, 1, 9, 0, 0]] * 2))
    >>> float(metric.result())
    0.5
    """

    def __init__(self, of_class=None, name="accuracy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.of_class = of_class

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the showers of a batch."""
        true = y_true[:, 0] > 0.5
        right = ops.cast((y_pred[:, 1] > y_pred[:, 0]) == true, self.dtype)
        if self.of_class is not None:
            counted = ops.cast(true == bool(self.of_class), self.dtype)
            sample_weight = counted if sample_weight is None else counted * ops.cast(sample_weight, self.dtype)
        super().update_state(right, sample_weight)

    def get_config(self):
        """Return the arguments."""
        return {**super().get_config(), "of_class": self.of_class}


@keras.saving.register_keras_serializable(package="keras_hep")
class EnergyBias(keras.metrics.Mean):
    """Mean of (true - predicted) / true energy, percent: positive where the prediction is too low.

    Args:
        name: str. Its entry in the history.

    Call: as `ParticleLoss`.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Appendix D, and its code for the sign.

    Example:

    >>> import numpy as np
    >>> metric = EnergyBias()
    >>> metric.update_state(np.array([[1.0, 100.0, 0, 0]]), np.array([[0.0, 1, 98.0, 0, 0]]))
    >>> round(float(metric.result()), 3)
    2.0
    """

    def __init__(self, name="energy_bias", **kwargs):
        super().__init__(name=name, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the showers of a batch."""
        super().update_state(_relative_error(y_true, y_pred), sample_weight)


@keras.saving.register_keras_serializable(package="keras_hep")
class EnergyResolution(keras.metrics.Metric):
    """Standard deviation of (true - predicted) / true energy, all tails included, percent.

    Args:
        name: str. Its entry in the history.

    Call: as `ParticleLoss`.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Appendix D.

    Example:

    >>> import numpy as np
    >>> metric, targets = EnergyResolution(), np.array([[1.0, 100.0, 0, 0]] * 2)
    >>> metric.update_state(targets, np.array([[0.0, 1, 98.0, 0, 0], [0.0, 1, 94.0, 0, 0]]))
    >>> round(float(metric.result()), 3)
    2.0
    """

    def __init__(self, name="energy_resolution", **kwargs):
        super().__init__(name=name, **kwargs)
        self._moments = [self.add_variable((), "zeros", name=f"moment_{order}") for order in range(3)]

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the showers of a batch."""
        error = _relative_error(y_true, y_pred)
        weight = ops.ones_like(error) if sample_weight is None else ops.cast(sample_weight, error.dtype)
        for order, moment in enumerate(self._moments):
            moment.assign_add(ops.sum(weight * error**order))

    def result(self):
        """Return the standard deviation, 0 before any shower."""
        number, total, squares = self._moments
        mean = ops.divide_no_nan(total, number)
        return ops.sqrt(ops.maximum(ops.divide_no_nan(squares, number) - ops.square(mean), 0.0))


def _relative_error(targets, outputs):
    true = ops.cast(targets[:, 1], "float32")
    return 100 * (true - ops.cast(outputs[:, 2], "float32")) / true
