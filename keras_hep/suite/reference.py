"""What was published: numbers and curves with their place in the source, and the checks that a result must pass.

References are JSON files written by people, so reading one is strict: whatever is missing, unknown, duplicated or of
the wrong type is an error that names the file, the field, the value and what is allowed.
"""

import dataclasses
import itertools
import math
import pathlib
import re

from keras_hep.suite import fields
from keras_hep.suite.fields import InvalidReference
from keras_hep.suite.record import EVENTS, SCALES
from keras_hep.suite.replay import replay
from keras_hep.suite.rules import PARAMETERS, SAME_X, Check, Verdict, asked_of, check, failed, summary

__all__ = ["Check", "InvalidReference", "Published", "PublishedCurve", "Reference", "Verdict"]
__all__ += ["asked_of", "check", "failed", "replay", "summary"]

SCHEMA = 1
HOW = ("table", "text", "authors-file", "exact", "digitised")
DATA = ("any", "published", "simulation")
REQUIRED = ("schema", "id", "title", "source", "checks")
OPTIONAL = ("quantities", "curves", "findings")
LINKS = ("doi", "arxiv", "url")


@dataclasses.dataclass(frozen=True)
class Published:
    """One published number.

    Args:
        name: str. Identifier within the reference.
        value: float, int or bool.
        unit: str. "1" for a pure number.
        definition: str. What is divided by what, over which events.
        where: str. Place in the source.
        how: str. One of `HOW`.
        error: float or None. One standard deviation as published.
        reading_error: float or None. Uncertainty of reading the value off a figure, if digitised.
    """

    name: str
    value: float
    unit: str
    definition: str
    where: str
    how: str
    error: float | None = None
    reading_error: float | None = None

    @property
    def spread(self):
        """Published and reading error in quadrature, 0 if there is none."""
        return math.hypot(self.error or 0.0, self.reading_error or 0.0)


@dataclasses.dataclass(frozen=True)
class PublishedCurve:
    """One published curve: `y` (with `error`) at `x`.

    Args:
        name: str. Identifier within the reference.
        x: tuple of float, shape (points,).
        y: tuple of float, shape (points,).
        x_unit: str.
        y_unit: str.
        definition: str. What x and y are.
        where: str. Place in the source.
        how: str. One of `HOW`.
        error: tuple of float, shape (points,), or None. One standard deviation of `y` as published.
        reading_error: float or None. Uncertainty of reading `y` off a figure, if digitised.
    """

    name: str
    x: tuple
    y: tuple
    x_unit: str
    y_unit: str
    definition: str
    where: str
    how: str
    error: tuple | None = None
    reading_error: float | None = None

    @property
    def spread(self):
        """Published and reading error of every point in quadrature, shape (points,), 0 where there is none."""
        return tuple(math.hypot(error, self.reading_error or 0.0) for error in self.error or (0.0,) * len(self.x))


@dataclasses.dataclass(frozen=True)
class Reference:
    """Everything that is known about one published figure or table.

    Args:
        id: str. "source/item", the path of the file without its ending.
        title: str.
        source: dict of str. `paper`, `item`, one of `doi`, `arxiv`, `url` or more; perhaps `where`, `licence`, `note`.
        quantities: dict of str to `Published`.
        curves: dict of str to `PublishedCurve`.
        checks: list of `Check`.
        findings: list of dict with `text` and `evidence` (the id of an item).
        path: `pathlib.Path` of the file.
    """

    id: str
    title: str
    source: dict
    quantities: dict
    curves: dict
    checks: list
    findings: list
    path: pathlib.Path

    @classmethod
    def read(cls, path):
        """Read and validate a reference file.

        Args:
            path: str or path, `<source>/<item>.json`.

        Raises:
            FileNotFoundError: if there is none.
            InvalidReference: if anything in the file is missing, unknown, duplicated or of the wrong type.
        """
        path = pathlib.Path(path)
        content = fields.require_fields(fields.parsed(path), str(path), REQUIRED, OPTIONAL)
        fields.as_one_of(content["schema"], f"{path}: schema", (SCHEMA,))
        fields.as_one_of(content["id"], f"{path}: id", ("/".join(path.absolute().with_suffix("").parts[-2:]),))
        quantities = fields.named(content.get("quantities", {}), f"{path}: quantities", _published)
        curves = fields.named(content.get("curves", {}), f"{path}: curves", _published_curve)
        for name in quantities.keys() & curves.keys():
            raise fields.invalid(f"{path}: curves.{name}", "another name than a quantity", name)
        checks = [
            _check(entry, f"{path}: checks[{index}]", quantities, curves)
            for index, entry in enumerate(fields.as_list(content["checks"], f"{path}: checks"))
        ]
        fields.require_different([entry.name for entry in checks], f"{path}: checks", "a name (give another in `name`)")
        findings = fields.as_list(content.get("findings", []), f"{path}: findings")
        return cls(
            id=content["id"],
            title=fields.as_text(content["title"], f"{path}: title"),
            source=_source(content["source"], f"{path}: source"),
            quantities=quantities,
            curves=curves,
            checks=checks,
            findings=[_statement(entry, f"{path}: findings[{index}]") for index, entry in enumerate(findings)],
            path=path,
        )


# Published values


def _published(name, entry, where):
    fields.require_fields(entry, where, ("value", "unit", "definition", "where", "how"), ("error", "reading_error"))
    if not isinstance(entry["value"], bool):
        fields.as_number(entry["value"], f"{where}.value")
    error = entry.get("error")
    if error is not None:
        fields.as_positive(error, f"{where}.error", " (null if none is known)")
        if isinstance(entry["value"], bool):
            raise fields.invalid(f"{where}.error", "null for a bool", error)
    described = _described(entry, where, ("unit", "definition", "where"))
    return Published(name=name, value=entry["value"], error=error, **described)


def _published_curve(name, entry, where):
    texts = ("x_unit", "y_unit", "definition", "where")
    fields.require_fields(entry, where, ("x", "y", "how", *texts), ("error", "reading_error"))
    values = {field: fields.as_numbers(entry[field], f"{where}.{field}") for field in ("x", "y")}
    if entry.get("error") is not None:
        values["error"] = fields.as_numbers(entry["error"], f"{where}.error", fields.as_not_negative)
    for field, numbers in values.items():
        if len(numbers) != len(values["x"]):
            raise fields.invalid(f"{where}.{field}", f"as long as x ({len(values['x'])})", f"{len(numbers)} values")
    return PublishedCurve(name=name, **values, **_described(entry, where, texts))


def _described(entry, where, texts):
    """Return the fields that quantities and curves share."""
    how = fields.as_one_of(entry["how"], f"{where}.how", HOW)
    reading_error = entry.get("reading_error")
    if how == "digitised":
        fields.as_positive(reading_error, f"{where}.reading_error", " for a digitised value")
    elif reading_error is not None:
        raise fields.invalid(f"{where}.reading_error", "left out unless `how` is digitised", reading_error)
    described = {name: fields.as_text(entry[name], f"{where}.{name}") for name in texts}
    return {"how": how, "reading_error": reading_error, **described}


def _source(entry, where):
    fields.require_fields(entry, where, ("paper", "item"), ("where", "licence", "note", *LINKS))
    if not set(LINKS) & entry.keys():
        raise fields.invalid(where, f"linked by one of {', '.join(LINKS)}", ", ".join(entry))
    return {name: fields.as_text(value, f"{where}.{name}") for name, value in entry.items()}


def _statement(entry, where):
    fields.require_fields(entry, where, ("text", "evidence"))
    return {name: fields.as_text(value, f"{where}.{name}") for name, value in entry.items()}


# Checks


def _check(entry, where, quantities, curves):
    rule = fields.as_one_of(fields.as_object(entry, where).get("rule"), f"{where}.rule", tuple(PARAMETERS))
    optional = ("name", "explained", *PARAMETERS[rule]) + (() if rule == "ordering" else ("against",))
    fields.require_fields(entry, where, ("of", "rule", "scale", "data", "why"), optional)
    of = _own_names(entry["of"], f"{where}.of") if rule == "ordering" else fields.as_text(entry["of"], f"{where}.of")
    default = " > ".join(of) if rule == "ordering" else of
    against = _against(entry, where, rule, quantities, curves)
    explained = entry.get("explained")
    return Check(
        name=fields.as_text(entry.get("name", default), f"{where}.name"),
        of=of,
        rule=rule,
        parameters=_parameters(entry, where, rule, quantities.get(of), curves.get(against)),
        scale=fields.as_one_of(entry["scale"], f"{where}.scale", SCALES),
        data=_data(entry["data"], f"{where}.data"),
        why=fields.as_text(entry["why"], f"{where}.why"),
        against=against,
        explained=None if explained is None else _statement(explained, f"{where}.explained"),
    )


def _data(value, where):
    """Return of which data a check is asked; names of events have a digit, so that a misspelt word is none."""
    if value not in DATA and not (isinstance(value, str) and EVENTS.fullmatch(value) and re.search(r"\d", value)):
        allowed = f"one of {', '.join(map(repr, DATA))} or the name of genuine events, with their number"
        raise fields.invalid(where, allowed, value)
    return value


def _own_names(names, where):
    names = tuple(fields.as_text(name, f"{where}[{index}]") for index, name in enumerate(fields.as_list(names, where)))
    if len(names) < 2:
        raise fields.invalid(where, "at least 2 names for ordering", list(names))
    fields.require_different(names, where, "a name")
    return names


def _against(entry, where, rule, quantities, curves):
    """Return the name of the published quantity or curve of a check, or None where the rule needs none."""
    if rule == "ordering":
        return None
    if rule in ("at_least", "at_most"):
        if ("value" in entry) == ("against" in entry):
            raise fields.invalid(where, f"given exactly one of value, against for the rule {rule}", list(entry))
        if "value" in entry:
            return None
    published = {"chi2_per_bin": curves, "within": quantities | curves}.get(rule, quantities)
    field = "against" if "against" in entry else "of"
    if entry[field] not in tuple(published):
        allowed = f"published for the rule {rule} (published are: {', '.join(published) or 'none'})"
        raise fields.invalid(f"{where}.{field}", allowed, entry[field])
    name = entry[field]
    if rule != "equal" and isinstance(getattr(published[name], "value", None), bool):
        raise fields.invalid(f"{where}.{field}", f"a published number for the rule {rule}", published[name].value)
    if name in curves:
        _require_distinct_x(curves[name].x, f"{where}.{field}: x of {name}")
    return name


def _require_distinct_x(values, where):
    ordered = sorted(values)
    for left, right in itertools.pairwise(ordered):
        if right - left <= 2 * SAME_X * max(abs(left), abs(right)):
            raise fields.invalid(where, "different at every point for a check", right)


def _parameters(entry, where, rule, quantity, curve):
    """Return the rule's parameters; a bound without a unit has the unit of the published quantity, or "1"."""
    parameters = {name: entry[name] for name in PARAMETERS[rule] if name in entry}
    for name, value in parameters.items():
        _PARAMETER[name](value, f"{where}.{name}")
    if "max" in PARAMETERS[rule] and "max" not in parameters:
        raise fields.invalid(f"{where}.max", f"given for the rule {rule}", list(entry))
    if rule == "within" and not (parameters.get("atol") or parameters.get("rtol")):
        raise fields.invalid(where, "given atol or rtol above 0 for the rule within", parameters)
    if "value" in parameters:
        parameters.setdefault("unit", quantity.unit if quantity else "1")
    elif "unit" in parameters:
        raise fields.invalid(f"{where}.unit", "left out where `against` gives the unit", parameters["unit"])
    if "points" in parameters and (curve is None or parameters["points"] > len(curve.x)):
        most = f"at most {len(curve.x)}, the published points" if curve else "left out unless a curve is compared"
        raise fields.invalid(f"{where}.points", most, parameters["points"])
    return parameters


_PARAMETER = {
    "atol": fields.as_not_negative,
    "rtol": fields.as_not_negative,
    "margin": fields.as_not_negative,
    "max": fields.as_positive,
    "value": fields.as_number,
    "unit": fields.as_text,
    "points": fields.as_count,
}
