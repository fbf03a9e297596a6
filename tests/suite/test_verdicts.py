"""Scale, origin of the data and explanations turn a comparison into a verdict."""

import itertools
import math

import pytest

from keras_hep.suite.record import SCALES, Curve, Quantity, Result
from keras_hep.suite.reference import Reference, Verdict, check, failed, summary

EXPLAINED = {"text": "The seed differs.", "evidence": "heptrkx/fig06"}
WITHIN = {"of": "accuracy", "rule": "within", "atol": 0.05}
AT_LEAST = {"of": "accuracy", "rule": "at_least", "value": 0.9}
REACH = {"of": "reach", "rule": "within", "atol": 0.05}


# Scale, data, explanation


@pytest.mark.parametrize(("asked", "run"), list(itertools.product(SCALES, SCALES)))
def test_scale(ask, asked, run):
    order = ["smoke", "quick", "full"]
    verdict = ask({**WITHIN, "scale": asked}, Quantity("accuracy", 0.89), scale=run).verdict
    assert verdict == ("agree" if order.index(run) >= order.index(asked) else "not asked")


@pytest.mark.parametrize(
    ("data", "value", "verdict"),
    [
        ("published", 0.89, "agree"),
        ("published", 0.5, "differ"),
        ("published", math.nan, "differ"),
        ("simulation", 0.89, "not comparable"),
        ("none", 0.89, "not comparable"),
    ],
)
@pytest.mark.parametrize("explained", [None, EXPLAINED])
def test_checks_that_only_published_data_can_decide(ask, data, value, verdict, explained):
    answer = ask(WITHIN, Quantity("accuracy", value), asked="published", data=data, explained=explained)
    if explained and verdict in ("agree", "differ"):
        verdict = "explained" if value == 0.5 else "differ"
    assert answer.verdict == verdict


@pytest.mark.parametrize("data", ["simulation", "published", "none"])
def test_checks_that_any_data_can_decide(ask, data):
    assert ask(WITHIN, Quantity("accuracy", 0.89), data=data).verdict == "agree"


@pytest.mark.parametrize(
    ("rule", "agreeing", "differing"),
    [
        (WITHIN, Quantity("accuracy", 0.89), Quantity("accuracy", 0.5)),
        (AT_LEAST, Quantity("accuracy", 0.95), Quantity("accuracy", 0.5)),
        (
            REACH,
            Curve("reach", [0, 1, 2], [1.0, 0.9, 0.8], x_unit="tracks"),
            Curve("reach", [0, 1, 2], [0, 0, 0], x_unit="tracks"),
        ),
    ],
)
def test_explained(ask, rule, agreeing, differing):
    verdict = ask(rule, differing, explained=EXPLAINED)
    assert (verdict.verdict, verdict.message) == ("explained", "The seed differs.")
    verdict = ask(rule, agreeing, explained=EXPLAINED)
    assert verdict.verdict == "differ"
    assert "remove `explained`" in verdict.message
    assert ask(rule, explained=EXPLAINED).verdict == "missing"
    assert ask({**rule, "scale": "full"}, differing, explained=EXPLAINED, scale="smoke").verdict == "not asked"


def test_explained_ordering(ask):
    rule = {"of": ["a", "b"], "rule": "ordering", "explained": EXPLAINED}
    assert ask(rule, Quantity("a", 1), Quantity("b", 2)).verdict == "explained"
    assert ask(rule, Quantity("a", 2), Quantity("b", 1)).verdict == "differ"


# The whole reference


def test_every_check_of_an_absent_result_is_missing(published, stored):
    full = {"of": "latency", "rule": "within", "atol": 1, "scale": "full", "data": "published", "why": "w"}
    read = Reference.read(stored({**published, "checks": [*published["checks"], full]}))
    verdicts = check(read, None)
    assert [verdict.verdict for verdict in verdicts] == ["missing", "missing"]
    assert [verdict.check.name for verdict in verdicts] == ["accuracy", "latency"]


def test_result_of_another_item_or_without_scale_is_refused(published, stored):
    read = Reference.read(stored(published))
    with pytest.raises(ValueError, match="reference's item 'heptrkx/fig05', got 'heptrkx/fig06'"):
        check(read, Result(id="heptrkx/fig06", scale="full"))
    with pytest.raises(ValueError, match="one of smoke, quick, full, got ''"):
        check(read, Result())


@pytest.mark.parametrize(
    ("words", "word", "fails"),
    [
        ([], "not asked", False),
        (["not asked"], "not asked", False),
        (["not asked", "agree"], "agree", False),
        (["agree", "not comparable"], "not comparable", False),
        (["explained", "not comparable", "agree"], "explained", False),
        (["agree", "differ", "explained"], "differ", True),
        (["agree", "missing", "differ", "not asked"], "missing", True),
        (["missing"], "missing", True),
    ],
)
def test_summary_and_failed(words, word, fails):
    verdicts = [Verdict(None, word) for word in words]
    assert summary(verdicts) == summary(verdicts[::-1]) == word
    assert failed(verdicts) is fails
