"""The rules that compare a result with what was published, and the verdicts that they give.

A verdict is one of `agree`, `differ`, `explained` (a difference that the reference explains), `not comparable` (only
the authors' data could decide), `missing` (the result lacks it) and `not asked` (the run is smaller than the check's
scale, or not on the events that the check names). What is no number (NaN, infinity), or stands in another unit than
the published value, never agrees, and no explanation covers it.
"""

import dataclasses
import itertools
import math

import numpy as np

from keras_hep.suite.fields import LARGEST
from keras_hep.suite.record import SCALES, Quantity

SAME_X = 1e-9  # relative distance up to which two points of curves count as the same x
SEVERITY = ("missing", "differ", "explained", "not comparable", "agree")
PARAMETERS = {
    "equal": (),
    "within": ("atol", "rtol", "points"),
    "pull": ("max",),
    "at_least": ("value", "unit"),
    "at_most": ("value", "unit"),
    "ordering": ("margin",),
    "chi2_per_bin": ("max", "points"),
}


@dataclasses.dataclass(frozen=True)
class Check:
    """One question to a result.

    Args:
        name: str. Unique within the reference.
        of: str, or tuple of str for `ordering`. Names of quantities or curves of the result.
        rule: str. One of `PARAMETERS`.
        parameters: dict. The rule's own parameters.
        scale: str. The smallest scale at which the check is asked.
        data: str. "any", "published" if only the authors' data can decide, "simulation" if it is asked of events
            simulated here only, or the name of the genuine events of which alone it is asked.
        why: str. The reason for the rule and for the width of its tolerance.
        against: str or None. Name of the published quantity or curve; None where the rule needs none.
        explained: dict or None. `text` and `evidence` of a difference that is understood.
    """

    name: str
    of: str | tuple
    rule: str
    parameters: dict
    scale: str
    data: str
    why: str
    against: str | None = None
    explained: dict | None = None


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The answer to one check.

    Args:
        check: `Check`.
        verdict: str. One of `SEVERITY`, or "not asked".
        ours: number, bool, tuple (of an ordering) or None. For curves: y at the point that is farthest off.
        theirs: number, bool or None. The published value or the bound; for curves, y at that same point.
        unit: str. Unit of `theirs` (or of `ours` where nothing was published).
        difference: str. What was found and what is allowed, for instance "+0.0031 (allowed 0.03)".
        message: str. Why, where the verdict is not plain `agree` or `differ`.
    """

    check: Check
    verdict: str
    ours: object = None
    theirs: object = None
    unit: str = ""
    difference: str = ""
    message: str = ""


def check(reference, result):
    """Compare a result with a reference.

    Args:
        reference: `Reference`.
        result: `Result`, or None if the item has not been run: then every check is `missing`.

    Returns:
        List of `Verdict`, one for each check of the reference, in its order.

    Raises:
        ValueError: if the result belongs to another item, or does not say its scale.
    """
    if result is not None and result.id not in ("", reference.id):
        raise ValueError(f"The result must be of the reference's item {reference.id!r}, got {result.id!r}.")
    if result is not None and result.scale not in SCALES:
        raise ValueError(f"The result's scale must be one of {', '.join(SCALES)}, got {result.scale!r}.")
    return [_verdict(entry, reference, result) for entry in reference.checks]


def asked_of(entry, result):
    """Return whether a `Check` is asked of the events of a result, at whatever scale."""
    return entry.data in ("any", "published", result.events or result.data)


def summary(verdicts):
    """Return the worst verdict in one word, or "not asked" if no check was asked."""
    asked = [entry.verdict for entry in verdicts if entry.verdict != "not asked"]
    return min(asked, key=SEVERITY.index, default="not asked")


def failed(verdicts):
    """Return whether any asked check differs or misses what it asks for."""
    return any(entry.verdict in ("differ", "missing") for entry in verdicts)


def _verdict(entry, reference, result):
    if result is None:
        return Verdict(entry, "missing", message="There is no result yet: run the item.")
    if not asked_of(entry, result):
        message = f"Asked of {entry.data} only, the data of this run are {result.events or result.data}."
        return Verdict(entry, "not asked", message=message)
    if SCALES.index(result.scale) < SCALES.index(entry.scale):
        return Verdict(entry, "not asked", message=f"Asked from scale {entry.scale} on, this run is {result.scale}.")
    if entry.data == "published" and result.data != "published":
        message = f"Only the authors' data can decide, this run's data is {result.data!r}."
        return Verdict(entry, "not comparable", message=message)
    if entry.rule == "ordering":
        return _ordering(entry, result)
    if entry.against in reference.curves:
        return _curve(entry, result, reference.curves[entry.against])
    if entry.against is None:
        bound = Quantity("bound", entry.parameters["value"], unit=entry.parameters["unit"])
        return _quantity(entry, result, bound)
    return _quantity(entry, result, reference.quantities[entry.against])


def _weighed(entry, agree, **shown):
    """Return the verdict of a comparison that could be made, in the light of the check's explanation."""
    if not agree:
        message = entry.explained["text"] if entry.explained else ""
        return Verdict(entry, "explained" if entry.explained else "differ", message=message, **shown)
    if entry.explained:
        message = "It agrees, yet the reference explains a difference: remove `explained` from the check."
        return Verdict(entry, "differ", message=message, **shown)
    return Verdict(entry, "agree", **shown)


def _missing(entry, name, kind, named):
    known = ", ".join(named) or "none"
    return Verdict(entry, "missing", message=f"The result has no {kind} {name!r}; it has: {known}.")


# Quantities


def _quantity(entry, result, theirs):
    ours = result.quantities.get(entry.of)
    if ours is None:
        return _missing(entry, entry.of, "quantity", result.quantities)
    shown = {"ours": ours.value, "theirs": theirs.value, "unit": theirs.unit}
    problem = _unusable(ours, theirs.unit, isinstance(theirs.value, bool))
    if entry.rule == "pull" and not problem:
        problem = _unusable_errors(ours, theirs)
    if problem:
        return Verdict(entry, "differ", message=problem, **shown)
    agree, difference = QUANTITY_RULES[entry.rule](ours, theirs, entry.parameters)
    return _weighed(entry, agree, difference=difference, **shown)


def _unusable(ours, unit, is_bool=False):
    """Return why a quantity cannot be compared with a number (or a bool) in `unit`, or an empty text."""
    if isinstance(ours.value, bool) != is_bool:
        return f"{ours.name} must be a {'bool' if is_bool else 'number'}, got {ours.value!r}."
    if not abs(ours.value) < LARGEST:
        return f"{ours.name} must be a finite number, got {ours.value!r}."
    if ours.unit != unit:
        return f"{ours.name} must be in the unit {unit!r} of what it is compared with, got {ours.unit!r}."
    return ""


def _unusable_errors(ours, theirs):
    if ours.error is not None and not 0 <= ours.error < math.inf:
        return f"{ours.name} must have a finite error for a pull, got {ours.error!r}."
    combined = math.hypot(ours.error or 0.0, theirs.spread)
    if not 0 < combined < math.inf:
        return f"A pull needs a finite error above 0 of {ours.name} or of the published value, got {combined!r}."
    return ""


def _equal(ours, theirs, parameters):
    return ours.value == theirs.value, "equal" if ours.value == theirs.value else "not equal"


def _within(ours, theirs, parameters):
    difference, allowed = ours.value - theirs.value, _allowed(theirs.value, **parameters)
    return abs(difference) <= allowed < math.inf, f"{difference:+.4g} (allowed {allowed:.4g})"


def _allowed(value, atol=0.0, rtol=0.0, points=None):
    return atol + rtol * abs(value)


def _pull(ours, theirs, parameters):
    difference, combined = ours.value - theirs.value, math.hypot(ours.error or 0.0, theirs.spread)
    pull = difference / combined
    text = f"{difference:+.4g} with error {combined:.2g}, pull {pull:+.3g} (allowed {parameters['max']:.4g})"
    return abs(pull) <= parameters["max"], text


def _at_least(ours, theirs, parameters):
    return ours.value >= theirs.value, f"{ours.value - theirs.value:+.4g} (at least {theirs.value:.6g})"


def _at_most(ours, theirs, parameters):
    return ours.value <= theirs.value, f"{ours.value - theirs.value:+.4g} (at most {theirs.value:.6g})"


QUANTITY_RULES = {"equal": _equal, "within": _within, "pull": _pull, "at_least": _at_least, "at_most": _at_most}


def _ordering(entry, result):
    for name in entry.of:
        if name not in result.quantities:
            return _missing(entry, name, "quantity", result.quantities)
    quantities = [result.quantities[name] for name in entry.of]
    shown = {"ours": tuple(quantity.value for quantity in quantities), "unit": quantities[0].unit}
    problems = [_unusable(quantity, quantities[0].unit) for quantity in quantities]
    if any(problems):
        return Verdict(entry, "differ", message=" ".join(filter(None, problems)), **shown)
    smallest = min(left - right for left, right in itertools.pairwise(shown["ours"]))
    margin = entry.parameters.get("margin", 0.0)
    difference = f"smallest step {smallest:+.4g} (must be above 0, at least {margin:.4g})"
    return _weighed(entry, smallest > 0 and smallest >= margin, difference=difference, **shown)


# Curves


def _curve(entry, result, theirs):
    ours = result.curves.get(entry.of)
    if ours is None:
        return _missing(entry, entry.of, "curve", result.curves)
    units, published = (ours.x_unit, ours.y_unit), (theirs.x_unit, theirs.y_unit)
    if units != published:
        message = f"{entry.of} must be in the units {published} (x, y) of the published curve, got {units}."
        return Verdict(entry, "differ", unit=theirs.y_unit, message=message)
    pairs = _same_x(ours.x, theirs.x)
    needed = entry.parameters.get("points", len(theirs.x))
    if len(pairs) < max(needed, 1):
        message = f"{entry.of} must have {needed} of the published points exactly once, got {len(pairs)}."
        return Verdict(entry, "missing", unit=theirs.y_unit, message=message)
    return _points(entry, ours, theirs, pairs)


def _same_x(ours, theirs):
    """Return index pairs (ours, theirs) of the published points that ours has exactly once, shape (pairs, 2)."""
    ours, theirs = np.asarray(ours, float)[:, None], np.asarray(theirs, float)[None, :]
    with np.errstate(invalid="ignore", over="ignore"):
        same = np.abs(ours - theirs) <= SAME_X * np.maximum(np.abs(ours), np.abs(theirs))
    same &= np.isfinite(ours)
    return np.argwhere(same & (same.sum(axis=0) == 1))


def _points(entry, ours, theirs, pairs):
    """Compare two curves at the given index pairs."""
    mine, other = pairs[:, 0], pairs[:, 1]
    values, published = np.asarray(ours.y)[mine], np.asarray(theirs.y)[other]
    error = np.zeros(len(mine)) if ours.error is None else np.asarray(ours.error)[mine]
    with np.errstate(all="ignore"):
        difference = values - published
        combined = np.hypot(error, np.asarray(theirs.spread)[other])
        rule = _curve_within if entry.rule == "within" else _curve_chi2
        agree, deviation, text = rule(difference, published, combined, entry.parameters)
    usable = np.isfinite(values) & ((entry.rule == "within") | (np.isfinite(combined) & (combined > 0) & (error >= 0)))
    worst = int(np.argmax(deviation if usable.all() else ~usable))
    shown = {"ours": float(values[worst]), "theirs": float(published[worst]), "unit": theirs.y_unit}
    at = f"at x = {theirs.x[other[worst]]:.6g} {theirs.x_unit}"
    if not usable.all():
        needs = "a finite value" if entry.rule == "within" else "a finite value and an error above 0 (ours or theirs)"
        message = f"{entry.of} must have {needs} at every compared point, got {values[worst]:.6g} {at}."
        return Verdict(entry, "differ", message=message, **shown)
    return _weighed(entry, bool(agree), difference=f"{text}, largest {at}", **shown)


def _curve_within(difference, published, combined, parameters):
    allowed = _allowed(published, **parameters)
    excess = np.abs(difference) - allowed
    worst = np.argmax(excess)
    text = f"{difference[worst]:+.4g} (allowed {allowed[worst]:.4g}) over {len(difference)} points"
    return np.all((np.abs(difference) <= allowed) & np.isfinite(allowed)), excess, text


def _curve_chi2(difference, published, combined, parameters):
    chi2 = (difference / combined) ** 2
    text = f"chi2 per bin {chi2.mean():.3g} (allowed {parameters['max']:.4g}) over {len(chi2)} points"
    return chi2.mean() <= parameters["max"], chi2, text
