"""Finds genuine event files: TrackML's form, one CSV file per part of an event or for several; or calorimeter files.

The names of TrackML's begin with one prefix: `event000000001-hits.csv`, `event000000001-truth.csv.gz`,
`run7-hits-truth.csv`. The last part of the prefix is the name of the events, here "event000000001" and "run7".
Calorimeter files stand for themselves in one folder, and its name is that of the events. All files are the user's own:
what is stored of a run names the events, never where they lie.
"""

import glob
import os
import pathlib
import re

from keras_hep.suite.calorimeter_files import calorimeter_files

SIMULATION = "simulation"
VARIABLE = "KERAS_HEP_DATA"
# Only the parts are known words: "event1-barrel-hits.csv" is of the events "event1-barrel", not of "event1".
_PARTS = re.compile(r"(-(hits|cells|particles|truth))+\.csv.*")


def candidates(data):
    """Return the paths (list of `pathlib.Path`) that `data` may stand for: the path itself, then one below a folder.

    Args:
        data: str. Prefix of event files or folder of calorimeter files: absolute, relative to the working folder or to
            the folder of KERAS_HEP_DATA.
    """
    folder = os.environ.get(VARIABLE)
    paths = [pathlib.Path(data).expanduser(), *([pathlib.Path(folder, data)] if folder else [])]
    return list(dict.fromkeys(path.absolute() for path in paths))


def exist(path):
    """Return whether any event file has the prefix `path`, or it is a folder with calorimeter files."""
    return is_folder(path) or (bool(path.name) and any(_of(path.name, path.parent.glob(_pattern(path.name)))))


def is_folder(path):
    """Return whether `path` is a folder with calorimeter files."""
    return path.is_dir() and bool(calorimeter_files(path))


def find(events):
    """Return the prefix or folder (`pathlib.Path`) of the events of that name below KERAS_HEP_DATA, or None.

    Where several folders have them, the first in alphabetical order.

    Args:
        events: str. Name of the events.
    """
    folder = os.environ.get(VARIABLE)
    if not folder:
        return None
    root = pathlib.Path(folder).absolute()
    prefixes = {path.with_name(events) for path in _of(events, root.rglob(_pattern(events)))}
    return min(prefixes | set(filter(is_folder, root.rglob(glob.escape(events)))), default=None)


def _pattern(name):
    return f"{glob.escape(name)}-*.csv*"


def _of(name, paths):
    """Yield those of the `paths` whose file name is `name` and parts of an event."""
    return (path for path in paths if _PARTS.fullmatch(path.name[len(name) :]))
