"""`keras-hep figure` and `keras-hep report`: pictures and page from stored results, without computing again."""

from keras_hep.suite import acceptance, catalog, request, runner, storage
from keras_hep.suite.verbs import running, verdicts
from keras_hep.suite.verbs.errors import FAILED, complain, missing_package, report_error


def figure(arguments):
    """Draw the figures of the named items again and return the worst exit code."""
    items = catalog.find(catalog.find_root(), arguments.items)
    return max(_draw_item(item, arguments) for item in request.stored_on(items, arguments.data))


def _draw_item(item, arguments):
    try:
        result, path = runner.stored(item, arguments.out)
        if result is None:
            complain(f"{item.label} has no stored result to draw: `{item.command('run')}` computes it.")
            return FAILED
        if acceptance.LEFT_OUT in result.provenance:
            absent = ", ".join(result.provenance[acceptance.LEFT_OUT])
            complain(
                f"{item.label}: arrays of genuine events are not recorded ({absent}): "
                f"`{item.command('run')}` computes and draws them from the event files."
            )
            return FAILED
        print(f"{item.label}: from {path}", flush=True)
        reference = verdicts.read_reference(item)
        storage.require_writable(item.produced_path(arguments.out).parent)
        return running.show(item, result, reference, arguments.out)
    except Exception as error:  # one item's failure is reported, the others are still drawn
        return report_error(item, error)


def report(arguments):
    """Write the HTML page and return the exit code."""
    root = catalog.find_root()
    out = catalog.output_folder(root, arguments.out)
    storage.require_writable(out)
    try:
        from keras_hep.suite import report as page
    except ImportError as error:
        complain(missing_package(error) or str(error))
        return FAILED
    print(f"report: {page.write(root, out)}")
    return 0
