"""Polar angle of showers, measured from their images with gradients."""

import math

import keras
from keras import ops

EMPTY_ANGLE = 100.0  # rad, of an image without energy, as in the authors' code: no shower could be mistaken for it
_LEAST_ENERGY = 1e-6  # of the stored unit, 20 eV of deposit: less is no shower, and its gradients would overflow
_LEAST_DISTANCE = 0.1  # cells; a layer nearer to the barycentre has no direction from there


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerAngle(keras.layers.Layer):
    """Angle between the shower's axis and the beam, from the barycentre of each layer seen from that of the shower.

    A layer at depth z whose barycentre lies (dx, dy, dz) from that of the shower has the slope
    sign(dz) dy / sqrt(dx^2 + dz^2) and the angle pi/2 - atan(slope); the layers' angles are averaged with weights z.
    Lengths are in units of cells: a layer counts as deep as a cell is wide. That is the angle that files for generation
    call measured; `keras_hep.metrics.showers.measured_angle` computes it from sparse cells.

    A shower in a single layer has no direction and gets pi/2, an image without energy 100. Gradients are finite for
    every image.

    Input: float tensor, shape (batch, across, along, layers, 1), cell energies. Output: shape (batch, 1), rad.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2 (the loss of the incident angle), whose
        formula is that of the authors' public code.
    Differs: layers nearer than 0.1 cells to the barycentre are left out, for which the formula is 0 / 0 or nearly so.

    Example:

    >>> import numpy as np
    >>> image = np.zeros((1, 3, 3, 3, 1))
    >>> image[0, 1, [0, 1, 2], [0, 1, 2]] = 1.0  # one cell further along the beam in each layer
    >>> np.degrees(np.asarray(ShowerAngle()(image))).round(3).tolist()
    [[45.0]]
    """

    def call(self, inputs):
        energy = inputs[..., 0]
        places = [ops.arange(size, dtype=energy.dtype) + 0.5 for size in energy.shape[1:]]
        layer = ops.sum(energy, axis=(1, 2))
        across = ops.einsum("bxz,x->bz", ops.sum(energy, axis=2), places[0])
        along = ops.einsum("byz,y->bz", ops.sum(energy, axis=1), places[1])
        filled = layer > _LEAST_ENERGY
        total = ops.sum(layer, axis=1, keepdims=True)
        seen = total > _LEAST_ENERGY
        x, y = (_quotient(moment, layer, filled) - _mean(moment, total, seen) for moment in (across, along))
        z = places[2] - _mean(layer * places[2], total, seen)
        return ops.where(seen, _weighted_angle(x, y, z, places[2], filled), EMPTY_ANGLE)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1)


def _weighted_angle(x, y, z, weights, filled):
    """Return the mean angle of the layers at (x, y, z) from the barycentre, shape (batch, 1)."""
    squared = ops.square(x) + ops.square(z)
    directed = ops.logical_and(filled, squared > _LEAST_DISTANCE**2)
    slope = ops.where(z < 0, -y, y) / ops.sqrt(ops.where(directed, squared, 1.0))
    angle = math.pi / 2 - ops.arctan(ops.where(directed, slope, 0.0))
    weights = ops.where(directed, weights, 0.0)
    total = ops.sum(weights, axis=1, keepdims=True)
    some = total > 0
    mean = ops.sum(weights * angle, axis=1, keepdims=True) / ops.where(some, total, 1.0)
    return ops.where(some, mean, math.pi / 2)


def _mean(moment, total, seen):
    return _quotient(ops.sum(moment, axis=1, keepdims=True), total, seen)


def _quotient(numerator, denominator, defined):
    """Return the quotient, 0 where it is not defined. Neither branch divides by 0, so that gradients are finite too."""
    return ops.where(defined, numerator, 0.0) / ops.where(defined, denominator, 1.0)
