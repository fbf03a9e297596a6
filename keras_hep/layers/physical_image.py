"""Cell energies out of the compressed images that networks for generation read and make."""

import keras
from keras import ops

IMAGE_POWER = 0.85  # Belayneh et al. (2020), Section 4.2


@keras.saving.register_keras_serializable(package="keras_hep")
class PhysicalImage(keras.layers.Layer):
    """Undo the power that compresses the range of cell energies: max(image, 0) ^ (1 / power).

    Args:
        power: float in (0, 1]. Exponent that the images were raised to.

    Input and output: float tensor, any shape.

    Raises:
        ValueError: if `power` is not in (0, 1].

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2.

    Example:

    >>> import numpy as np
    >>> np.asarray(PhysicalImage(power=0.5)(np.array([[3.0, -1.0]]))).tolist()
    [[9.0, 0.0]]
    """

    def __init__(self, power=IMAGE_POWER, **kwargs):
        super().__init__(**kwargs)
        if not 0 < power <= 1:
            raise ValueError(f"PhysicalImage: power must be above 0 and at most 1, got {power}.")
        self.power = power

    def call(self, inputs):
        return ops.power(ops.maximum(inputs, 0.0), 1 / self.power)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "power": self.power}
