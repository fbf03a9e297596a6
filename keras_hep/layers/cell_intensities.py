"""How many cells of a shower have how much energy, with gradients."""

import itertools

import keras
from keras import ops

HIT_ENERGY = 1.5e-5  # 3e-4 MeV of deposit, the threshold of Belayneh et al. (2020), Figure 9, in the stored unit
LIMITS = (0.003, 0.008, 0.0125, 0.02, 0.03, 0.05)  # of the authors' public code, in the stored unit
KINDS = ("soft", "sum")
_WIDTH = 0.05  # of a limit: chosen, narrow against the distance of two limits


@keras.saving.register_keras_serializable(package="keras_hep")
class CellIntensities(keras.layers.Layer):
    """Spectrum of the cell energies of each image.

    Counting cells has no gradient. "soft" counts every cell above a limit with weight
    sigmoid((energy - limit) / (0.05 limit)), so that cells near a limit are pulled across it.

    Args:
        kind: str. "soft": number of cells without a hit, and of hits in each bin; "sum": energy of the hits in each
            bin, with a gradient within the bins but none across their limits.
        limits: sequence of float. Limits of the bins above the hit threshold, rising; unit of the public files, 50
            times the deposit in GeV.

    Input: float tensor, shape (batch, across, along, layers, 1), cell energies. Output: shape
    (batch, len(limits) + 2) of "soft" and (batch, len(limits) + 1) of "sum", in the order of rising energy.

    Raises:
        ValueError: if there is no such kind, or limits do not rise from above the hit threshold.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2; limits from the authors' public code.
    Differs: the article does not say how its counts have gradients.

    Example:

    >>> import numpy as np
    >>> image = np.array([0.0, 0.001, 0.01, 0.1, 0.2]).reshape(1, 1, 1, 5, 1)
    >>> layer = CellIntensities(limits=(0.005, 0.05))
    >>> np.asarray(layer(image)).round(3).tolist()
    [[1.0, 1.0, 1.0, 2.0]]
    """

    def __init__(self, kind="soft", limits=LIMITS, **kwargs):
        super().__init__(**kwargs)
        if kind not in KINDS:
            raise ValueError(f'CellIntensities: kind must be "soft" or "sum", got {kind!r}.')
        self.kind, self.limits = kind, [float(limit) for limit in limits]
        edges = [HIT_ENERGY, *self.limits]
        if any(low >= high for low, high in itertools.pairwise(edges)):
            raise ValueError(f"CellIntensities: limits must rise from above {HIT_ENERGY}, got {self.limits}.")
        self._edges = edges

    def call(self, inputs):
        cells = ops.reshape(inputs, (ops.shape(inputs)[0], -1))
        if self.kind == "sum":
            bounds = zip(self._edges, [*self._edges[1:], float("inf")], strict=True)
            inside = [ops.logical_and(cells > low, cells <= high) for low, high in bounds]
            return ops.stack([ops.sum(ops.where(one, cells, 0.0), axis=1) for one in inside], axis=1)
        above = [ops.sum(ops.sigmoid((cells - edge) / (_WIDTH * edge)), axis=1) for edge in self._edges]
        at_least = [ops.full_like(above[0], cells.shape[1]), *above, ops.zeros_like(above[0])]
        return ops.stack([low - high for low, high in itertools.pairwise(at_least)], axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self._edges) + (self.kind == "soft"))

    def get_config(self):
        return {**super().get_config(), "kind": self.kind, "limits": self.limits}
