"""Every rule on numbers agrees with what it should and with nothing else."""

import math

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from keras_hep.suite.record import Curve, Quantity

NOT_FINITE = [math.nan, math.inf, -math.inf]
EXPLAINED = {"text": "The seed differs.", "evidence": "heptrkx/fig06"}
RULES = {
    "equal": {"of": "accuracy", "rule": "equal"},
    "within": {"of": "accuracy", "rule": "within", "atol": 0.05},
    "pull": {"of": "accuracy", "rule": "pull", "max": 2},
    "at_least": {"of": "accuracy", "rule": "at_least", "value": 0.9},
    "at_least_against": {"of": "accuracy", "rule": "at_least", "against": "accuracy"},
    "at_most": {"of": "accuracy", "rule": "at_most", "value": 0.9},
    "at_most_against": {"of": "accuracy", "rule": "at_most", "against": "accuracy"},
}


# Quantities: published are accuracy 0.89 +- 0.03, latency 12 ms, 1234 parameters, speed 2.0 +- 0.3 read to 0.4


@pytest.mark.parametrize(
    ("rule", "value", "verdict"),
    [
        ({"of": "parameters", "rule": "equal"}, 1234, "agree"),
        ({"of": "parameters", "rule": "equal"}, 1234.0, "agree"),
        ({"of": "parameters", "rule": "equal"}, 1235, "differ"),
        ({"of": "parameters", "rule": "equal"}, 1234.0000001, "differ"),
        ({"of": "connected", "rule": "equal"}, True, "agree"),
        ({"of": "connected", "rule": "equal"}, False, "differ"),
        ({"of": "connected", "rule": "equal"}, 1, "differ"),
        ({"of": "connected", "rule": "equal"}, 1.0, "differ"),
        ({"of": "parameters", "rule": "equal"}, True, "differ"),
        ({"of": "weights", "rule": "equal", "against": "parameters"}, 1234, "agree"),
        ({"of": "accuracy", "rule": "within", "atol": 0.05}, 0.93, "agree"),
        ({"of": "accuracy", "rule": "within", "atol": 0.05}, 0.85, "agree"),
        ({"of": "accuracy", "rule": "within", "atol": 0.05}, 0.95, "differ"),
        ({"of": "accuracy", "rule": "within", "atol": 0.05}, 0.83, "differ"),
        ({"of": "parameters", "rule": "within", "rtol": 0.01}, 1246, "agree"),  # allowed 12.34
        ({"of": "parameters", "rule": "within", "rtol": 0.01}, 1247, "differ"),
        ({"of": "parameters", "rule": "within", "rtol": 0.01, "atol": 1}, 1247, "agree"),  # allowed 13.34
        ({"of": "parameters", "rule": "within", "rtol": 0.01, "atol": 1}, 1248, "differ"),
        ({"of": "parameters", "rule": "within", "atol": 1}, 1235, "agree"),  # the edge belongs to it
        ({"of": "auc", "rule": "at_least", "value": 0.9}, 0.9, "agree"),
        ({"of": "auc", "rule": "at_least", "value": 0.9}, 0.8999, "differ"),
        ({"of": "auc", "rule": "at_least", "against": "accuracy"}, 0.89, "agree"),
        ({"of": "auc", "rule": "at_least", "against": "accuracy"}, 0.8899, "differ"),
        ({"of": "auc", "rule": "at_most", "value": 0.9}, 0.9, "agree"),
        ({"of": "auc", "rule": "at_most", "value": 0.9}, 0.9001, "differ"),
        ({"of": "auc", "rule": "at_most", "against": "accuracy"}, 0.89, "agree"),
        ({"of": "auc", "rule": "at_most", "against": "accuracy"}, 0.8901, "differ"),
        ({"of": "auc", "rule": "at_least", "value": 0}, -1, "differ"),
        ({"of": "auc", "rule": "at_most", "value": 0}, 1, "differ"),
        ({"of": "auc", "rule": "at_least", "value": 0}, True, "differ"),
    ],
)
def test_number_against_number(ask, rule, value, verdict):
    assert ask(rule, Quantity(rule["of"], value)).verdict == verdict


@pytest.mark.parametrize(
    ("of", "value", "error", "verdict"),
    [
        ("accuracy", 0.99, 0.04, "agree"),  # 0.10 over 0.05
        ("accuracy", 0.79, 0.04, "agree"),
        ("accuracy", 1.00, 0.04, "differ"),  # 0.11 over 0.05
        ("accuracy", 0.94, None, "agree"),  # 0.05 over 0.03
        ("accuracy", 0.94, 0.0, "agree"),
        ("accuracy", 0.96, 0.0, "differ"),  # 0.07 over 0.03
        ("speed", 2.9, None, "agree"),  # 0.9 over hypot(0.3, 0.4) = 0.5
        ("speed", 3.1, None, "differ"),
        ("parameters", 1238, 2, "agree"),  # the published number is exact: 4 over 2
        ("parameters", 1239, 2, "differ"),
        ("parameters", 1234, None, "differ"),  # no error at all
        ("parameters", 1234, 0, "differ"),
        ("accuracy", 0.89, math.inf, "differ"),
        ("accuracy", 0.89, math.nan, "differ"),
        ("accuracy", 0.89, 1e308, "agree"),
    ],
)
def test_pull(ask, of, value, error, verdict):
    assert ask({"of": of, "rule": "pull", "max": 2.0001}, Quantity(of, value, error)).verdict == verdict


def test_edge_of_a_pull_belongs_to_it(ask):
    rule = {"of": "parameters", "rule": "pull", "max": 2}
    assert ask(rule, Quantity("parameters", 1238, 2)).verdict == "agree"
    assert ask(rule, Quantity("parameters", 1230, 2)).verdict == "agree"


def test_pull_without_any_error_says_so(ask):
    verdict = ask({"of": "parameters", "rule": "pull", "max": 2}, Quantity("parameters", 1234))
    assert "A pull needs a finite error above 0" in verdict.message


@pytest.mark.parametrize(
    ("values", "margin", "verdict"),
    [
        ([3, 2, 1], None, "agree"),
        ([3, 2], None, "agree"),
        ([1, 2, 3], None, "differ"),
        ([3, 1, 2], None, "differ"),
        ([3, 3, 2], None, "differ"),
        ([3, 3], 0, "differ"),
        ([3, 2.5, 2], 0.5, "agree"),
        ([3, 2.6, 2], 0.5, "differ"),
        ([2, True], None, "differ"),
        ([True, False], None, "differ"),
        ([3, math.nan, 1], None, "differ"),
        ([math.inf, 2, 1], None, "differ"),
        ([3, 2, -math.inf], None, "differ"),
    ],
)
def test_ordering(ask, values, margin, verdict):
    names = "abc"[: len(values)]
    rule = {"of": list(names), "rule": "ordering"} | ({} if margin is None else {"margin": margin})
    quantities = [Quantity(name, value) for name, value in zip(names, values, strict=True)]
    answer = ask(rule, *reversed(quantities))
    assert answer.verdict == verdict
    assert str(answer.ours) == str(tuple(values))


def test_ordering_in_different_units_is_none(ask):
    rule = {"of": ["a", "b"], "rule": "ordering"}
    assert ask(rule, Quantity("a", 3, unit="ms"), Quantity("b", 2, unit="ms")).verdict == "agree"
    verdict = ask(rule, Quantity("a", 3, unit="ms"), Quantity("b", 2, unit="s"))
    assert (verdict.verdict, verdict.message) == (
        "differ",
        "b must be in the unit 'ms' of what it is compared with, got 's'.",
    )


def test_ordering_with_a_name_that_is_not_there(ask):
    verdict = ask({"of": ["a", "b"], "rule": "ordering"}, Quantity("a", 3))
    assert verdict.verdict == "missing"
    assert "no quantity 'b'; it has: a" in verdict.message


@pytest.mark.parametrize("value", NOT_FINITE)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("explained", [None, EXPLAINED])
def test_what_is_no_number_never_agrees_and_is_never_explained(ask, rule, value, explained):
    verdict = ask(rule, Quantity("accuracy", value, 0.1), explained=explained)
    assert verdict.verdict == "differ"
    assert "finite number" in verdict.message
    assert str(verdict.ours) == str(value)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("value", [True, False])
def test_bool_is_no_number(ask, rule, value):
    assert ask(rule, Quantity("accuracy", value)).verdict == "differ"


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("explained", [None, EXPLAINED])
def test_another_unit_never_agrees_and_is_never_explained(ask, rule, explained):
    value = 0.89 if "value" not in rule else 0.9
    assert ask(rule, Quantity("accuracy", value, 0.1)).verdict == "agree"
    verdict = ask(rule, Quantity("accuracy", value, 0.1, unit="%"), explained=explained)
    assert verdict.verdict == "differ"
    assert "in the unit '1' of what it is compared with, got '%'" in verdict.message


def test_unit_of_a_bound(ask):
    rule = {"of": "seconds", "rule": "at_most", "value": 60}
    assert ask(rule, Quantity("seconds", 5.0, unit="s")).verdict == "differ"
    assert ask(rule, Quantity("seconds", 5.0, unit="s"), unit="s").verdict == "agree"
    assert ask(rule, Quantity("seconds", 5.0, unit="min"), unit="s").verdict == "differ"
    assert (
        ask({"of": "latency", "rule": "at_most", "value": 60}, Quantity("latency", 5.0, unit="ms")).verdict == "agree"
    )


@pytest.mark.parametrize("value", [10**400, -(10**400), 1.7e308, -1.7e308])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_numbers_too_large_to_be_compared(ask, rule, value):
    assert ask(rule, Quantity("accuracy", value, 0.1)).verdict == "differ"


def test_tolerance_that_overflows_agrees_with_nothing(ask, published):
    published["quantities"]["parameters"]["value"] = 1e299
    rule = {"of": "parameters", "rule": "within", "rtol": 1e-3}
    assert ask(rule, Quantity("parameters", 1e299)).verdict == "agree"
    assert ask(rule, Quantity("parameters", 1e299), rtol=1e299).verdict == "differ"


def test_quantity_that_is_not_there(ask):
    verdict = ask(RULES["within"], Quantity("auc", 0.9), Quantity("loss", 0.1))
    assert verdict.verdict == "missing"
    assert verdict.message == "The result has no quantity 'accuracy'; it has: auc, loss."


def test_curve_is_no_quantity_and_quantity_no_curve(ask):
    assert ask(RULES["within"], Curve("accuracy", [0], [0.89])).verdict == "missing"
    assert ask({"of": "reach", "rule": "within", "atol": 0.05}, Quantity("reach", 1.0)).verdict == "missing"


def test_verdict_of_a_quantity_shows_both_numbers(ask):
    verdict = ask(RULES["within"], Quantity("accuracy", 0.91))
    assert (verdict.ours, verdict.theirs, verdict.unit) == (0.91, 0.89, "1")
    assert verdict.difference == "+0.02 (allowed 0.05)"
    assert ask(RULES["pull"], Quantity("accuracy", 0.86)).difference == "-0.03 with error 0.03, pull -1 (allowed 2)"
    assert ask(RULES["at_least"], Quantity("accuracy", 0.8)).difference == "-0.1 (at least 0.9)"


# Agreement, said once more in other words


def plainly_agrees(rule, ours, error):
    """Return what the rule's definition says of the published accuracy 0.89 +- 0.03."""
    off = abs(ours - 0.89)
    return {
        "equal": ours == 0.89,
        "within": off <= 0.05,
        "pull": off / math.sqrt(error**2 + 0.03**2) <= 2,
        "at_least": ours >= 0.9,
        "at_least_against": ours >= 0.89,
        "at_most": ours <= 0.9,
        "at_most_against": ours <= 0.89,
    }[rule]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(RULES)),
    ours=st.floats() | st.floats(0.7, 1.1) | st.booleans() | st.integers(),
    error=st.floats(0, 0.5),
    unit=st.sampled_from(["1", "1", "1", "%"]),
)
def test_a_number_agrees_only_if_its_definition_says_so(ask, name, ours, error, unit):
    verdict = ask(RULES[name], Quantity("accuracy", ours, error, unit=unit)).verdict
    if isinstance(ours, bool) or unit != "1" or not abs(ours) < 1e300:
        assert verdict == "differ"
    else:
        off = abs(ours - 0.89)
        assume(name != "pull" or abs(off - 2 * math.hypot(error, 0.03)) > 1e-9)
        assert verdict == ("agree" if plainly_agrees(name, ours, error) else "differ")
