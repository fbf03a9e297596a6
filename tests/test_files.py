"""Files are whole or absent, whatever interrupts their writing."""

import errno
import os
import pathlib
import stat
import subprocess
import sys

import pytest

from keras_hep import files


def full(*arguments, **options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_replacing_writes_the_file_and_its_folders(tmp_path):
    path = tmp_path / "new" / "folder" / "result.json"
    with files.replacing(path) as temporary:
        assert temporary.parent == path.parent
        assert not path.exists()
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert os.listdir(path.parent) == ["result.json"]


@pytest.mark.parametrize("name", ["result.json", "lstm.weights.h5", "archive.tar.gz", "plain"])
def test_temporary_name_keeps_the_suffixes(tmp_path, name):
    with files.replacing(tmp_path / name) as temporary:
        assert temporary.suffixes == pathlib.Path(name).suffixes


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_interrupted_writing_leaves_the_old_file(tmp_path, error):
    path = tmp_path / "result.json"
    path.write_text("old")

    def interrupted():
        with files.replacing(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        interrupted()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.json"]


def test_interrupted_writing_leaves_no_file_where_there_was_none(tmp_path):
    with pytest.raises(ValueError, match="stop"), files.replacing(tmp_path / "result.json"):
        raise ValueError("stop")
    assert os.listdir(tmp_path) == []


def test_other_errors_of_the_block_keep_their_type_and_message(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"events\.csv"), files.replacing(tmp_path / "result.json"):
        (tmp_path / "events.csv").read_text()


@pytest.mark.parametrize("function", ["replace", "fsync", "chmod"])
def test_full_disk_at_the_end_leaves_the_old_file(tmp_path, monkeypatch, function):
    path = tmp_path / "result.json"
    files.write_text(path, "old")
    monkeypatch.setattr(os, function, full)
    with pytest.raises(OSError, match=r"Cannot write in .*No space left.*free some space") as caught:
        files.write_text(path, "new")
    assert caught.value.errno == errno.ENOSPC
    assert str(tmp_path) in str(caught.value)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.json"]


@pytest.mark.parametrize("kind", ["text", "bytes"])
def test_full_disk_while_writing_leaves_the_old_file(tmp_path, monkeypatch, kind):
    path = tmp_path / "result.json"
    path.write_text("old")
    monkeypatch.setattr(pathlib.Path, f"write_{kind}", full)
    with pytest.raises(OSError, match=r"Cannot write in .*No space left"):
        getattr(files, f"write_{kind}")(path, "new" if kind == "text" else b"new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.json"]


def test_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match=r"Cannot write in .*file.folder .*choose another folder"):
        files.write_text(tmp_path / "file" / "folder" / "result.json", "text")
    with (
        pytest.raises(OSError, match=r"Cannot write in .*file .*choose another folder"),
        files.lock(tmp_path / "file" / "x"),
    ):
        pass


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="every folder is writable here")
def test_folder_without_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=r"Cannot write in"):
        files.write_text(tmp_path / "result.json", "text")


def test_written_files_have_the_usual_permissions(tmp_path):
    (tmp_path / "usual").touch()
    files.write_text(tmp_path / "ours", "text")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "ours")}
    assert len(modes) == 1


def test_text_is_utf8_and_bytes_are_kept(tmp_path):
    files.write_text(tmp_path / "text", "π → 3.14\n")
    files.write_bytes(tmp_path / "bytes", b"\x00\r\n\xff")
    assert (tmp_path / "text").read_bytes() == "π → 3.14\n".encode()
    assert (tmp_path / "bytes").read_bytes() == b"\x00\r\n\xff"


def test_sha256_of_known_contents(tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "abc").write_text("abc")
    assert files.sha256(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert files.sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# The lock, between processes


COUNT_UP = """
for _ in range(25):
    with files.lock(folder / "lock"):
        number = int((folder / "number").read_text())
        time.sleep(0.002)  # in which another process would read the same number
        (folder / "number").write_text(str(number + 1))
"""
HOLD_AND_DIE = """
with files.lock(folder / "lock"):
    (folder / "held").touch()
    os._exit(9)
"""
WRITE = """
for number in range(200):
    files.write_text(folder / "result.json", f"{sys.argv[2]} " * 20_000)
"""


def start(program, folder, *arguments):
    head = "import os, pathlib, sys, time\nfrom keras_hep import files\nfolder = pathlib.Path(sys.argv[1])\n"
    return subprocess.Popen([sys.executable, "-c", head + program, str(folder), *arguments])


@pytest.mark.skipif(files.fcntl is None, reason="no lock between processes on this system")
def test_lock_lets_one_process_in_at_a_time(tmp_path):
    (tmp_path / "number").write_text("0")
    processes = [start(COUNT_UP, tmp_path) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert (tmp_path / "number").read_text() == "50"


def test_two_writers_and_a_reader_never_meet_half_a_file(tmp_path):
    files.write_text(tmp_path / "result.json", "start")
    processes = [start(WRITE, tmp_path, name) for name in ("one", "two")]
    while any(process.poll() is None for process in processes):
        words = (tmp_path / "result.json").read_text().split()
        assert len(words) in (1, 20_000)
        assert len(set(words)) == 1
    assert [process.returncode for process in processes] == [0, 0]
    assert os.listdir(tmp_path) == ["result.json"]


def test_lock_is_free_after_its_holder_was_killed(tmp_path):
    assert start(HOLD_AND_DIE, tmp_path).wait(60) == 9
    assert (tmp_path / "held").exists()
    with files.lock(tmp_path / "lock"):
        pass


def test_lock_is_free_after_an_error(tmp_path):
    for _ in range(2):
        with pytest.raises(ValueError, match="inside"), files.lock(tmp_path / "new" / "lock"):
            raise ValueError("inside")


def test_without_flock_the_block_still_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "fcntl", None)
    with files.lock(tmp_path / "lock"):
        files.write_text(tmp_path / "result.json", "whole")
    assert (tmp_path / "result.json").read_text() == "whole"
