"""The published dense network that reconstructs particles from calorimeter cells."""

import math

import keras

from keras_hep.models import shower_network as network


@keras.saving.register_keras_serializable(package="keras_hep")
class ShowerDNN(keras.Model):
    """Tell two particles apart and measure energy and direction of a shower: dense layers on all cells.

    Args:
        depth: int. Hidden layers.
        neurons: int. Of each.
        dropout: float. Share of hidden values that are dropped in training.
        skip: str. What the last layer does with the energies in ECAL and HCAL. "residual": the energy is their sum and
            a correction, as in the authors' code; "init1": they are inputs, with initial weights that make the energy
            their sum; "none": the network sees them neither here nor at its entrance, cells only.
        reading: str. "paper", or "released": a linear layer of as many neurons stands before the hidden ones.
        ecal_shape: tuple of three int. Cells of the window.
        hcal_shape: tuple of three int, or None: the cells of the HCAL are not read; their energy is.

    Input: dict of tensors as from `keras_hep.calorimetry.shower_streams.shower_inputs`: cells with energy of all
    showers, `ecal_place`, `ecal_energy`, `hcal_place`, `hcal_energy`, shape (hits,), as `keras_hep.layers.ScatterCells`
    reads them; and `measured`, shape (showers, 4): phi and eta of the barycentre, energies in ECAL and HCAL, GeV.
    Output: float32 tensor, shape (showers, 5): logits of both classes, energy in GeV, eta, phi in rad.

    Raises:
        ValueError: if an argument is out of range.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Sections 5.1 and 5.2: the defaults are the best found.
    Differs: the article's text has an energy beside the two classes; its Appendix E and its code have the angles too.
        Without the cells of the HCAL the network has fewer inputs, which is the same as cells of 0. What "none" leaves
        out is our reading of Appendix G.

    Example:

    >>> ShowerDNN().count_params(), ShowerDNN(reading="released").count_params()
    (12510233, 12772889)
    """

    def __init__(
        self,
        depth=4,
        neurons=512,
        dropout=0.04,
        skip="residual",
        reading="paper",
        ecal_shape=network.ECAL_SHAPE,
        hcal_shape=network.HCAL_SHAPE,
        **kwargs,
    ):
        network.require_options("ShowerDNN", skip, ecal_shape=ecal_shape, hcal_shape=hcal_shape)
        network.require_dense("ShowerDNN", depth, neurons, dropout)
        known = reading in network.READINGS
        network.require(known, "ShowerDNN", f"reading must be one of {', '.join(network.READINGS)}", repr(reading))
        inputs = network.shower_inputs()
        cells = [
            keras.layers.Reshape((math.prod(shape),), name=f"{part}_flat")(network.shower_images(inputs, part, shape))
            for part, shape in (("ecal", ecal_shape), ("hcal", hcal_shape))
            if shape is not None
        ]
        values = network.joined([*cells, network.scaled_measurements(inputs, skip)], "entrance")
        if reading == "released":
            values = keras.layers.Dense(neurons, name="projection")(values)
        hidden = network.hidden_layers(values, depth, neurons, dropout)
        super().__init__(inputs, network.shower_outputs(hidden, inputs, skip), **kwargs)
        self.arguments = {"depth": depth, "neurons": neurons, "dropout": dropout, "skip": skip, "reading": reading}
        shapes = {"ecal_shape": ecal_shape, "hcal_shape": hcal_shape}
        self.arguments |= {name: shape and list(shape) for name, shape in shapes.items()}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
