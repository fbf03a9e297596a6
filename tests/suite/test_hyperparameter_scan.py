"""Trials of a scan are done once, kept whole, and the same for any number of workers."""

import builtins
import importlib
import json
import math
import os
import pathlib
import time

import pytest

from keras_hep import training
from keras_hep.suite import trial_engines
from keras_hep.suite.hyperparameter_scan import Point, grid, read_trials, scan

DEPTHS = grid({"depth": (1, 2, 3)})
needs_distributed = pytest.mark.skipif(not trial_engines.installed(), reason="distributed is not installed")


@pytest.fixture(autouse=True)
def small_trials(monkeypatch):
    """The module of the trials, which workers find too."""
    monkeypatch.syspath_prepend(pathlib.Path(__file__).parent)
    return importlib.import_module("small_trials")


@pytest.fixture
def calls(tmp_path):
    """Folder in which a trial notes that it was called."""
    (tmp_path / "calls").mkdir()
    return tmp_path / "calls"


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "kept"


def called(calls):
    """Return how often each trial was called, dict of "depth-repeat" to int."""
    return {path.name: len(path.read_text().splitlines()) for path in calls.iterdir() if "-" in path.name}


def test_a_grid_has_every_combination_once():
    points = grid({"depth": (1, 2, 3), "neurons": (8, 16)}, dropout=0.1)
    assert len(points) == 6
    assert points[1] == {"dropout": 0.1, "depth": 1, "neurons": 16}
    assert len({tuple(point.items()) for point in points}) == 6
    assert grid({}, depth=1) == [{"depth": 1}]


def test_mean_spread_and_error_of_a_point():
    point = Point({}, (1.0, 2.0, 3.0, 6.0))
    assert point.mean == 3.0
    assert point.spread == pytest.approx(math.sqrt(14 / 3))
    assert point.error == pytest.approx(math.sqrt(14 / 3) / 2)
    assert math.isnan(Point({}, (1.0,)).spread)


def test_every_point_is_tried_so_often_with_its_own_seed(small_trials):
    points = scan(small_trials.deviate, DEPTHS, repeats=[1, 2, 3], workers=1)
    assert [point.settings for point in points] == DEPTHS
    assert [len(point.values) for point in points] == [1, 2, 3]
    assert points[2].values == tuple(small_trials.deviate(3, repeat) for repeat in range(3))


def test_done_trials_are_not_repeated_and_more_are_added(small_trials, calls, kept):
    first = scan(small_trials.noted, grid({"depth": (1, 2)}, folder=str(calls)), 2, folder=kept, workers=1)
    again = scan(small_trials.noted, grid({"depth": (1, 2, 3)}, folder=str(calls)), 3, folder=kept, workers=1)
    assert [point.values[:2] for point in again[:2]] == [point.values for point in first]
    assert called(calls) == {f"{depth}-{repeat}": 1 for depth in (1, 2, 3) for repeat in range(3)}


def test_an_interrupted_scan_goes_on(small_trials, calls, kept):
    points = grid({"depth": (1, 2, 3, 4)}, folder=str(calls))
    with pytest.raises(FloatingPointError, match="became nan") as raised:
        scan(small_trials.failing, points, folder=kept, workers=1)
    assert "'depth': 3" in raised.value.__notes__[0]
    assert called(calls) == {"1-0": 1, "2-0": 1}
    (calls / "repaired").touch()
    found = scan(small_trials.failing, points, folder=kept, workers=1)
    assert called(calls) == {f"{depth}-0": 1 for depth in (1, 2, 3, 4)}
    assert [point.values[0] for point in found] == [small_trials.deviate(depth, 0) for depth in (1, 2, 3, 4)]


def test_a_point_that_occurs_twice_is_tried_once(small_trials, calls):
    twice = grid({"depth": (2, 2)}, folder=str(calls))
    one, other = scan(small_trials.noted, twice, workers=1)
    assert one == other
    assert called(calls) == {"2-0": 1}


@pytest.mark.parametrize("change", [{"scale": 2.0}, {"basis": {"showers": 2}}])
def test_trials_of_other_settings_or_samples_are_not_taken_up(small_trials, kept, change):
    scan(small_trials.deviate, DEPTHS, folder=kept, basis={"showers": 1}, workers=1)
    basis, settings = change.pop("basis", {"showers": 1}), change
    scan(small_trials.deviate, grid({"depth": (1, 2, 3)}, **settings), folder=kept, basis=basis, workers=1)
    assert len(read_trials(kept)) == 6


def changed(text, **fields):
    return json.dumps({**json.loads(text), **fields})


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:40],
        lambda text: "",
        lambda text: "[]",
        lambda text: changed(text, value=0.5),
        lambda text: changed(text, key="0" * 16),
        lambda text: json.dumps({name: value for name, value in json.loads(text).items() if name != "sha256"}),
    ],
)
def test_a_damaged_trial_is_reported_and_done_again(small_trials, calls, kept, damage):
    points = grid({"depth": (1, 2)}, folder=str(calls))
    first = scan(small_trials.noted, points, folder=kept, workers=1)
    path = next(path for path in kept.iterdir() if json.loads(path.read_text())["settings"]["depth"] == 2)
    path.write_text(damage(path.read_text()))
    with pytest.warns(UserWarning, match="is damaged and not used"):
        assert len(read_trials(kept)) == 1
    with pytest.warns(UserWarning, match="is damaged and not used"):
        assert scan(small_trials.noted, points, folder=kept, workers=1) == first
    assert called(calls) == {"1-0": 1, "2-0": 2}
    assert len(read_trials(kept)) == 2


def test_what_a_kept_trial_says(small_trials, kept):
    scan(small_trials.deviate, DEPTHS[:1], folder=kept, workers=1)
    (trial,) = read_trials(kept)
    assert (trial.function, trial.settings, trial.repeat) == ("small_trials.deviate", {"depth": 1}, 0)
    assert trial.value == small_trials.deviate(1, 0)
    assert list(kept.iterdir()) == [kept / f"trial-{trial.key}.json"]  # and nothing half-written
    assert read_trials(kept / "none") == []


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "0.5"])
def test_a_value_must_be_a_finite_number(value):
    with pytest.raises(ValueError, match="must return a finite number"):
        scan(lambda repeat: value, [{}], workers=1)


@pytest.mark.parametrize("repeats", [0, [1, 2], [1, 1, 0]])
def test_every_point_needs_a_repeat(small_trials, repeats):
    with pytest.raises(ValueError, match="at least 1 for each of 3 points"):
        scan(small_trials.deviate, DEPTHS, repeats, workers=1)


@pytest.mark.parametrize("setting", [math.nan, {1, 2}, pathlib.Path("a")])
def test_settings_are_what_json_can_hold(small_trials, setting):
    with pytest.raises(TypeError, match="JSON must be able to hold"):
        scan(small_trials.deviate, [{"depth": setting}], workers=1)


@pytest.fixture
def without_distributed(monkeypatch):
    """As if `distributed` were not installed."""
    genuine = builtins.__import__

    def refuse(name, *arguments, **options):
        if name.partition(".")[0] in ("distributed", "dask"):
            raise ImportError(f"No module named {name!r}", name=name)
        return genuine(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.setattr(trial_engines, "installed", lambda: False)


@pytest.mark.parametrize("asked", [{"workers": 2}, {"scheduler": "tcp://127.0.0.1:1"}])
def test_without_distributed_the_extra_is_named(small_trials, without_distributed, asked):
    with pytest.raises(ImportError, match=r"keras_hep\[scan\].*or ask for workers=1"):
        scan(small_trials.deviate, DEPTHS, **asked)


def test_without_distributed_trials_run_here(small_trials, calls, without_distributed):
    scan(small_trials.noted, grid({"depth": (1, 2)}, folder=str(calls)))
    assert {path.read_text().split()[0] for path in calls.iterdir()} == {str(os.getpid())}


@pytest.mark.parametrize("workers", [0, -1])
def test_there_must_be_a_worker(small_trials, workers):
    with pytest.raises(ValueError, match="workers must be at least 1"):
        scan(small_trials.deviate, DEPTHS, workers=workers)


@needs_distributed
def test_workers_must_be_able_to_import_the_trial():
    with pytest.raises(ValueError, match="at the top level of a module"):
        scan(lambda depth, repeat: 0.0, DEPTHS, workers=2)


@needs_distributed
def test_any_number_of_workers_gives_the_same_values(small_trials, calls):
    points = grid({"depth": (1, 2, 3)}, folder=str(calls))
    alone, two, three = (scan(small_trials.noted, points, repeats=2, workers=workers) for workers in (1, 2, 3))
    assert alone == two == three
    made_by = [path.read_text().splitlines()[-1].split() for path in calls.iterdir()]
    assert str(os.getpid()) not in {process for process, _ in made_by}
    if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1:
        assert {cores for _, cores in made_by} == {"1"}


@needs_distributed
@pytest.mark.tensorflow
def test_trainings_are_the_same_side_by_side(small_trials, tmp_path):
    points, found = grid({"units": (16, 32)}), []
    for workers in (1, 2):
        with training.store(training.Store(tmp_path / str(workers))):
            found.append(scan(small_trials.trained, points, workers=workers))
        assert len(list((tmp_path / str(workers)).glob("*.weights.h5"))) == 2  # in the store of the caller
    assert found[0] == found[1]


@needs_distributed
def test_an_error_ends_all_workers_and_what_was_done_is_kept(small_trials, calls, kept):
    start = time.monotonic()
    points = [{"depth": depth, "folder": str(calls)} for depth in (1, 3, 60)]
    with pytest.raises(FloatingPointError, match="became nan") as raised:
        scan(small_trials.failing, points, folder=kept, workers=2)
    assert "in failing" in "".join(raised.value.__notes__)  # where it was raised
    assert time.monotonic() - start < 50  # the last one was not waited for
    assert all(trial.settings["depth"] == 1 for trial in read_trials(kept))
    (calls / "repaired").touch()
    assert len(scan(small_trials.failing, points[:2], folder=kept, workers=2)) == 2


@needs_distributed
def test_a_process_that_is_killed_is_told(small_trials):
    with pytest.raises(ChildProcessError, match="ended with code"):
        scan(small_trials.killed, DEPTHS, workers=2)


@needs_distributed
def test_a_running_cluster_can_be_used(small_trials, calls):
    import dask
    import distributed

    points = grid({"depth": (1, 2, 3)}, folder=str(calls))
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        distributed.LocalCluster(1, threads_per_worker=1, dashboard_address=None) as cluster,
    ):
        found = scan(small_trials.noted, points, scheduler=cluster.scheduler_address)
        with dask.config.set({trial_engines.ADDRESS: cluster.scheduler_address}):
            assert scan(small_trials.noted, points) == found
    assert len({line.split()[0] for path in calls.iterdir() for line in path.read_text().splitlines()}) <= 2
    assert str(os.getpid()) not in "".join(path.read_text() for path in calls.iterdir())
