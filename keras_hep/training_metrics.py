"""What is measured while a network trains."""

import keras


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
