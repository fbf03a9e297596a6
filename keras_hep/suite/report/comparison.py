"""The table of one item: published, ours, rule, difference, verdict and why."""

from keras_hep.suite import tables
from keras_hep.suite.report.markup import breakable, chip, join, table, tag

HEADER = ("Quantity", "Published", "Ours", "Unit", "Rule", "Difference", "Verdict")
SHORT_HEADER = ("Check", "Published", "Ours", "Unit", "Rule and difference", "Verdict")
HOW = {
    "table": "table",
    "text": "text",
    "authors-file": "authors' file",
    "exact": "exact",
    "digitised": "read off a figure",
}


def comparison(entry):
    """Return the table of every check, then of the numbers that no check asks for; None if there are none."""
    rows = []
    for verdict in entry.verdicts:
        rows += _check_rows(entry, verdict)
    rows += _unchecked_rows(entry)
    return table(HEADER, rows, class_="comparison") if rows else None


def summary_of_checks(entry):
    """Return the short table of a result on genuine events: the checks asked of it and the numbers that none asks for.

    How many checks are not asked of it stands below.
    """
    asked = [verdict for verdict in entry.verdicts if verdict.verdict != "not asked"]
    checked = {name for verdict in asked for name in _names(verdict.check.of)}
    rows = [(_short_cells(entry, verdict), {}) for verdict in asked]
    for name, quantity in (entry.result.quantities if entry.result else {}).items():
        if name not in checked:
            number = tag("strong", breakable(name)), "-", our_quantity(quantity), _unit(quantity.unit), "-"
            rows.append(((*number, tag("small", "not checked")), {}))
    others = len(entry.verdicts) - len(asked)
    note = f"Checks that are asked of other events, or from a larger scale on: {others}." if others else None
    return join(
        table(SHORT_HEADER, rows, class_="comparison short") if rows else None, tag("small", note) if note else None
    )


def _short_cells(entry, verdict):
    asked = rule(verdict.check)
    told = [text for text in (verdict.difference, verdict.message) if text not in ("", asked)]
    return (
        tag("strong", breakable(verdict.check.name)),
        _published(entry, verdict),
        _ours(entry, verdict),
        _unit(verdict.unit or _published_unit(entry, verdict.check)),
        join(asked, *(tag("small", text) for text in told)),
        chip(verdict.verdict),
    )


def _names(of):
    return (of,) if isinstance(of, str) else of


def _check_rows(entry, verdict):
    """Return the row of one check and the row below it that says why."""
    check = verdict.check
    cells = (
        tag("strong", breakable(check.name)),
        _published(entry, verdict),
        _ours(entry, verdict),
        _unit(verdict.unit or _published_unit(entry, check)),
        join(rule(check), _asked(check)),
        verdict.difference or "-",
        chip(verdict.verdict),
    )
    return [(cells, {"class_": "check"}), ((_notes(entry, verdict),), {"class_": "why"})]


def _notes(entry, verdict):
    """Return what the verdict says, what is compared, where it was published and why the rule is as it is."""
    check = verdict.check
    obvious = entry.result is None or verdict.verdict == "not asked"  # it stands above the table, or beside the rule
    message = "" if obvious else verdict.message
    notes = [tag("p", message, class_="message")] if message else []
    if check.explained and verdict.verdict == "explained":
        notes.append(tag("p", "Evidence: ", evidence(check.explained["evidence"]), class_="message"))
    notes.append(tag("p", "Why this rule: ", check.why))
    published = {**entry.reference.quantities, **entry.reference.curves}.get(check.against)
    own = {**entry.result.quantities, **entry.result.curves}.get(check.of) if entry.result else None
    return join(*notes, _description(own, published))


def _description(ours, theirs):
    """Return the definition of a number or curve, and where it was published, folded; None if neither is known."""
    definition = (ours.definition if ours else "") or (theirs.definition if theirs else "")
    notes = [tag("p", "Definition: ", definition)] if definition else []
    notes += [tag("p", "Published in: ", theirs.where)] if theirs else []
    heading = "Definition and source" if theirs else "Definition"
    return tag("details", tag("summary", heading), *notes) if notes else None


def rule(check):
    """Return the rule of a check with its tolerance, in words."""
    parameters = check.parameters
    if check.rule == "within":
        return " and ".join(_tolerances(parameters)) + " of the published value"
    if check.rule in ("at_least", "at_most"):
        bound = "the published value" if check.against else tables.number(parameters["value"])
        return f"{check.rule.replace('_', ' ')} {bound}"
    if check.rule == "pull":
        return f"pull at most {parameters['max']:g}"
    if check.rule == "chi2_per_bin":
        return f"\N{GREEK SMALL LETTER CHI}\N{SUPERSCRIPT TWO} per bin at most {parameters['max']:g}"
    if check.rule == "ordering":
        margin = f", each by {parameters['margin']:g}" if parameters.get("margin") else ""
        return breakable(" > ".join(check.of) + margin)
    return "equal"


def _tolerances(parameters):
    absolute, relative = parameters.get("atol"), parameters.get("rtol")
    sign = "\N{PLUS-MINUS SIGN}"
    return ([f"{sign}{absolute:g}"] if absolute else []) + ([f"{sign}{100 * relative:g} %"] if relative else [])


def _asked(check):
    """Return the conditions of a check in small print."""
    conditions = [f"from scale {check.scale}"] if check.scale != "smoke" else ["at every scale"]
    if check.data != "any":
        conditions.append("authors' data only" if check.data == "published" else f"{check.data} only")
    return tag("small", ", ".join(conditions))


def _published(entry, verdict):
    check = verdict.check
    quantity = entry.reference.quantities.get(check.against)
    if quantity is not None:
        return published_quantity(quantity)
    curve = entry.reference.curves.get(check.against)
    if curve is None:
        return "-"
    return join(_curve(curve, verdict.theirs), _origin(curve))


def _published_unit(entry, check):
    if check.against in entry.reference.curves:
        return entry.reference.curves[check.against].y_unit
    quantity = entry.reference.quantities.get(check.against)
    return quantity.unit if quantity else check.parameters.get("unit", "")


def published_quantity(quantity):
    """Return a published number with its error, and in small print how it was obtained."""
    return join(tag("span", tables.number(quantity.value, quantity.spread or None), class_="number"), _origin(quantity))


def _origin(published):
    return tag("small", HOW[published.how])


def _ours(entry, verdict):
    """Return our number with its error and count, our curve, or the numbers of an ordering."""
    of = verdict.check.of
    if not isinstance(of, str):
        values = verdict.ours if isinstance(verdict.ours, tuple) else ()
        return join(*(_named(name, value) for name, value in zip(of, values, strict=False))) if values else "-"
    quantity = entry.result.quantities.get(of) if entry.result else None
    if quantity is not None:
        return our_quantity(quantity)
    curve = entry.result.curves.get(of) if entry.result else None
    return _curve(curve, verdict.ours) if curve is not None else "-"


def our_quantity(quantity):
    """Return one of our numbers with its error, and in small print the count behind it."""
    number = tag("span", tables.number(quantity.value, quantity.error), class_="number")
    return join(number, tag("small", f"n = {quantity.count:,}") if quantity.count is not None else None)


def _named(name, value):
    return tag("div", tag("span", tables.number(value), class_="number"), tag("small", breakable(name)))


def _curve(curve, farthest):
    """Return how long a curve is and its value at the point that is farthest off."""
    value = None if farthest is None else tag("span", tables.number(farthest), class_="number")
    text = f"{'curve of' if farthest is None else 'farthest of'} {len(curve.x)} points"
    return join(value, tag("small", text))


def _unchecked_rows(entry):
    """Return the rows of our and of published numbers that no check compares."""
    ours = entry.result.quantities if entry.result else {}
    theirs = entry.reference.quantities if entry.reference else {}
    checked = set()
    for verdict in entry.verdicts:
        checked |= set(_names(verdict.check.of))
        checked.add(verdict.check.against)
    rows = []
    for name in dict.fromkeys([*ours, *theirs]):
        if name not in checked:
            rows += _unchecked(name, ours.get(name), theirs.get(name))
    return rows


def _unchecked(name, ours, theirs):
    cells = (
        tag("strong", breakable(name)),
        published_quantity(theirs) if theirs else "-",
        our_quantity(ours) if ours else "-",
        _unit((ours or theirs).unit),
        "-",
        "-",
        tag("small", "not checked"),
    )
    description = _description(ours, theirs)
    return [(cells, {"class_": "check"}), *([((description,), {"class_": "why"})] if description else [])]


def _unit(unit):
    return "" if unit == "1" else unit


def evidence(name):
    """Return a link to an item of the page, or the text if it is none."""
    return tag("a", breakable(name), href=f"#{name}") if "/" in name and " " not in name else name
