"""Loads a script, and with it the ML framework, without the lines that frameworks print about themselves."""

import contextlib
import logging
import os
import sys
import tempfile

from keras_hep.suite import catalog


def load(item):
    """Return the module of an item's script, its framework started.

    What is written on stderr meanwhile (processor features, absent GPUs) is dropped, unless loading fails: then it is
    printed before the error goes on.

    Args:
        item: `keras_hep.suite.catalog.Item`.
    """
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of every new shape that a network meets
    with _stderr_held_back():
        script = catalog.load(item)
        if "keras" in sys.modules:
            sys.modules["keras"].ops.zeros(1)  # the first operation looks for devices
    return script


@contextlib.contextmanager
def _stderr_held_back():
    """Hold back what the process, compiled libraries included, writes on stderr; print it if the block fails."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held, open(os.dup(2), "wb") as terminal:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            held.seek(0)
            terminal.write(held.read())
            raise
        finally:
            sys.stderr.flush()
            terminal.flush()
            os.dup2(terminal.fileno(), 2)
