import json
import pathlib

from keras_hep.suite import catalog, cli, record

ROOT = pathlib.Path(__file__).resolve().parents[3]


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
from keras_hep import training, training_store
from keras_hep.suite.record import Quantity, Result

SCALES = {"quick": {}}


def reproduce(seed=1):
    if not training_store.STORE.get().train:
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


def test_the_results_of_this_checkout_are_readable():
    for path in (ROOT / "results" / "recorded").glob("*/*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        assert catalog.label(content["id"], content.get("events", "")) == f"{path.parent.name}/{path.stem}"
        assert not (content["data"] in record.GENUINE and content["arrays"]), f"{path} redistributes genuine events"
