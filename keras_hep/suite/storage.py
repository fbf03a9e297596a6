"""Where results are stored: a folder that can be written, and one process at a time on an item of it."""

import contextlib
import os
import pathlib
import tempfile
import threading

from keras_hep import files

PROBE_BYTES = 1 << 20
_held = set()


class CannotStore(OSError):
    """The output folder cannot be written; noticed before anything is computed where possible."""


@contextlib.contextmanager
def alone(item, out=None):
    """Hold the item in the output folder for this process; wait, and say so, while another process has it.

    Raises:
        CannotStore: if the output folder cannot be written.
    """
    produced = item.produced_path(out)
    path = produced.with_name(f".{produced.stem}.lock")
    if path in _held:
        yield
        return
    require_writable(path.parent)
    message = f"Waiting for another run of {item.label} in {path.parent} to end."
    notice = threading.Timer(1.0, print, args=[message], kwargs={"flush": True})
    notice.daemon = True
    notice.start()
    try:
        with files.lock(path):
            notice.cancel()
            _held.add(path)
            try:
                yield
            finally:
                _held.discard(path)
    finally:
        notice.cancel()


def require_writable(folder):
    """Raise `CannotStore` unless a file of a megabyte can be written in `folder`, which is made if absent."""
    with storing(folder), tempfile.TemporaryDirectory(prefix=".writing-", dir=_made(folder)) as probe:
        pathlib.Path(probe, "probe").write_bytes(bytes(PROBE_BYTES))


def _made(folder):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def storing(folder):
    """Turn an OSError of the block into `CannotStore` with one sentence."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CannotStore(
            error.errno, f"Cannot write in {folder} ({reason}): choose another folder with --out or free some space."
        ) from error
