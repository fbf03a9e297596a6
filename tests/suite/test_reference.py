"""A reference file is read whole, or refused with file, field, value and what is allowed."""

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keras_hep.suite.reference import InvalidReference, Reference

WITHIN = {"of": "accuracy", "rule": "within", "atol": 0.05, "scale": "quick", "data": "any", "why": "w"}
PULL = {"of": "accuracy", "rule": "pull", "max": 3, "scale": "quick", "data": "any", "why": "w"}
CHI2 = {"of": "reach", "rule": "chi2_per_bin", "max": 3, "scale": "quick", "data": "any", "why": "w"}
BOUND = {"of": "auc", "rule": "at_least", "value": 0.9, "scale": "quick", "data": "any", "why": "w"}
EQUAL = {"of": "parameters", "rule": "equal", "scale": "quick", "data": "any", "why": "w"}
ORDER = {"of": ["a", "b"], "rule": "ordering", "scale": "quick", "data": "any", "why": "w"}


def refused(path, *parts):
    """Return the message with which reading is refused, after finding file and parts in it."""
    with pytest.raises(InvalidReference) as caught:
        Reference.read(path)
    message = str(caught.value)
    for part in (str(path), *parts):
        assert part in message
    return message


def changed(entry, **changes):
    """Return a copy without the fields that are changed to `...`."""
    return {key: value for key, value in {**entry, **changes}.items() if value is not ...}


# What is read


def test_everything_is_read(published, stored):
    path = stored(published)
    read = Reference.read(str(path))
    assert (read.id, read.title, read.path) == ("heptrkx/fig05", "Accuracy of the LSTM", path)
    assert read.source == published["source"]
    assert read.findings == published["findings"]
    assert list(read.quantities) == list(published["quantities"])
    assert read.quantities["accuracy"].value == 0.89
    assert read.quantities["accuracy"].error == 0.03
    assert read.quantities["connected"].value is True
    assert isinstance(read.quantities["parameters"].value, int)
    assert read.curves["reach"].x == (0.0, 1.0, 2.0)
    assert read.curves["exact_reach"].error is None
    (check,) = read.checks
    assert (check.name, check.of, check.against, check.rule) == ("accuracy", "accuracy", "accuracy", "within")
    assert (check.parameters, check.scale, check.data) == ({"atol": 0.05}, "quick", "any")
    assert (check.why, check.explained) == ("spread of 5 seeds", None)


def test_errors_add_in_quadrature(published, stored):
    read = Reference.read(stored(published))
    assert read.quantities["speed"].spread == pytest.approx(0.5)  # 0.3 and 0.4
    assert read.quantities["accuracy"].spread == pytest.approx(0.03)
    assert read.quantities["latency"].spread == 0
    assert read.curves["reach"].spread == pytest.approx((0.05, 0.05, 0.05))  # 0.03 and 0.04
    assert read.curves["exact_reach"].spread == (0, 0, 0)


@pytest.mark.parametrize("field", ["quantities", "curves", "findings"])
def test_parts_that_may_be_left_out(published, stored, field):
    content = changed(published, **{field: ...}, checks=[ORDER])
    assert not getattr(Reference.read(stored(content)), field)


@pytest.mark.parametrize(
    "check",
    [
        EQUAL,
        changed(EQUAL, of="connected"),
        changed(EQUAL, of="weights", against="parameters"),
        changed(EQUAL, name="another", explained={"text": "t", "evidence": "heptrkx/fig06"}),
        WITHIN,
        changed(WITHIN, atol=..., rtol=0.1),
        changed(WITHIN, rtol=0.1, data="published"),
        changed(WITHIN, of="reach", points=2),
        PULL,
        CHI2,
        changed(CHI2, points=3),
        BOUND,
        changed(BOUND, rule="at_most", unit="ms"),
        changed(BOUND, value=..., against="accuracy"),
        changed(BOUND, rule="at_most", value=..., against="accuracy"),
        ORDER,
        changed(ORDER, of=["a", "b", "c"], margin=0.1),
    ],
)
def test_checks_that_are_allowed(published, stored, check):
    (read,) = Reference.read(stored(changed(published, checks=[check]))).checks
    assert read.rule == check["rule"]


def test_defaults_of_names_and_units(published, stored):
    checks = [ORDER, BOUND, changed(BOUND, of="latency"), changed(BOUND, of="latency", name="slow", unit="s")]
    read = Reference.read(stored(changed(published, checks=checks))).checks
    assert [check.name for check in read] == ["a > b", "auc", "latency", "slow"]
    assert [check.parameters.get("unit") for check in read] == [None, "1", "ms", "s"]
    assert [check.against for check in read] == [None, None, None, None]
    assert read[0].of == ("a", "b")


# The file


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "null", '{"schema": NaN}', '{"schema": Infinity}', '{"id": 1, "id": 2}', "[" * 100_000]
)
def test_text_that_is_no_reference(stored, text):
    refused(stored(text))


def test_bytes_that_are_no_text(stored):
    path = stored("")
    path.write_bytes(b"\xff\xfe")
    refused(path, "UTF-8")


def test_field_given_twice(published, stored):
    text = json.dumps(published).replace('"latency": {', '"accuracy": {')
    refused(stored(text), "repetition of a field", "'accuracy'")


def test_absent_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        Reference.read(tmp_path / "fig05.json")


def test_id_is_the_path(published, stored):
    refused(stored(changed(published, id="heptrkx/fig06")), "id must be one of 'heptrkx/fig05', got 'heptrkx/fig06'")


@pytest.mark.parametrize("schema", [0, 2, True, 1.0, "1", None])
def test_schema_is_the_number_one(published, stored, schema):
    refused(stored(changed(published, schema=schema)), f"schema must be one of 1, got {schema!r}")


@pytest.mark.parametrize("field", ["schema", "id", "title", "source", "checks"])
def test_missing_field_of_the_file(published, stored, field):
    refused(stored(changed(published, **{field: ...})), f"field {field} must be given", "schema, id, title")


@pytest.mark.parametrize("field", ["title", "source", "quantities", "curves", "checks", "findings"])
@pytest.mark.parametrize("value", [None, 1, True, "", " "])
def test_wrong_type_of_a_field_of_the_file(published, stored, field, value):
    refused(stored(changed(published, **{field: value})), f": {field} must be", f"got {value!r}")


@pytest.mark.parametrize(
    ("where", "allowed"),
    [
        ((), "schema, id"),
        (("source",), "paper, item"),
        (("quantities", "accuracy"), "value, unit"),
        (("curves", "reach"), "x, y"),
        (("checks", 0), "of, rule"),
        (("findings", 0), "text, evidence"),
    ],
)
def test_unknown_field(published, stored, where, allowed):
    entry = published
    for key in where:
        entry = entry[key]
    entry["colour"] = "red"
    refused(stored(published), *map(str, where), "field must be one of", allowed, "'colour'")


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ({"paper": ..., "doi": "1"}, "field paper must be given"),
        ({"item": ...}, "field item must be given"),
        ({"doi": ...}, "one of doi, arxiv, url"),
        ({"doi": ""}, "doi must be a text"),
        ({"item": 5}, "item must be a text"),
    ],
)
def test_source(published, stored, source, part):
    refused(stored(changed(published, source=changed(published["source"], **source))), "source", part)


@pytest.mark.parametrize("finding", ["text", {"text": "t"}, {"evidence": "e"}, {"text": "", "evidence": "e"}])
def test_findings(published, stored, finding):
    refused(stored(changed(published, findings=[finding])), "findings[0]", "must be")


# Published values


@pytest.mark.parametrize("field", ["value", "unit", "definition", "where", "how"])
def test_missing_field_of_a_quantity(published, stored, field):
    del published["quantities"]["accuracy"][field]
    refused(stored(published), "quantities.accuracy", f"field {field} must be given")


@pytest.mark.parametrize(
    ("name", "field", "value", "allowed"),
    [
        ("accuracy", "value", "0.89", "a finite number"),
        ("accuracy", "value", None, "a finite number"),
        ("accuracy", "value", [0.89], "a finite number"),
        ("accuracy", "error", 0, "above 0"),
        ("accuracy", "error", 0.0, "above 0"),
        ("accuracy", "error", -0.1, "above 0"),
        ("accuracy", "error", True, "a finite number"),
        ("accuracy", "error", "small", "a finite number"),
        ("accuracy", "unit", "", "a text"),
        ("accuracy", "unit", 1, "a text"),
        ("accuracy", "definition", " ", "a text"),
        ("accuracy", "where", None, "a text"),
        ("accuracy", "how", "guess", "one of 'table', 'text', 'authors-file', 'exact', 'digitised'"),
        ("accuracy", "how", "digitised", "a finite number above 0 for a digitised value"),
        ("accuracy", "reading_error", 0.1, "left out unless `how` is digitised"),
        ("speed", "reading_error", 0, "above 0"),
        ("speed", "reading_error", None, "above 0"),
        ("connected", "error", 0.1, "null for a bool"),
    ],
)
def test_wrong_field_of_a_quantity(published, stored, name, field, value, allowed):
    published["quantities"][name][field] = value
    message = refused(stored(published), f"quantities.{name}", allowed)
    assert "None" in message if (field, value) == ("how", "digitised") else repr(value) in message


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400, "NaN", "-Infinity"])
@pytest.mark.parametrize("field", ["value", "error"])
def test_number_that_is_not_finite(published, stored, number, field):
    published["quantities"]["accuracy"][field] = 987654321
    refused(stored(json.dumps(published).replace("987654321", number)), "finite")


@pytest.mark.parametrize("field", ["x", "y", "x_unit", "y_unit", "definition", "where", "how"])
def test_missing_field_of_a_curve(published, stored, field):
    del published["curves"]["exact_reach"][field]
    refused(stored(published), "curves.exact_reach", f"field {field} must be given")


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("x", [], "x must be a list of at least 1 number"),
        ("x", 1, "x must be a list"),
        ("y", [1, 2], "y must be as long as x (3), got '2 values'"),
        ("y", [1, 2, None], "y[2] must be a finite number, got None"),
        ("y", [1, True, 2], "y[1] must be a finite number, got True"),
        ("x", ["0", 1, 2], "x[0] must be a finite number, got '0'"),
        ("error", [0.1], "error must be as long as x (3)"),
        ("error", [0.1, -0.1, 0.1], "error[1] must be a finite number, 0 or above, got -0.1"),
        ("error", 0.1, "error must be a list"),
        ("how", "hepdata", "how must be one of"),
        ("reading_error", 0.1, "reading_error must be left out"),
        ("y_unit", "", "y_unit must be a text"),
    ],
)
def test_wrong_field_of_a_curve(published, stored, field, value, allowed):
    published["curves"]["exact_reach"][field] = value
    refused(stored(published), "curves.exact_reach", allowed)


def test_empty_curve(published, stored):
    published["curves"]["reach"].update(x=[], y=[], error=[])
    refused(stored(published), "curves.reach.x", "at least 1 number", "[]")


def test_quantity_and_curve_of_one_name(published, stored):
    published["curves"]["accuracy"] = published["curves"].pop("reach")
    refused(stored(published), "curves.accuracy", "another name than a quantity")


# Checks


@pytest.mark.parametrize("field", ["of", "scale", "data", "why"])
def test_missing_field_of_a_check(published, stored, field):
    refused(
        stored(changed(published, checks=[changed(WITHIN, **{field: ...})])), f"checks[0]: field {field} must be given"
    )


@pytest.mark.parametrize(
    ("check", "part"),
    [
        (
            changed(WITHIN, rule=...),
            "rule must be one of 'equal', 'within', 'pull', 'at_least', 'at_most', 'ordering', 'chi2",
        ),
        (changed(WITHIN, rule="close"), "rule must be one of 'equal'"),
        (changed(WITHIN, rule=["within"]), "rule must be one of 'equal'"),
        (changed(WITHIN, scale="tiny"), "scale must be one of 'smoke', 'quick', 'full', got 'tiny'"),
        (changed(WITHIN, data="sample"), "data must be one of 'any', 'published', 'simulation' or the name of"),
        (changed(WITHIN, why=""), "why must be a text that is not empty, got ''"),
        (changed(WITHIN, why=None), "why must be a text"),
        (changed(WITHIN, name=""), "name must be a text"),
        (changed(WITHIN, of=["accuracy"]), "of must be a text"),
        (changed(WITHIN, of="auc"), "of must be published for the rule within (published are: accuracy, latency"),
        (changed(WITHIN, against="auc"), "against must be published for the rule within"),
        (changed(WITHIN, against=None), "against must be published"),
        (changed(WITHIN, against=["accuracy"]), "against must be published"),
        (changed(WITHIN, of="connected"), "of must be a published number for the rule within, got True"),
        (changed(WITHIN, atol=...), "atol or rtol above 0 for the rule within"),
        (changed(WITHIN, atol=0), "atol or rtol above 0"),
        (changed(WITHIN, atol=-0.1), "atol must be a finite number, 0 or above, got -0.1"),
        (changed(WITHIN, rtol=-0.1), "rtol must be a finite number, 0 or above, got -0.1"),
        (changed(WITHIN, atol="0.1"), "atol must be a finite number"),
        (changed(WITHIN, atol=True), "atol must be a finite number, 0 or above, got True"),
        (changed(WITHIN, atol=None), "atol must be a finite number"),
        (changed(WITHIN, max=3), "field must be one of of, rule"),
        (changed(WITHIN, points=1), "points must be left out unless a curve is compared, got 1"),
        (changed(WITHIN, of="reach", points=4), "points must be at most 3, the published points, got 4"),
        (changed(WITHIN, of="reach", points=0), "points must be an integer, 1 or above, got 0"),
        (changed(WITHIN, of="reach", points=True), "points must be an integer, 1 or above, got True"),
        (changed(WITHIN, of="reach", points=2.0), "points must be an integer, 1 or above, got 2.0"),
        (changed(PULL, max=...), "max must be given for the rule pull"),
        (changed(PULL, max=0), "max must be a finite number above 0, got 0"),
        (changed(PULL, max=-1), "max must be a finite number above 0, got -1"),
        (changed(PULL, of="reach"), "of must be published for the rule pull"),
        (changed(PULL, of="connected"), "a published number for the rule pull"),
        (changed(PULL, atol=0.1), "field must be one of"),
        (changed(CHI2, max=...), "max must be given for the rule chi2_per_bin"),
        (
            changed(CHI2, of="accuracy"),
            "of must be published for the rule chi2_per_bin (published are: reach, exact_reach)",
        ),
        (changed(EQUAL, of="reach"), "of must be published for the rule equal"),
        (changed(EQUAL, atol=0.1), "field must be one of"),
        (changed(BOUND, value=...), "exactly one of value, against for the rule at_least"),
        (changed(BOUND, against="accuracy"), "exactly one of value, against"),
        (changed(BOUND, rule="at_most", value=True), "value must be a finite number, got True"),
        (changed(BOUND, value=..., against="connected"), "a published number for the rule at_least"),
        (changed(BOUND, value=..., against="reach"), "published for the rule at_least"),
        (
            changed(BOUND, value=..., against="accuracy", unit="1"),
            "unit must be left out where `against` gives the unit",
        ),
        (changed(BOUND, unit=1), "unit must be a text"),
        (changed(ORDER, of="a"), "of must be a list"),
        (changed(ORDER, of=[]), "of must be at least 2 names for ordering, got []"),
        (changed(ORDER, of=["a"]), "of must be at least 2 names for ordering, got ['a']"),
        (changed(ORDER, of=["a", "a"]), "without repetition of a name, got 'a'"),
        (changed(ORDER, of=["a", 1]), "of[1] must be a text"),
        (changed(ORDER, margin=-1), "margin must be a finite number, 0 or above, got -1"),
        (changed(ORDER, against="accuracy"), "field must be one of"),
        (changed(WITHIN, explained="luck"), "explained must be an object, got 'luck'"),
        (changed(WITHIN, explained={"text": "t"}), "explained: field evidence must be given"),
        (changed(WITHIN, explained={"text": "t", "evidence": ""}), "explained.evidence must be a text"),
        (changed(WITHIN, explained={"text": "t", "evidence": "e", "by": "me"}), "explained: field must be one of"),
        ("accuracy", "checks[0] must be an object, got 'accuracy'"),
    ],
)
def test_checks_that_are_refused(published, stored, check, part):
    refused(stored(changed(published, checks=[check])), "checks[0]", part)


@pytest.mark.parametrize(
    ("check", "field"), [(WITHIN, "atol"), (WITHIN, "rtol"), (PULL, "max"), (BOUND, "value"), (ORDER, "margin")]
)
@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 400, "NaN", "Infinity"])
def test_tolerance_that_is_not_finite(published, stored, check, field, number):
    content = changed(published, checks=[changed(check, **{field: 987654321})])
    refused(stored(json.dumps(content).replace("987654321", number)), "finite")


def test_names_of_checks_differ(published, stored):
    refused(stored(changed(published, checks=[WITHIN, PULL])), "checks", "without repetition of a name", "'accuracy'")
    refused(stored(changed(published, checks=[WITHIN, changed(PULL, of="speed", name="accuracy")])), "'accuracy'")
    read = Reference.read(stored(changed(published, checks=[WITHIN, changed(PULL, name="accuracy_pull")])))
    assert [check.name for check in read.checks] == ["accuracy", "accuracy_pull"]


def test_curve_with_the_same_x_twice_cannot_be_checked(published, stored):
    published["curves"]["reach"]["x"] = [0, 1, 1 + 1e-9]
    Reference.read(stored(published))
    refused(stored(changed(published, checks=[CHI2])), "x of reach", "different at every point")


# Anything else


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_replaced_is_read_or_refused(published, stored, data):
    checks = [WITHIN, PULL | {"name": "p"}, CHI2, BOUND, EQUAL, ORDER]
    content = json.loads(json.dumps({**published, "checks": checks}))
    entry = content
    while isinstance(entry, dict | list) and entry:
        keys = list(entry) if isinstance(entry, dict) else range(len(entry))
        key, parent = data.draw(st.sampled_from(keys)), entry
        entry = entry[key]
        if data.draw(st.booleans()):
            break
    values = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3) | st.just([]) | st.just({})
    parent[key] = data.draw(values | st.lists(st.integers(), max_size=3))
    with contextlib.suppress(InvalidReference):
        Reference.read(stored(content))
