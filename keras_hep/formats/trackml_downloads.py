"""The training events in a user's download of the TrackML challenge: folders and archives below one folder."""

import dataclasses
import pathlib
import tempfile

from keras_hep.formats import trackml, trackml_archive
from keras_hep.formats.trackml_known_events import verify_event_1000
from keras_hep.formats.trackml_tables import InvalidEvent, find_file

TRAINING_PARTS = ("hits", "particles", "truth")


@dataclasses.dataclass(frozen=True)
class DownloadedEvent:
    """One event with truth, and where it lies.

    Attributes:
        event_id: int.
        path: `pathlib.Path` of the folder or archive.
        place: int. Number of events before it there.
        prefix: str. What the names of its files there begin with.
    """

    event_id: int
    path: pathlib.Path
    place: int
    prefix: str

    def load(self, parts=TRAINING_PARTS):
        """Return the tables of the event as a tuple of DataFrames in the order of `parts`.

        Raises:
            InvalidEvent: as `keras_hep.formats.trackml.load_dataset`.
        """
        ((_, *tables),) = trackml.load_dataset(self.path, skip=self.place, nevents=1, parts=parts)
        return tuple(tables)

    def verify_as_event_1000(self, parts=TRAINING_PARTS):
        """Compare the files with those of event 1000; see `trackml_known_events.verify_event_1000`.

        Returns:
            `keras_hep.formats.trackml_known_events.Verification`.
        """
        with trackml_archive.opened(self.path) as members, tempfile.TemporaryDirectory() as folder:
            for part in parts:
                name = find_file(self.prefix, part, members.names.__contains__)
                pathlib.Path(folder, pathlib.Path(name).name).write_bytes(members.read(name))
            return verify_event_1000(pathlib.Path(folder, pathlib.Path(self.prefix).name), parts)


def find_events(folder):
    """Find the events with truth below a folder.

    They may lie in the folder itself, in folders below it, or in zip archives in any of these: as Kaggle hands them
    out, or unpacked. Archives within archives are not looked into. An event that is there several times, such as the
    first hundred of the challenge, which have an archive of their own, is taken once: from a folder before an archive,
    else from the first by name. Events without truth are those of the challenge's test, and left out.

    Args:
        folder: str or path.

    Returns:
        Dict of event id (int) to `DownloadedEvent`, ordered by event id; empty if there is none.

    Raises:
        InvalidEvent: if an archive is damaged.

    Example:

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     find_events(folder)
    {}
    """
    folder = pathlib.Path(folder)
    below = sorted(path for path in folder.rglob("*") if not _hidden(path.relative_to(folder)))
    folders = [folder, *(path for path in below if path.is_dir())]
    archives = [path for path in below if path.suffix == ".zip" and path.is_file()]
    found = {}
    for source in (*folders, *archives):
        for event in _events_with_truth(source):
            found.setdefault(event.event_id, event)
    return dict(sorted(found.items()))


def _hidden(path):
    return any(part.startswith(".") for part in path.parts)


def _events_with_truth(path):
    """Return the events of a folder or archive that have a file of truth."""
    with trackml_archive.opened(path) as members:
        try:
            prefixes = trackml_archive.event_prefixes(members)
        except InvalidEvent:  # no event at all: another folder or archive of the user's
            return []
        names = members.names
        return [
            DownloadedEvent(event_id, path, place, prefix)
            for place, (prefix, event_id) in enumerate(prefixes.items())
            if f"{prefix}-truth.csv" in names or f"{prefix}-truth.csv.gz" in names
        ]
