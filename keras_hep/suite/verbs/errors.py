"""Which errors are answered with one sentence, and which show where a program went wrong."""

import errno
import os
import sys
import traceback

from keras_hep import training
from keras_hep.formats.lcd_layout import InvalidShowers
from keras_hep.formats.trackml_tables import InvalidEvent
from keras_hep.suite import acceptance, catalog, record, request, storage
from keras_hep.suite.fields import InvalidReference
from keras_hep.suite.verbs.replaying import WorkerLost

DONE, FAILED, MISUSE = 0, 1, 2
DAMAGED = (record.RecordError, InvalidReference)
REFUSALS = (
    catalog.NoRoot,
    catalog.UnknownItem,
    catalog.InvalidScript,
    request.InvalidRun,
    InvalidShowers,
    storage.CannotStore,
    acceptance.NotAcceptable,
    training.WeightsMissing,
    *DAMAGED,
)
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
FRAMEWORKS = {"keras", "tensorflow", "jax", "jaxlib", "torch"}
EXTRAS = {"tensorflow": "keras_hep", "jax": "keras_hep[jax]", "torch": "keras_hep[torch]"}
PACKAGES = {  # what to install, where it is not called like the import
    "distributed": "keras_hep[scan]",
    "igraph": "keras_hep[cluster]",
    "networkx": "keras_hep[cluster]",
    "plotly": "keras_hep[displays]",
    "sklearn": "keras_hep[bdt]",
    "skopt": "keras_hep[hpo]",
    "tensorflow_datasets": "tensorflow-datasets",
    "tensorflow_gnn": "keras_hep[tfgnn]",
    "tf_keras": "keras_hep[tfgnn]",
    "xgboost": "keras_hep[bdt]",
}


def sentence(error):
    """Return the message of an error as one line."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else (error.args or [error])[0]
    return " ".join(str(text).split())


def complain(text):
    """Print one line on stderr, after what was already printed."""
    sys.stdout.flush()
    print(f"keras-hep: {text}", file=sys.stderr, flush=True)


def report_error(item, error):
    """Print what went wrong with one item on stderr and return the exit code that it deserves.

    Errors of use, damaged files, missing packages and full disks are one sentence; what a script gets wrong shows its
    traceback.
    """
    if isinstance(error, (training.TrainingDiverged, InvalidEvent, InvalidShowers, WorkerLost, *DAMAGED)):
        complain(f"{item.label}: {sentence(error)}")
        return FAILED
    if isinstance(error, REFUSALS) or _is_storage(error):
        complain(f"{item.label}: {sentence(error)}")
        return MISUSE
    package = missing_package(error)
    if package:
        complain(f"{item.label}: {package}")
        return MISUSE
    sys.stdout.flush()
    traceback.print_exception(error)
    complain(f"{item.label}: failed with {type(error).__name__}, see above.")
    return FAILED


def missing_package(error):
    """Return how to install what an ImportError misses, or None if it is another error."""
    name = (getattr(error, "name", None) or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or name in ("", "keras_hep"):
        return None
    if name in FRAMEWORKS:
        backend = os.environ.get("KERAS_BACKEND", "tensorflow")
        return (
            f"Keras with the backend {backend} is needed, {name} is not installed: "
            f"pip install '{EXTRAS.get(backend, 'keras_hep')}', or set KERAS_BACKEND to an installed backend."
        )
    return f"The package {name} is needed and not installed: pip install '{PACKAGES.get(name, name)}'."


def require_backend():
    """Raise `request.InvalidRun` if KERAS_BACKEND names a backend that the suite does not know."""
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if backend not in EXTRAS:
        raise request.InvalidRun(f"KERAS_BACKEND must be one of {', '.join(EXTRAS)}, got {backend!r}.")


def _is_storage(error):
    return isinstance(error, OSError) and error.errno in NO_SPACE
