"""Recurrent network that says where the next hit of a track is to be searched."""

import keras
from keras import ops

from keras_hep.layers import BarrelCentres, BarrelFeatures, HelixCentres, HelixFeatures, PlaneCentres, PlaneFeatures


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackNET(keras.Model):
    """Two recurrent layers over the hits of a track, and for each head the centre and size of a search region.

    With one head this is TrackNET, with two StepAhead TrackNET: its second head looks for the hit after the next, for
    detectors that miss hits.

    Args:
        heads: int. Hits ahead that are predicted, 1 or 2.
        shape: str. "sphere": centre of three coordinates and a radius; "ellipse": x and y on the next plane and two
            semi-axes.
        hidden_units: int. Width of both recurrent layers.
        frame: dict or None. None: the network reads x, y, z and gives coordinates itself, as published. Else it reads
            and corrects a continuation of the track, straight or on a helix (ours): {"geometry": "barrel"} with the
            arguments of `keras_hep.layers.BarrelFeatures` and `BarrelCentres`, {"geometry": "helix"} with those of
            `keras_hep.layers.HelixFeatures` and `HelixCentres`, {"geometry": "planes"} with those of
            `keras_hep.layers.PlaneFeatures` and `PlaneCentres`.
        unit: float. Unit of the sizes; the published network has 1.

    Input: float tensor, shape (batch, hits, 3), scaled coordinates. Output: float tensor, shape (batch, hits, heads,
    4): the regions for the hits after each hit.

    Raises:
        ValueError: if heads, shape or the frame's geometry are none of those named.

    Reference: Goncharov et al., slides (2024), TrackNET and StepAhead TrackNET; layers as in the authors' public code
        (t3hseus/tracknet, t3hseus/ariadne): 10,152 parameters with two spheres, 10,020 with one ellipse.

    Example:

    >>> TrackNET(heads=2).count_params(), TrackNET(heads=1, shape="ellipse").count_params()
    (10152, 10020)
    """

    def __init__(self, heads=1, shape="sphere", hidden_units=32, frame=None, unit=1.0, **kwargs):
        if heads not in (1, 2):
            raise ValueError(f"heads must be 1 or 2, got {heads}.")
        if shape not in ("sphere", "ellipse"):
            raise ValueError(f"shape must be sphere or ellipse, got {shape!r}.")
        frame = dict(frame) if frame else None
        points = keras.Input((None, 3), name="points")
        hidden = _features(frame)(points) if frame else points
        for number in (1, 2):
            hidden = keras.layers.GRU(hidden_units, return_sequences=True, name=f"gru_{number}")(hidden)
        regions = [_region(points, hidden, shape, frame, unit, ahead) for ahead in range(1, heads + 1)]
        super().__init__(points, ops.stack(regions, axis=2), **kwargs)
        self.arguments = {
            "heads": heads,
            "shape": shape,
            "hidden_units": hidden_units,
            "frame": frame,
            "unit": unit,
        }

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


# Geometry: layer that reads and its arguments, layer that writes and its arguments.
_GEOMETRIES = {
    "barrel": (BarrelFeatures, ("first_ratio", "step"), BarrelCentres, ("first_ratio", "scales")),
    "helix": (HelixFeatures, ("depth", "residual"), HelixCentres, ("depth", "scales")),
    "planes": (PlaneFeatures, ("target", "slope"), PlaneCentres, ("target", "planes", "scales")),
}


def _geometry(frame):
    if frame["geometry"] not in _GEOMETRIES:
        raise ValueError(f"geometry must be one of {', '.join(_GEOMETRIES)}, got {frame['geometry']!r}.")
    return _GEOMETRIES[frame["geometry"]]


def _features(frame):
    features, names, _, _ = _geometry(frame)
    return features(**{name: frame[name] for name in names}, name="features")


def _region(points, hidden, shape, frame, unit, ahead):
    """Return centre and size of the region for the hit `ahead` hits ahead, shape (batch, hits, 4)."""
    coordinates = 3 if shape == "sphere" else 2
    centre = keras.layers.Dense(coordinates, name=f"centre_{ahead}")(hidden)
    if frame:
        _, _, centres, names = _geometry(frame)
        arguments = {name: frame[name] for name in names}
        centre = centres(**arguments, ahead=ahead, name=f"point_{ahead}")([points, centre])
    sizes = keras.layers.Dense(4 - coordinates, activation="softplus", name=f"size_{ahead}")(hidden)
    if unit != 1:
        sizes = keras.layers.Rescaling(unit, name=f"scaled_size_{ahead}")(sizes)
    return keras.layers.Concatenate(name=f"region_{ahead}")([centre, sizes])
