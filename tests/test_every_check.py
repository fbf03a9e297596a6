"""Every check of every reference can agree and can differ: a check that cannot fail is worth nothing."""

import dataclasses
import pathlib

import pytest

from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.suite.reference import Reference, check

ROOT = pathlib.Path(__file__).resolve().parents[1]
REFERENCES = [
    Reference.read(path)
    for path in sorted(ROOT.glob("results/references/*/*.json"))
    if path.name not in ("claims.json",)
]
CHECKS = [(reference, entry) for reference in REFERENCES for entry in reference.checks]
FAR = 1e6  # beyond every tolerance


def names(pair):
    reference, entry = pair
    return f"{reference.id.rpartition('/')[2]}-{entry.name}"


def result_of(reference, entry, agree):
    """Return a result at full scale, on the data that the check asks for, that should make it agree or differ."""
    parts = (
        _curve(reference, entry, agree) if entry.against in reference.curves else _quantities(reference, entry, agree)
    )
    return dataclasses.replace(Result(**parts, **data_of(entry)), id=reference.id, scale="full")


def data_of(entry):
    """Return the fields `data` and `events` of a result that the check is asked of."""
    if entry.data in ("any", "published"):
        return {"data": "published"}
    return {"data": "simulation"} if entry.data == "simulation" else {"data": "sample", "events": entry.data}


def _curve(reference, entry, agree):
    theirs = reference.curves[entry.against]
    y = theirs.y if agree else [value + FAR for value in theirs.y]
    return {"quantities": [], "curves": [Curve(entry.of, theirs.x, y, [1e-3] * len(y), theirs.x_unit, theirs.y_unit)]}


def _quantities(reference, entry, agree):
    if entry.rule == "ordering":
        order = entry.of[::-1] if agree else entry.of  # the values rise along it
        step = 2 * entry.parameters.get("margin", 0.0) + 1.0
        return {"quantities": [Quantity(name, step * number) for number, name in enumerate(order)]}
    value, unit = _bound(reference, entry)
    if isinstance(value, bool):
        return {"quantities": [Quantity(entry.of, value if agree else not value)]}
    away = {"at_least": -FAR, "at_most": FAR}.get(entry.rule, FAR)
    return {"quantities": [Quantity(entry.of, value if agree else value + away, 1e-3, unit)]}


def _bound(reference, entry):
    if entry.against is None:
        return entry.parameters["value"], entry.parameters["unit"]
    published = reference.quantities[entry.against]
    return published.value, published.unit


@pytest.mark.parametrize("pair", CHECKS, ids=names)
def test_a_check_agrees_and_differs(pair):
    reference, entry = pair
    number = reference.checks.index(entry)
    outcomes = [check(reference, result_of(reference, entry, agree))[number].verdict for agree in (True, False)]
    # A difference that the reference explains must not start to agree.
    assert outcomes == (["differ", "explained"] if entry.explained else ["agree", "differ"])


def test_there_are_checks():
    assert len(CHECKS) > 100
