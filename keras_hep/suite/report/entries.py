"""What the report knows of one item: its script, reference, stored result, verdicts and figure."""

import dataclasses
import pathlib

from keras_hep.suite import catalog, record, reference, runner

PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


@dataclasses.dataclass
class Entry:
    """One item as far as it can be read; what cannot is told in `problems`.

    Args:
        id: str. "source/item".
        title: str.
        card: dict of str. Fields of the recipe card.
        reference: `Reference` or None.
        result: `Result` or None.
        kind: str. "produced" or "recorded", or "" without a result.
        verdicts: list of `Verdict`.
        summary: str. The worst verdict, "not asked", "no reference" or "unreadable".
        figure: bytes of a PNG file, or None.
        problems: list of str. One sentence for each file that cannot be read.
    """

    id: str
    title: str = ""
    card: dict = dataclasses.field(default_factory=dict)
    reference: object = None
    result: object = None
    kind: str = ""
    verdicts: list = dataclasses.field(default_factory=list)
    summary: str = ""
    figure: bytes | None = None
    problems: list = dataclasses.field(default_factory=list)

    @property
    def source(self):
        """Name of the source: the first part of the id."""
        return self.id.partition("/")[0]


def read(item, out):
    """Read everything about a `catalog.Item`; `out` is the folder of produced results."""
    entry = Entry(item.id, title=item.id)
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
    drawn = [item.produced_path(out).with_suffix(".png"), path.with_suffix(".png")]
    existing = [path for path in drawn if path.is_file()]
    if not existing:
        return
    content = existing[0].read_bytes()
    if not (content.startswith(PNG_START) and content.endswith(PNG_END)):
        entry.problems.append(f"The figure {_shown(existing[0], item)} is no whole PNG file: draw it again.")
    elif entry.kind == "produced" and existing[0].stat().st_mtime < path.stat().st_mtime:
        entry.problems.append(f"The figure {_shown(existing[0], item)} is older than the result: draw it again.")
    else:
        entry.figure = content


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
