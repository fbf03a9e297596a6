import errno
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from keras_hep import training
from keras_hep.suite import acceptance, catalog, provenance, record, request, runner, storage


def test_a_run_is_stored_with_its_provenance(line):
    result = runner.run(line, "smoke")
    stored = record.Result.read(line.produced_path())
    assert (stored.id, stored.scale) == ("toy/fig01_line", "smoke")
    assert stored.quantities == result.quantities
    assert stored.provenance["arguments"] == {"points": 10, "seed": 7}
    assert stored.provenance["seed"] == 7
    assert stored.provenance["seconds"] >= 0
    assert stored.provenance["python"] == sys.version.split()[0]
    expected = {"date", "keras_hep", "commit", "dirty", "numpy", "keras", "backend", "backend_version", "platform"}
    assert expected | {"cpu", "cores", "device", "peak_memory_mb"} <= set(stored.provenance)


def test_the_same_seed_gives_the_same_numbers(line, tmp_path):
    first, second = (runner.run(line, "quick", seed=3, out=tmp_path / name) for name in ("first", "second"))
    assert first.quantities == second.quantities
    assert first.curves == second.curves
    np.testing.assert_array_equal(first.arrays["noise"], second.arrays["noise"])
    other = runner.run(line, "quick", seed=4)
    assert other.quantities["slope"] != first.quantities["slope"]


def test_a_seed_is_passed_only_to_scripts_that_take_one(total):
    assert runner.run(total, "quick", seed=3).provenance["seed"] is None


def test_a_script_without_default_seed_asks_for_one(project, add_script):
    add_script(
        "toy/fig06_seed",
        '''
        """Figure 6."""
        from keras_hep.suite.record import Quantity, Result
        SCALES = {"smoke": {}}
        def reproduce(seed):
            return Result([Quantity("seed", seed)])
        ''',
    )
    item = catalog.Item("toy/fig06_seed", project)
    with pytest.raises(request.InvalidRun, match="no default seed"):
        runner.run(item, "smoke")
    assert runner.run(item, "smoke", seed=0).quantities["seed"].value == 0


def test_an_unknown_scale_lists_those_of_the_script(total):
    with pytest.raises(request.InvalidRun, match="must be one of smoke, quick, got 'full'"):
        runner.run(total, "full")


def test_a_failed_run_keeps_the_last_result_and_leaves_nothing_else(project, add_script):
    item = catalog.Item("toy/fig02_broken", project)
    with pytest.raises(ZeroDivisionError):
        runner.run(item, "quick")
    assert not item.produced_path().exists()
    assert [path.name for path in item.produced_path().parent.iterdir()] == [".fig02_broken.lock"]


def test_what_is_no_result_is_an_error(project, add_script):
    add_script("toy/fig07_none", '"""Figure 7."""\nSCALES = {"smoke": {}}\ndef reproduce():\n    return 3')
    with pytest.raises(TypeError, match="must return a Result, got int"):
        runner.run(catalog.Item("toy/fig07_none", project), "smoke")


def test_an_unwritable_folder_is_noticed_before_computing(project, add_script, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(storage.CannotStore, match=r"Cannot write in .*file/toy \(.+\): choose another folder"):
        runner.run(catalog.Item("toy/fig02_broken", project), "quick", out=tmp_path / "file")


def test_a_full_disk_is_noticed_before_computing(project, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pathlib.Path, "write_bytes", full)
    item = catalog.Item("toy/fig02_broken", project)
    with pytest.raises(storage.CannotStore, match="No space left on device"):
        runner.run(item, "quick")
    assert list(item.produced_path().parent.iterdir()) == []


def test_a_figure_is_drawn_beside_the_result(drawing, line):
    result = runner.run(line, "smoke")
    path = runner.draw(line, result, None)
    assert path == line.produced_path().with_suffix(".png")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")


def test_a_script_may_draw_nothing(total):
    assert runner.draw(total, runner.run(total, "smoke"), None) is None


def test_stored_prefers_the_produced_result(line):
    assert runner.stored(line) == (None, None)
    runner.run(line, "quick")
    acceptance.accept(line)
    runner.run(line, "smoke")
    assert runner.stored(line)[0].scale == "smoke"
    assert runner.stored(line, recorded=True)[0].scale == "quick"
    line.produced_path().unlink()
    assert runner.stored(line)[1] == line.recorded_path


def test_the_result_of_another_item_is_damaged(line, total):
    runner.run(line, "smoke")
    total.produced_path().write_bytes(line.produced_path().read_bytes())
    with pytest.raises(record.RecordError, match=r"must hold the result of toy/table01_sum, got 'toy/fig01_line'"):
        runner.stored(total)


def test_replay_agrees_with_the_recorded_result(line):
    runner.run(line, "quick", seed=11)
    acceptance.accept(line)
    verdicts = runner.replay(line)
    assert {verdict.verdict for verdict in verdicts} == {"agree"}
    assert len(verdicts) == 4


def test_replay_notices_a_changed_script(line):
    runner.run(line, "quick")
    acceptance.accept(line)
    line.path.write_text(line.path.read_text().replace("2 * x", "2.1 * x"))
    verdicts = {verdict.check.of: verdict.verdict for verdict in runner.replay(catalog.Item(line.id, line.root))}
    assert verdicts == {"slope": "differ", "points": "agree", "line": "differ", "noise": "agree"}


def test_replay_needs_a_recorded_result(line):
    with pytest.raises(FileNotFoundError):
        runner.replay(line)


def test_weights_are_kept_in_the_output_folder(trained, tmp_path):
    result = runner.run(trained, "quick", out=tmp_path / "out")
    assert result.weights["net"]["file"] == "../weights/net.weights.h5"
    assert (tmp_path / "out" / "weights" / "net.weights.h5").read_text() == "1"


def test_acceptance_takes_the_weights_along(trained):
    runner.run(trained, "quick")
    path = acceptance.accept(trained)
    recorded = record.Result.read(path)
    assert recorded.weights["net"]["file"] == "fig08_net.net.weights.h5"
    assert path.with_name("fig08_net.net.weights.h5").read_text() == "1"
    assert runner.run(trained, "quick", weights="recorded").quantities["value"].value == 1
    assert {verdict.verdict for verdict in runner.replay(trained)} == {"agree"}


def test_a_run_from_weights_does_not_train(trained, tmp_path):
    with pytest.raises(training.WeightsMissing):
        runner.run(trained, "quick", weights="recorded")
    (tmp_path / "net.weights.h5").write_text("5")
    assert runner.run(trained, "quick", weights=tmp_path).quantities["value"].value == 5
    with pytest.raises(request.InvalidRun, match="'recorded' or an existing folder, got 'nowhere'"):
        runner.run(trained, "quick", weights="nowhere")


def test_an_item_is_held_once_per_process_and_freed(line):
    with storage.alone(line), storage.alone(line):
        pass
    with storage.alone(line):
        pass


def test_time_and_memory_are_measured():
    with provenance.measured() as cost:
        block = np.ones(4_000_000)
    assert cost.seconds >= 0
    assert cost.peak_memory_mb > block.nbytes / 1024**2


def test_without_a_repository_there_is_no_commit(tmp_path):
    described = provenance.describe(tmp_path)
    assert (described["commit"], described["dirty"]) == (None, None)
    json.dumps(described)


def test_commit_and_changes_are_named(tmp_path):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    described = provenance.describe(tmp_path)
    assert len(described["commit"]) == 40
    assert described["dirty"] is False
    (tmp_path / "new.py").write_text("")
    assert provenance.describe(tmp_path)["dirty"] is True


def test_a_training_counts_once_whatever_was_answered_by_it(project, add_script):
    entries = {
        "dnn_pi0": {"file": "a", "sha256": "", "bytes": 1, "key": "1", "seconds": 7.0, "history": {"loss": [1.0]}},
        "dnn_photon": {"file": "b", "sha256": "", "bytes": 1, "key": "2", "seconds": 7.0, "history": {"loss": [1.0]}},
        "cnn_photon": {"file": "c", "sha256": "", "bytes": 1, "key": "3", "seconds": 7.0, "history": {"loss": [2.0]}},
        "scores": {"file": "d", "sha256": "", "bytes": 1, "key": "4"},
    }
    lines = ["SCALES = {'quick': {}}", "from keras_hep.suite.record import Result"]
    lines += ["def reproduce():", f"    return Result(weights={entries!r})"]
    add_script("toy/fig10_answers", '"""Figure 10 of Toy (2020): answers."""\n' + "\n".join(lines) + "\n")
    result = runner.run(catalog.Item("toy/fig10_answers", project), "quick")
    assert result.provenance["training_seconds"] == 14.0
