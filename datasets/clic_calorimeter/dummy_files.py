"""Writes `dummy_data/`, small files of the public form for the tests: run this file after a change of the format.

Showers are simulated. As in the public files, nothing tells source, units and axes; one file has no `pdgID`, and that
of generation has the angle measured from the image instead of the labels of reconstruction.
"""

import pathlib

import h5py

from keras_hep.formats.lcd import write_lcd
from keras_hep.simulation.showers import ShowerSimulation

FOLDER = pathlib.Path(__file__).with_name("dummy_data")
FILES = {
    "generation/Ele_VarAngleMeas_100_200_000.h5": ("electron", "generation", 10),
    "reconstruction/GammaEscan_RandomAngle_1_1.h5": ("photon", "reconstruction", 20),
    "reconstruction/GammaEscan_RandomAngle_10_1.h5": ("photon", "reconstruction", 10),
    "reconstruction/Pi0Escan_RandomAngle_2_1.h5": ("pi0", "large", 10),
}


def write_files(folder):
    """Write all files below `folder` (path)."""
    for seed, (name, (particle, window, number)) in enumerate(FILES.items()):
        path = folder / name
        write_lcd(path, ShowerSimulation(particle, window, angles="random").showers(number, seed), compression=9)
        with h5py.File(path, "r+") as file:
            _make_public(file, name)


def _make_public(file, name):
    file.attrs.clear()
    if name.startswith("generation"):
        file["mtheta"] = file["recoTheta"][()]
        for key in ("recoTheta", "recoEta", "recoPhi", "openingAngle", "conversion", "pdgID", "phi"):
            del file[key]
    if "_10_" in name:
        del file["pdgID"]


if __name__ == "__main__":
    write_files(FOLDER)
