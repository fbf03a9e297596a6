"""Training by maximum likelihood of networks whose output is the negative log likelihood, in parts."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class NegativeLogLikelihood(keras.losses.Loss):
    """Sum of the terms that a network such as `keras_hep.models.ShowerVAE` puts out; targets do not count.

    Args:
        reduction: str. How Keras combines the losses of a batch.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Call: targets of any shape whose first axis is the batch; outputs of shape (batch, terms), nats.

    Example:

    >>> import numpy as np
    >>> float(NegativeLogLikelihood()(np.zeros(2), np.array([[1.0, 2.0], [3.0, 4.0]])))
    5.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="negative_log_likelihood", dtype=None):
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true, y_pred):
        """Return the loss of each row of the batch."""
        return ops.sum(y_pred, axis=-1)

    def get_config(self):
        """Return the arguments."""
        return {"reduction": self.reduction, "name": self.name, "dtype": self._dtype_policy.name}


@keras.saving.register_keras_serializable(package="keras_hep")
class LikelihoodTerm(keras.metrics.Mean):
    """Mean of one term of the negative log likelihood.

    Args:
        number: int. Of the term, from 0 on.
        name: str.
        dtype: str. Of the computation; None: Keras' default.

    Example:

    >>> import numpy as np
    >>> term = LikelihoodTerm(1, "latent")
    >>> term.update_state(np.zeros(2), np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> float(term.result())
    3.0
    """

    def __init__(self, number, name, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.number = int(number)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Take in a batch."""
        return super().update_state(y_pred[:, self.number], sample_weight=sample_weight)

    def get_config(self):
        """Return the arguments."""
        return {"number": self.number, "name": self.name}
