"""Candidates per second that are matched with true tracks, against a loop over candidates, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.metrics.track_candidates import exact_match, fraction_match, majority_match

_PATH = pathlib.Path(__file__).with_name("plain_candidate_matching.py")
_SPEC = importlib.util.spec_from_file_location("plain_candidate_matching", _PATH)
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

RULES = {
    "exact": (exact_match, plain.exact),
    "70 %": (fraction_match, lambda candidates, slots: plain.fraction(candidates, slots, -(-7 * slots.shape[1] // 10))),
    "double majority": (majority_match, plain.double_majority),
}


def grown(tracks, stations, hits_on_each, candidates, seed=1):
    """Return candidates that follow a true track and take another hit in 15 % of the steps, and the true tracks."""
    random = np.random.default_rng(seed)
    first = hits_on_each * np.arange(stations)
    slots = first + np.argsort(random.random((hits_on_each, stations)), axis=0)[:tracks]
    slots = np.where(random.random(slots.shape) < 0.98, slots, -1)
    taken = slots[random.integers(0, tracks, candidates)]
    other = first + random.integers(0, hits_on_each, taken.shape)
    return np.where(random.random(taken.shape) < 0.85, taken, other), slots


def fastest(match, rounds):
    seconds = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        match()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("size", [(200, 35, 1_140, 200), (1_500, 9, 5_000, 500_000)])
def test_matching_against_the_plain_loop(report_ratio, rule, size):
    match, loop = RULES[rule]
    candidates, slots = grown(*size)
    np.testing.assert_array_equal(match(candidates, slots).of, loop(candidates, slots))
    rounds, number = (20, 3) if size[-1] < 1_000 else (3, 1), size[-1]
    ours = fastest(lambda: match(candidates, slots), rounds[0])
    theirs = fastest(lambda: loop(candidates, slots), rounds[1])
    report_ratio(f"{rule}, {number:,} x {size[1]}", number / ours, number / theirs, "candidates/s")
