"""Energy and angles in their units, from the numbers of a network's last layer."""

import keras
from keras import ops

ENERGY_UNIT = 10.0  # GeV
ANGLE_UNIT = 0.1  # rad, and of pseudorapidity


@keras.saving.register_keras_serializable(package="keras_hep")
class ParticleOutputs(keras.layers.Layer):
    """Turn five numbers of a network into two class logits, an energy in GeV, and two angles.

    Angles are corrections of those measured, in units of 0.1; energies are in units of 10 GeV.

    Args:
        residual: bool. Whether the energy is a correction of the energy in the cells of both calorimeters.

    Input: a list of the numbers, shape (showers, 5), and what is measured, shape (showers, 4): phi, eta, energy in the
    ECAL, energy in the HCAL. Output: float32 tensor, shape (showers, 5): logits of both classes, energy, eta, phi.

    Reference: the public code of Belayneh et al., Eur. Phys. J. C 80 (2020) 688.

    Example: where the network answers 0, the energy is the one measured.

    >>> import numpy as np
    >>> measured = np.array([[0.1, 0.2, 50.0, 3.0]], "float32")
    >>> np.asarray(ParticleOutputs()([np.zeros((1, 5), "float32"), measured])).round(2).tolist()
    [[0.0, 0.0, 53.0, 0.20000000298023224, 0.10000000149011612]]
    """

    def __init__(self, residual=True, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.residual = residual

    def call(self, inputs):
        numbers, measured = inputs
        energy = ENERGY_UNIT * numbers[:, 2:3]
        if self.residual:
            energy = energy + measured[:, 2:3] + measured[:, 3:4]
        eta = measured[:, 1:2] + ANGLE_UNIT * numbers[:, 3:4]
        phi = measured[:, 0:1] + ANGLE_UNIT * numbers[:, 4:5]
        return ops.concatenate([numbers[:, :2], energy, eta, phi], axis=-1)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape[0])

    def get_config(self):
        return {**super().get_config(), "residual": self.residual}
