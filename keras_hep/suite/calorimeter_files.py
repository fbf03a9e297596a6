"""Finds the user's own calorimeter files, and tells them from those that this package wrote.

They are known by the names that their makers gave them, as EleEscan_1_1.h5 or GammaEscan_RandomAngle_2_1.h5. Neither
sizes nor checksums are published: files of these names and of the public form are taken for the authors' own, unless
they say that `write_lcd` made them. Those are never taken for published ones, of whatever source their showers are: so
no simulation of ours can pose as the authors'.
"""

import glob
import pathlib
import re

from keras_hep.formats.lcd_layout import AXES, UNITS, particle_of_name, require

EXAMPLE = "EleEscan_1_1.h5"
_RANDOM_ANGLES = re.compile("Angle|Theta")  # RandomAngle, VarAngleMeas, Measured3Theta


def calorimeter_files(data):
    """Return the calorimeter files (list of `pathlib.Path`, sorted) that `data` stands for.

    Args:
        data: str or path. A folder, or a pattern of files.

    Example:

    >>> calorimeter_files("no/such/folder"), calorimeter_files("no/such/Ele*.h5")
    ([], [])
    """
    place = pathlib.Path(data).expanduser()
    found = place.glob("*.h5") if place.is_dir() else map(pathlib.Path, glob.glob(str(place)))
    return sorted(path for path in found if particle_of_name(path) is not None)


def matching_files(data, particle, angles):
    """Return the calorimeter files of a particle, list of path, in the order of their names.

    Args:
        data: str or path, as of `calorimeter_files`.
        particle: str. "electron", "photon", "pi0" or "charged_pion".
        angles: str. "random" for files whose names tell of angles, "fixed" for the others.

    Raises:
        InvalidShowers: if there are none, naming the kinds that there are.
    """
    kinds = {path: f"{particle_of_name(path)} at {_angles(path)} angles" for path in calorimeter_files(data)}
    wanted = f"{particle} at {angles} angles"
    found = ", ".join(sorted(set(kinds.values()))) or "none"
    rule = f"there must be files of {wanted}, found {found}; add them, or leave out --data"
    require(wanted in kinds.values(), data, rule)
    return [path for path, kind in kinds.items() if kind == wanted]


def origin(data):
    """Return `data` and `events` of the `Result` of an item on showers.

    Args:
        data: str, path or None. None: the simulation; else as of `calorimeter_files`.

    Raises:
        InvalidShowers: as `require_published`.

    Example:

    >>> origin(None)
    {'data': 'simulation'}
    """
    if data is None:
        return {"data": "simulation"}
    require_published(data)
    return {"data": "published", "events": pathlib.PurePath(data).name}


def require_published(data):
    """Require that the files of `data` (as of `calorimeter_files`) can be the authors' own.

    Raises:
        InvalidShowers: naming the first file that this package wrote or that is damaged, or if there are no files.
    """
    from keras_hep.formats.lcd import describe_lcd

    paths = calorimeter_files(data)
    require(paths, data, f"there must be calorimeter files, such as {EXAMPLE}, found none; name their folder")
    for path in paths:
        said = describe_lcd(path)["attributes"]
        rule = (
            f"published showers must be as their makers wrote them, got one of keras_hep, source {said.get('source')}"
        )
        require(not _ours(said), path, f"{rule}; leave out --data to simulate, or name the folder of published files")


def _angles(path):
    return "random" if _RANDOM_ANGLES.search(path.name) else "fixed"


def _ours(said):
    """Return whether any of the attributes of a file is as `write_lcd` writes it; others may have been lost since."""
    version = str(said.get("generator_version")).startswith("keras_hep")
    source = said.get("source") in ("simulation", "files")
    return version or source or said.get("units") == UNITS or said.get("axes") == AXES
