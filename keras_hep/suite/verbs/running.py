"""`keras-hep run`: compute, check, draw."""

import dataclasses
import traceback

from keras_hep.suite import catalog, request, runner, storage, tables
from keras_hep.suite.verbs import verdicts
from keras_hep.suite.verbs.errors import DONE, FAILED, complain, missing_package, report_error, require_backend


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How the run of one item ended: the word of the summary, and the exit code that it asks for."""

    item: catalog.Item
    verdict: str
    code: int


def run(arguments):
    """Run every named item and return the worst exit code; an item that fails does not stop the others."""
    root = catalog.find_root()
    chosen = [request.on_events(item, arguments.data) for item in catalog.find(root, arguments.items)]
    require_backend()
    outcomes = []
    for position, item in enumerate(chosen, start=1):
        outcomes.append(_run_item(item, arguments, f"[{position}/{len(chosen)}]"))
    verdicts.show_summary([(outcome.item.label, arguments.scale, outcome.verdict) for outcome in outcomes])
    return max(outcome.code for outcome in outcomes)


def _run_item(item, arguments, position):
    try:
        print(f"{position} {item.label}, scale {arguments.scale}: {item.title}", flush=True)
        print(f"      cost: {item.card.get('Cost', 'not measured yet')}", flush=True)
        request.require_offered(item, arguments.scale)
        reference = verdicts.read_reference(item)
        with storage.alone(item, arguments.out):
            result = runner.run(item, arguments.scale, arguments.seed, arguments.weights, arguments.out)
            entries, word, failed = verdicts.judge(reference, result)
            verdicts.show(entries, reference, result)
            if arguments.seed is not None and result.provenance["seed"] is None:
                print("      --seed was not used: the script takes none.")
            seconds = tables.duration(result.provenance["seconds"])
            print(f"      {word} ({seconds}); result: {item.produced_path(arguments.out)}", flush=True)
            figure_code = show(item, result, reference, arguments.out)
    except Exception as error:  # one item's failure is reported, the others still run
        return Outcome(item, "failed", report_error(item, error))
    return Outcome(item, word, max(figure_code, FAILED if failed else DONE))


def show(item, result, reference, out):
    """Draw the figure of an item and write its interactive display, say where they are, and return the exit code.

    A bug in either does not lose the numbers; a package that they need and that is missing is no failure.
    """
    figure = _shown(item, "figure", "draw", lambda: runner.draw(item, result, reference, out), " and .pdf")
    return max(figure, _shown(item, "display", "explore", lambda: runner.explore(item, result, out)))


def _shown(item, what, function, make, more=""):
    try:
        path = make()
    except storage.CannotStore:
        raise
    except Exception as error:  # the result is stored; it can be shown again
        package = missing_package(error)
        if package:
            complain(f"{item.label}: no {what}. {package}")
            return DONE
        traceback.print_exception(error)
        complain(
            f"{item.label}: {function}() failed with {type(error).__name__}; `{item.command('figure')}` repeats it."
        )
        return FAILED
    if path is not None:
        print(f"      {what}: {path}{more}", flush=True)
    return DONE
