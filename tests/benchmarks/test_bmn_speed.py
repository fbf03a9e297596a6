"""Events per second of the BM@N look-alike against a plain loop over events, tracks, stations and steps."""

import importlib.util
import pathlib
import time

import pytest

from keras_hep.simulation.bmn import BMNLike

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_bmn.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

EVENTS, LOOPED = 1024, 60


def _seconds(call, rounds):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.mark.parametrize("fakes", ["fakes68", "fakes76"])
def test_events(report_ratio, fakes):
    generator = BMNLike("easy", fakes)
    ours = EVENTS / _seconds(lambda: generator.events(EVENTS, seed=1), rounds=5)
    looped = LOOPED / _seconds(lambda: plain.events(LOOPED, fakes, 0.97, seed=1), rounds=3)
    report_ratio(f"BM@N look-alike, {fakes}", ours, looped, "events/s")


def test_tracks(report_ratio):
    """Tracks to be reconstructed alone, without secondaries and fakes; the loop draws whole events."""
    tracks = 8192
    ours = tracks / _seconds(lambda: BMNLike("hard").tracks(tracks, seed=1), rounds=5)
    vertex = (6.0, -34.4, -10.0)

    def loop():
        return sum(_counts(plain.follow(*plain.primary(vertex), 0.95)[0]) for _ in range(2000))

    found = loop()
    report_ratio("BM@N look-alike, true tracks", ours, found / _seconds(loop, rounds=3), "tracks/s")


def _counts(hits):
    return len(hits) >= 4 and hits[0][0] == 0


def test_the_plain_loop_draws_the_same_law():
    """Means of 300 events of the loop fluctuate by 4 % for true hits and 8 % for fakes."""
    looped = plain.events(300, "fakes76", 0.97, seed=3)
    hits = BMNLike("easy", "fakes76").sample(2500, seed=4).hits
    fake = hits["track"] < 0
    assert sum(len(true) for true, _ in looped) / 300 == pytest.approx((~fake).sum() / 2500, rel=0.15)
    assert sum(len(fakes) for _, fakes in looped) / 300 == pytest.approx(fake.sum() / 2500, rel=0.3)
