"""Files of event 1000 are recognised by size and checksum; made-up ones stand for those that cannot be shipped."""

import gzip
import hashlib

import pytest

from keras_hep.formats import trackml
from keras_hep.formats.trackml_known_events import EVENT_1000


@pytest.fixture
def known(event_texts):
    """Return sizes and checksums of the small event, as if it were the known one."""
    contents = {part: text.encode() for part, text in event_texts.items()}
    return {part: (len(content), hashlib.sha256(content).hexdigest()) for part, content in contents.items()}


def test_the_known_event_is_complete():
    assert set(EVENT_1000) == set(trackml.PARTS)
    assert all(len(checksum) == 64 and int(checksum, 16) for _, checksum in EVENT_1000.values())


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_genuine_files(suffix, known, event_texts, write_texts):
    pack = gzip.compress if suffix.endswith(".gz") else bytes
    prefix = write_texts({part: pack(text.encode()) for part, text in event_texts.items()}, suffix=suffix)
    verification = trackml.verify_event_1000(prefix, known=known)
    assert verification.genuine
    assert set(verification.parts.values()) == {"genuine"}


def test_other_line_ends_are_named(known, event_texts, write_texts):
    event_texts["truth"] = event_texts["truth"].replace("\n", "\r\n")
    verification = trackml.verify_event_1000(write_texts(event_texts), known=known)
    assert verification.genuine
    assert str(verification).endswith("particles: genuine; truth: genuine but for its line ends")
    dos = {"truth": (len(event_texts["truth"]), hashlib.sha256(event_texts["truth"].encode()).hexdigest())}
    event_texts["truth"] = event_texts["truth"].replace("\r\n", "\n")
    verification = trackml.verify_event_1000(write_texts(event_texts, "unix"), parts=("truth",), known=dos)
    assert verification.parts == {"truth": "genuine but for its line ends"}


def test_another_file_of_the_same_size(known, event_texts, write_texts):
    event_texts["hits"] = event_texts["hits"].replace("-64.4099", "-64.4098")
    prefix = write_texts(event_texts)
    verification = trackml.verify_event_1000(prefix, known=known)
    assert not verification.genuine
    assert verification.parts == {"hits": "another file", **dict.fromkeys(("cells", "particles", "truth"), "genuine")}
    assert trackml.verify_event_1000(prefix, parts=("truth", "cells"), known=known).genuine


def test_absent_files(event_texts, write_texts, known):
    prefix = write_texts({"hits": event_texts["hits"]})
    with pytest.raises(trackml.InvalidEvent, match="cells must be in one file"):
        trackml.verify_event_1000(prefix, known=known)
    with pytest.raises(ValueError, match="parts are a sequence"):
        trackml.verify_event_1000(prefix, parts=("tracks",))


def test_a_piece_of_an_event_is_another(real_data):
    verification = trackml.verify_event_1000(real_data("trackml/event000000001"))
    assert set(verification.parts.values()) == {"another file"}
    assert not verification.genuine
