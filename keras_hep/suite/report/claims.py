"""The numeric claims of a source and what became of each."""

import dataclasses
import json
import pathlib

UNDECIDED = ("not asked", "not comparable")


class InvalidClaims(ValueError):
    """A claims file cannot be read: the message names the file and the rule."""


@dataclasses.dataclass(frozen=True)
class Claim:
    """One claim of a source with the verdicts of the checks that decide it.

    Args:
        id: str.
        text: str. What the source says.
        where: str. Place in the source.
        kind: str. "number", "ordering" or "statement".
        item: str. Id of the item that checks it, or "".
        verdict: str. The worst of `checks`, "missing" if there is nothing to decide it.
        checks: tuple of (name, verdict).
        reason: str. Why it is missing.
    """

    id: str
    text: str
    where: str
    kind: str
    item: str
    verdict: str
    checks: tuple = ()
    reason: str = ""


def read(path, entries):
    """Return the claims of one file, judged.

    Args:
        path: str or path of a `claims.json`.
        entries: dict of item id to `Entry`.

    Raises:
        InvalidClaims: if the file is not of the expected form.
    """
    path = pathlib.Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        listed = content["claims"]
        return [_judged(fields, entries) for fields in listed]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidClaims(
            f"{path.parent.name}/{path.name} must hold a list `claims` of objects with id, claim, where and kind, "
            f"got {type(error).__name__}: {error}."
        ) from error


def _judged(fields, entries):
    checks, reason = _checks(fields, entries)
    words = [verdict for _, verdict in checks if verdict != "not asked"]
    verdict = min(words, key=reference_order, default="not asked" if checks else "missing")
    return Claim(
        id=fields["id"],
        text=fields["claim"],
        where=fields["where"],
        kind=fields["kind"],
        item=fields.get("item") or "",
        verdict=verdict,
        checks=checks,
        reason=reason,
    )


def _checks(fields, entries):
    """Return the (name, verdict) of every check of a claim, and why there is none."""
    entry = entries.get(fields.get("item"))
    if fields.get("absent"):
        return (), fields["absent"]
    if entry is None:
        return (), f"There is no item {fields.get('item') or 'named'} yet."
    known = _verdicts(entry)
    names = fields.get("checks", [])
    if not names:
        return (), "No check is named for it."
    unknown = [name for name in names if name not in known]
    reason = f"{entry.id} has no check {', '.join(unknown)}." if unknown else ""
    return tuple((name, known.get(name, "missing")) for name in names), reason


def _verdicts(entry):
    """Return the verdict of every check of an item by name; of a check of certain data, that on these data if any."""
    known = {verdict.check.name: verdict.verdict for verdict in entry.verdicts}
    decided = {name: [word] for name, word in known.items() if entry.result is not None and word not in UNDECIDED}
    for verdict in (verdict for variant in entry.variants for verdict in variant.verdicts):
        if verdict.check.data != "any" and verdict.verdict not in UNDECIDED:
            decided.setdefault(verdict.check.name, []).append(verdict.verdict)
    return known | {name: min(words, key=reference_order) for name, words in decided.items()}


def reference_order(verdict):
    """Return the place of a verdict from the worst (0) on."""
    return _ORDER.index(verdict)


_ORDER = ("missing", "differ", "explained", "not comparable", "agree")
