"""Hits per second of reading whole TrackML events, checks included, against the csv module, in the same run."""

import importlib.util
import pathlib
import time

import numpy as np
import pytest

from keras_hep.formats import trackml

pytest.importorskip("pandas")


def _beside(name):
    spec = importlib.util.spec_from_file_location(name, pathlib.Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plain, large = _beside("plain_trackml"), _beside("large_trackml_event")


@pytest.fixture(scope="module")
def tables():
    return large.tables(seed=1)


@pytest.fixture(scope="module")
def prefixes(tables, tmp_path_factory):
    """Return the prefixes of the same event in plain and in compressed files."""
    folder = tmp_path_factory.mktemp("event")
    for name in ("csv", "csv.gz"):
        trackml.write_event(folder / f"{name}-event000000001", tables, compress=name.endswith("gz"))
    return {name: folder / f"{name}-event000000001" for name in ("csv", "csv.gz")}


def _read_plainly(prefix):
    return [plain.read(f"{prefix}-{part}.csv", trackml.COLUMNS[part]) for part in trackml.PARTS]


def _seconds(read, rounds):
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        read()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def test_reading_an_event(report_ratio, prefixes):
    theirs = _seconds(lambda: _read_plainly(prefixes["csv"]), rounds=1)
    for name, prefix in prefixes.items():
        ours = _seconds(lambda prefix=prefix: trackml.load_event(prefix), rounds=7)
        unit = f"hits/s ({ours:.3f} s an event)"
        report_ratio(f"read event, {large.HITS:,} hits, {name}", large.HITS / ours, large.HITS / theirs, unit)


def test_all_read_the_same(prefixes, tables):
    read = [trackml.load_event(prefix) for prefix in prefixes.values()]
    for part, table, compressed, other in zip(trackml.PARTS, *read, _read_plainly(prefixes["csv"]), strict=True):
        for name, column in tables[part].items():
            for same in (table, compressed, other):
                np.testing.assert_array_equal(same[name], column)
