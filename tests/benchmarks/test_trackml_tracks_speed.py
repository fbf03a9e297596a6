"""Preparation of TrackML tracks and the evidence of candidates against plain loops, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.simulation.trackml_like import TrackMLLike
from keras_hep.tracking.candidate_evidence import hit_evidence
from keras_hep.tracking.direction_coordinates import DirectionCoordinates
from keras_hep.tracking.free_growth import grow_freely
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.helix_cell import HelixCell
from keras_hep.tracking.space_compression import SpaceCompression
from keras_hep.tracking.trackml_sequences import on_seed_layers, track_sequences

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_trackml_tracks.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)


@pytest.fixture(scope="module")
def event():
    return TrackMLLike().event(seed=1)


def fastest(call, rounds=5):
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        result = call()
        best = min(best, time.perf_counter() - start)
    return best, result


def test_sequences_against_the_plain_loop(report_ratio, event):
    space, particle = SpaceCompression(), event.truth["particle_id"]
    ours, (numbers, slots) = fastest(lambda: track_sequences(event.hits, particle, space))
    theirs, expected = fastest(lambda: plain.sequences(event.hits, particle, space.compress), rounds=1)
    found = {number: row[row >= 0].tolist() for number, row in zip(numbers.tolist(), slots, strict=True)}
    assert found.keys() == expected.keys()
    assert sum(found[number] != expected[number] for number in found) <= 1e-3 * len(found), "but for equal distances"
    report_ratio("sequences of TrackML tracks", len(numbers) / ours, len(numbers) / theirs, "tracks/s")


def test_evidence_against_the_plain_loop(report_ratio, event):
    positions = DirectionCoordinates().scale(np.stack([event.hits[name] for name in "xyz"], axis=1))
    cell = HelixCell(0.15, (0.2, 0.06))
    distance = np.sqrt(sum(event.hits[name] ** 2 for name in "xyz"))
    seeds, rules = np.flatnonzero(on_seed_layers(event.hits)), GrowthRules(nearest_first=8, minimum_hits=3)
    hits = grow_freely(cell, positions, seeds, rules, from_origin=distance).hits
    some = slice(None, None, max(len(hits) // 300, 1))
    ours, (evidence, _) = fastest(lambda: hit_evidence(cell, positions, hits, 10.0, 3e3))
    theirs, expected = fastest(lambda: plain.evidence(cell, positions, hits[some], 10.0, 3e3), rounds=1)
    np.testing.assert_allclose(evidence[some].sum(axis=1), expected, rtol=1e-3, atol=1e-3)
    report_ratio("evidence of candidates", len(hits) / ours, len(expected) / theirs, "candidates/s")
