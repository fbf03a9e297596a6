"""Verdicts on a terminal: one table per item, and a last table of all items."""

from keras_hep.suite import reference as references
from keras_hep.suite import tables

HEADER = ("quantity", "ours", "published", "unit", "difference and rule", "verdict")
BOUNDS = {"at_least": "at least", "at_most": "at most"}
NO_REFERENCE = "no reference"


def read_reference(item):
    """Return the reference of an item, or None if nobody has written one."""
    try:
        return references.Reference.read(item.reference_path)
    except FileNotFoundError:
        return None


def judge(reference, result):
    """Return verdicts, their summary in a word, and whether the item fails.

    An item without a reference fails: nothing would ever be checked.
    """
    if reference is None:
        return [], NO_REFERENCE, True
    verdicts = references.check(reference, result)
    return verdicts, references.summary(verdicts), references.failed(verdicts)


def show(verdicts, reference, result):
    """Print the table of one item: its checks, the numbers that no check asks for, and what needs explaining."""
    rows = [_row(entry, reference, result) for entry in verdicts]
    asked = {name for entry in verdicts for name in ([entry.check.of] if isinstance(entry.check.of, str) else [])}
    for name, quantity in (result.quantities if result is not None else {}).items():
        if name not in asked:
            published = reference.quantities.get(name) if reference else None
            theirs = _published(published) if published else "-"
            rows.append((name, tables.number(quantity.value, quantity.error), theirs, _unit(quantity.unit), "", "-"))
    if rows:
        print(tables.table(HEADER, rows, wrapped=(0, 1, 2, 4)))
    for entry in verdicts:
        if entry.verdict in ("differ", "missing", "explained"):
            reason = "" if entry.verdict == "explained" else f"The rule: {entry.check.why}"
            print(" ".join(filter(None, [f"  {entry.check.name}: {entry.verdict}.", entry.message, reason])))


def show_summary(rows, header=("item", "scale", "verdict")):
    """Print the last table, of all items, unless there was only one."""
    if len(rows) > 1:
        print()
        print(tables.table(header, rows))


def _row(entry, reference, result):
    check = entry.check
    quantity = result.quantities.get(check.of) if result is not None and isinstance(check.of, str) else None
    if quantity is not None:
        ours = tables.number(quantity.value, quantity.error)
    elif isinstance(entry.ours, tuple):
        ours = ", ".join(tables.number(value) for value in entry.ours)
    else:
        ours = tables.number(entry.ours)
    difference = entry.difference or check.rule
    return check.name, ours, _theirs(entry, reference), _unit(entry.unit), difference, _verdict(entry, result)


def _theirs(entry, reference):
    published = reference.quantities.get(entry.check.against) if reference else None
    theirs = _published(published) if published else tables.number(entry.theirs)
    if entry.check.rule in BOUNDS and entry.check.against is None:
        return f"{BOUNDS[entry.check.rule]} {tables.number(entry.check.parameters['value'])}"
    return theirs


def _published(published):
    return tables.number(published.value, published.error)


def _unit(unit):
    return "" if unit == "1" else unit


def _verdict(entry, result):
    if entry.verdict != "not asked":
        return entry.verdict
    if not references.asked_of(entry.check, result):
        return f"asked of {entry.check.data} only"
    return f"not asked below {entry.check.scale}"
