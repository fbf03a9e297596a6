import argparse
import os
import pathlib
import subprocess
import sys

import pytest

from keras_hep.suite import cli, record

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEAVY = {"keras", "tensorflow", "jax", "torch", "matplotlib", "mplhep", "tensorflow_datasets"}


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


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


def test_a_closed_pipe_ends_quietly(project):
    command = f"{sys.executable} -m keras_hep list | true"
    finished = subprocess.run(command, shell=True, env=environment(), capture_output=True, text=True)
    assert finished.stderr == ""


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
