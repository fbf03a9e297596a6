"""LSTM over sparse binary vectors that are given as lists of hits."""

import keras
from keras import ops

from keras_hep.layers.hit_dense import row_sum
from keras_hep.layers.original_lstm import GateWise, piecewise_linear_sigmoid


@keras.saving.register_keras_serializable(package="keras_hep")
class HitLSTM(keras.layers.RNN):
    """The LSTM of `original_lstm` that reads which inputs are 1: its first product is the sum of the rows of the hits.

    Weights and function are those of `original_lstm` on vectors of 0 and 1. The sums of all steps are computed before
    the recurrence.

    Args:
        units: int. Size of the state.
        positions: int. Positions that a hit can have: the length of the vectors of 0 and 1.
        **kwargs: further arguments of `keras.layers.RNN`, as `return_sequences` and `go_backwards`.

    Input: int tensor, shape (batch, steps, hits): positions of the hits, each at most once in a step, and -1 where
    there is none. Output: float tensor, shape (batch, units), or (batch, steps, units) with `return_sequences`.

    Example:

    >>> layer = HitLSTM(units=3, positions=5, return_sequences=True)
    >>> tuple(layer(ops.array([[[1, 4], [2, -1]]])).shape)
    (1, 2, 3)
    """

    def __init__(self, units, positions, **kwargs):
        super().__init__(_Cell(units, positions, dtype=kwargs.get("dtype"), name="cell"), **kwargs)

    def call(self, sequences, initial_state=None, mask=None, training=False):
        gates = row_sum(self.cell.kernel, sequences)
        return super().call(gates, initial_state=initial_state, mask=mask, training=training)

    def get_config(self):
        config = super().get_config()
        del config["cell"]
        return {**config, "units": self.cell.units, "positions": self.cell.positions}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class _Cell(keras.layers.LSTMCell):
    """An LSTM cell that gets its inputs multiplied with its kernel already."""

    def __init__(self, units, positions, **kwargs):
        super().__init__(
            units,
            recurrent_activation=piecewise_linear_sigmoid,
            kernel_initializer=GateWise("glorot_uniform", gates=4),
            recurrent_initializer=GateWise("orthogonal", gates=4),
            **kwargs,
        )
        self.positions = positions

    def build(self, input_shape):
        super().build((None, self.positions))

    def call(self, inputs, states, training=False):
        hidden, carry = states
        gates = ops.split(inputs + ops.matmul(hidden, self.recurrent_kernel) + self.bias, 4, axis=1)
        enter, keep, leave = (self.recurrent_activation(gates[number]) for number in (0, 1, 3))
        carry = keep * carry + enter * self.activation(gates[2])
        hidden = leave * self.activation(carry)
        return hidden, [hidden, carry]
