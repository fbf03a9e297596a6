"""Tracks through planes across the beam, seen from the hit last reached."""

import keras
from keras import ops

from keras_hep.layers.correction_units import in_units


@keras.saving.register_keras_serializable(package="keras_hep")
class PlaneFeatures(keras.layers.Layer):
    """Describe each hit of a track by its coordinates and by the slopes of the step from the hit before.

    The step to the first hit starts in the target.

    Args:
        target: sequence of float. x, y, z of the target.
        slope: float. Slopes are given in units of it.

    Input: float tensor, shape (batch, hits, 3), x, y and z. Output: float tensor, shape (batch, hits, 5): x, y, z and
    the slopes of x and y.

    Differs: ours; the published network reads x, y and z.

    Example:

    >>> import numpy as np
    >>> hits = np.array([[[1.0, 0.0, 1.0], [2.0, 0.0, 3.0]]])
    >>> np.asarray(PlaneFeatures(target=(0.0, 0.0, 0.0), slope=1.0)(hits))[0].tolist()
    [[1.0, 0.0, 1.0, 1.0, 0.0], [2.0, 0.0, 3.0, 0.5, 0.0]]
    """

    def __init__(self, target, slope, **kwargs):
        super().__init__(**kwargs)
        self.target, self.slope = tuple(target), slope

    def call(self, points):
        return ops.concatenate([points, _slopes(points, self.target) / self.slope], axis=-1)

    def compute_output_spec(self, points):
        return keras.KerasTensor((*points.shape[:-1], 5), dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "target": self.target, "slope": self.slope}


@keras.saving.register_keras_serializable(package="keras_hep")
class PlaneCentres(keras.layers.Layer):
    """Turn corrections to a straight continuation of a track into points on the planes ahead.

    Args:
        target: sequence of float. As of `PlaneFeatures`.
        planes: sequence of float. z of each plane; hit number n of a track lies on plane n.
        scales: pair of float. Corrections are slopes, in units of the first at the first hit, of the second later.
        ahead: int. Planes ahead of each hit; beyond the last plane the last one is taken.

    Input: list of float tensors: hits, shape (batch, hits, 3), and corrections of the slopes, shape (batch, hits, 2).
    Output: float tensor of shape (batch, hits, 2), x and y.

    Differs: ours; the published network gives x and y itself.

    Example:

    >>> import numpy as np
    >>> hits, corrections = np.array([[[1.0, 0.0, 1.0]]]), np.array([[[0.0, 0.5]]])
    >>> centres = PlaneCentres((0.0, 0.0, 0.0), planes=(1.0, 3.0), scales=(1.0, 0.1))
    >>> np.asarray(centres([hits, corrections]))[0, 0].tolist()
    [3.0, 1.0]
    """

    def __init__(self, target, planes, scales, ahead=1, **kwargs):
        super().__init__(**kwargs)
        self.target, self.planes, self.scales, self.ahead = tuple(target), tuple(planes), tuple(scales), ahead

    def call(self, inputs):
        points, corrections = inputs
        last = len(self.planes) - 1
        following = [self.planes[min(number + self.ahead, last)] for number in range(len(self.planes))]
        following = ops.convert_to_tensor(following, dtype=self.compute_dtype)[: ops.shape(points)[1]]
        slopes = _slopes(points, self.target) + in_units(corrections, *self.scales)
        return points[..., :2] + slopes * (following[None, :, None] - points[..., 2:])

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[1].shape, dtype=self.compute_dtype)

    def get_config(self):
        arguments = {"target": self.target, "planes": self.planes, "scales": self.scales, "ahead": self.ahead}
        return {**super().get_config(), **arguments}


def _slopes(points, target):
    """Return the slopes of x and y of the step from the hit before, shape (batch, hits, 2)."""
    target = ops.zeros_like(points[:, :1]) + ops.convert_to_tensor(target, dtype=points.dtype)
    step = points - ops.concatenate([target, points[:, :-1]], axis=1)
    steps_forward = ops.where(step[..., 2:] > 1e-6, step[..., 2:], 1.0)  # padding does not go on
    return step[..., :2] / steps_forward
