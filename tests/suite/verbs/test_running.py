import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from keras_hep.suite import cli, record

ROOT = pathlib.Path(__file__).resolve().parents[3]


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def start(*arguments):
    command = [sys.executable, "-m", "keras_hep", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # A test run in the background of a shell ignores Ctrl-C, and so would the processes that it starts.
    return subprocess.Popen(command, env=environment(), preexec_fn=_heed_interrupts, **pipes)


def _heed_interrupts():
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_run_prints_the_checks_and_draws(drawing, capsys):
    assert cli.main(["run", "fig01"]) == 0
    printed = capsys.readouterr().out
    assert "[1/1] toy/fig01_line, scale quick: Figure 1 of Toy (2020): the slope of a line" in printed
    (row,) = [line for line in printed.splitlines() if line.startswith("slope ")]
    assert "(allowed 0.1)" in row
    assert row.endswith("agree")
    assert (drawing / "results/produced/toy/fig01_line.png").is_file()
    assert (drawing / "results/produced/toy/fig01_line.pdf").is_file()


def test_run_below_the_scale_of_a_check_is_no_failure(project, capsys):
    assert cli.main(["run", "fig01", "--scale", "smoke"]) == 0
    assert "not asked below quick" in capsys.readouterr().out


def test_run_fails_where_a_check_differs(project, publish, capsys):
    publish("toy/fig01_line", 3.0, {"of": "slope", "rule": "within", "atol": 0.1})
    assert cli.main(["run", "fig01"]) == 1
    printed = capsys.readouterr().out
    assert "slope: differ." in printed
    assert "ten standard deviations" in printed


def test_run_fails_where_a_number_is_missing(project, publish, capsys):
    publish("toy/fig01_line", 3.0, {"of": "offset", "rule": "within", "atol": 0.1})
    assert cli.main(["run", "fig01"]) == 1
    assert "offset: missing." in capsys.readouterr().out


def test_run_fails_without_a_reference(project, capsys):
    (project / "results/references/toy/fig01_line.json").unlink()
    assert cli.main(["run", "fig01"]) == 1
    assert "no reference" in capsys.readouterr().out


def test_an_invalid_reference_is_noticed_before_computing(project, capsys):
    (project / "results/references/toy/fig02_broken.json").write_text("{}")
    assert cli.main(["run", "fig02"]) == 1
    error = capsys.readouterr().err
    assert "fig02_broken.json" in error
    assert "Traceback" not in error


def test_a_bug_shows_its_traceback_and_the_others_run(project, capsys):
    assert cli.main(["run", "toy"]) == 1
    printed = capsys.readouterr()
    assert "ZeroDivisionError" in printed.err
    assert "Traceback" in printed.err
    summary = [line.split() for line in printed.out.splitlines()[-3:]]
    assert summary == [
        ["toy/fig01_line", "quick", "agree"],
        ["toy/fig02_broken", "quick", "failed"],
        ["toy/table01_sum", "quick", "agree"],
    ]


def test_a_bug_in_draw_keeps_the_numbers(drawing, capsys):
    path = drawing / "reproductions/toy/fig01_line.py"
    path.write_text(path.read_text().replace("return figure", "return figure.nothing"))
    assert cli.main(["run", "fig01"]) == 1
    printed = capsys.readouterr()
    assert "AttributeError" in printed.err
    assert (drawing / "results/produced/toy/fig01_line.json").is_file()
    assert "      agree (" in printed.out


def test_without_matplotlib_there_is_only_no_figure(drawing, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert cli.main(["run", "fig01"]) == 0
    assert "no figure. The package matplotlib is needed" in capsys.readouterr().err


def test_an_unused_seed_is_mentioned(project, capsys):
    assert cli.main(["run", "table01", "--seed", "3"]) == 0
    assert "--seed was not used" in capsys.readouterr().out
    assert cli.main(["run", "fig01", "--seed", "3"]) == 0
    assert "--seed was not used" not in capsys.readouterr().out


SLOW = '''
"""Figure 5: slow."""
import time

from keras_hep import files
from keras_hep.suite.record import Quantity, Result

SCALES = {"quick": {}}


def reproduce(seed=1):
    with files.replacing("partial.h5") as temporary:
        temporary.write_text("half")
        print("computing", flush=True)
        time.sleep(60)
'''


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_nothing_half_written(project, add_script, monkeypatch, number, code):
    monkeypatch.chdir(project)
    add_script("toy/fig05_slow", SLOW)
    process = start("run", "fig05")
    while "computing" not in process.stdout.readline():
        assert process.poll() is None
    assert list(project.rglob(".writing-*"))
    process.send_signal(number)
    _, error = process.communicate(timeout=120)
    assert process.returncode == code
    assert list(project.rglob(".writing-*")) == []
    assert not (project / "partial.h5").exists()
    assert not (project / "results/produced/toy/fig05_slow.json").exists()
    if number == signal.SIGINT:
        assert error == "keras-hep: interrupted, nothing half-written; the same command goes on from there.\n"


TWICE = '''
"""Figure 6: two at once."""
import pathlib
import time

import numpy as np

from keras_hep.suite.record import Quantity, Result

SCALES = {"quick": {}}


def reproduce(seed=1):
    running = pathlib.Path("running")
    running.touch(exist_ok=False)
    while not pathlib.Path("go_on").exists():
        time.sleep(0.01)
    running.unlink()
    return Result([Quantity("slope", float(seed))], arrays={"x": np.full(200_000, seed)})
'''


def test_two_runs_of_an_item_go_one_after_the_other(project, add_script, publish, monkeypatch):
    monkeypatch.chdir(project)
    add_script("toy/fig06_twice", TWICE)
    publish("toy/fig06_twice", 2.0, {"of": "slope", "rule": "within", "atol": 5})
    first = start("run", "fig06", "--seed", "1")
    while not (project / "running").exists():
        assert first.poll() is None
        time.sleep(0.01)
    second = start("run", "fig06", "--seed", "2")
    while "Waiting for another run of toy/fig06_twice" not in second.stdout.readline():
        assert second.poll() is None
    (project / "go_on").touch()
    printed = [process.communicate(timeout=240) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], printed
    assert "Waiting" not in printed[0][0]
    result = record.Result.read(project / "results/produced/toy/fig06_twice.json")
    assert set(result.arrays["x"]) == {result.provenance["seed"]} == {result.quantities["slope"].value}
