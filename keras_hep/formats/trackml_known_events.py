"""Recognises the complete event 1000 of the TrackML challenge, which published numbers were computed on."""

import dataclasses
import hashlib
import pathlib

from keras_hep.formats.trackml_tables import PARTS, find_file, require_parts, unpacked

EVENT_1000 = {  # part: (bytes, SHA-256) of the uncompressed file
    "hits": (4_586_133, "1db9de9816aa6af10f881606198b6b229775a6ba7b7fe167a2ab569570e1a200"),
    "cells": (13_896_647, "c1df3b4a65fd8b895386c5a23abfb77981ac23c9cdcae40d3f3fead7cb2a6da4"),
    "particles": (991_329, "ff01c5419a82a6a1339d1c6490b67ee09fcf3df4c6aadb02391f59e41b75d790"),
    "truth": (10_333_730, "1d73e9fb7f11ddfbc81ead02fb9c6019e84cc44272f7448b97e9a55bf83c32cd"),
}


@dataclasses.dataclass(frozen=True)
class Verification:
    """What the files of an event are, compared with known ones.

    Attributes:
        parts: dict of part to "genuine", "genuine but for its line ends" or "another file".
    """

    parts: dict

    @property
    def genuine(self):
        """Whether all files have the known content; line ends do not count."""
        return all(found.startswith("genuine") for found in self.parts.values())

    def __str__(self):
        return "; ".join(f"{part}: {found}" for part, found in self.parts.items())


def verify_event_1000(prefix, parts=PARTS, known=EVENT_1000):
    """Compare files with those of event 1000 of the challenge's training sample, by size and SHA-256.

    Args:
        prefix: str or path. What the names of the event's files begin with, without "-hits.csv".
        parts: sequence of str. Which files; published graphs need hits and truth alone.
        known: dict of part to (bytes, SHA-256), of the uncompressed files.

    Returns:
        `Verification`.

    Raises:
        InvalidEvent: if a file is absent, there twice, or a damaged .csv.gz.
        ValueError: if a part is unknown.

    Reference: sizes and checksums of the files of event 1000 in the Git LFS pointers of github.com/golovart/
        trackml-sandbox, commit 356435ae.
    """
    require_parts(parts)
    found = {}
    for part in parts:
        path = pathlib.Path(find_file(prefix, part))
        found[part] = _compared(unpacked(path.read_bytes(), path.name), *known[part])
    return Verification(found)


def _compared(content, size, checksum):
    unix = content.replace(b"\r\n", b"\n")
    dos = unix.replace(b"\n", b"\r\n")
    if _is(content, size, checksum):
        return "genuine"
    return "genuine but for its line ends" if _is(unix, size, checksum) or _is(dos, size, checksum) else "another file"


def _is(content, size, checksum):
    return len(content) == size and hashlib.sha256(content).hexdigest() == checksum
