"""Training steps of any loss on chosen variables, compiled: here alone TensorFlow and JAX are told apart.

`keras.Model.fit` trains all of a model with one optimizer; networks that learn against each other need more. What is
compiled here is written in `keras.ops`, reads and changes Keras variables, and gets its data as a dict of arrays.
"""

import functools


def gradient_step(loss, trained, optimizer, touched=()):
    """Return a function that takes one step of an optimizer down the gradient of a loss.

    Args:
        loss: function of a dict of tensors that returns (scalar tensor, dict of tensors to report).
        trained: list of Keras variables that the optimizer changes.
        optimizer: Keras optimizer, built for them.
        touched: sequence of Keras variables. All others that the loss reads or changes, such as the statistics of a
            normalisation, the states of seed generators, and networks that are not trained.

    Returns:
        function of a dict of arrays, always of the same shapes, that returns what the loss reports, dict of tensors.

    Raises:
        NotImplementedError: if the backend is neither TensorFlow nor JAX.

    Example:

    >>> import keras
    >>> weight, optimizer = keras.Variable(3.0), keras.optimizers.SGD(0.25)
    >>> optimizer.build([weight])
    >>> def loss(data):
    ...     return weight * weight * data["scale"], {"weight": weight * 1.0}
    >>> step = gradient_step(loss, [weight], optimizer)
    >>> [float(step({"scale": 1.0})["weight"]) for _ in range(3)]
    [3.0, 1.5, 0.75]
    """
    import keras

    backends = {"tensorflow": _tensorflow_step, "jax": _jax_step}
    if keras.backend.backend() not in backends:
        raise NotImplementedError(
            f"gradient_step runs on TensorFlow and JAX, got {keras.backend.backend()}: set KERAS_BACKEND to one."
        )
    return backends[keras.backend.backend()](loss, list(trained), optimizer, list(touched))


def _tensorflow_step(loss, trained, optimizer, touched):
    import tensorflow as tf

    @functools.partial(tf.function, autograph=False)
    def step(arrays):
        with tf.GradientTape() as tape:
            value, reported = loss(arrays)
        optimizer.apply(tape.gradient(value, [variable.value for variable in trained]), trained)
        return reported

    return step


def _jax_step(loss, trained, optimizer, touched):
    import jax
    import keras

    def objective(values, others, arrays):
        mapping = [*zip(trained, values, strict=True), *zip(touched, others, strict=True)]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            value, reported = loss(arrays)
            return value, (reported, [scope.get_current_value(variable) for variable in touched])

    @jax.jit
    def step(values, others, moments, arrays):
        (_, (reported, others)), gradients = jax.value_and_grad(objective, has_aux=True)(values, others, arrays)
        values, moments = optimizer.stateless_apply(moments, gradients, values)
        return (values, others, moments), reported

    def take(arrays):
        variables = trained, touched, optimizer.variables
        after, reported = step(*([variable.value for variable in group] for group in variables), arrays)
        for group, values in zip(variables, after, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        return reported

    return take
