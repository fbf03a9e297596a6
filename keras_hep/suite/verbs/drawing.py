"""`keras-hep figure` and `keras-hep report`: pictures and page from stored results, without computing again."""

from keras_hep.suite import catalog, runner, storage
from keras_hep.suite.verbs import running, verdicts
from keras_hep.suite.verbs.errors import FAILED, complain, missing_package, report_error


def figure(arguments):
    """Draw the figures of the named items again and return the worst exit code."""
    return max(_draw_item(item, arguments) for item in catalog.find(catalog.find_root(), arguments.items))


def _draw_item(item, arguments):
    try:
        result, path = runner.stored(item, arguments.out)
        if result is None:
            complain(f"{item.id} has no stored result to draw: `keras-hep run {item.id}` computes it.")
            return FAILED
        print(f"{item.id}: from {path}", flush=True)
        reference = verdicts.read_reference(item)
        storage.require_writable(item.produced_path(arguments.out).parent)
        return running.draw(item, result, reference, arguments.out)
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
