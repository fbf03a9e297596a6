"""Data sets in folders and archives: the same events from all of them, in order, and nothing from an unsafe one."""

import gzip
import io
import tarfile
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keras_hep.formats import trackml

pandas = pytest.importorskip("pandas")

EVENTS = (1000, 1001, 21100)


@pytest.fixture
def event_files(event_texts):
    """Return {name: bytes} of three events whose first hit lies at x = 1, 2 and 3."""
    files = {}
    for number, event in enumerate(EVENTS, start=1):
        for part, text in event_texts.items():
            files[f"event{event:09d}-{part}.csv"] = text.replace("1,-64.4099", f"1,{number}.0").encode()
    return files


def write_folder(path, files):
    path.mkdir()
    for name, content in files.items():
        (path / name).write_bytes(content)


def write_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def write_tar(path, files, special=()):
    with tarfile.open(path, "w:gz" if path.suffix in (".gz", ".tgz") else "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in special:
            archive.addfile(member)


WRITERS = {
    "folder": write_folder,
    "set.zip": write_zip,
    "set.tar": write_tar,
    "set.tar.gz": write_tar,
    "set.tgz": write_tar,
}


def first_x(path, **arguments):
    return [(event, hits["x"].iloc[0]) for event, hits in trackml.load_dataset(path, parts=("hits",), **arguments)]


@pytest.mark.parametrize("name", WRITERS)
def test_every_event_in_order(name, event_files, tmp_path):
    path = tmp_path / name
    WRITERS[name](path, dict(reversed(event_files.items())))
    (tmp_path / "alone").mkdir()
    for file, content in event_files.items():
        (tmp_path / "alone" / file).write_bytes(content)
    events = list(trackml.load_dataset(path))
    assert [event for event, *_ in events] == list(EVENTS)
    for event, *tables in events:
        for table, same in zip(tables, trackml.load_event(tmp_path / "alone" / f"event{event:09d}"), strict=True):
            pandas.testing.assert_frame_equal(table, same)


@pytest.mark.parametrize("name", WRITERS)
def test_skip_and_number_of_events(name, event_files, tmp_path):
    path = tmp_path / name
    WRITERS[name](path, event_files)
    assert first_x(path) == [(1000, 1), (1001, 2), (21100, 3)]
    assert first_x(path, skip=1) == [(1001, 2), (21100, 3)]
    assert first_x(path, nevents=2) == [(1000, 1), (1001, 2)]
    assert first_x(path, skip=1, nevents=1) == [(1001, 2)]
    assert first_x(path, nevents=0) == []
    assert first_x(path, skip=3) == []
    with pytest.raises(ValueError, match="skip and nevents are not negative, got None and -1"):
        first_x(path, nevents=-1)


def test_parts_in_their_order(event_files, tmp_path):
    write_zip(tmp_path / "set.zip", event_files)
    _, truth, cells = next(trackml.load_dataset(str(tmp_path / "set.zip"), parts=["truth", "cells"]))
    assert (list(truth)[-1], list(cells)[-1]) == ("weight", "value")
    with pytest.raises(ValueError, match="parts are a sequence"):
        next(trackml.load_dataset(tmp_path / "set.zip", parts=["tracks"]))


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "folder"])
def test_subfolders_compressed_members_and_foreign_files(name, event_files, tmp_path):
    files = {f"train-1/sub-folder/{file}.gz": gzip.compress(content) for file, content in event_files.items()}
    files["README.txt"] = b"no event"
    files["train-1/sub-folder/event000001000-barrel-partial-hits.csv"] = b"no event either"
    files["__MACOSX/._event000001000-hits.csv"] = b"of the file system"
    WRITERS[name](tmp_path / name, files)
    assert first_x(tmp_path / name) == [(1000, 1), (1001, 2), (21100, 3)]


def test_a_folder_with_a_dash(event_files, tmp_path):
    write_folder(tmp_path / "train-1", event_files)
    assert len(first_x(tmp_path / "train-1")) == 3


def test_events_are_ordered_by_their_whole_prefix(event_files, tmp_path):
    files = {("a/" if "21100" in name else "b/") + name: content for name, content in event_files.items()}
    write_zip(tmp_path / "set.zip", files)
    assert [event for event, _ in first_x(tmp_path / "set.zip")] == [21100, 1000, 1001]


@pytest.mark.parametrize("name", WRITERS)
def test_no_event_or_a_missing_part(name, event_files, tmp_path):
    path = tmp_path / name
    del event_files["event000001001-cells.csv"]
    WRITERS[name](path, event_files)
    events = trackml.load_dataset(path, parts=("hits", "cells"))
    assert next(events)[0] == 1000
    with pytest.raises(trackml.InvalidEvent, match=r"event000001001-cells.csv or .*neither is there"):
        next(events)
    WRITERS[name](tmp_path / f"none-{name}", {"notes.csv": b"hit_id"})
    with pytest.raises(trackml.InvalidEvent, match=r"must hold files named like event000001000-hits.csv, got none"):
        next(trackml.load_dataset(tmp_path / f"none-{name}"))


@pytest.mark.parametrize("name", ["set.zip", "set.tar.gz"])
def test_the_same_table_twice(name, event_files, tmp_path):
    WRITERS[name](tmp_path / name, {**event_files, "event000001000-hits.csv.gz": b""})
    with pytest.raises(trackml.InvalidEvent, match="both are there; remove one"):
        first_x(tmp_path / name)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_the_same_member_twice(event_files, tmp_path):
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive, tarfile.open(tmp_path / "set.tar", "w") as tar:
        for _ in range(2):
            archive.writestr("event000001000-hits.csv", b"")
            tar.addfile(tarfile.TarInfo("event000001000-hits.csv"))
    for name in ("set.zip", "set.tar"):
        with pytest.raises(
            trackml.InvalidEvent, match=r"every member is there once, got event000001000-hits.csv twice"
        ):
            first_x(tmp_path / name)


@pytest.mark.parametrize("name", ["set.zip", "set.tar", "set.tgz"])
@pytest.mark.parametrize(
    "member", ["../event000000001-hits.csv", "a/../../b", "/etc/passwd", "..\\b", "\\server\\b", "C:\\b", "C:b", "x/.."]
)
def test_a_member_that_climbs_out(name, member, event_files, tmp_path):
    WRITERS[name](tmp_path / name, {**event_files, member: b"text"})
    with pytest.raises(trackml.InvalidEvent, match="members have names below its own folder, got"):
        first_x(tmp_path / name)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_device_in_a_tar(kind, event_files, tmp_path):
    member = tarfile.TarInfo("event000001002-hits.csv")
    member.type, member.linkname = kind, "event000001000-hits.csv"
    write_tar(tmp_path / "set.tar", event_files, [member])
    with pytest.raises(trackml.InvalidEvent, match=r"set.tar: members are files and folders, got the link or device"):
        first_x(tmp_path / "set.tar")


def test_a_link_in_a_zip(event_files, tmp_path):
    link = zipfile.ZipInfo("event000001002-hits.csv")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    write_zip(tmp_path / "set.zip", {**event_files, link: b"event000001000-hits.csv"})
    with pytest.raises(trackml.InvalidEvent, match=r"got the link or device 'event000001002-hits.csv'"):
        first_x(tmp_path / "set.zip")


def test_folders_in_archives_are_no_members(event_files, tmp_path):
    folder = tarfile.TarInfo("train")
    folder.type = tarfile.DIRTYPE
    write_tar(tmp_path / "set.tar", event_files, [folder])
    write_zip(tmp_path / "set.zip", {"train/": b"", **event_files})
    assert len(first_x(tmp_path / "set.tar")) == len(first_x(tmp_path / "set.zip")) == 3


@pytest.mark.parametrize(
    "content", [b"", b"text", b"PK", b"PK\x03\x04" + bytes(50), gzip.compress(b"text", mtime=0), bytes(5000)]
)
def test_no_archive(content, tmp_path):
    path = tmp_path / "set.zip"
    path.write_bytes(content)
    with pytest.raises(
        trackml.InvalidEvent, match=r"set.zip: must (be a folder or a whole zip or tar|hold files named)"
    ):
        next(trackml.load_dataset(path))


def test_nothing_there(tmp_path):
    with pytest.raises(
        trackml.InvalidEvent, match=r"must be a folder or a whole zip or tar archive, got: .*No such file"
    ):
        next(trackml.load_dataset(tmp_path / "none"))


def test_an_encrypted_member(event_files, tmp_path):
    path = tmp_path / "set.zip"
    write_zip(path, event_files)
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(content)
    with pytest.raises(trackml.InvalidEvent, match=r"set.zip, event000001000-hits.csv: .*encrypted"):
        first_x(path)


@pytest.mark.parametrize("name", ["set.zip", "set.tar", "set.tar.gz"])
def test_a_cut_archive_is_never_a_shorter_one(name, event_files, tmp_path):
    path = tmp_path / name
    WRITERS[name](path, event_files)
    whole = path.read_bytes()
    refused = 0
    for keep in range(0, len(whole), 97):
        path.write_bytes(whole[:keep])
        try:
            assert first_x(path) == [(1000, 1), (1001, 2), (21100, 3)]  # a tar is padded behind its end mark
        except trackml.InvalidEvent:
            refused += 1
    assert refused >= (len(whole) - 10240) // 97


@pytest.mark.parametrize("name", ["set.zip", "set.tgz"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_is_noticed_or_does_not_matter(name, data, event_files, tmp_path):
    path = tmp_path / name
    WRITERS[name](path, event_files)
    content = bytearray(path.read_bytes())
    events = list(trackml.load_dataset(path))
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    try:
        flipped = list(trackml.load_dataset(path))
    except trackml.InvalidEvent:
        return
    assert [event for event, *_ in flipped] == list(EVENTS)
    for (_, *tables), (_, *others) in zip(events, flipped, strict=True):
        for table, other in zip(tables, others, strict=True):
            pandas.testing.assert_frame_equal(table, other)


@pytest.mark.parametrize("name", ["set.zip", "set.tar", "set.tgz"])
def test_nothing_is_extracted(name, event_files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    WRITERS[name](tmp_path / name, {f"deep/{file}": content for file, content in event_files.items()})
    assert len(first_x(tmp_path / name)) == 3
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["set.zip", "set.tar"])
def test_a_fault_names_archive_and_member(name, event_files, tmp_path):
    event_files["event000001001-hits.csv"] = b"hit_id,x\n1,2\n"
    WRITERS[name](tmp_path / name, event_files)
    with pytest.raises(trackml.InvalidEvent, match=rf"{name}, event000001001-hits.csv: must have the columns"):
        first_x(tmp_path / name)
