"""Events are found where a user's download has them, each once."""

import re
import zipfile

import numpy as np
import pytest

from keras_hep.formats import trackml
from keras_hep.formats.trackml_downloads import find_events


def write(folder, event_id, parts=("hits", "cells", "particles", "truth"), x=1.0, **options):
    """Write an event of two hits of one particle, which is told apart by its x."""
    hits = {"hit_id": [1, 2], "x": [x, 2 * x], "y": [0.0, 0.5], "z": [1.0, 2.0]}
    tables = {
        "hits": hits | {"volume_id": [8, 8], "layer_id": [2, 4], "module_id": [1, 9]},
        "cells": {"hit_id": [1, 2], "ch0": [7, 8], "ch1": [2, 2], "value": [0.25, 0.1]},
        "particles": {"particle_id": [2**60 + 1], **{name: [0.5] for name in ("vx", "vy", "vz", "px", "py", "pz")}}
        | {"q": [1], "nhits": [2]},
        "truth": {"hit_id": [1, 2], "particle_id": [2**60 + 1, 2**60 + 1]}
        | {name: [0.5, 0.5] for name in ("tx", "ty", "tz", "tpx", "tpy", "tpz", "weight")},
    }
    trackml.write_event(folder / f"event{event_id:09d}", {part: tables[part] for part in parts}, **options)


def pack(folder, archive, inside=""):
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(folder.iterdir()):
            packed.write(path, f"{inside}{path.name}")


def test_events_are_found_in_folders_and_archives(tmp_path):
    write(tmp_path / "download", 7, compress=True)
    write(tmp_path / "download" / "train_sample" / "train_100_events", 1000)
    write(tmp_path / "elsewhere", 2020)
    write(tmp_path / "elsewhere", 1500)
    pack(tmp_path / "elsewhere", tmp_path / "download" / "train_1.zip", "train_1/")
    (tmp_path / "download" / "detectors.csv").write_text("volume_id\n")
    found = find_events(tmp_path / "download")
    assert list(found) == [7, 1000, 1500, 2020]
    assert [event.event_id for event in found.values()] == list(found)
    assert found[2020].path.name == "train_1.zip"
    for event in found.values():
        hits, particles, truth = event.load()
        assert hits["x"].tolist() == [1.0, 2.0]
        assert particles["particle_id"].tolist() == [2**60 + 1]
        assert truth["particle_id"].dtype == np.int64


def test_the_tables_asked_for_are_those_of_this_event(tmp_path):
    for event_id in (3, 1, 2):
        write(tmp_path, event_id, x=float(event_id))
    for event_id, event in find_events(tmp_path).items():
        cells, hits = event.load(("cells", "hits"))
        assert hits["x"].tolist() == [event_id, 2 * event_id]
        assert cells["ch0"].tolist() == [7, 8]


def test_an_event_that_is_there_twice_is_taken_once_and_from_the_folder(tmp_path):
    write(tmp_path / "source", 1000, x=5.0)
    write(tmp_path / "source", 1001, x=5.0)
    (tmp_path / "download").mkdir()
    pack(tmp_path / "source", tmp_path / "download" / "a.zip")
    pack(tmp_path / "source", tmp_path / "download" / "b.zip")
    write(tmp_path / "download" / "unpacked", 1000, x=9.0)
    found = find_events(tmp_path / "download")
    assert {event_id: event.path.name for event_id, event in found.items()} == {1000: "unpacked", 1001: "a.zip"}
    assert found[1000].load()[0]["x"].tolist() == [9.0, 18.0]
    assert found[1001].load()[0]["x"].tolist() == [5.0, 10.0]


def test_events_without_truth_and_hidden_files_are_left_out(tmp_path):
    write(tmp_path / "test", 1, parts=("hits", "cells"))
    write(tmp_path / "train", 2)
    write(tmp_path / "train", 3, parts=("hits", "cells"))
    write(tmp_path / ".cache" / "train", 4)
    assert list(find_events(tmp_path)) == [2]
    assert find_events(tmp_path)[2].load()[0]["x"].tolist() == [1.0, 2.0]
    assert find_events(tmp_path / "test") == {}


def test_a_damaged_archive_is_named(tmp_path):
    write(tmp_path / "source", 1000)
    pack(tmp_path / "source", tmp_path / "train_1.zip")
    content = (tmp_path / "train_1.zip").read_bytes()
    (tmp_path / "train_1.zip").write_bytes(content[: len(content) // 2])
    with pytest.raises(trackml.InvalidEvent, match=re.escape(str(tmp_path / "train_1.zip"))):
        find_events(tmp_path)


def test_a_missing_table_is_named(tmp_path):
    write(tmp_path, 1000, parts=("hits", "truth"))
    with pytest.raises(trackml.InvalidEvent, match="particles must be in one file, event000001000-particles"):
        find_events(tmp_path)[1000].load()


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
def test_another_event_1000_is_told_from_the_genuine_one(packed, tmp_path):
    write(tmp_path / "source", 1000, compress=packed)
    if packed:
        (tmp_path / "download").mkdir()
        pack(tmp_path / "source", tmp_path / "download" / "train_1.zip", "train-1/")
    found = find_events(tmp_path / ("download" if packed else "source"))[1000].verify_as_event_1000()
    assert found.parts == dict.fromkeys(("hits", "particles", "truth"), "another file")


def test_genuine_files(real_data):
    found = find_events(real_data("trackml/event000000001").parent)
    assert list(found) == [1]
    assert [len(table) for table in found[1].load()] == [5527, 548, 5527]
