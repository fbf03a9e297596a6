"""Images that excite the channels of a convolution most: what its filters look for."""

import keras
import numpy as np
from keras import ops

from keras_hep.optimizers import NormalisedGradientDescent


def maximising_images(model, layer, start, steps=20, step_size=1.0):
    """Change images by gradient ascent so that each channel of one layer responds as strongly as possible.

    The objective of an image is the mean of its channel over all positions. Each step is the gradient divided by its
    root mean square. The model is left as it is. Steps are taken in double precision where the backend has it (JAX has
    it on request only): an ascent multiplies its rounding errors, some 100,000 times in 200 steps.

    Args:
        model: Keras model that reads one tensor of images.
        layer: str. Name of the layer, a convolution before its activation: channels last.
        start: float array, shape (channels, *shape of one image), or (*shape of one image), the same for all channels.
        steps: int.
        step_size: float. Root mean square of a step.

    Returns:
        (images, before, after): float32 array of shape (channels, *shape of one image), and float64 arrays of shape
        (channels,), the objective at the start and at the end.

    Raises:
        ValueError: if there is no layer of that name, or `start` has another shape.

    Reference: Farrell et al., EPJ Web Conf. 150 (2017) 00003, Figure 14.

    Example:

    >>> model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 1, name="conv")])
    >>> images, before, after = maximising_images(model, "conv", np.zeros((4, 4, 1)), steps=3)
    >>> images.shape, bool((after > before).all())
    ((2, 4, 4, 1), True)
    """
    trained = keras.Model(model.inputs[0], model.get_layer(layer).output)
    features = keras.models.clone_model(trained, clone_function=_in_double_precision)
    features.set_weights(trained.get_weights())
    features.trainable = False
    start = _start(np.asarray(start, np.float32), features)
    ascent = _Ascent(features, start)
    # XLA pays for itself only in longer computations; JAX always compiles.
    compiled = "auto" if keras.backend.backend() == "jax" else False
    ascent.compile(NormalisedGradientDescent(step_size), _negative_sum, jit_compile=compiled)
    nothing = np.zeros((1, 1), np.float32)
    for _ in range(steps):
        ascent.train_on_batch(nothing, nothing)
    images = np.stack([ops.convert_to_numpy(image) for image in ascent.images])
    return images.astype(np.float32), _objectives(features, start), _objectives(features, images)


def _precision():
    return "float32" if keras.backend.backend() == "jax" else "float64"


def _in_double_precision(layer):
    return type(layer).from_config({**layer.get_config(), "dtype": _precision()})


class _Ascent(keras.Model):
    """The objectives of images that are its weights, one weight per channel; the input is ignored."""

    def __init__(self, features, start):
        super().__init__(name="image_ascent", dtype=_precision())
        self.features = features
        self.images = [
            self.add_weight(shape=image.shape, initializer="zeros", name=f"image_{channel}")
            for channel, image in enumerate(start)
        ]
        for image, values in zip(self.images, start, strict=True):
            image.assign(values)

    def call(self, inputs):
        responses = self.features(ops.concatenate([ops.expand_dims(image, 0) for image in self.images]))
        means = ops.mean(responses, axis=tuple(range(1, len(responses.shape) - 1)))
        return ops.expand_dims(ops.diagonal(means), 0)


def _negative_sum(_, objectives):
    return -ops.sum(objectives, axis=-1)


def _objectives(features, images):
    responses = ops.convert_to_numpy(features(images)).astype(float)
    return np.diagonal(responses.mean(axis=tuple(range(1, responses.ndim - 1))))


def _start(start, features):
    shape, channels = tuple(features.input.shape[1:]), features.output.shape[-1]
    if start.shape == shape:
        start = np.broadcast_to(start, (channels, *shape))
    if start.shape != (channels, *shape):
        raise ValueError(
            f"start must be one image of shape {shape}, or one for each of the {channels} channels of the layer, "
            f"got an array of shape {start.shape}."
        )
    return start
