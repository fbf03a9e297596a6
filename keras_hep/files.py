"""Files that are either whole or absent: atomic writes, checksums, and a lock between processes."""

import contextlib
import errno
import hashlib
import os
import pathlib
import tempfile

try:
    import fcntl
except ImportError:  # Windows has no flock; renames stay atomic there, two runs may do the same work twice
    fcntl = None

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def replacing(path):
    """Give a temporary path beside `path`; rename it to `path` when the block ends without an error.

    The temporary name keeps the suffixes of `path`, since writers choose their format by them. It is removed when the
    block fails, so an interrupted write leaves the old file, or none.

    Args:
        path: str or path. The file to write. Missing folders are made.

    Yields:
        `pathlib.Path` of the temporary file, in the same folder.

    Raises:
        OSError: naming the folder, when it cannot be written or its disk is full.
    """
    path = pathlib.Path(path)
    with _naming(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-", suffix="".join(path.suffixes))
        os.close(handle)
    temporary = pathlib.Path(name)
    try:
        with _naming(path.parent, only=FULL):
            yield temporary
        with _naming(path.parent):
            with open(temporary, "rb+") as stream:
                os.fsync(stream.fileno())  # before the rename, or a power cut could leave an empty file
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _naming(folder, only=None):
    """Turn an OSError (only of the given numbers, if any) into one that names the folder and the remedy."""
    try:
        yield
    except OSError as error:
        if only is not None and error.errno not in only:
            raise
        message = f"Cannot write in {folder} ({error.strerror or error}): choose another folder or free some space."
        raise OSError(error.errno, message) from error


def _umask():
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def write_text(path, text):
    """Write `text` (str) to `path` as UTF-8, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path, content):
    """Write `content` (bytes) to `path`, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def sha256(path):
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def lock(path):
    """Hold an exclusive lock named by the file `path` between processes; wait for it if another process has it.

    The system frees the lock when its holder ends in whatever way, so a killed run never blocks the next one. The file
    stays. A process that takes the same lock twice waits for itself: do not nest it.

    Raises:
        OSError: naming the folder, when it cannot be written.
    """
    path = pathlib.Path(path)
    with _naming(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = open(path, "a")  # noqa: SIM115, closed two lines below
    with stream:
        if fcntl is not None:
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
