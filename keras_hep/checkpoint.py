"""The state of an unfinished training in a file."""

import json
import math
import pathlib
import warnings

import numpy as np

from keras_hep import files


class Checkpoint:
    """The whole state of a training in one file, written whole and verified when read.

    Args:
        path: path of an `.npz` file.
        variables: list of Keras variables: weights and optimizer.
    """

    def __init__(self, path, variables):
        self.path = pathlib.Path(path)
        self.variables = variables

    @property
    def bytes(self):
        """Size of the variables, int."""
        return sum(np.dtype(value.dtype).itemsize * math.prod(value.shape) for value in self.variables)

    def keep(self, state):
        """Write the variables and `state`, a JSON-compatible dict."""
        arrays = {f"variable_{number}": value.numpy() for number, value in enumerate(self.variables)}
        packed = np.frombuffer(json.dumps(state).encode(), np.uint8)
        with files.replacing(self.path) as temporary, open(temporary, "wb") as stream:
            np.savez(stream, state=packed, **arrays)

    def restore(self):
        """Set the variables to the kept ones and return the state; None if there is no usable checkpoint."""
        try:
            with open(self.path, "rb") as stream, np.load(stream, allow_pickle=False) as kept:
                arrays = [kept[f"variable_{number}"] for number in range(len(self.variables))]
                state = json.loads(kept["state"].tobytes())
        except FileNotFoundError:
            return None
        except Exception as error:  # whatever a damaged archive raises, the training starts again
            warnings.warn(f"{self.path} is damaged ({error}): the training starts again.", stacklevel=2)
            return None
        for variable, array in zip(self.variables, arrays, strict=True):
            variable.assign(array)
        return state
