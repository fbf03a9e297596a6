"""Finds genuine event files: TrackML's form, one CSV file per part of an event, `<prefix>-hits.csv` and its like.

The last part of the prefix is the name of the events, such as "event000000001". The files are the user's own: what is
stored of a run names the events, never the folder they lie in.
"""

import glob
import os
import pathlib

SIMULATION = "simulation"
VARIABLE = "KERAS_HEP_DATA"


def candidates(data):
    """Return the prefixes (list of `pathlib.Path`) that `data` may stand for: the path itself, then one below a folder.

    Args:
        data: str. Path prefix, absolute, relative to the working folder or to the folder of KERAS_HEP_DATA.
    """
    folder = os.environ.get(VARIABLE)
    paths = [pathlib.Path(data).expanduser(), *([pathlib.Path(folder, data)] if folder else [])]
    return list(dict.fromkeys(path.absolute() for path in paths))


def exist(prefix):
    """Return whether any event file has the `prefix` (path)."""
    return bool(prefix.name) and any(prefix.parent.glob(f"{glob.escape(prefix.name)}-*.csv*"))


def find(events):
    """Return the prefix (`pathlib.Path`) of the events of that name anywhere below KERAS_HEP_DATA, or None.

    Where several folders have them, the first in alphabetical order.

    Args:
        events: str. Name of the events.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return None
    paths = sorted(pathlib.Path(folder).absolute().rglob(f"{glob.escape(events)}-*.csv*"))
    return paths[0].with_name(events) if paths else None
