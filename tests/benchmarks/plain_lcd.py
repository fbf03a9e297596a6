"""Reads a calorimeter file shower by shower, as loaders of such files do; keeps the cells with energy."""

import h5py
import numpy as np


def read(path):
    """Return (index, energy) of each shower of the ECAL, list of pairs of arrays."""
    showers = []
    with h5py.File(path) as file:
        for number in range(len(file["ECAL"])):
            image = file["ECAL"][number].ravel()
            index = np.nonzero(image)[0]
            showers.append((index, image[index]))
    return showers


def write(path, showers):
    """Write the ECAL of `Showers` shower by shower."""
    with h5py.File(path, "w") as file:
        shape = showers.ecal.shape
        storage = {"chunks": (1, *shape), "compression": "gzip"}
        dataset = file.create_dataset("ECAL", (len(showers), *shape), "f4", **storage)
        for number, (start, stop) in enumerate(zip(showers.ecal.starts[:-1], showers.ecal.starts[1:], strict=True)):
            image = np.zeros(shape, np.float32)
            image.ravel()[showers.ecal.index[start:stop]] = showers.ecal.energy[start:stop]
            dataset[number] = image
        file["energy"] = showers["energy"]
