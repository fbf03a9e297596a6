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
