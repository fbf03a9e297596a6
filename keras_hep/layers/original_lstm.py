"""The LSTM layer as it was in Keras 1."""

import keras
from keras import initializers, ops


def original_lstm(units, **kwargs):
    """Return a `keras.layers.LSTM` with the gates and the initial weights of Keras 1.

    Keras 3 draws the weights of all four gates as one matrix: their scale is that of a layer four times as wide, about
    half of the original's. Its gates are sigmoids, where Keras 1 had a piecewise linear function.

    Args:
        units: int. Size of the state.
        **kwargs: further arguments of `keras.layers.LSTM`.

    Example:

    >>> layer = original_lstm(3, return_sequences=True)
    >>> tuple(layer(ops.zeros((2, 5, 4))).shape)
    (2, 5, 3)
    """
    return keras.layers.LSTM(
        units,
        recurrent_activation=piecewise_linear_sigmoid,
        kernel_initializer=GateWise("glorot_uniform", gates=4),
        recurrent_initializer=GateWise("orthogonal", gates=4),
        **kwargs,
    )


@keras.saving.register_keras_serializable(package="keras_hep")
def piecewise_linear_sigmoid(x):
    """Return 0.2 x + 0.5 within [0, 1], the `hard_sigmoid` of Keras 1 and 2 (Keras 3 has the slope 1/6).

    Example:

    >>> [round(float(y), 6) for y in piecewise_linear_sigmoid(ops.array([-3.0, 0.0, 1.0, 3.0]))]
    [0.0, 0.5, 0.7, 1.0]
    """
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


@keras.saving.register_keras_serializable(package="keras_hep")
class GateWise(initializers.Initializer):
    """Draws each gate's part of a joint matrix by itself.

    Args:
        initializer: name, configuration or instance of a Keras initializer for the matrix of one gate.
        gates: int. Number of equal parts along the last axis.

    Example:

    >>> matrix = GateWise("orthogonal", gates=4)((2, 8))
    >>> tuple(matrix.shape)
    (2, 8)
    """

    def __init__(self, initializer, gates):
        self.initializer = initializers.get(initializer)
        self.gates = gates

    def __call__(self, shape, dtype=None):
        """Return the joint matrix of the given shape."""
        part = (*shape[:-1], shape[-1] // self.gates)
        fresh = [self.initializer.clone() for _ in range(self.gates)]
        return ops.concatenate([gate(part, dtype) for gate in fresh], axis=-1)

    def get_config(self):
        """Return the arguments."""
        return {"initializer": initializers.serialize(self.initializer), "gates": self.gates}
