"""One HTML page of all items: figures, numbers, verdicts, findings and claims.

The page is one file that loads nothing else and needs no script: figures are embedded, the style follows the reader's
light or dark setting. The same stored results give the same bytes.
"""

import collections
import importlib.resources
import pathlib
import string

import keras_hep
from keras_hep import files
from keras_hep.suite import catalog, tables
from keras_hep.suite.report import claims, entries
from keras_hep.suite.report.markup import Markup, breakable, chip, join, table, tag
from keras_hep.suite.report.sections import section

ORDER = ("unreadable", "no reference", "missing", "differ", "explained", "not comparable", "not asked", "agree")


def write(root, out=None):
    """Write the report of a checkout.

    Args:
        root: str or path. The checkout.
        out: str, path or None. Folder of produced results, where the page is written too.

    Returns:
        `pathlib.Path` of the page, `<out>/report.html`.
    """
    root = pathlib.Path(root)
    found = [entries.read(item, out) for item in catalog.items(root)]
    path = catalog.output_folder(root, out) / "report.html"
    files.write_text(path, page(found, _claims(root, found)))
    return path


def page(found, claimed):
    """Return the page as text.

    Args:
        found: list of `entries.Entry`, by id.
        claimed: dict of source name to list of `claims.Claim`, or to a text that says why they cannot be read.
    """
    every = [entry for main in found for entry in (main, *main.variants)]
    template = importlib.resources.files("keras_hep.suite").joinpath("report.html").read_text(encoding="utf-8")
    return string.Template(template).substitute(
        version=tag("span", keras_hep.__version__),
        contents=_contents(every, claimed),
        summary=_summary(every),
        index=_index(every) if every else tag("p", "There are no items yet.", class_="absent"),
        items=join(*(_source_section(source, group) for source, group in _by_source(found).items())),
        claims=join(*(_claims_section(source, listed) for source, listed in claimed.items())),
    )


def _claims(root, found):
    """Return the claims of every source that has a claims file."""
    known, claimed = {entry.id: entry for entry in found}, {}
    for path in sorted((root / "results" / "references").glob("*/claims.json")):
        try:
            claimed[path.parent.name] = claims.read(path, known)
        except claims.InvalidClaims as error:
            claimed[path.parent.name] = str(error)
    return claimed


def _by_source(found):
    groups = {}
    for entry in found:
        groups.setdefault(entry.source, []).append(entry)
    return groups


def _contents(found, claimed):
    """Return the links of the table of contents."""
    lists = [
        tag("li", tag("a", source, href=f"#{source}"), tag("ul", *(_content(entry) for entry in group)))
        for source, group in _by_source(found).items()
    ]
    lists += [tag("li", tag("a", f"Claims of {source}", href=f"#claims-{source}")) for source in claimed]
    return tag("ul", *lists)


def _content(entry):
    name = entry.label.partition("/")[2]
    dot = tag("span", "", class_=f"dot {entry.summary.replace(' ', '-')}", title=entry.summary)
    return tag("li", tag("a", dot, breakable(name), href=f"#{entry.label}"))


def _summary(found):
    """Return how many items have which verdict, the worst first."""
    counts = collections.Counter(entry.summary for entry in found)
    return join(*(tag("li", f"{counts[word]} ", chip(word)) for word in ORDER if counts[word]))


def _index(found):
    header = ("Item", "What it shows", "Scale", "Verdict", "Checks that agree", "Time")
    return table(header, [(_index_cells(entry), {"data_verdict": entry.summary}) for entry in found], class_="index")


def _index_cells(entry):
    asked = [verdict.verdict for verdict in entry.verdicts if verdict.verdict != "not asked"]
    return (
        tag("a", breakable(entry.label), href=f"#{entry.label}"),
        f"the same on genuine events {entry.events}" if entry.events else entry.title,
        entry.result.scale if entry.result else "-",
        chip(entry.summary),
        f"{asked.count('agree')} of {len(asked)}" if asked else "-",
        _time(entry.result.provenance if entry.result else {}),
    )


def _time(provenance):
    """Return how long the run took, and the training behind it where that was done before."""
    seconds, training = provenance.get("seconds"), provenance.get("training_seconds", 0.0)
    if not isinstance(seconds, (int, float)):
        return "-"
    earlier = isinstance(training, (int, float)) and training > seconds
    return tables.duration(seconds) + (f" + {tables.duration(training)} training" if earlier else "")


def _source_section(source, group):
    return join(tag("h2", source, id=source), *(section(entry) for entry in group))


def _claims_section(source, listed):
    heading = tag("h2", f"Claims of {source}", id=f"claims-{source}")
    if isinstance(listed, str):
        return join(heading, tag("p", listed, class_="problem"))
    counts = collections.Counter(claim.verdict for claim in listed)
    tally = join(*(tag("li", f"{counts[word]} ", chip(word)) for word in ORDER if counts[word]))
    header = ("Claim", "Where", "Kind", "Item", "Checks", "Verdict")
    rows = [(_claim_cells(claim), {"data_verdict": claim.verdict}) for claim in listed]
    return join(heading, tag("ul", tally, class_="tally"), table(header, rows, class_="claims"))


def _claim_cells(claim):
    checks = join(*(tag("div", breakable(name), " ", chip(verdict)) for name, verdict in claim.checks))
    return (
        claim.text,
        claim.where,
        claim.kind,
        tag("a", breakable(claim.item), href=f"#{claim.item}") if claim.item else "-",
        join(checks, tag("small", claim.reason) if claim.reason else None)
        if claim.checks or claim.reason
        else Markup("-"),
        chip(claim.verdict),
    )
