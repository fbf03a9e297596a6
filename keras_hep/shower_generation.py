"""Showers out of a trained generator, batch by batch."""

import numpy as np

from keras_hep import training
from keras_hep.calorimetry.cells import Cells
from keras_hep.layers.physical_image import IMAGE_POWER
from keras_hep.metrics.showers import ShowerObservables, shower_observables
from keras_hep.models.fold_upsampling import fold_upsampling

ENERGY_UNIT = 100.0  # GeV, of the generator's input


def generate(generator, energy, angle, *, seed, power=IMAGE_POWER, batch_size=64):
    """Generate showers of given energies and angles.

    Args:
        generator: Keras model such as `ShowerGenerator`; with upsampling in a chain of layers, it is folded.
        energy: float array, shape (showers,). GeV.
        angle: float array, shape (showers,). As measured on images, rad.
        seed: int or list of int. Of the noise.
        power: float. Power of the generator's images.
        batch_size: int. Showers at once; it belongs to the seed.

    Returns:
        `Cells`, in the unit of the public files.

    Raises:
        ValueError: if there are not as many angles as energies, or none.

    Example:

    >>> from keras_hep.models import ShowerGenerator
    >>> cells = generate(ShowerGenerator("cropped"), [100.0, 150.0], [1.4, 1.6], seed=1, batch_size=2)
    >>> len(cells), cells.shape
    (2, (25, 25, 25))
    """
    parts = [cells for cells, _ in _batches(generator, energy, angle, seed, power, batch_size)]
    return Cells.joined(parts)


def generated_observables(generator, energy, angle, *, seed, power=IMAGE_POWER, batch_size=64):
    """Generate showers as `generate` does and measure them, with no more than one batch in memory.

    Returns:
        `keras_hep.metrics.showers.ShowerObservables`.
    """
    batches = _batches(generator, energy, angle, seed, power, batch_size)
    return ShowerObservables.joined([shower_observables(cells, asked) for cells, asked in batches])


def generator_inputs(energy, angle, noise):
    """Return what a generator reads, float32 array of shape (showers, 2 + latent).

    Args:
        energy: float array, shape (showers,). GeV.
        angle: float array, shape (showers,). rad.
        noise: float array, shape (showers, latent).

    Example:

    >>> generator_inputs([150.0], [1.5], [[0.25]]).tolist()
    [[1.5, 1.5, 0.25]]
    """
    columns = [np.asarray(energy)[:, None] / ENERGY_UNIT, np.asarray(angle)[:, None], noise]
    return np.concatenate(columns, axis=1).astype(np.float32)


def folded(generator):
    """Return a copy of a generator whose upsampling is folded; a plain copy where its layers form no chain."""
    try:
        return fold_upsampling(generator)
    except ValueError:
        copy = type(generator).from_config(generator.get_config())
        copy.set_weights(generator.get_weights())
        return copy


def _batches(generator, energy, angle, seed, power, batch_size):
    """Yield the `Cells` of a batch and the energies that were asked for."""
    energy, angle = np.asarray(energy, np.float64), np.asarray(angle, np.float64)
    if energy.shape != angle.shape or energy.ndim != 1 or not len(energy):
        raise ValueError(f"generate: one angle per energy is needed, got shapes {angle.shape} and {energy.shape}.")
    predict, latent = training.compiled(folded(generator)), generator.inputs[0].shape[1] - 2
    for number, start in enumerate(range(0, len(energy), batch_size)):
        asked = slice(start, start + batch_size)
        noise = np.random.default_rng([*np.atleast_1d(seed), number]).normal(size=(batch_size, latent))
        size = len(energy[asked])
        inputs = np.zeros((batch_size, 2 + latent), np.float32)  # one size of batches, compiled once
        inputs[:size] = generator_inputs(energy[asked], angle[asked], noise[:size])
        images = np.asarray(predict(inputs))[:size, ..., 0]
        yield Cells.of_images(images.astype(np.float64) ** (1 / power)), energy[asked]
