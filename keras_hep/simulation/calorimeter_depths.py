"""Layers of both calorimeters one behind the other: 25 of tungsten, one plate without silicon, 60 of steel."""

import numpy as np

from keras_hep.calorimetry.geometry import BEHIND_ECAL, ECAL, HCAL, THIN_LAYERS

ECAL_LAYERS, HCAL_LAYERS = len(ECAL), len(HCAL)
FIRST_HCAL = ECAL_LAYERS + len(BEHIND_ECAL)
LAYERS = FIRST_HCAL + HCAL_LAYERS
ELECTROMAGNETIC_LAYERS = FIRST_HCAL + 12  # 14 radiation lengths of steel stop nearly all that leaks


def _edges(name):
    return np.concatenate(
        [[0.0], np.cumsum(np.concatenate([getattr(part, name) for part in (ECAL, BEHIND_ECAL, HCAL)]))]
    )


RADIATION_EDGES = _edges("radiation_lengths")  # shape (LAYERS + 1,)
INTERACTION_EDGES = _edges("interaction_lengths")
RADII = np.concatenate([ECAL.radii, BEHIND_ECAL.radii, HCAL.radii])  # mm from the beam, shape (LAYERS,)
MOLIERE_RADII = np.concatenate([ECAL.moliere_radii, BEHIND_ECAL.moliere_radii, HCAL.moliere_radii])  # mm
CELLS = np.repeat([ECAL.cell, HCAL.cell], [FIRST_HCAL, HCAL_LAYERS])  # mm
THICK = np.arange(ECAL_LAYERS) >= THIN_LAYERS


def responses(physics):
    """Return stored over deposited energy of each layer, shape (LAYERS,); 0 where nothing measures."""
    ecal = physics.gain * np.where(THICK, physics.thick_weight, 1.0)
    return np.concatenate([ecal, [0.0], np.full(HCAL_LAYERS, physics.hadrons.hcal_response)])
