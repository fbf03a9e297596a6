"""Every rule on curves agrees with what it should and with nothing else."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keras_hep.suite.record import Curve

EXPLAINED = {"text": "The seed differs.", "evidence": "heptrkx/fig06"}
REACH = {"x": [0, 1, 2], "y": [1.0, 0.9, 0.8], "x_unit": "tracks"}
CURVE_RULES = {
    "within": {"of": "reach", "rule": "within", "atol": 0.05},
    "chi2_per_bin": {"of": "reach", "rule": "chi2_per_bin", "max": 1.5},
}


def reach(**changes):
    return Curve("reach", **{**REACH, **changes})


# Curves: published are 1.0, 0.9, 0.8 at 0, 1, 2 tracks, errors hypot(0.03, 0.04) = 0.05 on reach, none on exact_reach


@pytest.mark.parametrize(
    ("y", "verdict"),
    [
        ([1.0, 0.9, 0.8], "agree"),
        ([1.04, 0.86, 0.84], "agree"),
        ([1.0, 0.9, 0.86], "differ"),
        ([1.06, 0.9, 0.8], "differ"),
        ([1.0, 0.9, math.nan], "differ"),
        ([math.inf, 0.9, 0.8], "differ"),
        ([1.0, -math.inf, 0.8], "differ"),
    ],
)
def test_curve_within(ask, y, verdict):
    assert ask(CURVE_RULES["within"], reach(y=y)).verdict == verdict


def test_curve_within_relative_tolerance(ask):
    rule = {"of": "reach", "rule": "within", "rtol": 0.1}
    assert ask(rule, reach(y=[1.09, 0.82, 0.87])).verdict == "agree"
    assert ask(rule, reach(y=[1.09, 0.82, 0.89])).verdict == "differ"


@pytest.mark.parametrize(
    ("y", "error", "verdict"),
    [
        ([1.05, 0.95, 0.85], None, "agree"),  # chi2 1 + 1 + 1 over 3
        ([1.10, 0.90, 0.80], None, "agree"),  # 4 + 0 + 0
        ([1.10, 0.95, 0.80], None, "differ"),  # 4 + 1 + 0 = 5 over 3, above 1.5
        ([1.00, 0.90, 0.95], None, "differ"),  # 0 + 0 + 9
        ([1.00, 0.90, 0.95], [0, 0, math.sqrt(0.0075)], "agree"),  # variances 0.0025 + 0.0075: 0 + 0 + 2.25
        ([1.00, 0.90, math.nan], None, "differ"),
        ([1.00, 0.90, 0.80], [0.1, math.inf, 0.1], "differ"),
        ([1.00, 0.90, 0.80], [0.1, math.nan, 0.1], "differ"),
    ],
)
def test_chi2_per_bin(ask, y, error, verdict):
    assert ask(CURVE_RULES["chi2_per_bin"], reach(y=y, error=error)).verdict == verdict


@pytest.mark.parametrize(
    ("error", "verdict"),
    [(None, "differ"), ([0, 0, 0], "differ"), ([0.1, 0, 0.1], "differ"), ([0.1, 0.1, 0.1], "agree")],
)
def test_chi2_needs_an_error_at_every_point(ask, error, verdict):
    rule = {"of": "reach", "rule": "chi2_per_bin", "max": 1, "against": "exact_reach"}
    answer = ask(rule, reach(error=error))
    assert answer.verdict == verdict
    assert ("error above 0" in answer.message) == (verdict == "differ")


@pytest.mark.parametrize("rule", CURVE_RULES.values(), ids=CURVE_RULES)
@pytest.mark.parametrize(
    ("x", "points", "verdict"),
    [
        ([0, 1, 2], None, "agree"),
        ([2, 1, 0], None, "differ"),  # y belongs to its x, whatever the order
        ([0, 1, 2 + 1e-9], None, "agree"),
        ([0, 1, 2 + 1e-8], None, "missing"),
        ([1e-12, 1, 2], None, "missing"),
        ([0, 1, 5], None, "missing"),
        ([0, 1, 5], 3, "missing"),
        ([0, 1, 5], 2, "agree"),
        ([0, 4, 5], 2, "missing"),
        ([4, 5, 6], 1, "missing"),
        ([0, 1, math.nan], None, "missing"),
        ([0, 1, math.inf], None, "missing"),
        ([0, 1, math.inf], 2, "agree"),
        ([0, 1, 1], 1, "agree"),  # x = 1 stands twice and counts as not found
        ([0, 1, 1], 2, "missing"),
    ],
)
def test_points_of_the_published_curve(ask, rule, x, points, verdict):
    answer = ask(rule if points is None else {**rule, "points": points}, reach(x=x))
    assert answer.verdict == verdict
    if verdict == "missing":
        assert "of the published points exactly once" in answer.message


@pytest.mark.parametrize("rule", CURVE_RULES.values(), ids=CURVE_RULES)
def test_points_are_matched_in_any_order_and_others_are_left_out(ask, rule):
    assert ask(rule, reach(x=[2, 7, 0, 1], y=[0.8, math.nan, 1.0, 0.9])).verdict == "agree"
    assert ask(rule, reach(x=[2, 7, 0, 1], y=[0.5, 0.0, 1.0, 0.9])).verdict == "differ"


@pytest.mark.parametrize("rule", CURVE_RULES.values(), ids=CURVE_RULES)
@pytest.mark.parametrize("explained", [None, EXPLAINED])
@pytest.mark.parametrize("points", [None, 1])
def test_empty_curve_is_missing(ask, rule, explained, points):
    changes = {} if points is None else {"points": points}
    assert ask(rule, reach(x=[], y=[]), explained=explained, **changes).verdict == "missing"


@pytest.mark.parametrize("rule", CURVE_RULES.values(), ids=CURVE_RULES)
@pytest.mark.parametrize("units", [{"x_unit": "events"}, {"y_unit": "%"}])
@pytest.mark.parametrize("explained", [None, EXPLAINED])
def test_curve_in_another_unit_never_agrees(ask, rule, units, explained):
    verdict = ask(rule, reach(**units), explained=explained)
    assert verdict.verdict == "differ"
    assert "must be in the units ('tracks', '1')" in verdict.message


def test_curve_that_is_no_number_is_never_explained(ask):
    verdict = ask(CURVE_RULES["within"], reach(y=[1, math.nan, 0.8]), explained=EXPLAINED)
    assert verdict.verdict == "differ"
    assert "finite value at every compared point, got nan at x = 1 tracks" in verdict.message


def test_verdict_of_a_curve_shows_the_point_that_is_farthest_off(ask):
    verdict = ask(CURVE_RULES["within"], reach(y=[1.0, 0.91, 0.78]))
    assert (verdict.ours, verdict.theirs, verdict.unit) == (0.78, 0.8, "1")
    assert verdict.difference == "-0.02 (allowed 0.05) over 3 points, largest at x = 2 tracks"
    verdict = ask(CURVE_RULES["chi2_per_bin"], reach(y=[1.1, 0.9, 0.8]))
    assert verdict.difference == "chi2 per bin 1.33 (allowed 1.5) over 3 points, largest at x = 0 tracks"


def test_curve_that_is_not_there(ask):
    verdict = ask(CURVE_RULES["within"])
    assert (verdict.verdict, verdict.message) == ("missing", "The result has no curve 'reach'; it has: none.")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=st.dictionaries(st.sampled_from([0, 1, 2, 3]), st.floats(0.7, 1.1) | st.just(math.nan)))
def test_a_curve_agrees_only_if_every_published_point_does(ask, points):
    verdict = ask(CURVE_RULES["within"], reach(x=list(points), y=list(points.values()))).verdict
    published = {0: 1.0, 1: 0.9, 2: 0.8}
    if published.keys() <= points.keys():
        agrees = all(abs(points[x] - y) <= 0.05 for x, y in published.items())
        assert verdict == ("agree" if agrees else "differ")
    else:
        assert verdict == "missing"
