"""Strict reading of JSON files that people write: every field is given, known, of its type and in its range.

Each function returns the value it is given, or raises `InvalidReference`. `where` names file and field in the message.
"""

import json

LARGEST = 1e300  # numbers beyond it, of which differences could overflow, count as infinite


class InvalidReference(ValueError):
    """A reference file cannot be used: the message names file, field, value and what is allowed."""


def invalid(where, allowed, value):
    """Return the error that says what must stand at `where` and what does, long values cut."""
    found = repr(value)
    found = found if len(found) <= 200 else f"{found[:200]}..."
    return InvalidReference(f"{where} must be {allowed}, got {found}.")


def parsed(path):
    """Read strict JSON: no NaN, no infinity, no field twice in one object."""
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidReference(f"{path}: file must be UTF-8 text in strict JSON, got an error: {error}.") from error


def _without_duplicates(pairs):
    require_different([name for name, _ in pairs], "object", "a field")
    return dict(pairs)


def _no_constant(name):
    raise ValueError(f"numbers must be finite, got {name}")


def require_different(names, where, what):
    """Require that no name stands twice."""
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise invalid(where, f"without repetition of {what}", ", ".join(repeated))


def as_object(value, where):
    """Require a JSON object."""
    if not isinstance(value, dict):
        raise invalid(where, "an object", value)
    return value


def require_fields(entry, where, required, optional=()):
    """Require an object with all the required fields and none but these and the optional ones."""
    for name in as_object(entry, where):
        if name not in (*required, *optional):
            raise invalid(f"{where}: field", f"one of {', '.join((*required, *optional))}", name)
    for name in required:
        if name not in entry:
            raise invalid(f"{where}: field {name}", f"given (required are {', '.join(required)})", list(entry))
    return entry


def named(entries, where, read):
    """Read every entry of an object with `read(name, entry, where)`."""
    entries = as_object(entries, where).items()
    return {as_text(name, where): read(name, entry, f"{where}.{name}") for name, entry in entries}


def as_list(value, where):
    """Require a list, which may be empty."""
    if not isinstance(value, list):
        raise invalid(where, "a list", value)
    return value


def as_text(value, where):
    """Require a text with more than white space."""
    if not isinstance(value, str) or not value.strip():
        raise invalid(where, "a text that is not empty", value)
    return value


def as_one_of(value, where, allowed):
    """Require one of the allowed values; `True` is not 1."""
    if not any(value == entry and type(value) is type(entry) for entry in allowed):
        raise invalid(where, f"one of {', '.join(map(repr, allowed))}", value)
    return value


def as_number(value, where, allowed="a finite number"):
    """Require a finite number; a bool is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < LARGEST:
        raise invalid(where, allowed, value)
    return value


def as_positive(value, where, remark=""):
    """Require a finite number above 0."""
    allowed = f"a finite number above 0{remark}"
    if as_number(value, where, allowed) <= 0:
        raise invalid(where, allowed, value)
    return value


def as_not_negative(value, where):
    """Require a finite number, 0 or above."""
    allowed = "a finite number, 0 or above"
    if as_number(value, where, allowed) < 0:
        raise invalid(where, allowed, value)
    return value


def as_count(value, where):
    """Require an integer, 1 or above."""
    if type(value) is not int or value < 1:
        raise invalid(where, "an integer, 1 or above", value)
    return value


def as_numbers(values, where, read=as_number):
    """Require a list of at least one number, each accepted by `read`; return a tuple of float."""
    if not as_list(values, where):
        raise invalid(where, "a list of at least 1 number", values)
    return tuple(float(read(value, f"{where}[{index}]")) for index, value in enumerate(values))
