"""Conditional density of a vector, one component after the other, each a mixture of normal laws."""

import math

import keras
import numpy as np
from keras import ops

_LOG_SCALES = -5.0, 3.0  # between which the logarithms of the widths stay


@keras.saving.register_keras_serializable(package="keras_hep")
class AutoregressiveMixture(keras.layers.Layer):
    """Masked network whose outputs are the laws of each component of a vector, given those before it.

    The law of a component is a mixture of normal ones. Two masked hidden layers and a masked linear map lead to their
    weights, means and widths, so that one pass gives the density of a whole vector; drawing takes one pass a component.

    Args:
        components: int. Length of the vectors.
        mixture: int. Normal laws in the mixture of each component.
        units: int. Of each hidden layer; at least as many as components.

    Call: vectors of shape (batch, components) and what they depend on, (batch, conditions). Output: their log density,
    float32, shape (batch, components): the density of a vector is the sum over its components, natural logarithm.

    Raises:
        ValueError: if a number is below 1, or there are fewer units than components.

    Reference: M. Germain et al., "MADE: Masked Autoencoder for Distribution Estimation", ICML 2015; C. M. Bishop,
        "Mixture density networks", Aston University NCRG/94/004 (1994).

    Example:

    >>> import numpy as np
    >>> law = AutoregressiveMixture(components=3, mixture=2, units=8)
    >>> tuple(law(np.zeros((4, 3), "float32"), np.zeros((4, 1), "float32")).shape)
    (4, 3)
    >>> normal, uniform = np.zeros((4, 3), "float32"), np.full((4, 3), 0.5, "float32")
    >>> tuple(law.draw(normal, uniform, np.zeros((4, 1), "float32")).shape)
    (4, 3)
    """

    def __init__(self, components, mixture=4, units=128, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        if min(components, mixture) < 1:
            raise ValueError(f"components and mixture must be at least 1, got {components} and {mixture}.")
        if units < components:
            raise ValueError(f"units must be at least the {components} components, got {units}.")
        self.components, self.mixture, self.units = components, mixture, units

    def build(self, vectors_shape, conditions_shape):
        inputs, outputs = self.components + conditions_shape[-1], self.components * 3 * self.mixture
        # Degree: the last component that a unit may know of, 0 for conditions; outputs know those before their own.
        known = np.concatenate([np.arange(1, self.components + 1), np.zeros(conditions_shape[-1], int)])
        hidden = np.arange(self.units) % self.components
        made = np.repeat(np.arange(self.components), 3 * self.mixture)
        self.masks = [
            (before[:, None] <= after).astype(np.float32)
            for before, after in ((known, hidden), (hidden, hidden), (hidden, made), (known, made))
        ]
        sizes = (inputs, self.units), (self.units, self.units), (self.units, outputs), (inputs, outputs)
        self.kernels, self.biases = [], []
        for name, size in zip(("first", "second", "laws", "linear"), sizes, strict=True):
            start = "zeros" if name == "linear" else "glorot_uniform"
            self.kernels.append(self.add_weight(shape=size, initializer=start, name=name))
            if name != "linear":
                start = self._first_laws if name == "laws" else "zeros"
                self.biases.append(self.add_weight(shape=size[1:], initializer=start, name=f"{name}_bias"))
        self.built = True

    def _first_laws(self, shape, dtype=None):
        """Means spread over a few widths, so that normal laws of one mixture do not learn the same."""
        laws = np.zeros((self.components, 3, self.mixture))
        laws[:, 1] = np.linspace(-1, 1, self.mixture) if self.mixture > 1 else 0.0
        return ops.convert_to_tensor(laws.reshape(shape), dtype or "float32")

    def call(self, vectors, conditions):
        kernels = [kernel * mask for kernel, mask in zip(self.kernels, self.masks, strict=True)]
        inputs = ops.concatenate([vectors, conditions], axis=-1)
        laws = ops.matmul(self._hidden(inputs, kernels), kernels[2]) + self.biases[2] + ops.matmul(inputs, kernels[3])
        weights, means, scales = self._laws(ops.reshape(laws, (-1, self.components, 3, self.mixture)))
        pulls = (ops.expand_dims(vectors, -1) - means) * ops.exp(-scales)
        return ops.logsumexp(weights - ops.square(pulls) / 2 - scales, axis=-1) - math.log(2 * math.pi) / 2

    def draw(self, normal, uniform, conditions):
        """Return vectors of the law, float32 tensor of shape (batch, components).

        Args:
            normal: float tensor, shape (batch, components). Of the standard normal law.
            uniform: float tensor of the same shape, from 0 to 1: it chooses the part of each mixture.
            conditions: float tensor, shape (batch, conditions).
        """
        if not self.built:
            self.build(normal.shape, conditions.shape)
        kernels = [kernel * mask for kernel, mask in zip(self.kernels, self.masks, strict=True)]
        first = ops.matmul(conditions, kernels[0][self.components :]) + self.biases[0]
        straight = ops.matmul(conditions, kernels[3][self.components :]) + self.biases[2]
        drawn, size = [], 3 * self.mixture
        for number in range(self.components):
            own = slice(number * size, (number + 1) * size)
            laws = straight[:, own]
            hidden = first
            if drawn:
                known = ops.concatenate(drawn, axis=-1)
                hidden = hidden + ops.matmul(known, kernels[0][:number])
                laws = laws + ops.matmul(known, kernels[3][:number, own])
            hidden = ops.relu(ops.matmul(ops.relu(hidden), kernels[1]) + self.biases[1])
            laws = ops.reshape(laws + ops.matmul(hidden, kernels[2][:, own]), (-1, 3, self.mixture))
            drawn.append(self._drawn(laws, normal[:, number : number + 1], uniform[:, number : number + 1]))
        return ops.concatenate(drawn, axis=-1)

    def _hidden(self, inputs, kernels):
        hidden = ops.relu(ops.matmul(inputs, kernels[0]) + self.biases[0])
        return ops.relu(ops.matmul(hidden, kernels[1]) + self.biases[1])

    def _drawn(self, laws, normal, uniform):
        weights, means, scales = self._laws(laws)
        upper = ops.cumsum(ops.exp(weights), axis=-1)[:, :-1]  # the last part takes what is above
        part = ops.one_hot(ops.sum(ops.cast(uniform > upper, "int32"), axis=-1), self.mixture)
        mean, scale = (ops.sum(part * values, axis=-1, keepdims=True) for values in (means, ops.exp(scales)))
        return mean + scale * normal

    def _laws(self, laws):
        """Return log weights, means and log widths of mixtures, whose axis before the last has these three."""
        return ops.log_softmax(laws[..., 0, :]), laws[..., 1, :], ops.clip(laws[..., 2, :], *_LOG_SCALES)

    def compute_output_shape(self, vectors_shape, conditions_shape):
        return vectors_shape

    def get_config(self):
        sizes = {"components": self.components, "mixture": self.mixture, "units": self.units}
        return {**super().get_config(), **sizes}
