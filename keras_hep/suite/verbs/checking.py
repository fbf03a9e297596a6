"""`keras-hep check`: verdicts from stored results, replay and acceptance of results."""

import dataclasses
import functools

from keras_hep import training
from keras_hep.suite import acceptance, catalog, event_files, record, request, runner, tables
from keras_hep.suite import reference as references
from keras_hep.suite.verbs import replaying, verdicts
from keras_hep.suite.verbs.errors import DAMAGED, DONE, FAILED, report_error, require_backend


def check(arguments):
    """Check, replay or accept the named items, or all of them."""
    root = catalog.find_root()
    if arguments.processes > 1 and not arguments.replay:
        raise request.InvalidRun(
            f"--processes is for --replay, got {arguments.processes} without it: add --replay, or leave it out."
        )
    if arguments.accept:
        if not arguments.items:
            raise acceptance.NotAcceptable("--accept needs the names of items, got none: name them, or a whole source.")
        items = request.stored_on(catalog.find(root, arguments.items), arguments.data or event_files.SIMULATION)
        return max(_accept_item(item, arguments) for item in items)
    if arguments.replay:
        require_backend()
    outcomes = _check_items(_chosen(root, arguments), arguments)
    header = ("item", "result", "verdict", "replay")[: 4 if arguments.replay else 3]
    verdicts.show_summary([row for _, row in outcomes], header)
    return max((code for code, _ in outcomes), default=DONE)


def _chosen(root, arguments):
    """Return the named items, each followed by its stored variants; with --data only what was run on these data."""
    items = catalog.find(root, arguments.items)
    if arguments.data is not None:
        return request.stored_on(items, arguments.data)
    recorded = arguments.recorded or arguments.replay
    return [entry for item in items for entry in (item, *catalog.variants(item, arguments.out, recorded))]


def _check_items(items, arguments):
    """Print the verdicts of items in their order; return the exit code and the row of the summary of each."""
    check_one = functools.partial(_check_item, arguments=arguments)
    if arguments.processes == 1:
        return [check_one(item) for item in items]
    return replaying.side_by_side(check_one, items, arguments.processes, functools.partial(_lost, arguments=arguments))


def _lost(item, error, arguments):
    return report_error(item, error), _summary_row(item, "-", "failed", "-", arguments)


def _check_item(item, arguments):
    """Print the verdicts of one item; return its exit code and its row of the summary."""
    origin, word, replayed = "-", "damaged", "-"
    try:
        reference = verdicts.read_reference(item)
        result, path = runner.stored(item, arguments.out, arguments.recorded or arguments.replay)
        origin = _origin(item, result, path)
        print(f"{item.label} ({origin}): {item.title}")
        if result is None:
            print(f"  missing: there is no result yet, `{item.command('run')}` computes it.")
            return FAILED, _summary_row(item, origin, "missing", replayed, arguments)
        entries, word, failed = verdicts.judge(reference, result)
        verdicts.show(entries, reference, result)
        if arguments.replay:
            replayed, again = _replay_item(item, result)
            failed = failed or again
    except Exception as error:  # one item's failure is reported, the others are still checked
        word = word if isinstance(error, DAMAGED) else "failed"
        return report_error(item, error), _summary_row(item, origin, word, replayed, arguments)
    print()
    return (FAILED if failed else DONE), _summary_row(item, origin, word, replayed, arguments)


def _summary_row(item, origin, word, replayed, arguments):
    return (item.label, origin, word, replayed) if arguments.replay else (item.label, origin, word)


def _origin(item, result, path):
    if result is None:
        return "no result"
    return f"{'recorded' if path == item.recorded_path else 'produced'}, {result.scale}"


def _replay_item(item, recorded):
    """Replay one item and print what differs; return the word of the summary and whether it fails.

    An item that trains without recorded weights cannot be replayed, nor one on events whose files are not at hand; its
    numbers are only checked.
    """
    if item.events:
        prefix = item.prefix or event_files.find(item.events)
        if not prefix:
            print(f"  replay: not possible, no files of {item.events} below the folder of {event_files.VARIABLE}.")
            return "no data", False
        item = dataclasses.replace(item, prefix=str(prefix))
    try:
        entries = runner.replay(item)
    except training.WeightsMissing:
        if recorded.weights:
            raise
        print("  replay: not possible, it trains and no weights are recorded.")
        return "no weights", False
    for entry in entries:
        if entry.verdict != "agree":
            shown = f"{entry.verdict}, {tables.number(entry.ours)} against {tables.number(entry.theirs)}"
            print(f"  replay of {entry.check.name}: {shown}. {entry.difference} {entry.message}".rstrip())
    word = references.summary(entries)
    print(f"  replay: {word}, {len(entries)} numbers, curves and arrays")
    return word, references.failed(entries)


def _accept_item(item, arguments):
    """Show what acceptance changes and which checks fail, then accept; return the exit code."""
    try:
        changes = acceptance.changes(item, arguments.out)
        print(f"{item.label}: {len(changes)} changes")
        if changes:
            rows = [(change.name, _shown(change.old), _shown(change.new)) for change in changes]
            print(tables.table(("what", "old", "new"), rows, wrapped=(1, 2)))
        result = record.Result.read(item.produced_path(arguments.out))
        entries, word, _ = verdicts.judge(verdicts.read_reference(item), result)
        for entry in entries:
            if entry.verdict in ("differ", "missing"):
                print(f"  {entry.check.name}: {entry.verdict}. {entry.difference} {entry.message}".rstrip())
        print(f"  checks: {word}; accepted as {acceptance.accept(item, arguments.out)}")
    except Exception as error:  # one item's failure is reported, the others are still accepted
        return report_error(item, error)
    return DONE


def _shown(value):
    return tables.number(*value) if isinstance(value, tuple) else tables.number(value)
