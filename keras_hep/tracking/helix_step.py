"""A step of a TrackNET along helices around the beam, in NumPy."""

import numpy as np

_TINY, _SHORTEST = np.float32(1e-12), np.float32(0.03)
_LARGEST_LOGARITHM, _LARGEST_CURVATURE, _LARGEST_SLOPE = 6.0, 0.25, 30.0
_LARGEST_ANGLE, _LARGEST_SINE = 1.4, 0.985
_REMEMBERED = ("cosine", "sine", "distance", "radius", "z", "curvature", "arc", "slope")


class HelixStep:
    """As in `keras_hep.layers.HelixFeatures` and `HelixCentres`, whose comments hold here; arrays are one per hit.

    Args:
        frame: dict with depth, residual and scales, as of these layers.
        state: tuple of arrays; its third is what `first` or the last step `remembered`, its fourth the number of hits
            read before.
        positions: float32 array, shape (candidates, 3).

    Attributes:
        features: float32 array, shape (candidates, 8).
        remembered: float32 array, shape (candidates, 8). What the next step needs of this hit and its helix.
    """

    def __init__(self, frame, state, positions):
        self.depth, number = np.float32(frame["depth"]), state[3]
        self.units = np.where(number == 0, *map(np.float32, frame["scales"]))[:, None]
        before = dict(zip(_REMEMBERED, state[2].T, strict=True))
        hit = self.hit = _hit(positions, self.depth, before)
        self.features = self._features(hit, before, np.float32(frame["residual"]), number > 0)
        self.remembered = np.stack([hit[name] for name in _REMEMBERED], axis=1)

    @staticmethod
    def first(frame, positions):
        """Return what is remembered before the first hit: zeros."""
        return np.zeros((len(positions), len(_REMEMBERED)), np.float32)

    def points(self, learned):
        """Return centres, shape (candidates, heads, 3), of what was learned, of the same shape."""
        hit = {name: value[:, None] for name, value in self.hit.items()}
        turned, radius, z = _at_arc(hit, hit["arc"] * (1 + np.logaddexp(learned[..., 0] - 1, np.float32(0))))
        turned = turned + self.units * learned[..., 1]
        rapidity = np.arcsinh(z / np.maximum(radius, _SHORTEST)) + self.units * learned[..., 2]
        distance = 1 + self.depth * np.log1p(np.sqrt(radius * radius + z * z + _TINY))
        cosine, sine = np.cos(turned), np.sin(turned)
        x, y = hit["cosine"] * cosine - hit["sine"] * sine, hit["sine"] * cosine + hit["cosine"] * sine
        return np.stack([distance * x, distance * y, rapidity], axis=2)

    @staticmethod
    def _features(hit, before, residual, later):
        turned, radius, z = _at_arc(before, hit["radius"] * _arcsine_ratio(hit["radius"] * before["curvature"] / 2))
        along = hit["rapidity"] - np.arcsinh(z / np.maximum(radius, _SHORTEST))
        features = [
            hit["logarithm"] - 3,
            hit["rapidity"] / 2,
            np.arcsinh(133 * hit["curvature"]) / 2,
            np.arcsinh(3 * (hit["z"] - hit["slope"] * hit["arc"])) / 2,
            later * np.arcsinh((hit["turned"] - turned) / residual) / 3,
            later * np.arcsinh(along / residual) / 3,
            np.arcsinh(hit["slope"]) - hit["rapidity"],
            np.log(np.maximum(hit["distance"] - before["distance"], _SHORTEST)) - 1.5,
        ]
        return np.stack(features, axis=1).astype(np.float32)


def _hit(positions, depth, before):
    x, y, rapidity = positions.T
    scaled = np.sqrt(x * x + y * y + _TINY)
    logarithm = np.clip((scaled - 1) / depth, 0, _LARGEST_LOGARITHM)
    distance = np.expm1(logarithm)
    hit = {"cosine": x / scaled, "sine": y / scaled, "logarithm": logarithm, "distance": distance}
    hit |= {"rapidity": rapidity, "radius": distance / np.cosh(rapidity), "z": distance * np.tanh(rapidity)}
    return hit | _helix(hit, before)


def _helix(hit, before):
    sine = before["cosine"] * hit["sine"] - before["sine"] * hit["cosine"]
    cosine = before["cosine"] * hit["cosine"] + before["sine"] * hit["sine"]
    outward = hit["radius"] * cosine - before["radius"]
    chord = np.sqrt(outward**2 + (hit["radius"] * sine) ** 2 + _TINY)
    curvature = np.clip(2 * sine / np.maximum(chord, _SHORTEST), -_LARGEST_CURVATURE, _LARGEST_CURVATURE)
    arc, arc_before = (one["radius"] * _arcsine_ratio(one["radius"] * curvature / 2) for one in (hit, before))
    slope = (hit["z"] - before["z"]) / np.maximum(arc - arc_before, _SHORTEST)
    slope = np.clip(slope, -_LARGEST_SLOPE, _LARGEST_SLOPE)
    return {"turned": np.arctan2(sine, cosine + _TINY), "curvature": curvature, "arc": arc, "slope": slope}


def _at_arc(hit, arc):
    here, there = (_limited(hit["curvature"] * length / 2) for length in (hit["arc"], arc))
    return there - here, arc * _sine_ratio(there), hit["z"] + hit["slope"] * (arc - hit["arc"])


def _limited(angle):
    return np.clip(angle, -_LARGEST_ANGLE, _LARGEST_ANGLE)


def _arcsine_ratio(sine):
    small = np.abs(sine) < 1e-3
    limited = np.where(small, np.float32(1e-3), np.clip(sine, -_LARGEST_SINE, _LARGEST_SINE))
    return np.where(small, np.float32(1), np.arcsin(limited) / limited)


def _sine_ratio(angle):
    small = np.abs(angle) < 1e-3
    safe = np.where(small, np.float32(1e-3), angle)
    return np.where(small, np.float32(1), np.sin(safe) / safe)
