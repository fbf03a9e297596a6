"""Time slices and training tracks per second of the SPD toy against the plain loop, in the same run."""

import functools
import importlib.util
import pathlib
import random
import time

import numpy as np
import pytest

from keras_hep.simulation.spd import RADII, SPDToy

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_spd.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)


def _fastest(generators, rounds=5):
    """Return the rate of each (generate, calls, made per call): the best of several rounds that take turns."""
    seconds = [float("inf")] * len(generators)
    for seed in range(rounds):
        for number, (generate, calls, _) in enumerate(generators):
            start = time.perf_counter()
            for call in range(calls):
                generate(1000 * seed + call)
            seconds[number] = min(seconds[number], (time.perf_counter() - start) / calls)
    return [made / best for (_, _, made), best in zip(generators, seconds, strict=True)]


@pytest.mark.parametrize("efficiency", [1.0, 0.98])
def test_time_slices_against_the_plain_loop(report_ratio, efficiency):
    toy = SPDToy(efficiency=efficiency)
    loop = functools.partial(plain.time_slice, efficiency=efficiency)
    ours, theirs = _fastest([(toy.event, 40, 1), (loop, 2, 1)])
    report_ratio(f"SPD time slices, {efficiency:.0%}", ours, theirs, "slices/s")


def test_tracks_against_the_plain_loop(report_ratio):
    toy = SPDToy()

    def loop(seed):
        draw = random.Random(seed)
        return [plain.track_hits(draw, draw.uniform(-300, 300), RADII.tolist(), 1.0) for _ in range(1000)]

    ours, theirs = _fastest([(lambda seed: toy.tracks(20_000, seed), 1, 20_000), (loop, 1, 1000)])
    report_ratio("SPD tracks", ours, theirs, "tracks/s")


def test_the_plain_loop_draws_the_same_law():
    rows = [np.array(plain.time_slice(seed)) for seed in range(20)]
    slices = [SPDToy().event(seed).hits for seed in range(20)]
    theirs, ours = np.concatenate(rows), {name: np.concatenate([hits[name] for hits in slices]) for name in slices[0]}
    assert len(theirs) == pytest.approx(len(ours["x"]), rel=0.1)
    assert (theirs[:, 4] < 0).mean() == pytest.approx((ours["track"] < 0).mean(), abs=0.02)
    for column, name in ((0, "x"), (2, "z")):
        for fake in (True, False):
            spread = theirs[(theirs[:, 4] < 0) == fake, column].std()
            assert spread == pytest.approx(ours[name][(ours["track"] < 0) == fake].std(), rel=0.05)
    off = np.hypot(theirs[:, 0], theirs[:, 1]) - RADII[theirs[:, 3].astype(int)]
    assert np.abs(off).max() < 0.6
