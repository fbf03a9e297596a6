"""What is measured while a network trains."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class LastAUC(keras.metrics.AUC):
    """Area under the ROC curve of the last batch, as the network answered it before its step.

    Weights of whole classes do not change it; examples of weight 0 do not count.

    Keras' own metric pools the answers of all batches of an epoch; where a batch is a whole event, the last one is
    wanted.

    Args:
        num_thresholds: int. Scores are counted in so many intervals between 0 and 1.
        from_logits: bool. Whether the network gives logits.
        name: str. Its entry in the history.

    Differs: from the exact rank statistic by less than 1e-4 with the default number of thresholds, where no interval
        holds a large share of the scores.

    Example:

    >>> import numpy as np
    >>> metric = LastAUC()
    >>> metric.update_state(np.array([0.0, 1.0]), np.array([1.0, -1.0]))
    >>> metric.update_state(np.array([0.0, 1.0]), np.array([-1.0, 1.0]))
    >>> float(metric.result())
    1.0
    """

    def __init__(self, num_thresholds=4_000, from_logits=True, name="auc", **kwargs):
        super().__init__(num_thresholds, from_logits=from_logits, name=name, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Forget the batches before and count this one."""
        self.reset_state()
        super().update_state(y_true, y_pred, sample_weight)

    def get_config(self):
        """Return the arguments."""
        return {"num_thresholds": self.num_thresholds, "from_logits": self._from_logits, "name": self.name}


@keras.saving.register_keras_serializable(package="keras_hep")
class HitEfficiency(keras.metrics.Mean):
    """Share of the hits that lie in the sphere predicted for them.

    Args:
        name: str. Its entry in the history.

    Call: true hits of shape (..., 3), predictions of shape (..., 4), centre and radius, and sample weights of shape
    (...).

    Reference: the metrics of the authors' public code of TrackNET (t3hseus/tracknet).

    Example:

    >>> import numpy as np
    >>> metric = HitEfficiency()
    >>> metric.update_state(np.zeros((2, 3)), np.array([[0.3, 0.4, 0.0, 0.6], [0.3, 0.4, 0.0, 0.4]]))
    >>> float(metric.result())
    0.5
    """

    def __init__(self, name="hit_efficiency", **kwargs):
        super().__init__(name=name, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the hits of a batch."""
        squared = ops.sum(ops.square(y_true - y_pred[..., :3]), axis=-1)
        super().update_state(ops.cast(squared <= ops.square(y_pred[..., 3]), self.dtype), sample_weight)


@keras.saving.register_keras_serializable(package="keras_hep")
class MeanRadius(keras.metrics.Mean):
    """Mean radius of the spheres predicted.

    Args:
        name: str. Its entry in the history.

    Call: as `HitEfficiency`.

    Example:

    >>> import numpy as np
    >>> metric = MeanRadius()
    >>> metric.update_state(np.zeros((2, 3)), np.array([[0, 0, 0, 0.5], [0, 0, 0, 1.0]]))
    >>> float(metric.result())
    0.75
    """

    def __init__(self, name="mean_radius", **kwargs):
        super().__init__(name=name, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the spheres of a batch."""
        super().update_state(y_pred[..., 3], sample_weight)


class _EdgeCounts(keras.metrics.Metric):
    """Counts of right and wrong edges: what the metrics of edges are quotients of."""

    def __init__(self, name, **kwargs):
        super().__init__(name=name, **kwargs)
        kinds = ("true_positives", "false_positives", "false_negatives", "true_negatives")
        self._counts = [self.add_variable((), "zeros", name=kind) for kind in kinds]

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count the edges of a batch, all alike but those of weight 0."""
        true, chosen = y_true > 0.5, y_pred > 0
        counted = True if sample_weight is None else ops.reshape(sample_weight, ops.shape(y_true)) > 0
        kinds = (true & chosen, ~true & chosen, true & ~chosen, ~true & ~chosen)
        for count, kind in zip(self._counts, kinds, strict=True):
            count.assign_add(ops.sum(ops.cast(kind & counted, self.dtype)))

    def result(self):
        """Return the quotient, 0 where there is nothing to divide by."""
        above, below = self._quotient(*self._counts)
        return ops.divide_no_nan(above, below)


@keras.saving.register_keras_serializable(package="keras_hep")
class EdgeAccuracy(_EdgeCounts):
    """Share of edges on the right side of a score of 1/2, over all edges of all graphs alike.

    Sample weights only tell which edges count, those above 0: with weights that make graphs of different size count
    alike in the loss, Keras' own metrics would not be the published ones.

    Args:
        name: str. Its entry in the history.

    Call: labels of shape (edges, 1), logits of that shape, and sample weights of shape (edges,).

    Reference: TrackGANN (slides, 2025), "Loss function and Metrics".

    Example:

    >>> import numpy as np
    >>> metric = EdgeAccuracy()
    >>> labels, logits = np.array([[1.0], [0.0], [0.0]]), np.array([[2.0], [-1.0], [3.0]])
    >>> metric.update_state(labels, logits, np.array([0.2, 0.1, 0.0]))
    >>> float(metric.result())
    1.0
    """

    def __init__(self, name="accuracy", **kwargs):
        super().__init__(name, **kwargs)

    def _quotient(self, true_positives, false_positives, false_negatives, true_negatives):
        right = true_positives + true_negatives
        return right, right + false_positives + false_negatives


@keras.saving.register_keras_serializable(package="keras_hep")
class EdgePrecision(_EdgeCounts):
    """Share of true edges among those above a score of 1/2; otherwise as `EdgeAccuracy`.

    Args:
        name: str. Its entry in the history.

    Example:

    >>> import numpy as np
    >>> metric = EdgePrecision()
    >>> metric.update_state(np.array([[1.0], [0.0], [1.0]]), np.array([[2.0], [1.0], [-3.0]]))
    >>> float(metric.result())
    0.5
    """

    def __init__(self, name="precision", **kwargs):
        super().__init__(name, **kwargs)

    def _quotient(self, true_positives, false_positives, false_negatives, true_negatives):
        return true_positives, true_positives + false_positives


@keras.saving.register_keras_serializable(package="keras_hep")
class EdgeRecall(_EdgeCounts):
    """Share of edges above a score of 1/2 among the true ones; otherwise as `EdgeAccuracy`.

    Args:
        name: str. Its entry in the history.

    Example:

    >>> import numpy as np
    >>> metric = EdgeRecall()
    >>> metric.update_state(np.array([[1.0], [0.0], [1.0]]), np.array([[2.0], [1.0], [3.0]]))
    >>> float(metric.result())
    1.0
    """

    def __init__(self, name="recall", **kwargs):
        super().__init__(name, **kwargs)

    def _quotient(self, true_positives, false_positives, false_negatives, true_negatives):
        return true_positives, true_positives + false_negatives
