"""Finds genuine event files: TrackML's form, one CSV file per part of an event or for several of them.

Their names begin with one prefix: `event000000001-hits.csv`, `event000000001-truth.csv.gz`, `run7-hits-truth.csv`. The
last part of the prefix is the name of the events, here "event000000001" and "run7". The files are the user's own: what
is stored of a run names the events, never the folder they lie in.
"""

import glob
import os
import pathlib
import re

SIMULATION = "simulation"
VARIABLE = "KERAS_HEP_DATA"
# Only the parts are known words: "event1-barrel-hits.csv" is of the events "event1-barrel", not of "event1".
_PARTS = re.compile(r"(-(hits|cells|particles|truth))+\.csv.*")


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
    return bool(prefix.name) and any(_of(prefix.name, prefix.parent.glob(_pattern(prefix.name))))


def find(events):
    """Return the prefix (`pathlib.Path`) of the events of that name anywhere below KERAS_HEP_DATA, or None.

    Where several folders have them, the first in alphabetical order.

    Args:
        events: str. Name of the events.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return None
    paths = sorted(_of(events, pathlib.Path(folder).absolute().rglob(_pattern(events))))
    return paths[0].with_name(events) if paths else None


def _pattern(name):
    return f"{glob.escape(name)}-*.csv*"


def _of(name, paths):
    """Yield those of the `paths` whose file name is `name` and parts of an event."""
    return (path for path in paths if _PARTS.fullmatch(path.name[len(name) :]))
