"""Replay in several processes: the same as in one, in the same order, whatever happens to an item or a process."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from keras_hep.suite import acceptance, catalog, cli, record, runner
from keras_hep.suite.verbs import replaying

ROOT = pathlib.Path(__file__).resolve().parents[3]
# What a replay is to do besides: Python in the variable REPLAY, with the name of the item and a folder for its traces.
TOLD = '''
"""Figure of Toy (2020): {name}."""

import os
import pathlib
import time

from keras_hep.suite.record import Quantity, Result

SCALES = {{"quick": {{}}}}


def reproduce():
    name, folder = "{name}", pathlib.Path(os.environ.get("TRACES", "."))
    exec(os.environ.get("REPLAY", ""))
    return Result([Quantity("slope", 2.0)])
'''
TRACE = "with open(folder / 'trace', 'a') as trace: print(name, os.getpid(), file=trace)"
WAIT = "while name == 'fig05' and (folder / 'trace').read_text().count('fig07') < 2: time.sleep(0.01)"


@pytest.fixture
def told(project, add_script, publish):
    """Function that records items of the names given, whose replay does what REPLAY says."""

    def recorded(*names):
        for name in names:
            add_script(f"toy/{name}", TOLD.format(name=name))
            publish(f"toy/{name}", 2, {"of": "slope", "rule": "equal"})
            accepted(catalog.Item(f"toy/{name}", project))
            took(catalog.Item(f"toy/{name}", project), seconds=1.0)  # this process may have become large by now
        return [catalog.Item(f"toy/{name}", project) for name in names]

    return recorded


@pytest.fixture
def replay(tmp_path, monkeypatch, capfd):
    """Function that checks and replays all of toy while REPLAY is set; returns exit code, stdout and stderr."""
    monkeypatch.setenv("TRACES", str(tmp_path))

    def check(action="", processes=2, items="toy"):
        monkeypatch.setenv("REPLAY", action)
        capfd.readouterr()
        code = cli.main(["check", items, "--replay", "--processes", str(processes)])
        return code, *capfd.readouterr()

    return check


@pytest.fixture
def traced(tmp_path, monkeypatch):
    """Function that replays items in so many processes and returns name and process of the traces that they left."""

    def replayed(items, processes, action=TRACE):
        monkeypatch.setenv("TRACES", str(tmp_path))
        monkeypatch.setenv("REPLAY", action)
        answers = replaying.side_by_side(runner.replay, items, processes, lost=unexpected)
        assert [[entry.verdict for entry in answer] for answer in answers] == [["agree"]] * len(items)
        return [line.split() for line in (tmp_path / "trace").read_text().splitlines()]

    return replayed


def unexpected(item, error):
    raise AssertionError(f"{item.label}: {error}")


def accepted(item):
    runner.run(item, "quick")
    acceptance.accept(item)


def took(item, seconds, megabytes=100.0, training=0.0):
    """Have the recorded run of an item taken other time and memory."""
    result = record.Result.read(item.recorded_path)
    result.provenance |= {"seconds": seconds, "training_seconds": training, "peak_memory_mb": megabytes}
    result.write(item.recorded_path)


def test_two_processes_print_and_return_what_one_does(line, total, told, replay):
    for item in (line, total):
        accepted(item)
    told("fig05_agrees")
    line.path.write_text(line.path.read_text().replace("2 * x", "2.01 * x"))
    total.path.write_text(total.path.read_text().replace("return Result", "return terms[3], Result"))
    alone, together = replay(processes=1), replay(processes=2)
    assert together == alone
    code, printed, complained = together
    assert code == 1
    assert "replay of quantities: slope: differ" in printed
    assert complained.splitlines()[-1] == "keras-hep: toy/table01_sum: failed with IndexError, see above."
    summary = [row.split()[-2:] for row in printed.splitlines()[-4:]]
    assert summary == [["agree", "differ"], ["missing", "-"], ["agree", "agree"], ["failed", "-"]]


def test_items_that_agree_succeed(told, replay, project):
    (project / "reproductions/toy/fig02_broken.py").unlink()
    told("fig05", "fig06")
    code, printed, complained = replay(items="toy/fig0[56]")
    assert (code, complained) == (0, "")
    assert [row.split()[0] for row in printed.splitlines()[-2:]] == ["toy/fig05", "toy/fig06"]


def test_what_is_done_first_is_printed_in_its_place(told, replay):
    told("fig05", "fig06")
    wait = "while name == 'fig05' and not (folder / 'fig06').exists(): time.sleep(0.01)"
    code, printed, _ = replay(f"(folder / name).touch()\n{wait}", items="toy/fig0[56]")
    assert code == 0
    assert printed.index("toy/fig05 (recorded") < printed.index("toy/fig06 (recorded")


def test_a_process_takes_one_item_after_the_other_the_longest_first(told, traced):
    items = told("fig05", "fig06", "fig07")
    for item, seconds, training in zip(items, (2.0, 9.0, 100.0), (0.0, 12.0, 95.0), strict=True):
        took(item, seconds, training=training)  # replays of 2, 9 (trained by an earlier run) and 5 seconds
    names, processes = zip(*traced(items, processes=1), strict=True)
    assert names == ("fig06", "fig07", "fig05")
    assert len(set(processes)) == 1


def test_a_process_that_grew_large_is_replaced(told, traced, monkeypatch):
    monkeypatch.setattr(replaying, "LARGE", 1)
    assert len({process for _, process in traced(told("fig05", "fig06"), processes=1)}) == 2


def test_large_items_go_one_at_a_time(told, traced):
    items = told("fig05", "fig06", "fig07")
    for item, seconds in zip(items, (9.0, 8.0, 7.0), strict=True):
        took(item, seconds, megabytes=500.0 if item.name == "fig07" else replaying.LARGE + 1.0)
    names = [name for name, _ in traced(items, 2, f"{TRACE}\n{WAIT}\n{TRACE}")]
    last = max(place for place, name in enumerate(names) if name == "fig05")
    assert names.index("fig06") > last  # although there was a free process all the time: fig07 was done
    assert sorted(names[: last + 1]) == ["fig05", "fig05", "fig07", "fig07"]


@pytest.mark.skipif(sys.platform == "win32", reason="a process that is killed has no signal there")
def test_a_killed_process_is_an_error_of_its_item(told, replay):
    told("fig05", "fig06", "fig07")
    action = "if name == 'fig06': os.kill(os.getpid(), 9)"
    code, printed, complained = replay(action, items="toy/fig0[567]")
    assert code == 1
    message = "Its process must last until the item is done, it ended with SIGKILL: if memory was short"
    assert complained.startswith(f"keras-hep: toy/fig06: {message}")
    assert complained.count("\n") == 1
    summary = [row.split() for row in printed.splitlines()[-3:]]
    assert [row[-1] for row in summary] == ["agree", "-", "agree"]
    assert summary[1] == ["toy/fig06", "-", "failed", "-"]


def test_a_script_that_ends_its_process_is_an_error_of_its_item(told, replay):
    told("fig05", "fig06")
    code, _, complained = replay("if name == 'fig05': os._exit(3)", items="toy/fig0[56]")
    assert code == 1
    assert "toy/fig05: Its process must last until the item is done, it ended with exit code 3" in complained


def test_an_item_may_start_processes_of_its_own(told, traced):
    pool = "with GrowthPool(sorted, workers=1) as pool: assert list(pool.map([3, 1])) == [1, 3]"
    action = f"from keras_hep.tracking.growth_pool import GrowthPool\n{pool}\n{TRACE}"
    assert [name for name, _ in traced(told("fig05"), 2, action)] == ["fig05"]


def test_what_goes_wrong_outside_the_check_of_an_item_is_shown(line, told, capfd):
    lost = []
    items = [line, *told("fig05")]  # the line has no record: its replay raises
    returned = replaying.side_by_side(runner.replay, items, 2, lambda item, error: lost.append(item))
    assert [len(verdicts or ()) for verdicts in returned] == [0, 1]
    assert lost == [line]
    assert "FileNotFoundError" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize(
    ("number", "to_all", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGINT, False, 130), (signal.SIGTERM, False, 143)],
)
def test_an_interrupt_ends_all_processes(told, tmp_path, number, to_all, code):
    told("fig05", "fig06")
    ends = "(folder / f'removed-{name}').touch()"
    action = f"(folder / f'begun-{{name}}').write_text(str(os.getpid()))\ntry: time.sleep(60)\nfinally: {ends}"
    with started(tmp_path, "toy/fig0[56]", action) as program:
        begun = appeared(tmp_path, 2)
        (os.killpg if to_all else os.kill)(program.pid, number)
        printed, complained = program.communicate(timeout=30)
    assert program.returncode == code
    assert printed == ""
    interrupted = "keras-hep: interrupted, nothing half-written; the same command goes on from there.\n"
    assert complained == (interrupted if number == signal.SIGINT else "")
    assert sorted(path.name for path in tmp_path.glob("removed-*")) == ["removed-fig05", "removed-fig06"]
    assert all(gone(path) for path in begun)


GROWS = """
import os, pathlib, time

def grow(events):
    path = pathlib.Path(os.environ["TRACES"], f"begun-{events[0]}")
    path.write_text(str(os.getpid()))
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interrupt_ends_the_processes_of_an_item_too(told, tmp_path):
    told("fig05")
    (tmp_path / "grows.py").write_text(GROWS)
    pool = "with GrowthPool(grows.grow, workers=2, together=1) as pool: list(pool.map([1, 2, 3]))"
    action = f"import grows\nfrom keras_hep.tracking.growth_pool import GrowthPool\n{pool}"
    with started(tmp_path, "toy/fig05", action) as program:
        begun = appeared(tmp_path, 2)
        os.kill(program.pid, signal.SIGTERM)
        assert program.communicate(timeout=30) == ("", "")
    assert program.returncode == 143
    assert all(gone(path) for path in begun)


def started(folder, items, action):
    """Start a check of items, whose replay does what `action` says, with two processes."""
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(folder))), "TRACES": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", "keras_hep", "check", items, "--replay", "--processes", "2"],
        env={**os.environ, **paths, "REPLAY": action},
        start_new_session=True,
        preexec_fn=_heed_interrupts,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _heed_interrupts():
    """Undo that a test run in the background of a shell ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def appeared(folder, number):
    """Wait for so many files `begun-*`; return their paths."""
    deadline = time.monotonic() + 60
    while len(found := [path for path in folder.glob("begun-*") if path.read_text()]) < number:
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
    return found


def gone(path):
    """Return whether the process that wrote its number to a file has ended, within some seconds."""
    deadline = time.monotonic() + 5  # the system may need a moment to bury a process whose parent has ended
    while time.monotonic() < deadline:
        try:
            os.kill(int(path.read_text()), 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--processes", "2"], "--processes is for --replay, got 2 without it: add --replay"),
        (["--accept", "--processes", "2"], "--processes is for --replay"),
        (["--replay", "--processes", "0"], "must be a whole number above 0, got '0'"),
        (["--replay", "--processes", "two"], "must be a whole number above 0, got 'two'"),
    ],
)
def test_misuse_is_one_sentence(project, capsys, options, message):
    try:
        code = cli.main(["check", "fig01", *options])
    except SystemExit as error:  # of the parser
        code = error.code
    assert code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
