"""Where along a track its partners say that it began, and how far each of them is from the others' opinion."""

import keras
from keras import ops

from keras_hep.layers.segment_operations import segment_sum


@keras.saving.register_keras_serializable(package="keras_hep")
class PathConsensus(keras.layers.Layer):
    """Compare the point that each edge suggests on its sender's track with the mean of what the other edges suggest.

    An edge is a pair of tracks, and its `path` the place on the sender's track where the two meet. The places of the
    true partners of a track agree: all are its vertex. So the mean of the places of a track's edges, weighted by how
    far each edge is believed and how precise it is, is an adaptive fit of one number, the vertex along the track. The
    edge itself is left out of the mean it is compared with; what little is known without any edge is a place at 0 with
    the variance of the beam's width squared.

    Args:
        width: float. Standard deviation of places, known beforehand, in the unit of the paths.

    Input: list of tensors: belief, float, shape (edges, 1), from 0 to 1; path, float, shape (edges, 1); precision,
    float, shape (edges, 1), one over the variance of the path; senders, int, shape (edges,); and nodes, shape (nodes,
    ...), which only says how many there are. Output: float tensor, shape (edges, 3): logarithms of 1 plus the squared
    distance of the path from the others' mean in units of both errors; of that mean's standard deviation; and of 1 plus
    the sum of the others' beliefs.

    Raises:
        ValueError: if the width is not positive.

    Reference: R. Fruehwirth, W. Waltenberger and P. Vanlaer, J. Phys. G 34 (2007) N343: the adaptive vertex fit, whose
        weights are a function of the distance; here a network gives them.

    Example:

    >>> import numpy as np
    >>> belief, path = np.ones((3, 1)), np.array([[1.0], [1.0], [4.0]])
    >>> compared = PathConsensus(10.0)([belief, path, np.ones((3, 1)), np.zeros(3, "int32"), np.zeros((1, 2))])
    >>> np.expm1(np.asarray(compared)[:, 0]).round(1).tolist()  # the third is 3 from the mean of the others
    [1.5, 1.5, 6.0]
    """

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        if not width > 0:
            raise ValueError(f"width must be positive, got {width}.")
        self.width = width

    def call(self, inputs):
        belief, path, precision, senders, nodes = inputs
        weight = belief * precision
        own = ops.concatenate([weight, weight * path, belief], axis=-1)
        others = ops.take(segment_sum(own, senders, ops.shape(nodes)[0]), senders, axis=0) - own
        information = ops.maximum(others[:, :1], 0) + self.width**-2
        distance = path - others[:, 1:2] / information
        variance = 1 / ops.maximum(precision, self.width**-2) + 1 / information
        columns = [ops.log1p(distance * distance / variance), -0.5 * ops.log(information)]
        return ops.concatenate([*columns, ops.log1p(ops.maximum(others[:, 2:], 0))], axis=-1)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((inputs[0].shape[0], 3), dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "width": self.width}
