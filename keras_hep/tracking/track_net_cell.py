"""One step of a TrackNET in NumPy: its recurrent states are carried along while candidates grow."""

import dataclasses
import json

import numpy as np

from keras_hep.tracking.helix_step import HelixStep


@dataclasses.dataclass(frozen=True, eq=False)
class TrackNETCell:
    """The weights of a `keras_hep.models.TrackNET`, and its step from one hit to the next.

    Attributes:
        layers: tuple of two tuples of float32 arrays: input kernel, recurrent kernel, input bias and recurrent bias of
            a GRU, as Keras has them with `reset_after`.
        centres: pair of float32 arrays, kernel and bias of the centres of all heads side by side.
        sizes: pair of float32 arrays, the same for the sizes.
        arguments: dict. The network's configuration.

    Reference: Cho et al., arXiv:1406.1078, in the form with the reset gate after the matrix product.

    Example:

    >>> from keras_hep.models import TrackNET
    >>> cell = TrackNETCell.of(TrackNET(heads=2))
    >>> state = cell.start(np.zeros((5, 3), np.float32))
    >>> state, centres, sizes = cell.step(state, np.zeros((5, 3), np.float32))
    >>> centres.shape, sizes.shape
    ((5, 2, 3), (5, 2, 1))
    """

    layers: tuple
    centres: tuple
    sizes: tuple
    arguments: dict

    def __post_init__(self):
        object.__setattr__(self, "_matrices", tuple(map(_contiguous, self.layers)))

    @classmethod
    def of(cls, model):
        """Take the weights of a Keras `TrackNET` over."""
        weights = {
            layer.name: [np.asarray(weight, np.float32) for weight in layer.get_weights()] for layer in model.layers
        }
        recurrent = tuple(_halved_gates(*weights[f"gru_{number}"]) for number in (1, 2))
        heads = range(1, model.arguments["heads"] + 1)
        centres, sizes = (_side_by_side([weights[f"{part}_{head}"] for head in heads]) for part in ("centre", "size"))
        # Keras keeps dicts in a class of its own, which does not leave the process.
        return cls(recurrent, centres, sizes, json.loads(json.dumps(model.arguments)))

    @property
    def heads(self):
        """Regions of each prediction: 1 or 2."""
        return self.arguments["heads"]

    def start(self, positions):
        """Return the state before the first hit is read.

        Args:
            positions: float32 array, shape (candidates, 3). First hits, scaled.

        Returns:
            tuple of arrays with one row per candidate: the states of both recurrent layers; for a network with a frame
            also what it remembers of the point before the hit, and the number of hits read.
        """
        states = tuple(np.zeros((len(positions), layer[1].shape[0]), np.float32) for layer in self.layers)
        frame = self.arguments["frame"]
        if frame is None:
            return states
        before = _STEPS[frame["geometry"]].first(frame, positions)
        return *states, before.astype(np.float32), np.zeros(len(positions), np.int32)

    def step(self, state, positions):
        """Read the next hit of each candidate and predict where those after it are to be searched.

        Args:
            state: tuple of arrays, from `start` or the last `step`.
            positions: float32 array, shape (candidates, 3). The hits, scaled.

        Returns:
            (state, centres, sizes): the new state, and float32 arrays of shape (candidates, heads, 3) and
            (candidates, heads, 1) for spheres, (candidates, heads, 2) both for ellipses.
        """
        frame = self.arguments["frame"]
        step = _STEPS[frame["geometry"]](frame, state, positions) if frame else None
        hidden = step.features if frame else positions
        hidden_states = []
        for matrices, before in zip(self._matrices, state[:2], strict=True):
            hidden = _gru_step(matrices, before, hidden)
            hidden_states.append(hidden)
        centres, sizes = (_by_head(hidden @ kernel + bias, self.heads) for kernel, bias in (self.centres, self.sizes))
        sizes = np.float32(self.arguments["unit"]) * _softplus(sizes)
        if frame is None:
            return tuple(hidden_states), centres, sizes
        return (*hidden_states, step.remembered, state[3] + 1), step.points(centres), sizes


class _BarrelStep:
    """A step in the frame of the hit reached, as in `keras_hep.layers.BarrelFeatures` and `BarrelCentres`."""

    def __init__(self, frame, state, positions):
        self.units, self.remembered = _units(frame, state[3]), positions
        x, y, self.z = positions.T
        dx, dy, dz = (positions - state[2]).T
        self.radius = np.sqrt(x * x + y * y + np.float32(1e-12))
        self.cosine, self.sine = x / self.radius, y / self.radius
        self.local = np.stack([self.cosine * dx + self.sine * dy, self.cosine * dy - self.sine * dx, dz], axis=1)
        self.features = np.concatenate(
            [self.radius[:, None], positions[:, 2:], self.local / np.float32(frame["step"])], axis=1
        )

    @staticmethod
    def first(frame, positions):
        """Return the point before the first hit."""
        return np.float32(frame["first_ratio"]) * positions

    def points(self, corrections):
        """Return centres, shape (candidates, heads, 3), of corrections of the same shape."""
        ahead = np.arange(1, corrections.shape[1] + 1, dtype=np.float32)[:, None]
        outward, sideways, along = np.moveaxis(ahead * self.local[:, None] + self.units * corrections, 2, 0)
        outward = outward + self.radius[:, None]
        cosine, sine = self.cosine[:, None], self.sine[:, None]
        x, y = cosine * outward - sine * sideways, sine * outward + cosine * sideways
        return np.stack([x, y, self.z[:, None] + along], axis=2)


class _PlaneStep:
    """A step from plane to plane, as in `keras_hep.layers.PlaneFeatures` and `PlaneCentres`."""

    def __init__(self, frame, state, positions):
        self.frame, self.positions, self.remembered, self.number = frame, positions, positions, state[3]
        step = positions - state[2]
        self.slopes = step[:, :2] / np.where(step[:, 2:] > 1e-6, step[:, 2:], np.float32(1))
        self.features = np.concatenate([positions, self.slopes / np.float32(frame["slope"])], axis=1)

    @staticmethod
    def first(frame, positions):
        """Return the point before the first hit."""
        return np.broadcast_to(np.asarray(frame["target"], np.float32), positions.shape)

    def points(self, corrections):
        """Return centres, shape (candidates, heads, 2), of corrections of the same shape."""
        planes = np.asarray(self.frame["planes"], np.float32)
        ahead = np.arange(1, corrections.shape[1] + 1)
        following = planes[np.minimum(self.number[:, None] + ahead, len(planes) - 1)]
        distance = (following - self.positions[:, 2:])[..., None]
        slopes = self.slopes[:, None] + _units(self.frame, self.number) * corrections
        return self.positions[:, None, :2] + slopes * distance


def _units(frame, number):
    """Return the units of corrections by the number of hits read before, shape (candidates, 1, 1)."""
    first, later = map(np.float32, frame["scales"])
    return np.where(number == 0, first, later)[:, None, None]


_STEPS = {"barrel": _BarrelStep, "helix": HelixStep, "planes": _PlaneStep}


def _halved_gates(kernel, recurrent, bias):
    """Halve what the two gates read, since the logistic function of x is (1 + tanh(x / 2)) / 2."""
    units = recurrent.shape[0]
    half = np.repeat(np.float32([0.5, 0.5, 1.0]), units)
    return kernel * half, recurrent * half, bias[0] * half, bias[1] * half


def _contiguous(layer):
    """Return the matrices of a layer as products of them are fastest: gates and candidate state apart."""
    kernel, recurrent, bias, recurrent_bias = layer
    gates = 2 * recurrent.shape[0]
    parts = kernel[:, :gates], kernel[:, gates:], recurrent[:, :gates], recurrent[:, gates:]
    biases = bias[:gates] + recurrent_bias[:gates], bias[gates:], recurrent_bias[gates:]
    return tuple(map(np.ascontiguousarray, (*parts, *biases)))


def _gru_step(matrices, before, inputs):
    read_gates, read, kept_gates, kept, bias_gates, bias, kept_bias = matrices
    units = before.shape[1]
    gates = inputs @ read_gates
    gates += before @ kept_gates
    gates += bias_gates
    np.tanh(gates, out=gates)
    gates += 1
    gates *= np.float32(0.5)
    candidate = before @ kept
    candidate += kept_bias
    candidate *= gates[:, units:]
    candidate += inputs @ read
    candidate += bias
    np.tanh(candidate, out=candidate)
    return candidate + gates[:, :units] * (before - candidate)


def _softplus(values):
    # log(1 + exp(x)) without overflow; four times as fast as np.logaddexp.
    return np.maximum(values, np.float32(0)) + np.log1p(np.exp(-np.abs(values)))


def _by_head(values, heads):
    return values.reshape(len(values), heads, values.shape[1] // heads)


def _side_by_side(pairs):
    return tuple(np.ascontiguousarray(np.concatenate(parts, axis=-1)) for parts in zip(*pairs, strict=True))
