import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import types

import pytest

from keras_hep.suite import catalog, cli, record

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEAVY = {"keras", "tensorflow", "jax", "torch", "matplotlib", "mplhep", "tensorflow_datasets"}


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def start(*arguments):
    command = [sys.executable, "-m", "keras_hep", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment(), **pipes)


def imported_by(*arguments):
    """Return the top-level modules that a new Python has loaded after a command line."""
    program = (
        "import sys\nfrom keras_hep.suite import cli\n"
        f"try:\n    cli.main({list(arguments)!r})\nexcept SystemExit:\n    pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    finished = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return set(finished.stderr.split()), finished.stdout


def verbs():
    """Yield the parser of every verb."""
    for action in cli.parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help for choice in action._choices_actions}
            yield from ((name, verb, helps[name]) for name, verb in action.choices.items())


# Help


def test_help_imports_nothing_heavy(project):
    loaded, printed = imported_by("--help")
    assert "usage: keras-hep" in printed
    assert loaded & (HEAVY | {"numpy"}) == set()


def test_list_imports_no_framework(project):
    cli.main(["run", "fig01", "--scale", "smoke"])
    loaded, printed = imported_by("list")
    assert "toy/fig01_line" in printed
    assert "numpy" in loaded
    assert loaded & HEAVY == set()


def test_check_imports_no_framework(project):
    cli.main(["run", "fig01"])
    loaded, printed = imported_by("check", "fig01")
    assert "agree" in printed
    assert loaded & HEAVY == set()


def test_every_verb_and_option_has_help():
    names = []
    for name, verb, text in verbs():
        names.append(name)
        assert text
        for action in verb._actions:
            assert action.help, f"{name} {action.dest}"
    assert names == ["list", "run", "check", "figure", "report", "data", "cite"]


def test_the_scales_are_those_of_results():
    assert cli.SCALES == record.SCALES


# Misuse


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: VERB"),
        (["rnu"], "choose from"),
        (["run"], "required: ITEM"),
        (["run", "fig01", "--scale", "tiny"], "'smoke', 'quick', 'full'"),
        (["run", "fig01", "--seed", "-1"], "--seed"),
        (["run", "fig01", "--seed", "1.5"], "must be a whole number from 0 to 4294967295, got '1.5'"),
        (["check", "--replay", "--accept"], "not allowed with"),
        (["list", "--sauce", "toy"], "unrecognized arguments"),
    ],
)
def test_misuse_of_the_parser_is_one_line(project, capsys, arguments, message):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "fig01_lime"], "did you mean toy/fig01_line"),
        (["check", "nothing"], "No item is called 'nothing'"),
        (["figure", "fig"], "must stand for one item"),
        (["list", "--source", "toi"], "did you mean toy"),
        (["cite", "nothing"], "No item is called"),
        (["data", "hits"], "No data set is called 'hits'"),
        (["check", "--accept"], "--accept needs the names of items"),
        (["check", "fig01", "--accept"], "no produced result to accept"),
        (["run", "table01", "--scale", "full"], "must be one of smoke, quick, got 'full'"),
        (["run", "fig01", "--weights", "nowhere"], "'recorded' or an existing folder"),
        (["run", "fig01", "--out", "/dev/null/out"], "choose another folder with --out"),
    ],
)
def test_misuse_is_one_sentence_without_traceback(project, capsys, arguments, message):
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_no_checkout_is_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_HEP_ROOT", str(tmp_path))
    assert cli.main(["list"]) == 2
    assert "reproductions/ and results/" in capsys.readouterr().err


def test_an_unknown_backend_is_one_sentence(project, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    assert cli.main(["run", "fig01"]) == 2
    assert "must be one of tensorflow, jax, torch, got 'theano'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("backend", "module", "install"),
    [
        ("tensorflow", "keras", "pip install 'keras_hep'"),
        ("jax", "keras", "pip install 'keras_hep[jax]'"),
        ("jax", "jax", "pip install 'keras_hep[jax]'"),
        ("torch", "torch", "pip install 'keras_hep[torch]'"),
        ("tensorflow", "networkx", "pip install 'keras_hep[cluster]'"),
        ("tensorflow", "fastjet", "pip install 'fastjet'"),
    ],
)
def test_a_missing_package_says_what_to_install(project, add_script, monkeypatch, capsys, backend, module, install):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setitem(sys.modules, module, None)
    add_script("toy/fig03_net", f'"""Figure 3."""\nimport {module}\nSCALES = {{"quick": {{}}}}\ndef reproduce(): ...')
    assert cli.main(["run", "fig03"]) == 2
    error = capsys.readouterr().err
    assert install in error
    assert "Traceback" not in error


# list


def test_list_shows_every_item_within_the_terminal(project, add_script, capsys):
    name = "fig09_a_name_that_is_longer_than_one_would_like"
    card = f'"""Figure 9: {"many words " * 20}.\n\nData      {"data " * 30}\nCost      {"cost " * 30}\n"""'
    add_script(f"toy/{name}", f"{card}\nSCALES = {{}}")
    cli.main(["run", "fig01"])
    capsys.readouterr()
    assert cli.main(["list"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 120
    for item in catalog.items(project):
        assert item.id in printed
    (line,) = [line for line in printed.splitlines() if line.startswith("toy/fig01_line")]
    assert "agree, quick" in line
    assert "normal" in line


def test_list_of_one_source(project, add_script, capsys):
    add_script("other/fig01_plane", '"""Figure 1: plane."""\nSCALES = {}')
    assert cli.main(["list", "--source", "other"]) == 0
    printed = capsys.readouterr().out
    assert "other/fig01_plane" in printed
    assert "toy/" not in printed


def test_list_goes_on_after_an_unreadable_script(project, add_script, capsys):
    add_script("toy/fig00_bad", "SCALES = ")
    assert cli.main(["list"]) == 1
    printed = capsys.readouterr()
    assert "toy/fig01_line" in printed.out
    assert "fig00_bad.py must be readable Python" in printed.err


# run


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
    _, error = process.communicate(timeout=30)
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
    time.sleep(1.5)
    running.unlink()
    return Result([Quantity("slope", float(seed))], arrays={"x": np.full(200_000, seed)})
'''


def test_two_runs_of_an_item_go_one_after_the_other(project, add_script, publish, monkeypatch):
    monkeypatch.chdir(project)
    add_script("toy/fig06_twice", TWICE)
    publish("toy/fig06_twice", 2.0, {"of": "slope", "rule": "within", "atol": 5})
    processes = [start("run", "fig06", "--seed", str(seed)) for seed in (1, 2)]
    printed = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], printed
    assert sum("Waiting for another run of toy/fig06_twice" in out for out, _ in printed) == 1
    result = record.Result.read(project / "results/produced/toy/fig06_twice.json")
    assert set(result.arrays["x"]) == {result.provenance["seed"]} == {result.quantities["slope"].value}


def test_a_closed_pipe_ends_quietly(project):
    command = f"{sys.executable} -m keras_hep list | true"
    finished = subprocess.run(command, shell=True, env=environment(), capture_output=True, text=True)
    assert finished.stderr == ""


# check


def test_check_fails_without_results_and_succeeds_with_them(project, capsys):
    assert cli.main(["check", "fig01"]) == 1
    assert "missing: there is no result yet, `keras-hep run toy/fig01_line`" in capsys.readouterr().out
    cli.main(["run", "fig01"])
    assert cli.main(["check", "fig01"]) == 0
    assert "toy/fig01_line (produced, quick)" in capsys.readouterr().out
    assert cli.main(["check", "fig01", "--recorded"]) == 1


def test_check_of_all_items_ends_with_a_table(project, capsys):
    cli.main(["run", "toy"])
    capsys.readouterr()
    assert cli.main(["check"]) == 1
    summary = [line.split() for line in capsys.readouterr().out.splitlines()[-3:]]
    assert summary[0] == ["toy/fig01_line", "produced,", "quick", "agree"]
    assert summary[1] == ["toy/fig02_broken", "no", "result", "missing"]


def test_a_damaged_result_is_named_and_overwritten_by_a_run(project, capsys):
    cli.main(["run", "fig01", "table01"])
    path = project / "results/produced/toy/fig01_line.json"
    path.write_text(path.read_text()[:200])
    capsys.readouterr()
    assert cli.main(["check", "fig01", "table01"]) == 1
    printed = capsys.readouterr()
    assert "fig01_line.json is not complete JSON" in printed.err
    assert "run the item again" in printed.err
    assert "Traceback" not in printed.err
    assert printed.out.splitlines()[-1].split() == ["toy/table01_sum", "produced,", "quick", "agree"]
    assert cli.main(["list"]) == 0
    assert "damaged" in capsys.readouterr().out
    assert cli.main(["run", "fig01"]) == 0
    assert cli.main(["check", "fig01"]) == 0


def test_accept_shows_old_and_new(project, capsys):
    cli.main(["run", "fig01"])
    capsys.readouterr()
    assert cli.main(["check", "fig01", "--accept"]) == 0
    assert "toy/fig01_line: 5 changes" in capsys.readouterr().out
    cli.main(["run", "fig01", "--scale", "full"])
    capsys.readouterr()
    assert cli.main(["check", "fig01", "--accept"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["points", "1000", "4000"] in rows
    assert ["scale", "quick", "full"] in rows
    recorded = record.Result.read(project / "results/recorded/toy/fig01_line.json")
    assert recorded.scale == "full"


def test_accept_shows_failed_checks_and_refuses_smoke(project, publish, capsys):
    publish("toy/fig01_line", 3.0, {"of": "slope", "rule": "within", "atol": 0.1})
    cli.main(["run", "fig01"])
    capsys.readouterr()
    assert cli.main(["check", "fig01", "--accept"]) == 0
    assert "slope: differ." in capsys.readouterr().out
    cli.main(["run", "fig01", "--scale", "smoke"])
    assert cli.main(["check", "fig01", "--accept"]) == 2
    assert "got smoke" in capsys.readouterr().err


def test_replay_runs_the_recorded_results_again(project, capsys):
    cli.main(["run", "fig01"])
    cli.main(["check", "fig01", "--accept"])
    capsys.readouterr()
    assert cli.main(["check", "fig01", "--replay"]) == 0
    assert "replay: agree, 4 numbers" in capsys.readouterr().out
    path = project / "reproductions/toy/fig01_line.py"
    path.write_text(path.read_text().replace("2 * x", "2.01 * x"))
    assert cli.main(["check", "fig01", "--replay"]) == 1
    printed = capsys.readouterr().out
    assert "replay of quantities: slope: differ" in printed
    assert "replay: differ" in printed


TRAINS = '''
"""Figure 7: trains without recorded weights."""
from keras_hep import training
from keras_hep.suite.record import Quantity, Result

SCALES = {"quick": {}}


def reproduce(seed=1):
    if not training._STORE.get().train:
        raise training.WeightsMissing("No weights: train them.")
    return Result([Quantity("slope", 1.0)])
'''


def test_what_was_recorded_without_weights_is_not_replayed(project, add_script, publish, capsys):
    add_script("toy/fig07_trains", TRAINS)
    publish("toy/fig07_trains", 1, {"of": "slope", "rule": "equal"})
    cli.main(["run", "fig07"])
    cli.main(["check", "fig07", "--accept"])
    assert cli.main(["check", "fig07", "--replay"]) == 0
    assert "no weights are recorded" in capsys.readouterr().out
    assert cli.main(["run", "fig07", "--weights", "recorded"]) == 2
    assert "No weights: train them." in capsys.readouterr().err


# figure, report, data, cite


def test_figure_draws_again_from_the_stored_result(drawing, capsys):
    assert cli.main(["figure", "fig01"]) == 1
    assert "has no stored result to draw" in capsys.readouterr().err
    cli.main(["run", "fig01"])
    path = drawing / "results/produced/toy/fig01_line.png"
    content = path.read_bytes()
    path.unlink()
    assert cli.main(["figure", "fig01"]) == 0
    assert path.read_bytes() == content


def test_report_prints_where_the_page_is(project, monkeypatch, capsys):
    from keras_hep import suite

    page = types.ModuleType("keras_hep.suite.report")
    page.write = lambda root, out: out / "report.html"
    monkeypatch.setitem(sys.modules, "keras_hep.suite.report", page)
    monkeypatch.setattr(suite, "report", page, raising=False)
    assert cli.main(["report"]) == 0
    assert capsys.readouterr().out == f"report: {project / 'results/produced/report.html'}\n"


@pytest.fixture
def data_sets(project, monkeypatch):
    """Stand in for the module of data sets; return it."""
    import keras_hep

    folder = project / "datasets" / "tracks"
    folder.mkdir(parents=True)
    (folder / "tracks_dataset_builder.py").write_text("")
    module = types.ModuleType("keras_hep.data")
    module.build = lambda name, data_dir=None: f"{data_dir}/{name}"
    module.describe = lambda name: {"license": "CC0", "citation": "@misc{tracks}", "path": "somewhere"}
    monkeypatch.setitem(sys.modules, "keras_hep.data", module)
    monkeypatch.setattr(keras_hep, "data", module, raising=False)
    return module


def test_data_prints_licence_and_citation(data_sets, capsys):
    assert cli.main(["data", "tracks", "--data-dir", "there"]) == 0
    printed = capsys.readouterr().out
    assert "tracks: there/tracks" in printed
    assert "licence: CC0" in printed
    assert "@misc{tracks}" in printed


def test_absent_files_of_a_data_set_are_one_sentence(data_sets, capsys):
    def build(name, data_dir=None):
        raise FileNotFoundError("train.csv is needed in manual, found none: download it.")

    data_sets.build = build
    assert cli.main(["data", "tracks"]) == 1
    assert capsys.readouterr().err == "keras-hep: tracks: train.csv is needed in manual, found none: download it.\n"
    assert cli.main(["data", "track"]) == 2
    assert "did you mean tracks" in capsys.readouterr().err


def test_cite_prints_each_publication_once_and_the_project(project, capsys):
    assert cli.main(["cite", "fig01"]) == 1
    assert "source.bib" in capsys.readouterr().err
    (project / "results/references/toy/source.bib").write_text("@article{Toy2020,\n}\n")
    assert cli.main(["cite", "fig01", "table01"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("@article{Toy2020") == 1
    assert printed.count("@software{keras_hep") == 1


def test_every_bibtex_file_has_entries_with_balanced_braces():
    for path in (ROOT / "results" / "references").glob("*/source.bib"):
        text = path.read_text(encoding="utf-8")
        assert text.lstrip().startswith("@")
        assert text.count("{") == text.count("}")


def test_the_results_of_this_checkout_are_readable():
    for path in (ROOT / "results" / "recorded").glob("*/*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["id"] == f"{path.parent.name}/{path.stem}"
