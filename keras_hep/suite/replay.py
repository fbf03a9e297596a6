"""Replay: stored weights must give again the numbers, curves and arrays that were recorded with them."""

import math

import numpy as np

from keras_hep.suite.record import GENUINE
from keras_hep.suite.rules import Check, Verdict

RTOL = 1e-5
# With the default `rtol`, a tenth of a standard error, and a thousandth of the size of an error itself: rounding may
# move a quantile, or a decision (one of ten thousand is a tenth of the error of a fraction near 0.99), and no
# statistical error is known better than that.
OF_ERROR, OF_SIZE_OF_ERROR = 10_000, 100
WHY = "The same weights on the same events give the same numbers up to rounding, on every backend."


def replay(recorded, again, rtol=RTOL):
    """Compare two results of the same weights.

    Numbers agree within `rtol` of their magnitude, or within a small share of their standard error (`OF_ERROR` times
    `rtol`) where that is more. Entries of a curve or an array agree within `rtol` of their own magnitude plus a tenth
    of `rtol` of the largest one, so that rounding of values near zero is no difference, or within the same share of
    their error; errors agree within `OF_SIZE_OF_ERROR` times `rtol`. NaN and infinities must be at the same places.
    Bools, integers, shapes, dtypes, units and the numbers of points are equal. A quantity that is no finite number
    never agrees. Measured times are not compared. Of genuine events no arrays are recorded: those that only one of the
    results has are left out.

    Args:
        recorded: `Result`.
        again: `Result` of the same item, scale and data.
        rtol: float. Above 0.

    Returns:
        List of `Verdict` ("agree", "differ", "missing") for every quantity, curve and array of either result.

    Raises:
        ValueError: if the results are not of the same item, scale and data, or `rtol` is not positive and finite.
    """
    if not 0 < rtol < math.inf:
        raise ValueError(f"rtol must be a finite number above 0, got {rtol!r}.")
    for field in ("id", "scale", "data", "events"):
        pair = getattr(recorded, field), getattr(again, field)
        if all(pair) and pair[0] != pair[1]:
            raise ValueError(f"A replay compares results of the same {field}, got {pair[0]!r} and {pair[1]!r}.")
    verdicts = []
    for kind, compare in (("quantities", _quantity), ("curves", _curve), ("arrays", _array)):
        old, new = getattr(recorded, kind), getattr(again, kind)
        names = [*old, *(name for name in new if name not in old)]
        if kind == "arrays" and recorded.data in GENUINE:
            names = [name for name in old if name in new]
        for name in names:
            verdicts.append(_verdict(kind, name, old.get(name), new.get(name), compare, rtol))
    return verdicts


def _verdict(kind, name, old, new, compare, rtol):
    check = Check(f"{kind}: {name}", name, "within", {"rtol": rtol}, "smoke", "any", WHY, name)
    if old is None or new is None:
        return Verdict(check, "missing", message=f"Only the {'replay' if old is None else 'record'} has {name!r}.")
    if kind != "arrays" and old.timed and new.timed:
        return Verdict(check, "agree", difference="a measured time, not compared")
    agree, shown = compare(old, new, rtol)
    return Verdict(check, "agree" if agree else "differ", **shown)


def _quantity(old, new, rtol):
    shown = {"ours": new.value, "theirs": old.value, "unit": old.unit}
    if (old.unit, old.count) != (new.unit, new.count):
        message = f"Unit and count must be {old.unit!r}, {old.count}, got {new.unit!r}, {new.count}."
        return False, {"message": message, **shown}
    if type(old.value) is not type(new.value) or not isinstance(old.value, float):
        same = type(old.value) is type(new.value) and old.value == new.value
        return same, {"difference": "equal" if same else "not equal", **shown}
    error = old.error if old.error is not None and math.isfinite(old.error) else 0.0
    difference, allowed = new.value - old.value, rtol * max(abs(old.value), OF_ERROR * error)
    shown["difference"] = f"{difference:+.3g} (allowed {allowed:.3g})"
    if not abs(difference) <= allowed < math.inf:
        return False, shown
    same = _same_error(old.error, new.error, rtol)
    return same, shown if same else {"message": f"The error must be {old.error}, got {new.error}.", **shown}


def _same_error(old, new, rtol):
    if old is None or new is None:
        return old is new
    return bool(_close(np.float64(old), np.float64(new), OF_SIZE_OF_ERROR * rtol)[0])


def _curve(old, new, rtol):
    shown = {"unit": old.y_unit}
    units, length = (old.x_unit, old.y_unit), len(old.x)
    if (units, length, old.error is None) != ((new.x_unit, new.y_unit), len(new.x), new.error is None):
        found = (new.x_unit, new.y_unit), len(new.x), new.error is not None
        message = f"Units, points and errors must be {(units, length, old.error is not None)}, got {found}."
        return False, {"message": message, **shown}
    results = [
        (field, *_close(np.asarray(getattr(old, field)), np.asarray(getattr(new, field)), tolerance, spread))
        for field, tolerance, spread in [
            ("x", rtol, 0.0),
            ("y", rtol, old.error),
            ("error", OF_SIZE_OF_ERROR * rtol, 0.0),
        ]
        if getattr(old, field) is not None
    ]
    text = ", ".join(f"{field} {difference:.3g}" for field, _, difference in results)
    return all(agree for _, agree, _ in results), {"difference": f"largest of {length} points: {text}", **shown}


def _array(old, new, rtol):
    if (old.shape, old.dtype) != (new.shape, new.dtype):
        return False, {"message": f"Shape and dtype must be {old.shape}, {old.dtype}, got {new.shape}, {new.dtype}."}
    if old.dtype.kind in "biu":
        different = int(np.sum(old != new))
        return different == 0, {"difference": f"{different} of {old.size} entries differ"}
    agree, difference = _close(old.astype(np.float64), new.astype(np.float64), rtol)
    return agree, {"difference": f"largest of {old.size} entries: {difference:.3g}"}


def _close(old, new, rtol, spread=None):
    """Return whether two float arrays of one shape agree, and their largest finite difference.

    `spread`: standard errors of the old entries, or None.
    """
    finite = np.isfinite(old) & np.isfinite(new)
    if not np.array_equal(old[~finite], new[~finite], equal_nan=True):
        return False, math.inf
    spread = np.broadcast_to(0.0 if spread is None else np.asarray(spread, float), old.shape)[finite]
    old, new = old[finite], new[finite]
    if not old.size:
        return True, 0.0
    magnitude = np.abs(old)
    with np.errstate(over="ignore"):
        by_error = OF_ERROR * np.where(np.isfinite(spread), spread, 0.0)
        difference, allowed = np.abs(new - old), rtol * np.maximum(magnitude + 0.1 * magnitude.max(), by_error)
    return bool(np.all((difference <= allowed) & np.isfinite(allowed))), float(difference.max())
