"""Folders and archives with the files of many TrackML events: read by name, never extracted."""

import collections
import contextlib
import dataclasses
import lzma
import os
import pathlib
import re
import stat
import struct
import tarfile
import typing
import zipfile
import zlib

from keras_hep.formats.trackml_tables import InvalidEvent

_EVENT_FILE = re.compile(r"(?P<prefix>.*event(?P<event>\d{9}))-[a-zA-Z]+\.csv(\.gz)?")
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
_DAMAGE += (NotImplementedError, RuntimeError, struct.error)  # unknown compression, encryption, cut directory


@dataclasses.dataclass(frozen=True)
class Members:
    """Files of a folder or an archive.

    Attributes:
        path: path of the folder or archive.
        names: dict of str to int. Names of the files, with their place in the archive.
        read: function (name) that returns the bytes of one.
    """

    path: pathlib.Path
    names: dict
    read: typing.Callable


@contextlib.contextmanager
def opened(path):
    """Give the `Members` of a folder, or of a .zip, .tar, .tar.gz, .tgz, .tar.bz2 or .tar.xz archive.

    Raises:
        InvalidEvent: if `path` is neither, is damaged, or has members that an honest archive of events has not: a name
            that is absolute or climbs out by "..", a link or a device, or the same name twice.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        names = sorted(name for name in os.listdir(path) if (path / name).is_file())
        yield _members(path, names, lambda name: (path / name).read_bytes())
        return
    with contextlib.ExitStack() as stack:
        with _undamaged(path):
            with open(path, "rb") as stream:
                zipped = stream.read(2) == b"PK"
            if zipped:
                names, read = _zip_members(stack.enter_context(zipfile.ZipFile(path)))
            else:
                names, read = _tar_members(stack.enter_context(tarfile.open(path)))
        yield _members(path, names, read)


def event_prefixes(members):
    """Return {prefix: event id} of the events among the members, ordered by prefix.

    The prefix is all that stands before "-hits.csv" and the like, with the folders inside the archive.

    Raises:
        InvalidEvent: if there is none.
    """
    found = [_EVENT_FILE.fullmatch(name) for name in members.names]
    # macOS packs files ._event... beside those that it archives.
    events = {match["prefix"]: int(match["event"]) for match in found if match and not _hidden(match["prefix"])}
    if not events:
        raise InvalidEvent(f"{members.path}: must hold files named like event000001000-hits.csv, got none.")
    return dict(sorted(events.items()))


def _hidden(prefix):
    return prefix.rpartition("/")[2].startswith(".")


def _members(path, names, read):
    """Return `Members` whose names have been checked and whose reading names the file that is damaged."""
    for name in names:
        steps = re.split(r"[/\\]", name)
        if not steps[0] or ".." in steps or re.match("[A-Za-z]:", name):
            raise InvalidEvent(f"{path}: members have names below its own folder, got {name!r}; do not trust it.")
    repeated = [name for name, times in collections.Counter(names).items() if times > 1]
    if repeated:
        raise InvalidEvent(f"{path}: every member is there once, got {repeated[0]} twice; pack it again.")

    def read_whole(name):
        with _undamaged(f"{path}, {name}"):
            return read(name)

    return Members(path, {name: place for place, name in enumerate(names)}, read_whole)


def _zip_members(archive):
    """Return names of the files in their order, and the function that reads one."""
    files = [info for info in archive.infolist() if not info.is_dir()]
    for info in files:
        kind = stat.S_IFMT(info.external_attr >> 16)
        _require_plain(info.filename, kind in (0, stat.S_IFREG))  # 0: written where there are no such kinds
    files.sort(key=lambda info: info.header_offset)
    return [info.filename for info in files], archive.read


def _tar_members(archive):
    """Return names of the files in their order, and the function that reads one."""
    members = archive.getmembers()
    for member in members:
        _require_plain(member.name, member.isreg() or member.isdir())
    archive.fileobj.seek(archive.offset)
    if archive.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):  # else a cut archive is a short one
        raise tarfile.ReadError("no mark at its end")
    while archive.fileobj.read(2**20):  # to the end, where the checksum of a compressed one is compared
        pass
    files = {member.name: member for member in members if member.isreg()}
    names = [member.name for member in members if member.isreg()]
    return names, lambda name: archive.extractfile(files[name]).read()


def _require_plain(name, plain):
    if not plain:
        raise InvalidEvent(f"members are files and folders, got the link or device {name!r}; do not trust it.")


@contextlib.contextmanager
def _undamaged(name):
    """Turn every error that a damaged archive can cause into one `InvalidEvent`."""
    try:
        yield
    except InvalidEvent as error:
        raise InvalidEvent(f"{name}: {error}") from error
    except _DAMAGE as error:
        reason = str(error) or type(error).__name__
        raise InvalidEvent(f"{name}: must be a folder or a whole zip or tar archive, got: {reason}.") from error
