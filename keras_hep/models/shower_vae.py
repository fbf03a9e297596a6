"""Variational autoencoder of showers: a density of cell energies that is learned by maximum likelihood."""

import keras
import numpy as np
from keras import ops

from keras_hep.layers.autoregressive_mixture import AutoregressiveMixture
from keras_hep.layers.cell_likelihood import CellLikelihood

TERMS = ("layers", "portions", "latent", "cells")  # of the negative log likelihood
FAINTEST = 5e-4  # of the stored unit: added to energies of layers before their logarithm is taken
_GROUPS = 5  # of layers, whose profiles across the encoder sees
_WIDTHS = 0.4, 6.0  # cells, of the first and last normal law at the start of a training
_LEAST_RATE, _LEAST_SUM = 1e-6, 1e-3  # of portions, where there are none


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerVAE(keras.Model):
    """Layer energies, the number of portions they come in, and where in the layers the portions fall.

    An autoregressive density of the logarithms of the layers' energies and of latent variables (where the shower's axis
    runs, how it splits) depends on energy and angle. Given these, a dense network gives the mean number of equal
    portions in each layer, a Poisson law, and another one a mixture of normal laws over each layer, of which the
    portions' cells are drawn. An encoder finds the latent variables of simulated showers. All are trained together on
    the evidence lower bound of the likelihood, without a discriminator.

    Args:
        means: sequence of float, one per layer. Mean logarithm of a layer's energy plus `FAINTEST`, stored unit.
        widths: sequence of float. Standard deviations of these logarithms.
        density: float. Portions per stored unit of energy, of which the training starts.
        side: int. Cells a side of the window.
        latent: int. Latent variables.
        mixture: int. Normal laws over each layer.
        units: int. Of hidden layers.

    Input: dict of float tensors as of `keras_hep.shower_portions.PortionStream`: "asked", energy in units of 100 GeV
    and angle in rad, shape (batch, 2); "logarithms" of the layers' energies, (batch, layers); "portions" in cells,
    (batch, layers, side, side); and "noise" of the standard normal law, (batch, latent).
    Output: float32, shape (batch, 4): negative log likelihood in nats, its parts as `TERMS`, up to constants.

    Raises:
        ValueError: if there are not as many widths as means, or a width is not positive.

    Reference: D. P. Kingma and M. Welling, "Auto-encoding variational Bayes", ICLR 2014; C. M. Bishop, "Mixture density
        networks", Aston University NCRG/94/004 (1994).
    Differs: made for showers whose layers have energies in equal portions; those of Geant4 have portions of any size,
        for which a law of their sizes would be needed.

    Example:

    >>> model = ShowerVAE(means=[0.0] * 25, widths=[1.0] * 25)
    >>> model.output.shape, model.generator().output["x"].shape
    ((None, 4), (None, 25, 6))
    """

    def __init__(self, means, widths, density=1.0, side=25, latent=12, mixture=6, units=256, **kwargs):
        means, widths = [float(mean) for mean in means], [float(width) for width in widths]
        if len(means) != len(widths) or not means:
            raise ValueError(f"ShowerVAE: one width per mean is needed, got {len(widths)} and {len(means)}.")
        if min(widths) <= 0:
            raise ValueError(f"ShowerVAE: widths must be positive, got {min(widths)}.")
        self.sizes = {"side": side, "latent": latent, "mixture": mixture, "units": units}
        self.means, self.scale, self.density = means, widths, float(density)
        parts = self._made()
        inputs = {
            "asked": keras.Input((2,), name="asked"),
            "logarithms": keras.Input((len(means),), name="logarithms"),
            "portions": keras.Input((len(means), side, side), name="portions"),
            "noise": keras.Input((latent,), name="noise"),
        }
        super().__init__(inputs, self._likelihood(parts, inputs), **kwargs)
        self.parts = parts

    def _made(self):
        layers, units, mixture = len(self.means), self.sizes["units"], self.sizes["mixture"]
        encoder = [_dense(units, "encoder_1"), _dense(units, "encoder_2")]
        return {
            "encoder": [*encoder, _dense(2 * self.sizes["latent"], "encoded", None)],
            "law": AutoregressiveMixture(layers + self.sizes["latent"], mixture=8, units=units, name="law"),
            "rates": [_dense(units // 2, "rates_1"), _dense(layers, "rates", None)],
            "decoder": [_dense(units, "decoder_1"), _dense(units, "decoder_2")],
            "places": _dense(layers * 5 * mixture, "places", None),
            "straight": keras.layers.Dense(layers * 5 * mixture, kernel_initializer="zeros", name="straight"),
        }

    def _likelihood(self, parts, inputs):
        """Return the terms of the negative log likelihood."""
        conditions, states = self._conditions(inputs["asked"]), self._states(inputs["logarithms"])
        rates = self._rates(parts, conditions, states, inputs["logarithms"])
        seen = ShowerMoments(name="moments")(inputs["portions"])
        encoded = _through(parts["encoder"], ops.concatenate([seen, states, conditions], axis=-1))
        size = self.sizes["latent"]
        mean, scale = encoded[:, :size], ops.clip(encoded[:, size:] - 2, -6, 2)
        latent = mean + ops.exp(scale) * inputs["noise"]
        density = parts["law"](ops.concatenate([states, latent], axis=-1), conditions)
        layers = len(self.means)
        own = ops.sum(-ops.square(inputs["noise"]) / 2 - scale - np.log(2 * np.pi) / 2, axis=-1)
        mixtures = self._mixtures(parts, conditions, states, latent)
        cells = CellLikelihood(name="cells")([inputs["portions"], *mixtures.values()])
        terms = [
            -ops.sum(density[:, :layers], axis=-1),
            -_counted(ops.sum(inputs["portions"], axis=(2, 3)), rates),
            own - ops.sum(density[:, layers:], axis=-1),
            -cells,
        ]
        return ops.stack(terms, axis=-1)

    def generator(self):
        """Return the network that showers are drawn with, a Keras model that shares the weights.

        Input: dict of "asked" as above, and "normal" and "uniform" numbers, shape (batch, layers + latent).
        Output: dict of "logarithms", "rates", mean number of portions, both of shape (batch, layers), and the mixtures
        "weights", "x", "y", "log_x", "log_y" of `CellLikelihood`, shape (batch, layers, mixture).
        """
        layers, size = len(self.means), len(self.means) + self.sizes["latent"]
        inputs = {name: keras.Input((length,), name=name) for name, length in _drawn(size).items()}
        conditions = self._conditions(inputs["asked"])
        drawn = Draw(self.parts["law"])(inputs["normal"], inputs["uniform"], conditions)
        states = drawn[:, :layers]
        logarithms = states * np.array(self.scale, np.float32) + np.array(self.means, np.float32)
        rates = self._rates(self.parts, conditions, states, logarithms)
        mixtures = self._mixtures(self.parts, conditions, states, drawn[:, layers:])
        return keras.Model(inputs, {"logarithms": logarithms, "rates": rates, **mixtures})

    def _conditions(self, asked):
        """Return energy and direction, each about -1 to 1."""
        energy, angle = asked[:, :1], asked[:, 1:]
        return ops.concatenate([(energy - 1.5) * 2, 2 * ops.cos(angle) / ops.sin(angle)], axis=-1)

    def _states(self, logarithms):
        return (logarithms - np.array(self.means, np.float32)) / np.array(self.scale, np.float32)

    def _rates(self, parts, conditions, states, logarithms):
        known = ops.concatenate([states, conditions], axis=-1)
        energy = ops.maximum(ops.exp(logarithms) - FAINTEST, _LEAST_RATE)
        return energy * self.density * ops.exp(ops.clip(_through(parts["rates"], known), -5, 5))

    def _mixtures(self, parts, conditions, states, latent):
        """Return the mixtures of all layers, dict of tensors of shape (batch, layers, mixture)."""
        known = ops.concatenate([latent, conditions, states], axis=-1)
        places = parts["places"](_through(parts["decoder"], known)) + parts["straight"](known)
        mixture = self.sizes["mixture"]
        places = ops.reshape(places, (-1, len(self.means), 5, mixture))
        first = np.log(np.geomspace(*_WIDTHS, mixture)).astype(np.float32)
        return {
            "weights": ops.log_softmax(places[:, :, 0]),
            "x": 3 * places[:, :, 1],
            "y": 3 * places[:, :, 2],
            "log_x": ops.clip(places[:, :, 3] + first, -3, 3),
            "log_y": ops.clip(places[:, :, 4] + first, -3, 3),
        }

    def get_config(self):
        named = {"name": self.name, "trainable": self.trainable}
        return {"means": self.means, "widths": self.scale, "density": self.density, **self.sizes, **named}


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerMoments(keras.layers.Layer):
    """What an encoder sees of the places of portions: means and variances of layers, and profiles across.

    Input: portions in cells, float tensor, shape (batch, layers, across, along). Output: float tensor, shape (batch,
    4 * layers + 5 * across): means and logarithms of standard deviations, along both axes, and the square roots of the
    shares of cells across in five groups of layers.
    """

    def call(self, portions):
        moments, profiles = [], []
        for other in (3, 2):
            profile = ops.sum(portions, axis=other)  # (batch, layers, cells)
            places = ops.arange(profile.shape[2], dtype="float32") - (profile.shape[2] - 1) / 2
            total = ops.sum(profile, axis=2) + _LEAST_SUM
            mean = ops.sum(profile * places, axis=2) / total
            square = ops.sum(profile * ops.square(places), axis=2) / total
            moments += [mean / 3, ops.log(ops.maximum(square - ops.square(mean), 0.0) + 0.05) / 2]
            profiles.append(profile)
        groups = [ops.sum(group, axis=1) for group in ops.split(profiles[0], _GROUPS, axis=1)]
        shares = [ops.sqrt(group / (ops.sum(group, axis=1, keepdims=True) + _LEAST_SUM) + 1e-6) for group in groups]
        return ops.concatenate([*moments, *shares], axis=-1)


@keras.saving.register_keras_serializable(package="keras_hep")
class Draw(keras.layers.Layer):
    """Draws of an `AutoregressiveMixture`, as a layer: calls its `draw`."""

    def __init__(self, law, **kwargs):
        super().__init__(**kwargs)
        self.law = law

    def call(self, normal, uniform, conditions):
        return self.law.draw(normal, uniform, conditions)

    def get_config(self):
        return {**super().get_config(), "law": keras.saving.serialize_keras_object(self.law)}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "law": keras.saving.deserialize_keras_object(config["law"])})


def _drawn(size):
    return {"asked": 2, "normal": size, "uniform": size}


def _dense(units, name, activation="relu"):
    return keras.layers.Dense(units, activation=activation, name=name)


def _through(layers, values):
    for layer in layers:
        values = layer(values)
    return values


def _counted(portions, rates):
    """Return the log likelihood of numbers of portions, at least one where there is energy, shape (batch,)."""
    filled = ops.cast(portions > 0, "float32")
    rates = ops.maximum(rates, _LEAST_RATE)
    each = portions * ops.log(rates) - rates - ops.log(-ops.expm1(-rates))
    return ops.sum(filled * each, axis=-1)
