"""Time slices per second of the steps of grouping without learning, against plain loops in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.tracking.grouping.closed_neighbourhoods import equal_neighbourhoods
from keras_hep.tracking.grouping.louvain import louvain_groups, numbered_by_first

_SPEC = importlib.util.spec_from_file_location("plain", pathlib.Path(__file__).with_name("plain_track_grouping.py"))
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

SLICES = [SPDSlices(15.0, 5).slice([1, index]) for index in range(40)]
PAIRS = [overlapping_pairs(slice_.intervals) for slice_ in SLICES]
EQUAL = [equal_neighbourhoods(*pairs, slice_.tracks) for pairs, slice_ in zip(PAIRS, SLICES, strict=True)]


def slices_per_second(step, number, rounds):
    seconds = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        found = [step(index) for index in range(number)]
        seconds = min(seconds, time.perf_counter() - start)
    return found, number / seconds


def compare(report_ratio, name, ours, theirs, number):
    found, fast = slices_per_second(ours, len(SLICES), 5)
    expected, slow = slices_per_second(theirs, number, 2)
    for one, other in zip(found[:number], expected, strict=True):
        np.testing.assert_array_equal(one, other)
    report_ratio(f"{name}, {np.mean([slice_.tracks for slice_ in SLICES]):.0f} tracks", fast, slow, "slices/s")


def test_pairs(report_ratio):
    intervals = [slice_.intervals.tolist() for slice_ in SLICES]
    ours, theirs = (
        lambda index: overlapping_pairs(SLICES[index].intervals),
        lambda index: plain.overlapping_pairs(intervals[index]),
    )
    compare(report_ratio, "overlapping pairs", ours, theirs, len(SLICES))


def test_closed_neighbourhoods(report_ratio):
    lists = [[ends.tolist() for ends in pairs] for pairs in PAIRS]
    ours, theirs = (
        lambda index: equal_neighbourhoods(*PAIRS[index], SLICES[index].tracks),
        lambda index: plain.equal_neighbourhoods(*lists[index], SLICES[index].tracks),
    )
    compare(report_ratio, "equal neighbourhoods", ours, theirs, len(SLICES))


def test_groups_of_equal_neighbourhoods(report_ratio):
    kept = [[ends[equal].tolist() for ends in pairs] for pairs, equal in zip(PAIRS, EQUAL, strict=True)]
    ours, theirs = (
        lambda index: louvain_groups(*PAIRS[index], EQUAL[index], SLICES[index].tracks),
        lambda index: numbered_by_first(np.array(plain.communities(*kept[index], SLICES[index].tracks))),
    )
    compare(report_ratio, "groups, complete components", ours, theirs, 3)


def test_louvain_of_all_overlaps(report_ratio):
    """Here no loop is written down: one library against the other, and groups differ where they are not clear-cut."""
    pytest.importorskip("igraph")
    networkx, igraph = (
        slices_per_second(
            lambda index, library=library: louvain_groups(
                *PAIRS[index], np.ones(len(PAIRS[index][0])), SLICES[index].tracks, library=library
            ),
            len(SLICES),
            2,
        )[1]
        for library in ("networkx", "igraph")
    )
    report_ratio("Louvain of all overlaps, igraph/networkx", igraph, networkx, "slices/s")
