"""Trials that other processes can import, for the tests of scans."""

import dataclasses
import os
import pathlib
import signal
import time

import numpy as np


def deviate(depth, repeat, scale=1.0):
    """Return a number that depends on the arguments alone, with all its binary digits."""
    return float(scale * np.random.default_rng([depth, repeat]).normal() / 3)


def noted(folder, depth, repeat):
    """Return `deviate`, and leave a file that says that it was called, and by which process on how many cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    with open(pathlib.Path(folder, f"{depth}-{repeat}"), "a") as stream:
        stream.write(f"{os.getpid()} {cores}\n")
    return deviate(depth, repeat)


def failing(folder, depth, repeat):
    """Return `noted`, but fail at depth 3 unless the folder holds a file "repaired"; larger depths take as many s."""
    if depth > 10:
        time.sleep(depth)
    if depth == 3 and not pathlib.Path(folder, "repaired").exists():
        raise FloatingPointError("The loss became nan.")
    return noted(folder, depth, repeat)


def killed(depth, repeat):
    """End as a process that takes too much memory does."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclasses.dataclass(frozen=True)
class Halves:
    """Points in a square, whose class is the half that they lie in."""

    def batch(self, events, seed):
        """Return (points, classes) of so many events."""
        points = np.random.default_rng(seed).normal(size=(events, 2)).astype(np.float32)
        return points, (points[:, 0] > 0).astype(np.int32)


def trained(units, repeat):
    """Train a tiny network with dropout; return its last loss."""
    import keras

    from keras_hep import training

    points = keras.Input((2,), name="points")
    hidden = keras.layers.Dropout(0.5, name="dropout")(keras.layers.Dense(units, "relu", name="hidden")(points))
    network = keras.Model(points, keras.layers.Dense(2, "softmax", name="classes")(hidden))
    return training.fit(network, Halves(), optimizer="adam", events=256, seed=repeat).history["loss"][-1]
