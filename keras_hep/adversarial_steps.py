"""One step of a generator of showers against its discriminator: what both are told, and what both lose."""

import dataclasses

import numpy as np
from keras import ops

from keras_hep.gradient_steps import gradient_step
from keras_hep.layers.physical_image import IMAGE_POWER
from keras_hep.shower_generation import ENERGY_UNIT, generator_inputs

# Belayneh et al., Eur. Phys. J. C 80 (2020) 688, equation 1: by the outputs of `ShowerDiscriminator`.
PUBLISHED_WEIGHTS = {"reality": 3.0, "energy": 0.1, "angle": 25.0, "total_energy": 0.1, "intensities": 0.1}
LEARNED = ("reality", "energy")  # outputs of the discriminator that depend on its weights
STARTING = ("total_energy", "angle")  # measured outputs whose losses belong to the start-up
_SMALLEST_TARGET = 1e-7  # as in Keras' percentage error


@dataclasses.dataclass(frozen=True)
class StartUp:
    """How a generator learns mean showers before it has an opponent; ours, for trainings with few steps.

    Each image is compared with the true one of the same energy and angle, by the sums over cells of the squared and of
    the absolute differences, and by the losses of total energy and angle with their own weights. The squares alone
    leave a haze of small energies everywhere; heavier absolute differences take the outskirts of showers away, since
    a cell that is hit in less than half of the showers has a median of 0.

    Args:
        steps: int. Of the generator, on batches drawn at random.
        batch_size: int.
        learning_rate: float. Of Adam; it falls to a tenth along half a cosine.
        squared, absolute: float. Weights of the two differences.

    Raises:
        ValueError: if a number is not positive.
    """

    steps: int
    batch_size: int = 32
    learning_rate: float = 4e-3
    squared: float = 0.1
    absolute: float = 0.02

    def __post_init__(self):
        for name, value in dataclasses.asdict(self).items():
            if value <= 0:
                raise ValueError(f"StartUp: {name} must be positive, got {value}.")


@dataclasses.dataclass(frozen=True)
class AdversarialSettings:
    """How generator and discriminator are trained against each other; by default as published.

    Args:
        batch_size: int.
        switched: float in [0, 1). Probability that the discriminator is told the opposite of the truth on an image.
        generator_steps: int. Steps of the generator per step of the discriminator.
        weights: dict of str to float. Of the losses, by outputs of the discriminator; outputs that it does not have are
            ignored.
        least_intensity: float. A percentage of the content of a bin of cell energies is one of at least so much.
        live_discriminator: bool. Whether dropout and normalisation of the discriminator behave as in its training while
            the generator learns, as in the authors' code; False is steadier.
        power: float. Of the images.
        start: `StartUp`, or None: both networks start as they are.

    Raises:
        ValueError: if `switched` is no probability below 1, or a weight has another name.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2, and the authors' public code.
    Differs: a bin of cell energies that is empty in a true shower counts as holding one cell; its percentage error
        would be without limit.

    Example:

    >>> AdversarialSettings().weights["angle"]
    25.0
    """

    batch_size: int = 64
    switched: float = 0.05
    generator_steps: int = 2
    weights: dict = dataclasses.field(default_factory=PUBLISHED_WEIGHTS.copy)
    least_intensity: float = 1.0
    live_discriminator: bool = False
    power: float = IMAGE_POWER
    start: StartUp | None = None

    def __post_init__(self):
        if not 0 <= self.switched < 1:
            raise ValueError(f"AdversarialSettings: switched is a probability below 1, got {self.switched}.")
        unknown = sorted(set(self.weights) - set(PUBLISHED_WEIGHTS))
        if unknown:
            raise ValueError(f"AdversarialSettings: weights belong to {', '.join(PUBLISHED_WEIGHTS)}, got {unknown}.")


class AdversarialSteps:
    """Generator and discriminator with their optimizers.

    Args:
        generator: Keras model from (batch, 2 + latent) to images.
        discriminator: Keras model from images to a dict of outputs, as `ShowerDiscriminator`.
        optimizers: pair of Keras optimizers, of generator and discriminator.
        settings: `AdversarialSettings`.

    Attributes:
        variables: list of all Keras variables that a step may change.
    """

    def __init__(self, generator, discriminator, optimizers, settings):
        import keras

        self.generator, self.discriminator, self.settings = generator, discriminator, settings
        outputs = discriminator.output
        self._learned = keras.Model(discriminator.input, {name: outputs[name] for name in LEARNED})
        measured = {name: output for name, output in outputs.items() if name not in LEARNED}
        self._measured = keras.Model(discriminator.input, measured)
        for network, optimizer in zip((generator, discriminator), optimizers, strict=True):
            optimizer.build(network.trainable_variables)
        self.networks = [*generator.variables, *discriminator.variables]
        starters = [] if settings.start is None else [_starter(generator, settings.start)]
        self.variables = [*self.networks, *(variable for one in (*optimizers, *starters) for variable in one.variables)]
        self._imitate = self._step(self._imitation_loss, generator, *starters) if starters else None
        self._improve_generator = self._step(self._generator_loss, generator, optimizers[0])
        self._judge_real = self._step(self._real_loss, discriminator, optimizers[1])
        self._judge_generated = self._step(self._generated_loss, discriminator, optimizers[1])

    def _step(self, loss, network, optimizer):
        trained = {id(variable) for variable in network.trainable_variables}
        touched = [variable for variable in self.networks if id(variable) not in trained]
        return gradient_step(loss, network.trainable_variables, optimizer, touched)

    def begin(self, images, energy, angle, seed):
        """Take one step of the start-up; arguments and result as of `take`, without losses of the discriminator."""
        draw = np.random.default_rng(seed)
        told = {"image": images, "angle": np.asarray(angle, np.float32)[:, None]}
        report = self._imitate({"inputs": self._inputs(energy, angle, draw), **told})
        return {name: float(value) for name, value in report.items()}

    def take(self, images, energy, angle, seed):
        """Take one step: the discriminator on true and on generated images, then the generator several times.

        Args:
            images: float32 array, shape (batch, across, along, layers, 1). True showers, raised to the power.
            energy: float array, shape (batch,). GeV.
            angle: float array, shape (batch,). rad.
            seed: list of int. Of labels and noise.

        Returns:
            dict of str to float: the losses. Those of the generator are means over its steps, before each of them.
        """
        draw = np.random.default_rng(seed)
        energies = np.asarray(energy, np.float32)[:, None] / ENERGY_UNIT
        told = {"energy": energies, "reality": self._labels(1.0, len(energies), draw)}
        real = self._judge_real({"image": images, **told})
        told["reality"] = self._labels(0.0, len(energies), draw)
        generated = self._judge_generated({"inputs": self._inputs(energy, angle, draw), **told})
        targets = {"energy": energies, "angle": np.asarray(angle, np.float32)[:, None], **self._targets(images)}
        reports = [
            self._improve_generator({"inputs": self._inputs(energy, angle, draw), **targets})
            for _ in range(self.settings.generator_steps)
        ]
        reports = [{name: float(value) for name, value in report.items()} for report in reports]
        means = {name: float(np.mean([report[name] for report in reports])) for name in sorted(reports[0])}
        return {"real_loss": float(real["loss"]), "generated_loss": float(generated["loss"]), **means}

    def _labels(self, truth, number, draw):
        switched = draw.random((number, 1)) < self.settings.switched
        return np.where(switched, 1 - truth, truth).astype(np.float32)

    def _inputs(self, energy, angle, draw):
        latent = self.generator.inputs[0].shape[1] - 2
        return generator_inputs(energy, angle, draw.standard_normal((len(energy), latent)))

    def _targets(self, images):
        """Return what the discriminator measures on true images; the angle that was asked for is known already."""
        measured = self._measured(images, training=False)
        return {name: value for name, value in measured.items() if name != "angle"}

    def _real_loss(self, arrays):
        return self._total(self._learned(arrays["image"], training=True), arrays)

    def _generated_loss(self, arrays):
        images = self.generator(arrays["inputs"], training=False)
        return self._total(self._learned(images, training=True), arrays)

    def _generator_loss(self, arrays):
        images = self.generator(arrays["inputs"], training=True)
        outputs = self.discriminator(images, training=self.settings.live_discriminator)
        truth = {**arrays, "reality": ops.ones_like(outputs["reality"])}
        total, terms = self._total(outputs, truth)
        empty = ops.mean(ops.cast(outputs["total_energy"] <= 0, "float32"))
        return total, {**terms, "empty": empty}

    def _imitation_loss(self, arrays):
        images, start = self.generator(arrays["inputs"], training=True), self.settings.start
        difference = images - arrays["image"]
        measured, true = self._measured(images), self._measured(arrays["image"])
        outputs = {name: measured[name] for name in STARTING if name in measured}
        total, terms = self._total(outputs, {**true, "angle": arrays["angle"]})
        terms["squared"] = ops.mean(ops.sum(ops.square(difference), axis=(1, 2, 3, 4)))
        terms["absolute"] = ops.mean(ops.sum(ops.abs(difference), axis=(1, 2, 3, 4)))
        total = total + start.squared * terms["squared"] + start.absolute * terms["absolute"]
        empty = ops.mean(ops.cast(ops.sum(images, axis=(1, 2, 3, 4)) <= 0, "float32"))
        return total, {**terms, "loss": total, "empty": empty}

    def _total(self, outputs, truth):
        """Return the weighted sum of the losses of `outputs`, and a dict of both, each loss without its weight."""
        terms = {name: self._term(name, truth[name], output) for name, output in outputs.items()}
        total = sum(self.settings.weights.get(name, 0.0) * term for name, term in terms.items())
        return total, {"loss": total, **terms}

    def _term(self, name, truth, output):
        if name == "reality":
            return ops.mean(ops.binary_crossentropy(truth, output))
        difference = ops.abs(truth - output)
        if name == "angle":
            return ops.mean(difference)
        least = self.settings.least_intensity if name == "intensities" else _SMALLEST_TARGET
        return 100 * ops.mean(difference / ops.maximum(ops.abs(truth), least))


def _starter(generator, start):
    """Return the optimizer of the start-up, built."""
    import keras

    rate = keras.optimizers.schedules.CosineDecay(start.learning_rate, start.steps, alpha=0.1)
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(generator.trainable_variables)
    return optimizer
