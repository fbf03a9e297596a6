"""Trainings that other processes can import, for the tests of trainings side by side."""

import os
import pathlib
import signal
import time

from keras_hep import files, training
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.training_store import STORE

KNOWN = {"files": files, "os": os, "signal": signal, "time": time, "training": training}


def train_finder(seed):
    """Train a tiny network."""
    from keras_hep import models

    detector = PlaneDetector(layers=12, pixels=10, seed_layers=3, background=2)
    return training.fit(models.TrackFinderLSTM(12, 10, 4), detector, optimizer="nadam", events=128, seed=seed)


def keep(name, action=""):
    """Stand for a training without a framework: do what `action` says, then keep a file; return who made it."""
    place = STORE.get()
    path = pathlib.Path(place.folder, name)
    if not path.exists():
        if not place.train:
            raise training.WeightsMissing(f"{name} is not there: train it.")
        exec(action, {**KNOWN, "folder": path.parent})
        files.write_text(path, str(os.getpid()))
    return int(path.read_text())
