"""A replay agrees only with the numbers that were recorded."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.suite.reference import failed, replay, summary


def one(old, new, rtol=1e-5):
    """Return the verdict on one quantity, curve or array."""
    results = []
    for entry in (old, new):
        if isinstance(entry, Quantity):
            results.append(Result([entry]))
        elif isinstance(entry, Curve):
            results.append(Result(curves=[entry]))
        else:
            results.append(Result(arrays={"a": entry}))
    (verdict,) = replay(*results, rtol=rtol)
    return verdict.verdict


def floats(*values):
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (Quantity("a", 2.0), Quantity("a", 2.0), "agree"),
        (Quantity("a", 2.0), Quantity("a", 2.000019), "agree"),
        (Quantity("a", 2.0), Quantity("a", 2.000021), "differ"),
        (Quantity("a", -2.0), Quantity("a", -2.000019), "agree"),
        (Quantity("a", -2.0), Quantity("a", 2.0), "differ"),
        (Quantity("a", 2.0), Quantity("a", 1.9), "differ"),
        (Quantity("a", 2.0, 0.1), Quantity("a", 2.0, 0.10009), "agree"),  # a thousandth of the error
        (Quantity("a", 2.0, 0.1), Quantity("a", 2.0, 0.10012), "differ"),
        (Quantity("a", 2.0), Quantity("a", 2.0, 0.1), "differ"),
        (Quantity("a", 0.0), Quantity("a", 0.0), "agree"),
        (Quantity("a", 0.0), Quantity("a", 1e-30), "differ"),
        (Quantity("a", 0.0, 0.1), Quantity("a", 9e-3, 0.1), "agree"),  # a tenth of its error
        (Quantity("a", 0.0, 0.1), Quantity("a", 1.1e-2, 0.1), "differ"),
        (Quantity("a", 2.0, timed=True), Quantity("a", 3.0, timed=True), "agree"),
        (Quantity("a", 2.0, timed=True), Quantity("a", 3.0), "differ"),
        (Quantity("a", 100.0, 0.1), Quantity("a", 100.0009, 0.1), "agree"),  # 1e-5 of its size
        (Quantity("a", 2.0, 0.1), Quantity("a", 2.0, 0.11), "differ"),
        (Quantity("a", 2.0, 0.1), Quantity("a", 2.0), "differ"),
        (Quantity("a", 2.0, math.nan), Quantity("a", 2.0, math.nan), "agree"),
        (Quantity("a", 2.0, math.inf), Quantity("a", 3.0, math.inf), "differ"),
        (Quantity("a", math.nan), Quantity("a", math.nan), "differ"),
        (Quantity("a", math.inf), Quantity("a", math.inf), "differ"),
        (Quantity("a", 2.0), Quantity("a", math.nan), "differ"),
        (Quantity("a", 100_000), Quantity("a", 100_000), "agree"),
        (Quantity("a", 100_000_000), Quantity("a", 100_000_001), "differ"),
        (Quantity("a", 2), Quantity("a", 2.0), "differ"),
        (Quantity("a", True), Quantity("a", True), "agree"),
        (Quantity("a", True), Quantity("a", False), "differ"),
        (Quantity("a", True), Quantity("a", 1), "differ"),
        (Quantity("a", 2.0, unit="s"), Quantity("a", 2.0, unit="ms"), "differ"),
        (Quantity("a", 2.0, count=10), Quantity("a", 2.0, count=11), "differ"),
        (Quantity("a", 2.0), Quantity("b", 2.0), None),
        (Curve("a", [1, 2], [1, 0]), Curve("a", [1, 2], [1, 0]), "agree"),
        (Curve("a", [1, 2], [1, 0]), Curve("a", [1, 2], [1, 9e-7]), "agree"),
        (Curve("a", [1, 2], [1, 0]), Curve("a", [1, 2], [1, 2e-6]), "differ"),
        (Curve("a", [1, 2], [1, 0]), Curve("a", [1, 2.1], [1, 0]), "differ"),
        (Curve("a", [1, 2], [1, 0]), Curve("a", [1], [1]), "differ"),
        (Curve("a", [1], [1]), Curve("a", [1], [1], [0.1]), "differ"),
        (Curve("a", [1], [1], [0.1]), Curve("a", [1], [1], [0.2]), "differ"),
        (Curve("a", [1, 2], [1, 0], [0.1, 0.1]), Curve("a", [1, 2], [1, 9e-3], [0.1, 0.1]), "agree"),
        (Curve("a", [1, 2], [1, 0], [0.1, 0.1]), Curve("a", [1, 2], [1, 1.1e-2], [0.1, 0.1]), "differ"),
        (Curve("a", [1], [1], timed=True), Curve("a", [1], [2], timed=True), "agree"),
        (Curve("a", [1, 2], [1, 0], [0.1, math.inf]), Curve("a", [1, 2], [1, 1e-2], [0.1, math.inf]), "differ"),
        (Curve("a", [1], [1], x_unit="s"), Curve("a", [1], [1], x_unit="ms"), "differ"),
        (Curve("a", [1, 2], [1, math.nan]), Curve("a", [1, 2], [1, math.nan]), "agree"),
        (Curve("a", [1, 2], [1, math.nan]), Curve("a", [1, 2], [math.nan, 1]), "differ"),
        (Curve("a", [1, 2], [1, math.inf]), Curve("a", [1, 2], [1, -math.inf]), "differ"),
        (floats(1, 0.5), floats(1, 0.500005), "agree"),
        (floats(1, 0.5), floats(1, 0.50001), "differ"),
        (floats(1, math.nan), floats(1, math.nan), "agree"),
        (floats(1, math.nan), floats(1, 2), "differ"),
        (floats(1, 2), floats(1, math.nan), "differ"),
        (floats(1, 2), floats([1, 2]), "differ"),
        (floats(1, 2), np.array([1.0, 2.0]), "differ"),
        (floats(), floats(), "agree"),
        (np.array([1, 2]), np.array([1, 2]), "agree"),
        (np.array([1, 2]), np.array([1, 3]), "differ"),
        (np.array([True]), np.array([False]), "differ"),
        (np.array(3.0), np.array(3.0), "agree"),
        (np.full(2, 1e308), -np.full(2, 1e308), "differ"),
    ],
)
def test_replay_of_one_entry(old, new, verdict):
    if verdict is None:
        results = Result([old]), Result([new])
        assert [entry.verdict for entry in replay(*results)] == ["missing", "missing"]
    else:
        assert one(old, new) == verdict


def test_tolerance_can_be_widened():
    assert one(Quantity("a", 1.0), Quantity("a", 1.01), rtol=0.02) == "agree"
    assert one(Quantity("a", 1.0), Quantity("a", 1.03), rtol=0.02) == "differ"
    assert one(Quantity("a", 1e308), Quantity("a", -1e308), rtol=10) == "differ"  # the tolerance overflows


@pytest.mark.parametrize("rtol", [0, -1, math.nan, math.inf])
def test_tolerance_must_be_a_tolerance(rtol):
    with pytest.raises(ValueError, match="rtol must be a finite number above 0"):
        replay(Result(), Result(), rtol=rtol)


@pytest.mark.parametrize("kind", ["quantities", "curves", "arrays"])
def test_what_is_in_one_of_the_two_only_is_missing(kind):
    entries = {"quantities": [Quantity("a", 1.0)], "curves": [Curve("a", [1], [1])], "arrays": {"a": floats(1)}}
    for pair in ((Result(**{kind: entries[kind]}), Result()), (Result(), Result(**{kind: entries[kind]}))):
        (verdict,) = replay(*pair)
        assert verdict.verdict == "missing"
        assert verdict.check.name == f"{kind}: a"
        assert failed([verdict])


@pytest.mark.parametrize("data", ["sample", "published"])
def test_arrays_of_genuine_events_are_compared_only_where_both_have_them(data):
    fields = {"quantities": [Quantity("a", 1.0)], "data": data, "events": "event1"}
    bare, full = Result(**fields), Result(**fields, arrays={"hits": floats(1, 2)})
    for pair in ((bare, full), (full, bare)):
        assert [entry.verdict for entry in replay(*pair)] == ["agree"]
    changed = Result(**fields, arrays={"hits": floats(1, 3)})
    assert [entry.verdict for entry in replay(full, changed)] == ["agree", "differ"]
    without_numbers = Result(data=data, events="event1")
    assert [entry.verdict for entry in replay(bare, without_numbers)] == ["missing"]


def test_results_of_different_events_are_refused():
    with pytest.raises(ValueError, match="results of the same events, got 'event1' and 'event2'"):
        replay(*(Result(data="sample", events=events) for events in ("event1", "event2")))


@pytest.mark.parametrize(
    ("field", "values"), [("id", "ab"), ("scale", ("quick", "full")), ("data", ("none", "published"))]
)
def test_results_of_different_runs_are_refused(field, values):
    with pytest.raises(ValueError, match=f"results of the same {field}, got '{values[0]}' and '{values[1]}'"):
        replay(*(Result(**{field: value}) for value in values))


def test_result_that_is_not_stored_yet_can_be_compared():
    recorded = Result([Quantity("a", 1.0)], id="heptrkx/fig05", scale="full")
    assert summary(replay(recorded, Result([Quantity("a", 1.0)]))) == "agree"


def test_nothing_to_compare_is_not_agreement():
    assert summary(replay(Result(), Result())) == "not asked"


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), st.data())
def test_array_with_one_entry_moved(values, data):
    old = np.array(values)
    new = old.copy()
    index = data.draw(st.integers(0, len(values) - 1))
    new[index] += data.draw(st.sampled_from([-3e-5, 3e-5])) * max(np.abs(old).max(), 1e-9)
    assert one(old, old) == "agree"
    assert one(old, new) == "differ"
