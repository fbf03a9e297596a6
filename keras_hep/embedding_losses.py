"""Losses of networks that put what belongs together close to each other: the same network reads every member."""

import keras
from keras import ops

_SMALLEST_SQUARED_DISTANCE = 1e-12  # keeps the gradient finite where two embeddings are one point


@keras.saving.register_keras_serializable(package="keras_hep")
class SemihardTripletLoss(keras.losses.Loss):
    """Members of a group have to be closer to each other than to members of other groups, by a margin.

    With the distance d+ of an anchor to another member of its group and the distance d- to a member of another group,
    the loss of this triplet is margin + d+ - d-. Only semi-hard triplets count: those with 0 < d- - d+ <= margin, in
    the right order but not by the margin. (Among the others, those in the wrong order would pull all points into one.)
    The loss of a set is the mean over its semi-hard triplets, 0 where it has none.

    Args:
        margin: float. In units of the embedding.
        partners: int. Largest number of other members of its group that an anchor is paired with. As many as the
            largest group has less one lose no triplet.
        reduction: str. How Keras combines the losses of sets; by default to their mean.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Call: group of each member, shape (sets, members), and embeddings, shape (sets, members, features). The number of a
    group means nothing; a negative one marks padding, which is in no triplet.

    Raises:
        ValueError: if the margin or the number of partners is not positive.

    Reference: F. Schroff, D. Kalenichenko, J. Philbin, CVPR (2015), arXiv:1503.03832; with the margin of 0.1 in the
        public code for time slices of the SPD experiment (t3hseus/spd-timeslice-unravelling).

    Example: the first two are one group, at a distance of 0.1; the third is 0.15 from the second, which misses the
    margin of 0.1 by 0.05, and 0.25 from the first, which does not.

    >>> import numpy as np
    >>> groups, places = np.array([[0.0, 0.0, 1.0]]), np.array([[[0.0], [0.1], [0.25]]])
    >>> round(float(SemihardTripletLoss(margin=0.1)(groups, places)), 4)
    0.05
    """

    def __init__(
        self, margin=0.1, partners=8, reduction="sum_over_batch_size", name="semihard_triplet_loss", dtype=None
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        for argument, value in (("margin", margin), ("partners", partners)):
            if value <= 0:
                raise ValueError(f"{argument} must be positive, got {value}.")
        self.margin, self.partners = float(margin), int(partners)

    def call(self, y_true, y_pred):
        """Return the loss of each set, shape (sets,)."""
        distance = pairwise_distances(y_pred)
        known = y_true >= 0
        equal = y_true[..., :, None] == y_true[..., None, :]
        both = known[..., :, None] & known[..., None, :]
        partner = ops.cast(equal & both, distance.dtype) * (1 - ops.eye(y_true.shape[-1] or ops.shape(y_true)[-1]))
        is_partner, at = _largest(partner, self.partners)
        to_partner = ops.take_along_axis(distance, at, axis=-1)
        gap = distance[..., :, None, :] - to_partner[..., None]
        semihard = (gap > 0) & (gap <= self.margin) & (~equal & both)[..., :, None, :] & (is_partner > 0)[..., None]
        losses = ops.where(semihard, self.margin - gap, 0.0)
        counted = ops.sum(ops.cast(losses > 0, losses.dtype), axis=(-3, -2, -1))
        return ops.sum(losses, axis=(-3, -2, -1)) / ops.maximum(counted, 1)

    def get_config(self):
        """Return the arguments."""
        described = {"reduction": self.reduction, "name": self.name, "dtype": self._dtype_policy.name}
        return {"margin": self.margin, "partners": self.partners, **described}


def pairwise_distances(points):
    """Return the Euclidean distances of all pairs of points of each set.

    Args:
        points: float tensor, shape (sets, members, features).

    Returns:
        float tensor, shape (sets, members, members).

    Example:

    >>> import numpy as np
    >>> np.array(pairwise_distances(np.array([[[0.0, 0.0], [3.0, 4.0]]])))[0].round(4).tolist()
    [[0.0, 5.0], [5.0, 0.0]]
    """
    points = ops.convert_to_tensor(points)
    squares = ops.sum(ops.square(points), axis=-1)
    products = ops.matmul(points, ops.swapaxes(points, -1, -2))
    squared = squares[..., :, None] + squares[..., None, :] - 2 * products
    return ops.sqrt(ops.maximum(squared, _SMALLEST_SQUARED_DISTANCE))


def _largest(values, number):
    members = values.shape[-1]
    return ops.top_k(values, number if members is None else min(number, members))
