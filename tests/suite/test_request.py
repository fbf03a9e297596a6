"""A run on genuine events finds their files and names the events; what an item does not offer is refused."""

import os

import pytest

from keras_hep.suite import catalog, cli, record, request, runner
from keras_hep.suite import event_files as finder

EVENTS = "event000000001"


def on(item, data=f"trackml/{EVENTS}"):
    return request.on_events(item, data)


# Which files


def test_a_prefix_is_found_as_a_path_and_below_the_folder_of_data(hits, event_files, monkeypatch):
    monkeypatch.chdir(event_files / "trackml")
    prefix = str(event_files / "trackml" / EVENTS)
    for data in (prefix, f"../trackml/{EVENTS}", EVENTS, f"trackml/{EVENTS}"):
        item = on(hits, data)
        assert (item.id, item.events, item.label) == ("toy/fig09_hits", EVENTS, f"toy/fig09_hits@{EVENTS}")
        assert os.path.isabs(item.prefix)
        assert os.path.samefile(f"{item.prefix}-hits.csv", f"{prefix}-hits.csv")


def test_a_path_comes_before_the_folder_of_data(hits, event_files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trackml").mkdir()
    (tmp_path / "trackml" / f"{EVENTS}-hits.csv.gz").write_text("")
    assert on(hits).prefix == str(tmp_path / "trackml" / EVENTS)


@pytest.mark.parametrize("data", ["trackml/event000000003", "trackml/event", "trackml", "", "trackml/event[0-9]*"])
def test_absent_files_are_named(hits, event_files, tmp_path, monkeypatch, data):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(request.InvalidRun, match="'simulation', the prefix of event files or a folder") as caught:
        on(hits, data)
    for prefix in (tmp_path / data, event_files / data):
        assert f"{prefix}-hits.csv" in str(caught.value)


def test_without_a_folder_of_data_that_is_said(hits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KERAS_HEP_DATA")
    looked_for = r"files like .*-hits\.csv, or like EleEscan_1_1\.h5 in .*; KERAS_HEP_DATA names no other folder"
    with pytest.raises(request.InvalidRun, match=looked_for):
        on(hits)


@pytest.mark.parametrize("name", ["event@1", "event 1", "sample", "published", "simulation", "-event"])
def test_what_is_no_name_of_events_is_refused(hits, event_files, name):
    (event_files / "trackml" / f"{name}-hits.csv").write_text("1")
    with pytest.raises(request.InvalidRun, match=f"letters, digits, - and _ that is no kind of data, got '{name}'"):
        on(hits, f"trackml/{name}")


@pytest.mark.parametrize(
    ("name", "prefixes"),
    [
        ("event7-hits.csv", ["event7"]),
        ("event7-hits.csv.gz", ["event7"]),
        ("event7-hits-truth.csv.gz", ["event7"]),
        ("event7-barrel-particles.csv", ["event7-barrel"]),
        ("event7-barrel.csv", []),
        ("event7-hits.txt", []),
        ("event7.csv", []),
        ("event77-cells.csv", []),
    ],
)
def test_a_file_belongs_to_the_events_before_its_parts(event_files, name, prefixes):
    (event_files / name).write_text("")
    names = ["event", "event7", "event7-barrel", "event7-barrel-particles"]
    assert [events for events in names if finder.exist(event_files / events)] == prefixes
    assert [events for events in names if finder.find(events) is not None] == prefixes


@pytest.mark.parametrize("events", [EVENTS, "event000001000-barrel-partial"])
def test_files_of_the_challenge_are_found(real_data, line, events):
    prefix = real_data(f"trackml/{events}")
    assert on(line, f"trackml/{events}").prefix == str(prefix.absolute()) == str(finder.find(events))
    assert on(line, str(prefix)).events == events


def test_the_simulation_is_the_item_itself(hits):
    assert on(hits, "simulation") == hits
    assert request.events_name("simulation") == ""


def test_events_are_found_by_name_in_any_folder(event_files_below, monkeypatch):
    folder = event_files_below
    assert finder.find(EVENTS) == folder / "a" / "deep" / EVENTS
    assert finder.find("event000000009") is None
    assert finder.find("event0000000") is None
    monkeypatch.delenv("KERAS_HEP_DATA")
    assert finder.find(EVENTS) is None


@pytest.fixture
def event_files_below(tmp_path, monkeypatch):
    for name in ("b", "a/deep"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / f"{EVENTS}-truth.csv.gz").write_text("")
    monkeypatch.setenv("KERAS_HEP_DATA", str(tmp_path))
    return tmp_path


# The run


def test_a_run_on_events_is_stored_beside_the_simulation(hits):
    simulated, genuine = runner.run(hits, "quick"), runner.run(on(hits), "quick")
    assert (simulated.data, genuine.data, genuine.events) == ("simulation", "sample", EVENTS)
    assert genuine.quantities["mean"].value == 3.5
    item = catalog.Item(hits.id, hits.root, EVENTS)
    assert item.produced_path() == hits.produced_path().with_name(f"fig09_hits@{EVENTS}.json")
    assert item.recorded_path == hits.recorded_path.with_name(f"fig09_hits@{EVENTS}.json")
    assert (item.path, item.reference_path) == (hits.path, hits.reference_path)
    assert runner.stored(item)[0].quantities == genuine.quantities
    assert runner.stored(hits)[0].quantities == simulated.quantities


def test_no_path_of_the_machine_is_stored(hits, event_files):
    result = runner.run(on(hits, str(event_files / "trackml" / EVENTS)), "quick")
    assert result.provenance["arguments"] == {"first": 0, "data": EVENTS, "seed": 7}
    text = on(hits).produced_path().read_text()
    assert str(event_files) not in text
    assert runner.run(hits, "quick").provenance["arguments"] == {"first": 0, "seed": 7}


def test_the_result_of_other_events_is_damaged(hits):
    runner.run(on(hits), "quick")
    other = catalog.Item(hits.id, hits.root, "event000000002")
    other.produced_path().write_bytes(on(hits).produced_path().read_bytes())
    with pytest.raises(record.RecordError, match=rf"result of toy/fig09_hits@event000000002, got '.*@{EVENTS}'"):
        runner.stored(other)


@pytest.mark.parametrize(
    ("old", "new", "data"),
    [
        ('"events": prefix.name', '"events": "event1"', f"trackml/{EVENTS}"),
        ("8), {}", '8), {"data": "sample", "events": "event1"}', "simulation"),
    ],
)
def test_a_script_must_name_the_events_it_was_given(hits, old, new, data):
    hits.path.write_text(hits.path.read_text().replace(old, new))
    item = on(hits, data)
    with pytest.raises(ValueError, match=f"must return a Result with events='{item.events}', got 'event1'"):
        runner.run(item, "quick")
    assert not item.produced_path().exists()


def test_whether_a_script_takes_data_is_read_without_importing_it(line, hits, add_script):
    add_script("toy/fig03_keyword", '"""Figure 3."""\nSCALES = {}\ndef reproduce(*, data="simulation"): ...\n1 / 0')
    keyword = catalog.Item("toy/fig03_keyword", line.root)
    assert (line.takes_data, hits.takes_data, keyword.takes_data) == (False, True, True)


def test_data_for_a_script_without_it_is_an_error_of_use(hits, capsys):
    assert cli.main(["run", "fig01", "fig09", "--data", f"trackml/{EVENTS}"]) == 2
    printed = capsys.readouterr()
    assert f"toy/fig01_line@{EVENTS}: The data of toy/fig01_line must be 'simulation', got '{EVENTS}'" in printed.err
    assert printed.err.count("\n") == 1
    summary = [line.split() for line in printed.out.splitlines()[-2:]]
    assert summary[0] == [f"toy/fig01_line@{EVENTS}", "quick", "failed"]
    assert summary[1] == [f"toy/fig09_hits@{EVENTS}", "quick", "agree"]
    assert not list((hits.root / "results" / "produced" / "toy").glob("*fig01*"))


def test_absent_files_are_an_error_of_use(hits, capsys):
    assert cli.main(["run", "fig09", "--data", "nowhere/event000000001"]) == 2
    printed = capsys.readouterr()
    assert "nowhere/event000000001-hits.csv" in printed.err
    assert printed.err.count("\n") == 1


def test_an_event_file_that_cannot_be_read_is_one_sentence(hits, capsys):
    text = hits.path.read_text().replace("import numpy as np", "from keras_hep.formats.trackml import InvalidEvent")
    hits.path.write_text(text.replace("hits = np.loadtxt", "raise InvalidEvent(f'{prefix.name}: no truth') or str"))
    assert cli.main(["run", "fig09", "--data", f"trackml/{EVENTS}"]) == 1
    error = capsys.readouterr().err
    assert error == f"keras-hep: toy/fig09_hits@{EVENTS}: {EVENTS}: no truth\n"


def test_a_run_without_files_is_refused(hits):
    with pytest.raises(request.InvalidRun, match="needs the files of event1, got none"):
        runner.run(catalog.Item(hits.id, hits.root, "event1"), "quick")


# Checks of some events only


@pytest.mark.parametrize(
    ("asked", "data", "events", "verdict"),
    [
        ("any", "simulation", "", "agree"),
        ("any", "sample", EVENTS, "agree"),
        ("published", "sample", EVENTS, "not comparable"),
        ("published", "published", EVENTS, "agree"),
        ("simulation", "simulation", "", "agree"),
        ("simulation", "sample", EVENTS, "not asked"),
        ("simulation", "published", "", "not asked"),
        ("simulation", "none", "", "not asked"),
        (EVENTS, "sample", EVENTS, "agree"),
        (EVENTS, "published", EVENTS, "agree"),
        (EVENTS, "sample", "event000000002", "not asked"),
        (EVENTS, "published", "", "not asked"),
        (EVENTS, "simulation", "", "not asked"),
    ],
)
def test_a_check_is_asked_of_its_events(ask, asked, data, events, verdict):
    rule = {"of": "accuracy", "rule": "within", "atol": 0.05}
    right, wrong = (
        ask(rule, record.Quantity("accuracy", value), asked=asked, data=data, events=events) for value in (0.89, 0.5)
    )
    assert right.verdict == verdict
    assert wrong.verdict == ("differ" if verdict == "agree" else verdict)
    if verdict == "not asked":
        assert right.message == f"Asked of {asked} only, the data of this run are {events or data}."


@pytest.mark.parametrize("data", ["simulation", "event000000001", "event000001000-barrel-partial", "run_2"])
def test_events_that_a_check_may_name(ask, data):
    assert ask({"of": "accuracy", "rule": "within", "atol": 0.05}, asked=data).check.data == data


def test_the_table_says_of_which_events_a_check_is_asked(hits, publish, capsys):
    publish("toy/fig09_hits", 5, {"of": "hits", "rule": "equal", "data": EVENTS})
    assert cli.main(["run", "fig09"]) == 0
    assert f"asked of {EVENTS} only" in capsys.readouterr().out
    assert cli.main(["run", "fig09", "--data", "trackml/event000000002"]) == 0
    assert f"asked of {EVENTS} only" in capsys.readouterr().out
    assert cli.main(["run", "fig09", "--data", f"trackml/{EVENTS}"]) == 1
    printed = capsys.readouterr().out
    assert "hits: differ." in printed
    assert "only" not in printed
    assert cli.main(["run", "fig09", "--data", f"trackml/{EVENTS}", "--scale", "smoke"]) == 0
    assert "not asked below quick" in capsys.readouterr().out
