"""Optimizers as the published trainings used them, where Keras 3 has another algorithm under the same name."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_hep")
class ScheduledNadam(keras.optimizers.Optimizer):
    """Nadam whose momentum rises slowly, as in Keras 1 and 2.

    At step t the momentum is `beta_1 (1 - 0.96^(schedule_decay t) / 2)`. Keras 3 has the same formula with
    `schedule_decay` fixed to 1, which reaches `beta_1` within 100 steps instead of 20,000.

    Args:
        learning_rate: float.
        beta_1: float. Decay of the gradient's mean, and the momentum in the end.
        beta_2: float. Decay of the squared gradient's mean.
        epsilon: float. Added to the root of the squared gradient's mean.
        schedule_decay: float.

    Reference: T. Dozat, "Incorporating Nesterov Momentum into Adam", ICLR workshop 2016; defaults of Keras 1.2.

    Example:

    >>> weight = keras.Variable([1.0])
    >>> optimizer = ScheduledNadam(learning_rate=0.1)
    >>> optimizer.apply([ops.convert_to_tensor([2.0])], [weight])
    >>> round(float(weight.numpy()[0]), 4)
    0.8944
    """

    def __init__(
        self,
        learning_rate=0.002,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        schedule_decay=0.004,
        name="scheduled_nadam",
        **kwargs,
    ):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.schedule_decay = schedule_decay

    def build(self, variables):
        """Create the moments of each variable, and the product of all momenta so far."""
        if self.built:
            return
        super().build(variables)
        self._mean, self._square = self.add_optimizer_variables(variables, ["momentum", "velocity"])
        self._product = [
            self.add_variable((), initializer="ones", dtype="float32", name=f"momentum_product_{number}")
            for number in range(len(variables))
        ]

    def update_step(self, gradient, variable, learning_rate):
        """Change one variable by one step."""
        index = self._get_variable_index(variable)
        mean, square, product = self._mean[index], self._square[index], self._product[index]
        step = ops.cast(self.iterations + 1, "float32")
        now, following = self._momentum(step), self._momentum(step + 1)
        self.assign(product, product * now)
        self.assign(mean, self.beta_1 * mean + (1 - self.beta_1) * gradient)
        self.assign(square, self.beta_2 * square + (1 - self.beta_2) * ops.square(gradient))
        direction = (1 - now) * gradient / (1 - product) + following * mean / (1 - product * following)
        scale = ops.sqrt(square / (1 - ops.power(self.beta_2, step))) + self.epsilon
        self.assign_sub(variable, ops.cast(learning_rate * direction / scale, variable.dtype))

    def _momentum(self, step):
        return self.beta_1 * (1 - 0.5 * ops.power(0.96, self.schedule_decay * step))

    def get_config(self):
        """Return the arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "schedule_decay": self.schedule_decay,
        }


@keras.saving.register_keras_serializable(package="keras_hep")
class PenalisedAdam(keras.optimizers.Adam):
    """Adam on the loss plus half of `penalty` times the sum of all squared weights, biases included.

    This is the weight decay of PyTorch's Adam. That of Keras, `weight_decay`, shrinks the weights beside Adam's step
    instead, as AdamW does: with it, the same number decays far less.

    Args:
        learning_rate: float.
        penalty: float. PyTorch's `weight_decay`.
        name: str.
        **kwargs: as of `keras.optimizers.Adam`; its `epsilon` is 1e-7, PyTorch's 1e-8.

    Raises:
        ValueError: if the penalty is negative.

    Example: the step of Adam has the length of the learning rate, whatever the gradient.

    >>> weight = keras.Variable([1.0])
    >>> optimizer = PenalisedAdam(learning_rate=0.1, penalty=0.01)
    >>> optimizer.apply([ops.convert_to_tensor([0.0])], [weight])
    >>> round(float(weight.numpy()[0]), 4)
    0.9
    """

    def __init__(self, learning_rate=0.001, penalty=0.0, name="penalised_adam", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        if penalty < 0:
            raise ValueError(f"penalty must not be negative, got {penalty}.")
        self.penalty = penalty

    def update_step(self, gradient, variable, learning_rate):
        """Change one variable by one step."""
        weights = ops.cast(variable, gradient.dtype)
        super().update_step(gradient + self.penalty * weights, variable, learning_rate)

    def get_config(self):
        """Return the arguments."""
        return {**super().get_config(), "penalty": self.penalty}


@keras.saving.register_keras_serializable(package="keras_hep")
class NormalisedGradientDescent(keras.optimizers.Optimizer):
    """Steps of the same length whatever the size of the gradient: each variable changes by gradient / (rms + epsilon).

    The root mean square is that of all entries of one variable's gradient.

    Args:
        learning_rate: float. Root mean square of a step.
        epsilon: float. A gradient far smaller than this takes smaller steps.

    Reference: F. Chollet, "How convolutional neural networks see the world", Keras blog (2016), whose recipe the
        authors of Farrell et al., EPJ Web Conf. 150 (2017) 00003, Figure 14, follow.

    Example:

    >>> weight = keras.Variable([1.0, 1.0])
    >>> NormalisedGradientDescent().apply([ops.convert_to_tensor([300.0, 400.0])], [weight])
    >>> [round(float(value), 4) for value in weight.numpy()]
    [0.1515, -0.1314]
    """

    def __init__(self, learning_rate=1.0, epsilon=1e-5, name="normalised_gradient_descent", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.epsilon = epsilon

    def update_step(self, gradient, variable, learning_rate):
        """Change one variable by one step."""
        rms = ops.sqrt(ops.mean(ops.square(gradient)))
        self.assign_sub(variable, ops.cast(learning_rate * gradient / (rms + self.epsilon), variable.dtype))

    def get_config(self):
        """Return the arguments."""
        return {**super().get_config(), "epsilon": self.epsilon}
