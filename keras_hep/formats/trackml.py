"""Files of the TrackML particle tracking challenge, in the conventions of the challenge's own library.

An event is up to four CSV files with a common prefix: `event000001000-hits.csv`, `-cells`, `-particles`, `-truth`, each
perhaps compressed (.csv.gz). Names of functions, tables, columns and dtypes are those of the challenge's library, which
is not on PyPI: the package `trackml` there is another project.

Reference: github.com/LAL/trackml-library, README and trackml.dataset.
"""

import concurrent.futures
import functools
import pathlib

from keras_hep.formats import trackml_archive
from keras_hep.formats.trackml_known_events import verify_event_1000
from keras_hep.formats.trackml_quantities import add_momentum_quantities, add_position_quantities, decode_particle_id
from keras_hep.formats.trackml_submissions import drop_hits, random_solution, shuffle_hits
from keras_hep.formats.trackml_tables import (
    COLUMNS,
    PARTS,
    InvalidEvent,
    as_column,
    check_hit_ids,
    check_identifiers,
    find_file,
    read_table,
    require_parts,
)
from keras_hep.formats.trackml_writing import write_event

__all__ = [
    "COLUMNS",
    "PARTS",
    "InvalidEvent",
    "add_momentum_quantities",
    "add_position_quantities",
    "decode_particle_id",
    "drop_hits",
    "hits_with_truth",
    "load_dataset",
    "load_detectors",
    "load_event",
    "load_event_cells",
    "load_event_hits",
    "load_event_particles",
    "load_event_truth",
    "load_hits_with_truth",
    "random_solution",
    "shuffle_hits",
    "verify_event_1000",
    "write_event",
]


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

    Example:

    >>> import tempfile
    >>> hits = {"hit_id": [1, 2], "x": [30.5, 71.0], "y": [0.0, -3.5], "z": [1.0, 2.0]}
    >>> hits |= {"volume_id": [8, 8], "layer_id": [2, 4], "module_id": [1, 9]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_event(f"{folder}/event000000001", {"hits": hits})
    ...     (hits,) = load_event(f"{folder}/event000000001", parts=("hits",))
    >>> hits["x"].tolist(), hits["x"].dtype.name, hits["hit_id"].dtype.name
    ([30.5, 71.0], 'float32', 'int32')
    """
    require_parts(parts)
    paths = [pathlib.Path(find_file(prefix, part)) for part in parts]
    return _tables(parts, [str(path) for path in paths], [path.read_bytes for path in paths])


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


def load_dataset(path, skip=None, nevents=None, parts=PARTS):
    """Read the events of a folder or an archive one after the other, ordered by name.

    Files of an archive are read by name, none is extracted; they may lie in folders inside it. A compressed tar archive
    is read again from its beginning whenever a file lies before the last one read: it is fast when packed in order of
    names.

    Args:
        path: str or path. Folder, or .zip, .tar, .tar.gz or .tgz archive.
        skip: int or None. Events left out at the beginning.
        nevents: int or None. Events read at most.
        parts: sequence of str. As in `load_event`.

    Yields:
        tuple of the event id (int) and the DataFrames in the order of `parts`.

    Raises:
        InvalidEvent: as `load_event`, or if `path` holds no event, is damaged, or is an archive with unsafe members.
        ValueError: if a part is unknown, or `skip` or `nevents` is negative.

    Differs: from the library, which knows folders and .zip with plain .csv alone, breaks on folders with "-" in an
        archive, and yields nothing where there is no event.
    """
    require_parts(parts)
    if min(skip or 0, nevents or 0) < 0:
        raise ValueError(f"load_dataset: skip and nevents are not negative, got {skip} and {nevents}.")
    with trackml_archive.opened(path) as members:
        events = list(trackml_archive.event_prefixes(members).items())[skip:]
        for prefix, event_id in events[:nevents]:
            names = [find_file(prefix, part, members.names.__contains__) for part in parts]
            contents = {name: members.read(name) for name in sorted(names, key=members.names.get)}
            sources = [f"{path}, {name}" for name in names]
            yield event_id, *_tables(parts, sources, [functools.partial(contents.get, name) for name in names])


def load_detectors(path):
    """Read the modules of the detector.

    Args:
        path: str or path. detectors.csv or detectors.csv.gz.

    Returns:
        DataFrame of volume_id, layer_id, module_id (int32); cx, cy, cz [mm]; rot_xu to rot_zw, with global = rot local
        + c for the module's axes u, v, w; module_t, module_minhu, module_maxhu, module_hv, pitch_u, pitch_v [mm], all
        float64. An index column, which some copies have, is left out.

    Raises:
        InvalidEvent: if it is no such file, or a module is there twice.
    """
    path = pathlib.Path(path)
    (table,) = _tables(("detectors",), [str(path)], [path.read_bytes])
    return table[list(COLUMNS["detectors"])]


def hits_with_truth(hits, truth):
    """Join hits with their truth, one to one by hit_id; hits that truth does not know are left out, and so vice versa.

    Args:
        hits: DataFrame or mapping of arrays with hit_id.
        truth: DataFrame or mapping of arrays with hit_id, particle_id.

    Returns:
        DataFrame of the columns of `hits` and then those of `truth`, in the order of `hits`; particle_id is int64.

    Raises:
        InvalidEvent: if a column is missing, a hit_id is there twice in one of them, particle_id is not made of
            integers, or both have a column of the same name besides hit_id.

    Example:

    >>> joined = hits_with_truth({"hit_id": [1, 2], "x": [0.5, 1.5]}, {"hit_id": [2, 3], "particle_id": [2**60 + 1, 0]})
    >>> joined["x"].tolist(), joined["particle_id"].tolist()
    ([1.5], [1152921504606846977])
    """
    import pandas

    hits, truth = pandas.DataFrame(hits, copy=False), pandas.DataFrame(truth, copy=False)
    for table, part, columns in ((hits, "hits", ["hit_id"]), (truth, "truth", ["hit_id", "particle_id"])):
        missing = [name for name in columns if name not in table]
        if missing:
            raise InvalidEvent(f"{part}: must have the columns {', '.join(columns)}; {', '.join(missing)} not found.")
        check_identifiers(table, part, part)
    both = [name for name in hits if name in truth and name != "hit_id"]
    if both:
        raise InvalidEvent(f"hits and truth share hit_id alone, got {both[0]!r} in both; leave it out of one.")
    particle_id = as_column(truth["particle_id"], COLUMNS["truth"]["particle_id"], "particle_id of truth")
    return hits.merge(truth.assign(particle_id=particle_id), on="hit_id", how="inner")


def load_hits_with_truth(prefix):
    """Read hits and the particles they come from, from the files of hits and truth or from a merged one.

    The merged file, `<prefix>-hits-truth.csv` (or .csv.gz), has the columns of hits and those of truth without weight.

    Args:
        prefix: str or path. What the names of the event's files begin with, without "-hits.csv".

    Returns:
        DataFrame of hit_id, x, y, z [mm], volume_id, layer_id, module_id, particle_id (0: noise), the other columns of
        truth, and weight where the files have it.

    Raises:
        InvalidEvent: as `load_event`, or if both layouts are there.
    """
    merged, separate = (
        [name for name in (f"{prefix}-{part}.csv", f"{prefix}-{part}.csv.gz") if pathlib.Path(name).exists()]
        for part in ("hits-truth", "hits")
    )
    if not merged:
        return hits_with_truth(*load_event(prefix, ("hits", "truth")))
    if separate:
        raise InvalidEvent(f"hits must be in one file, got {separate[0]} and {merged[0]}; remove one.")
    path = pathlib.Path(find_file(prefix, "hits-truth"))
    (table,) = _tables(("hits-truth",), [str(path)], [path.read_bytes])
    return table


def _tables(parts, names, reads):
    """Return the tables of one event, read in parallel, after checking that they belong together.

    Args:
        parts: sequence of str. Keys of `COLUMNS`.
        names: sequence of str. Name of the file of each part.
        reads: sequence of functions without arguments that return the bytes of each.
    """

    def read(part, name, content):
        try:
            content = content()
        except OSError as error:
            raise InvalidEvent(f"{name}: must be a readable file, got: {error.strerror or error}.") from error
        return read_table(content, part, name)

    # Decompressing and parsing release the interpreter's lock.
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(parts) or 1) as threads:
        tables = tuple(threads.map(read, parts, names, reads))
    if "hits" in parts:
        hits = tables[list(parts).index("hits")]
        for part, name, table in zip(parts, names, tables, strict=True):
            if part in ("cells", "truth"):
                check_hit_ids(table, hits, name)
    return tables
