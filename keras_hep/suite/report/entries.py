"""What the report knows of one item: its script, reference, stored results, verdicts, figure and display."""

import dataclasses
import pathlib
import urllib.parse

from keras_hep.suite import catalog, record, reference, runner

PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


@dataclasses.dataclass
class Entry:
    """One item as far as it can be read; what cannot is told in `problems`.

    Args:
        id: str. "source/item".
        events: str. Name of the genuine events that the result is of, empty for the simulation.
        title: str.
        card: dict of str. Fields of the recipe card.
        reference: `Reference` or None.
        result: `Result` or None.
        kind: str. "produced" or "recorded", or "" without a result.
        verdicts: list of `Verdict`.
        summary: str. The worst verdict, "not asked", "no reference" or "unreadable".
        figure: bytes of a PNG file, or None.
        display: str. Address of the interactive display relative to the page, or empty.
        variants: list of `Entry`. The same item on genuine events.
        problems: list of str. One sentence for each file that cannot be read.
    """

    id: str
    events: str = ""
    title: str = ""
    card: dict = dataclasses.field(default_factory=dict)
    reference: object = None
    result: object = None
    kind: str = ""
    verdicts: list = dataclasses.field(default_factory=list)
    summary: str = ""
    figure: bytes | None = None
    display: str = ""
    variants: list = dataclasses.field(default_factory=list)
    problems: list = dataclasses.field(default_factory=list)

    @property
    def label(self):
        """The id, with "@" and the name of the events if the result is of genuine ones."""
        return catalog.label(self.id, self.events)

    @property
    def source(self):
        """Name of the source: the first part of the id."""
        return self.id.partition("/")[0]


def read(item, out):
    """Read everything about a `catalog.Item` and its stored variants; `out` is the folder of produced results."""
    entry = Entry(item.id, item.events, title=item.id)
    if not item.events:
        entry.variants = [read(variant, out) for variant in catalog.variants(item, out)]
    for step in (_read_script, _read_reference, _read_result, _judge):
        try:
            step(entry, item, out)
        except (catalog.InvalidScript, reference.InvalidReference, record.RecordError, OSError, ValueError) as error:
            entry.problems.append(str(error))
            entry.summary = "unreadable"
    return entry


def _read_script(entry, item, out):
    entry.title, entry.card = item.title, item.card


def _read_reference(entry, item, out):
    if item.reference_path.is_file():
        entry.reference = reference.Reference.read(item.reference_path)


def _read_result(entry, item, out):
    entry.result, path = runner.stored(item, out)
    if entry.result is None:
        return
    entry.kind = "recorded" if path == item.recorded_path else "produced"
    _read_figure(entry, item, path, [item.produced_path(out).with_suffix(".png"), path.with_suffix(".png")])
    display = item.produced_path(out).with_suffix(".html")
    if display.is_file() and _is_of_result(entry, item, path, display, "display"):
        entry.display = urllib.parse.quote(f"{item.source}/{display.name}", safe="/@")


def _read_figure(entry, item, path, drawn):
    existing = [figure for figure in drawn if figure.is_file()]
    if not existing:
        return
    content = existing[0].read_bytes()
    if not (content.startswith(PNG_START) and content.endswith(PNG_END)):
        entry.problems.append(f"The figure {_shown(existing[0], item)} is no whole PNG file: draw it again.")
    elif _is_of_result(entry, item, path, existing[0], "figure"):
        entry.figure = content


def _is_of_result(entry, item, path, drawn, what):
    """Return whether what was drawn is not older than the produced result at `path`; if it is, that is a problem."""
    if entry.kind == "produced" and drawn.stat().st_mtime < path.stat().st_mtime:
        entry.problems.append(f"The {what} {_shown(drawn, item)} is older than the result: draw it again.")
        return False
    return True


def _judge(entry, item, out):
    if entry.summary:
        return
    if entry.reference is None:
        entry.summary = "no reference"
        return
    entry.verdicts = reference.check(entry.reference, entry.result)
    entry.summary = reference.summary(entry.verdicts)


def _shown(path, item):
    """Return a path relative to the checkout where it is inside."""
    path = pathlib.Path(path)
    return path.relative_to(item.root) if path.is_relative_to(item.root) else path.name
