"""What all networks that reconstruct single showers share: what they read, and what they answer."""

import keras
from keras import ops

from keras_hep.layers.particle_outputs import ENERGY_UNIT, ParticleOutputs
from keras_hep.layers.scatter_cells import ScatterCells

ECAL_SHAPE, HCAL_SHAPE = (25, 25, 25), (11, 11, 60)  # cells across, along the beam, and in depth
READINGS = ("paper", "released")  # what the article says, and what its authors' code does where they differ
SKIPS = ("none", "init1", "residual")
MEASURED_SCALES = (10.0, 10.0, 0.01, 0.01)  # of phi, eta, and the energies in ECAL and HCAL


def shower_inputs():
    """Return the inputs of all these networks, a dict; `keras_hep.calorimetry.shower_streams` makes them."""
    inputs = {"measured": keras.Input((4,), name="measured", dtype="float32")}
    for part in ("ecal", "hcal"):
        inputs[f"{part}_place"] = keras.Input((), name=f"{part}_place", dtype="int32")
        inputs[f"{part}_energy"] = keras.Input((), name=f"{part}_energy", dtype="float32")
    return inputs


def shower_images(inputs, part, shape):
    """Return the images in "ecal" or "hcal", shape (showers, *shape, 1)."""
    listed = inputs[f"{part}_place"], inputs[f"{part}_energy"], inputs["measured"]
    return ScatterCells(shape, name=f"{part}_cells")(listed)


def scaled_measurements(inputs, skip):
    """Return what is measured of each shower, of order 1: phi, eta, and, unless `skip` is "none", both energies."""
    scales = MEASURED_SCALES[: 2 if skip == "none" else 4]
    return inputs["measured"][:, : len(scales)] * ops.convert_to_tensor(scales, "float32")


def hidden_layers(values, depth, neurons, dropout):
    """Return the values behind `depth` rectified dense layers, each with dropout."""
    for number in range(1, depth + 1):
        values = keras.layers.Dense(neurons, "relu", name=f"hidden_{number}")(values)
        values = keras.layers.Dropout(dropout, name=f"dropout_{number}")(values)
    return values


def shower_outputs(hidden, inputs, skip):
    """Return what the networks answer, shape (showers, 5), from the last hidden layer and what is measured."""
    last = joined([hidden, scaled_measurements(inputs, skip)], "last", dtype="float32")
    initial = _energies_count_once if skip == "init1" else "glorot_uniform"
    numbers = keras.layers.Dense(5, kernel_initializer=initial, dtype="float32", name="numbers")(last)
    outputs = ParticleOutputs(residual=skip == "residual", name="particle")
    return outputs([numbers, inputs["measured"]])


def joined(parts, name, **options):
    """Return tensors side by side."""
    return keras.layers.Concatenate(name=name, **options)(parts)


def require(holds, network, rule, value):
    """Raise ValueError unless `holds`."""
    if not holds:
        raise ValueError(f"{network}: {rule}, got {value}.")


def require_dense(network, depth, neurons, dropout):
    """Raise ValueError unless there can be such hidden layers."""
    require(depth >= 1, network, "depth must be at least 1", depth)
    require(neurons >= 1, network, "neurons must be at least 1", neurons)
    require(0 <= dropout < 1, network, "dropout must be from 0 to below 1", dropout)


def require_options(network, skip, **shapes):
    """Raise ValueError unless `skip` is known and the shapes are those of windows; a shape may be None."""
    require(skip in SKIPS, network, f"skip must be one of {', '.join(SKIPS)}", repr(skip))
    for name, shape in shapes.items():
        possible = shape is None or (len(shape) == 3 and min(shape) >= 1)
        require(possible, network, f"{name} must be three positive numbers of cells", shape)


def _energies_count_once(shape, dtype=None):
    """Return initial weights with which the energy begins as the sum of both energies, in GeV, and a small rest."""
    weights = keras.initializers.GlorotUniform()(shape, dtype)
    one = 1 / (ENERGY_UNIT * MEASURED_SCALES[-1])
    return ops.slice_update(weights, (shape[0] - 2, 2), ops.full((2, 1), one, dtype))
