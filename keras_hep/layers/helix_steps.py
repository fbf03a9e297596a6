"""Tracks on helices around the beam, in coordinates of direction and depth, seen from the hit last reached.

A hit is (d cos phi, d sin phi, pseudorapidity) with d = 1 + depth log(1 + distance from the centre), as in
`keras_hep.tracking.direction_coordinates`; lengths are in the unit of that distance.
"""

import keras
from keras import ops

from keras_hep.layers.correction_units import in_units

_TINY = 1e-12
_SHORTEST = 0.03  # least length that is divided by; hits in overlapping modules lie no closer
_LARGEST_LOGARITHM = 6.0
_LARGEST_CURVATURE, _LARGEST_SLOPE = 0.25, 30.0
_LARGEST_ANGLE, _LARGEST_SINE = (
    1.4,
    0.985,
)  # half of the angle that a helix turns through, in radian: just before it turns back


@keras.saving.register_keras_serializable(package="keras_hep")
class HelixFeatures(keras.layers.Layer):
    """Describe each hit of a track by its helix, and by how far it lies from the helix of the hit before.

    The helix of a hit goes from the beam through the hit before to the hit; that of the first hit is the straight line
    from the centre. The eight features do not change when the track turns around the beam: depth, pseudorapidity,
    curvature, z where the helix leaves the beam, distance from the helix of the hit before in azimuth and in
    pseudorapidity, angle between the helix and the line from the centre, and length of the step.

    Args:
        depth: float. As of the coordinates.
        residual: float. Typical distance from the helix of the hit before.

    Input: float tensor, shape (batch, hits, 3). Output: float tensor, shape (batch, hits, 8), of order 1.

    Differs: ours; the published network reads x, y and z.

    Example:

    >>> import numpy as np
    >>> straight = np.array([[[1.2, 0.0, 0.5], [1.3, 0.0, 0.5]]])
    >>> abs(np.asarray(HelixFeatures(depth=0.15, residual=0.002)(straight))[0, 1, 1:5]).round(3).tolist()
    [0.25, 0.0, 0.0, 0.0]
    """

    def __init__(self, depth, residual, **kwargs):
        super().__init__(**kwargs)
        self.depth, self.residual = depth, residual

    def call(self, points):
        hit = _hits(points, self.depth)
        before = {name: _shifted(value) for name, value in hit.items()}
        turned, radius, z = _at_arc(before, hit["radius"] * _arcsine_ratio(hit["radius"] * before["curvature"] / 2))
        along = hit["rapidity"] - ops.arcsinh(z / ops.maximum(radius, _SHORTEST))
        later = ops.cast(ops.arange(ops.shape(points)[1])[None, :, None] > 0, points.dtype)
        features = [
            hit["logarithm"] - 3,
            hit["rapidity"] / 2,
            ops.arcsinh(133 * hit["curvature"]) / 2,
            ops.arcsinh(3 * (hit["z"] - hit["slope"] * hit["arc"])) / 2,
            later * ops.arcsinh((hit["turned"] - turned) / self.residual) / 3,
            later * ops.arcsinh(along / self.residual) / 3,
            ops.arcsinh(hit["slope"]) - hit["rapidity"],
            ops.log(ops.maximum(hit["distance"] - before["distance"], _SHORTEST)) - 1.5,
        ]
        return ops.concatenate(features, axis=-1)

    def compute_output_spec(self, points):
        return keras.KerasTensor((*points.shape[:-1], 8), dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "depth": self.depth, "residual": self.residual}


@keras.saving.register_keras_serializable(package="keras_hep")
class HelixCentres(keras.layers.Layer):
    """Follow the helix of each hit over a step of a length to be learned, and correct the direction there.

    Args:
        depth: float. As of the coordinates.
        scales: pair of float. Units of the corrections at the first hit, where the curvature is unknown, and later.
        ahead: int. Not used: steps of any length are learned.

    Input: list of float tensors: hits, shape (batch, hits, 3), and what was learned, of the same shape: the logarithm
    of the step, and the corrections in azimuth and pseudorapidity. Output: float tensor of the same shape.

    Differs: ours; the published network gives x, y and z itself.

    Example:

    >>> import numpy as np
    >>> hits, learned = np.array([[[1.2, 0.0, 0.5]]]), np.array([[[0.0, 0.0, 1.0]]])
    >>> layer = HelixCentres(depth=0.15, scales=(0.1, 0.01))
    >>> np.asarray(layer([hits, learned]))[0, 0].round(3).tolist() == [np.float32(1.231), 0.0, np.float32(0.6)]
    True
    """

    def __init__(self, depth, scales, ahead=1, **kwargs):
        super().__init__(**kwargs)
        self.depth, self.scales, self.ahead = depth, tuple(scales), ahead

    def call(self, inputs):
        points, learned = inputs
        hit, corrections = _hits(points, self.depth), in_units(learned[..., 1:], *self.scales)
        turned, radius, z = _at_arc(hit, hit["arc"] * (1 + ops.softplus(learned[..., :1] - 1)))
        turned = turned + corrections[..., :1]
        rapidity = ops.arcsinh(z / ops.maximum(radius, _SHORTEST)) + corrections[..., 1:]
        distance = 1 + self.depth * ops.log1p(ops.sqrt(radius * radius + z * z + _TINY))
        x = hit["cosine"] * ops.cos(turned) - hit["sine"] * ops.sin(turned)
        y = hit["sine"] * ops.cos(turned) + hit["cosine"] * ops.sin(turned)
        return ops.concatenate([distance * x, distance * y, rapidity], axis=-1)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor(inputs[0].shape, dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "depth": self.depth, "scales": self.scales, "ahead": self.ahead}


def _hits(points, depth):
    """Return dict of what is known of each hit and of its helix, tensors of shape (batch, hits, 1)."""
    x, y, rapidity = (points[..., axis : axis + 1] for axis in range(3))
    scaled = ops.sqrt(x * x + y * y + _TINY)
    logarithm = ops.clip((scaled - 1) / depth, 0, _LARGEST_LOGARITHM)
    distance = ops.expm1(logarithm)
    hit = {"cosine": x / scaled, "sine": y / scaled, "logarithm": logarithm, "distance": distance}
    hit |= {"rapidity": rapidity, "radius": distance / ops.cosh(rapidity), "z": distance * ops.tanh(rapidity)}
    return hit | _helices(hit, {name: _shifted(value) for name, value in hit.items()})


def _helices(hit, before):
    """Return the helices through the beam and two hits; a hit before the first one, of zeros, gives a straight line."""
    sine = before["cosine"] * hit["sine"] - before["sine"] * hit["cosine"]
    cosine = before["cosine"] * hit["cosine"] + before["sine"] * hit["sine"]
    outward = hit["radius"] * cosine - before["radius"]
    chord = ops.sqrt(outward**2 + (hit["radius"] * sine) ** 2 + _TINY)
    curvature = ops.clip(2 * sine / ops.maximum(chord, _SHORTEST), -_LARGEST_CURVATURE, _LARGEST_CURVATURE)
    arc, arc_before = (one["radius"] * _arcsine_ratio(one["radius"] * curvature / 2) for one in (hit, before))
    slope = (hit["z"] - before["z"]) / ops.maximum(arc - arc_before, _SHORTEST)
    slope = ops.clip(slope, -_LARGEST_SLOPE, _LARGEST_SLOPE)
    return {"turned": ops.arctan2(sine, cosine + _TINY), "curvature": curvature, "arc": arc, "slope": slope}


def _at_arc(hit, arc):
    """Return angle from the hit, distance from the beam and z after an arc, counted from the beam, on its helix."""
    here, there = (_limited(hit["curvature"] * length / 2) for length in (hit["arc"], arc))
    return there - here, arc * _sine_ratio(there), hit["z"] + hit["slope"] * (arc - hit["arc"])


def _shifted(values):
    """Return the values of the hit before, 0 for the first one."""
    return ops.concatenate([ops.zeros_like(values[:, :1]), values[:, :-1]], axis=1)


def _limited(angle):
    return ops.clip(angle, -_LARGEST_ANGLE, _LARGEST_ANGLE)


def _arcsine_ratio(sine):
    """Return arcsin(s) / s, up to the sine of the largest angle."""
    small = ops.abs(sine) < 1e-3
    limited = ops.where(small, 1e-3, ops.clip(sine, -_LARGEST_SINE, _LARGEST_SINE))
    return ops.where(small, 1.0, ops.arcsin(limited) / limited)


def _sine_ratio(angle):
    """Return sin(a) / a."""
    small = ops.abs(angle) < 1e-3
    safe = ops.where(small, 1e-3, angle)
    return ops.where(small, 1.0, ops.sin(safe) / safe)
