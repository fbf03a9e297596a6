"""Particles per second of TrackML-like events against a plain loop over particles, layers and modules."""

import importlib.util
import pathlib
import time

import numpy as np

from keras_hep.simulation.trackml_like import TrackMLLike

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_trackml_like.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

LOOPED = 200  # particles that the loop follows


def _seconds(call, rounds=5):
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - start)
    return min(times)


def _particles(event, count):
    prompt = np.hypot(event.particles["vx"], event.particles["vy"]) < 1
    prompt &= np.hypot(event.particles["px"], event.particles["py"]) > 0.15
    names = ("vx", "vy", "vz", "px", "py", "pz", "q")
    table = np.stack([event.particles[name][prompt].astype(float) for name in names], axis=1)
    return [tuple(row) for row in np.random.default_rng(1).permutation(table)[:count].tolist()]


def test_full_events(report_ratio):
    generator = TrackMLLike()
    event = generator.event(seed=0)
    particles = _particles(event, LOOPED)
    found = plain.hits(particles)
    assert 8 < len(found) / LOOPED < 16  # the loop finds hits as the generator does: 10.8 per such particle
    seconds = _seconds(lambda seed: generator.event(seed=0))
    looped = _seconds(lambda _: plain.hits(particles), rounds=3)
    ours = len(event.particles["q"]) / seconds
    report_ratio("TrackML-like event, all tables but cells", ours, LOOPED / looped, "particles/s")
    report_ratio("the same, hits", len(event.hits["x"]) / seconds, len(found) / looped, "hits/s")


def test_full_events_with_cells(report_ratio):
    generator = TrackMLLike(cells=True)
    event = generator.event(seed=0)
    particles = _particles(event, LOOPED)
    seconds = _seconds(lambda seed: generator.event(seed=0))
    looped = _seconds(lambda _: plain.hits(particles), rounds=3)
    report_ratio("TrackML-like event with cells", len(event.particles["q"]) / seconds, LOOPED / looped, "particles/s")
