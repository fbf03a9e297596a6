"""Hits per second of the TrackML score, hit weights and track matching, against the loop over tracks."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.metrics import tracking


def _beside(name):
    spec = importlib.util.spec_from_file_location(name, pathlib.Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plain, large = _beside("plain_trackml"), _beside("large_trackml_event")


def _submission(truth, wrong):
    random = np.random.default_rng(2)
    _, track = np.unique(truth["particle_id"], return_inverse=True)
    track = np.where(random.random(len(track)) < wrong, random.integers(0, large.PARTICLES, len(track)), track)
    order = random.permutation(len(track))
    return {"hit_id": truth["hit_id"][order], "track_id": track[order]}


def _seconds(measure, rounds):
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        measure()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@pytest.mark.parametrize("wrong", [0.0, 0.3, 1.0])
def test_scores(report_ratio, wrong):
    truth = large.tables(seed=1)["truth"]
    submission = _submission(truth, wrong)
    ours = _seconds(lambda: tracking.score_event(truth, submission), rounds=7)
    theirs = _seconds(lambda: plain.score(truth, submission), rounds=2)
    name = f"score event, {large.HITS:,} hits, {wrong:.0%} wrong"
    report_ratio(name, large.HITS / ours, large.HITS / theirs, f"hits/s ({1000 * ours:.0f} ms an event)")
    assert tracking.score_event(truth, submission) == pytest.approx(plain.score(truth, submission), abs=1e-12)


def test_efficiency_and_weights_cost_no_more_than_the_loop(report_ratio):
    tables = large.tables(seed=1)
    truth, particles, submission = tables["truth"], tables["particles"], _submission(tables["truth"], 0.3)
    theirs = _seconds(lambda: plain.score(truth, submission), rounds=2)
    for name, measure in (
        ("match tracks", lambda: tracking.match_tracks(truth, submission, particles).efficiency()),
        ("hit weights", lambda: tracking.hit_weights(truth, particles)),
    ):
        ours = _seconds(measure, rounds=5)
        report_ratio(f"{name} (plain: score)", large.HITS / ours, large.HITS / theirs, f"hits/s ({1000 * ours:.0f} ms)")
