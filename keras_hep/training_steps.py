"""How a network goes once through a Keras data set: by Keras, or batch by batch where each batch has its own size."""

import functools

import numpy as np


def fitter(trainer):
    """Return a function that trains a compiled model on a `keras.utils.PyDataset` once.

    Under TensorFlow a model with a dict of inputs, which reads graphs, is trained batch by batch through its
    `train_step`, traced once for graphs of any size: `fit` would trace it several times, for the sizes of the first
    batches and for its iterator, which takes as long as some hundred steps of a small network, and would hand every
    batch from thread to thread.

    Args:
        trainer: compiled Keras model.

    Returns:
        function of a data set that returns the means of loss and metrics over it, dict of str to float.
    """
    import keras

    if keras.backend.backend() == "tensorflow" and isinstance(trainer.input, dict):
        return _by_steps(trainer, trainer.train_step)
    return functools.partial(_fit, trainer)


def evaluator(trainer):
    """Return a function that tests a compiled model on a `keras.utils.PyDataset`, by the same means as `fitter`.

    Args:
        trainer: compiled Keras model.

    Returns:
        function of a data set that returns the means of loss and metrics over it, dict of str to float.
    """
    import keras

    if keras.backend.backend() == "tensorflow" and isinstance(trainer.input, dict):
        return _by_steps(trainer, trainer.test_step)
    return functools.partial(trainer.evaluate, verbose=0, return_dict=True)


def _fit(trainer, batches):
    return {name: values[0] for name, values in trainer.fit(batches, verbose=0, shuffle=False).history.items()}


def _by_steps(trainer, step):
    traced = []

    def go_through(batches):
        import tensorflow as tf

        trainer.reset_metrics()
        for number in range(len(batches)):
            batch = batches[number]
            if not traced:
                traced.append(tf.function(step, input_signature=[_of_any_length(tf, batch)]))
            logs = traced[0](batch)
        return {name: float(value) for name, value in logs.items()}

    return go_through


def _of_any_length(tf, batch):
    """Return the TensorFlow specifications of arrays that may have another number of rows each time."""

    def of_any_length(values):
        values = np.asarray(values)
        return tf.TensorSpec((None, *values.shape[1:]), values.dtype)

    return tf.nest.map_structure(of_any_length, batch)
