"""Time slices of tracks per second against the plain loop, in the same run."""

import functools
import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.formats.time_slices import read_time_slice, write_time_slice
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.trackml_slices import TrackMLSlices

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_time_slices.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)


def _rates(ours, theirs, calls, rounds=5):
    """Return the calls per second of two functions of a seed: the best of several rounds that take turns."""
    seconds = [float("inf"), float("inf")]
    for seed in range(rounds):
        for number, generate in enumerate((ours, theirs)):
            start = time.perf_counter()
            for call in range(calls[number]):
                generate(1000 * seed + call)
            seconds[number] = min(seconds[number], (time.perf_counter() - start) / calls[number])
    return [1 / best for best in seconds]


@pytest.fixture(scope="module")
def plain_pool():
    """The pool of particles as dicts, for the plain loop."""
    pool = TrackMLSlices().particles_of_pool()
    tracks = [track.tolist() for track in np.split(pool.hits, pool.first_hits[1:])]
    events = np.split(np.arange(len(tracks)), pool.first_particles[1:])
    return [{int(number): tracks[number] for number in numbers} for numbers in events]


def test_spd_slices_against_the_plain_loop(report_ratio):
    report_ratio("time slices, SPD", *_rates(SPDSlices().slice, plain.spd_slice, (100, 20)), "slices/s")


def test_trackml_slices_against_the_plain_loop(report_ratio, plain_pool):
    loop = functools.partial(plain.trackml_slice, pool=plain_pool)
    report_ratio("time slices, TrackML-like", *_rates(TrackMLSlices().slice, loop, (100, 20)), "slices/s")


def test_reading_against_the_plain_loop(report_ratio, tmp_path):
    path = tmp_path / "timeslice_0.csv"
    write_time_slice(path, SPDSlices().slice(1))

    def plainly(seed):
        del seed
        with open(path) as lines:
            next(lines)
            return [[float(field) for field in line.split()] for line in lines]

    ours, theirs = _rates(lambda seed: read_time_slice(path), plainly, (20, 20))
    report_ratio("reading time slices, checked", ours, theirs, "slices/s")


def test_the_plain_loop_draws_the_same_law(plain_pool):
    for slices, loop in (
        (SPDSlices(), plain.spd_slice),
        (TrackMLSlices(), functools.partial(plain.trackml_slice, pool=plain_pool)),
    ):
        drawn = [slices.slice(seed) for seed in range(150)]
        tracks = [track for seed in range(150) for track in loop(seed)]
        ours, theirs = np.concatenate([one.hit_counts for one in drawn]), np.array([len(hits) for hits, *_ in tracks])
        assert len(theirs) == pytest.approx(len(ours), rel=0.12)
        assert theirs.mean() == pytest.approx(ours.mean(), rel=0.02)
        hits = np.concatenate([hits for hits, *_ in tracks])
        np.testing.assert_allclose(hits.std(axis=0), np.concatenate([one.hits for one in drawn]).std(axis=0), rtol=0.06)
    event, events = drawn[0].event, drawn[0].events
    expected = [plain.interval(number, events, 2) for number in event.tolist()]
    np.testing.assert_allclose(drawn[0].intervals, expected, rtol=0, atol=1e-12)
