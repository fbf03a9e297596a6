"""Files of the TrackML particle tracking challenge, in the conventions of the challenge's own library.

An event is up to four CSV files with a common prefix: `event000001000-hits.csv`, `-cells`, `-particles`, `-truth`, each
perhaps compressed (.csv.gz). Names of functions, tables, columns and dtypes are those of the challenge's library, which
is not on PyPI: the package `trackml` there is another project.

Reference: github.com/LAL/trackml-library, README and trackml.dataset.
"""

import concurrent.futures
import contextlib
import pathlib

from keras_hep.formats.trackml_quantities import add_momentum_quantities, add_position_quantities, decode_particle_id
from keras_hep.formats.trackml_tables import InvalidEvent, check_hit_ids, read_table

__all__ = [
    "PARTS",
    "InvalidEvent",
    "add_momentum_quantities",
    "add_position_quantities",
    "decode_particle_id",
    "load_event",
    "load_event_cells",
    "load_event_hits",
    "load_event_particles",
    "load_event_truth",
]

PARTS = ("hits", "cells", "particles", "truth")


def load_event(prefix, parts=PARTS):
    """Read the tables of one event.

    Args:
        prefix: str or path. What the names of the event's files begin with, without "-hits.csv".
        parts: sequence of str. Which tables, of "hits", "cells", "particles" and "truth".

    Returns:
        tuple of DataFrames in the order of `parts`, also of one.

    Raises:
        InvalidEvent: naming the file, if it is absent or there twice (.csv and .csv.gz), misses a column, holds a value
            that the format does not allow (text, NaN, infinity, a fraction or too large a number in a column of
            integers, an identifier twice), has no rows, or if truth or cells name a hit that the event does not have.
        ValueError: if a part is unknown.
    """
    _require_parts(parts)
    paths = [find_file(prefix, part) for part in parts]
    return read_tables(parts, [path.name for path in paths], [path.read_bytes for path in paths])


def load_event_hits(prefix):
    """Read the hits of one event: DataFrame of hit_id, x, y, z [mm], volume_id, layer_id, module_id."""
    return load_event(prefix, ("hits",))[0]


def load_event_cells(prefix):
    """Read the cells of one event: DataFrame of hit_id, ch0, ch1, value; several rows per hit."""
    return load_event(prefix, ("cells",))[0]


def load_event_particles(prefix):
    """Read the particles of one event: DataFrame of particle_id, (particle_type,) vx.. [mm], px.. [GeV], q, nhits."""
    return load_event(prefix, ("particles",))[0]


def load_event_truth(prefix):
    """Read the truth of one event: DataFrame of hit_id, particle_id (0: noise), tx.. [mm], tpx.. [GeV], weight."""
    return load_event(prefix, ("truth",))[0]


def read_tables(parts, names, reads):
    """Read tables of one event in parallel and check that they belong together.

    Args:
        parts: sequence of str. Keys of `COLUMNS`.
        names: sequence of str. Name of the file of each part.
        reads: sequence of functions without arguments that return the bytes of each.

    Returns:
        tuple of DataFrames in the order of `parts`.

    Raises:
        InvalidEvent: as `load_event`.
    """

    def read(part, name, content):
        with _naming(name):
            content = content()
        return read_table(content, part, name)

    # Reading, decompressing and parsing all release the interpreter's lock.
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(len(parts), 1)) as threads:
        tables = tuple(threads.map(read, parts, names, reads))
    if "hits" in parts:
        hits = tables[list(parts).index("hits")]
        for part, name, table in zip(parts, names, tables, strict=True):
            if part in ("cells", "truth"):
                check_hit_ids(table, hits, name)
    return tables


def find_file(prefix, part):
    """Return the path of the one file of `part` (str) of the event with this prefix."""
    paths = [pathlib.Path(f"{prefix}-{part}.csv{suffix}") for suffix in ("", ".gz")]
    found = [path for path in paths if path.is_file()]
    if len(found) != 1:
        both = "both are there; remove one" if found else "neither is there"
        raise InvalidEvent(f"{part} must be in one file, {paths[0]} or {paths[1].name}; {both}.")
    return found[0]


@contextlib.contextmanager
def _naming(name):
    try:
        yield
    except OSError as error:
        raise InvalidEvent(f"{name}: must be a readable file, got: {error}.") from error


def _require_parts(parts):
    unknown = [part for part in parts if part not in PARTS]
    if isinstance(parts, str) or unknown:
        raise ValueError(f"parts are a sequence of {', '.join(PARTS)}, got {parts!r}.")
