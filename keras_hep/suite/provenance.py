"""What a run ran on: code, versions, machine, time and memory. Asks only for frameworks that are already imported."""

import contextlib
import datetime
import importlib.metadata
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

import keras_hep


class Cost:
    """Time and memory of a block: `seconds` (float) and `peak_memory_mb` (float, or None where not known)."""

    seconds = None
    peak_memory_mb = None


@contextlib.contextmanager
def measured():
    """Measure the time and the peak memory of the block; yields the `Cost` that is filled when the block ends.

    Linux can restart the peak at the beginning of the block. Elsewhere it is the peak of the process so far.
    """
    cost = Cost()
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    start = time.perf_counter()
    yield cost
    cost.seconds = round(time.perf_counter() - start, 3)
    cost.peak_memory_mb = _peak_memory_mb()


def describe(root):
    """Return code, versions and machine as a dict of JSON values.

    Args:
        root: str or path. The checkout, whose commit is named where git knows it.
    """
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "keras_hep": keras_hep.__version__,
        **_commit(root),
        "python": platform.python_version(),
        "numpy": _version("numpy"),
        **_backend(),
        "platform": platform.platform(),
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "device": device(),
    }


def device():
    """Return the name of the accelerator that the imported framework computes on, or "CPU"."""
    ask = {"tensorflow": _tensorflow_device, "jax": _jax_device, "torch": _torch_device}.get(_backend()["backend"])
    name = None
    if ask is not None:
        with contextlib.suppress(AttributeError, RuntimeError):
            name = ask()
    return name or "CPU"


def _tensorflow_device():
    tensorflow = sys.modules["tensorflow"]
    devices = tensorflow.config.list_physical_devices("GPU")
    if devices:
        return tensorflow.config.experimental.get_device_details(devices[0]).get("device_name", devices[0].name)
    return None


def _jax_device():
    first = sys.modules["jax"].devices()[0]
    return None if first.platform == "cpu" else first.device_kind


def _torch_device():
    cuda = sys.modules["torch"].cuda
    return cuda.get_device_name(0) if cuda.is_available() else None


def _backend():
    """Return versions of Keras and its backend; None for an item that needs neither."""
    keras = sys.modules.get("keras")
    if keras is None or not hasattr(keras, "config"):
        return {"keras": None, "backend": None, "backend_version": None}
    backend = keras.config.backend()
    return {"keras": keras.__version__, "backend": backend, "backend_version": _version(backend)}


def _version(package):
    module = sys.modules.get(package)
    if hasattr(module, "__version__"):
        return module.__version__
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(package)
    return None


def _commit(root):
    """Return commit and whether files differ from it; None where there is no git or no repository."""
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return {"commit": commit, "dirty": bool(_git(root, "status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return {"commit": None, "dirty": None}


def _git(root, *arguments):
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()


def _cpu():
    with contextlib.suppress(OSError):
        found = re.search(r"model name\s*:\s*(.+)", pathlib.Path("/proc/cpuinfo").read_text())
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _peak_memory_mb():
    with contextlib.suppress(OSError):
        found = re.search(r"VmHWM:\s*(\d+) kB", pathlib.Path("/proc/self/status").read_text())
        if found:
            return round(int(found[1]) / 1024, 1)
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024**2 if sys.platform == "darwin" else 1024), 1)
