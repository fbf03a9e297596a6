"""Tracks in a barrel detector, seen from the hit last reached."""

import keras
from keras import ops

from keras_hep.layers.correction_units import in_units


@keras.saving.register_keras_serializable(package="keras_hep")
class BarrelFeatures(keras.layers.Layer):
    """Describe each hit of a track by numbers that do not change when the track turns around the beam.

    These are its distance to the beam, its z, and the step from the hit before, in the radial, azimuthal and axial
    direction at the hit. The step to the first hit starts on the straight line from the origin.

    Args:
        first_ratio: float. Where that line starts, in units of the first hit's coordinates.
        step: float. Typical step; steps are given in units of it.

    Input: float tensor, shape (batch, hits, 3), coordinates x, y, z, the first two in the same unit. Output: float
    tensor, shape (batch, hits, 5).

    Differs: ours; the published network reads x, y and z.

    Example:

    >>> import numpy as np
    >>> hits = np.array([[[0.0, 2.0, 1.0], [0.0, 3.0, 1.5]]])
    >>> np.asarray(BarrelFeatures(first_ratio=0.5, step=0.5)(hits))[0].round(3).tolist()
    [[2.0, 1.0, 2.0, 0.0, 1.0], [3.0, 1.5, 2.0, 0.0, 1.0]]
    """

    def __init__(self, first_ratio, step, **kwargs):
        super().__init__(**kwargs)
        self.first_ratio, self.step = first_ratio, step

    def call(self, points):
        radius, step = _radius_and_step(points, self.first_ratio)
        return ops.concatenate([radius, points[..., 2:], step / self.step], axis=-1)

    def compute_output_spec(self, points):
        return keras.KerasTensor((*points.shape[:-1], 5), dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "first_ratio": self.first_ratio, "step": self.step}


@keras.saving.register_keras_serializable(package="keras_hep")
class BarrelCentres(keras.layers.Layer):
    """Turn corrections to a straight continuation of a track into points of the detector.

    Args:
        first_ratio: float. As of `BarrelFeatures`.
        scales: pair of float. Units of the corrections at the first hit, where the direction is unknown, and later.
        ahead: int. Steps to go on straight.

    Input: list of float tensors: hits, shape (batch, hits, 3), and corrections in the radial, azimuthal and axial
    direction at each hit, of the same shape. Output: float tensor of the same shape, x, y and z.

    Differs: ours; the published network gives x, y and z itself.

    Example:

    >>> import numpy as np
    >>> hits, corrections = np.array([[[0.0, 2.0, 1.0]]]), np.array([[[0.0, 0.0, 1.0]]])
    >>> np.asarray(BarrelCentres(first_ratio=0.5, scales=(0.5, 0.1), ahead=1)([hits, corrections]))[0, 0].tolist()
    [0.0, 3.0, 2.0]
    """

    def __init__(self, first_ratio, scales, ahead=1, **kwargs):
        super().__init__(**kwargs)
        self.first_ratio, self.scales, self.ahead = first_ratio, tuple(scales), ahead

    def call(self, inputs):
        points, corrections = inputs
        radius, step = _radius_and_step(points, self.first_ratio)
        local = self.ahead * step + in_units(corrections, *self.scales)
        cosine, sine = points[..., :1] / radius, points[..., 1:2] / radius
        outward, sideways = radius + local[..., :1], local[..., 1:2]
        x, y = cosine * outward - sine * sideways, sine * outward + cosine * sideways
        return ops.concatenate([x, y, points[..., 2:] + local[..., 2:]], axis=-1)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[0].shape, dtype=self.compute_dtype)

    def get_config(self):
        arguments = {"first_ratio": self.first_ratio, "scales": self.scales, "ahead": self.ahead}
        return {**super().get_config(), **arguments}


def _radius_and_step(points, first_ratio):
    """Return distance to the beam, (..., 1), and step from the hit before in the frame of each hit, (..., 3)."""
    before = ops.concatenate([first_ratio * points[:, :1], points[:, :-1]], axis=1)
    radius = ops.sqrt(ops.square(points[..., :1]) + ops.square(points[..., 1:2]) + 1e-12)
    cosine, sine = points[..., :1] / radius, points[..., 1:2] / radius
    dx, dy, dz = (points[..., axis : axis + 1] - before[..., axis : axis + 1] for axis in range(3))
    return radius, ops.concatenate([cosine * dx + sine * dy, cosine * dy - sine * dx, dz], axis=-1)
