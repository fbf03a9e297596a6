"""The command line `keras-hep`: list, run, check, figure, report, data, cite.

The parser imports nothing of the suite, so that help comes at once; a verb imports what it needs.
"""

import argparse
import contextlib
import os
import signal
import sys

import keras_hep

PROGRAM = "keras-hep"
SCALES = ("smoke", "quick", "full")
MISUSE = 2
INTERRUPTED = 130
TERMINATED = 143
ITEM_HELP = "item, such as heptrkx/fig05_lstm_prediction; a beginning of its name, a whole source, or a pattern with *"


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence."""

    def error(self, message):
        """Print the message on stderr and exit with code 2."""
        self.exit(MISUSE, f"{self.prog}: {message} (see `{self.prog} --help`)\n")


def parser():
    """Return the parser of all verbs; `verb` of what it parses is the name of a function in `keras_hep.suite.verbs`."""
    main_parser = Parser(prog=PROGRAM, description="Published deep-learning results of high-energy physics in Keras.")
    main_parser.add_argument("--version", action="version", version=f"{PROGRAM} {keras_hep.__version__}")
    verbs = main_parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser)
    _add_list(verbs)
    _add_run(verbs)
    _add_check(verbs)
    _add_figure(verbs)
    _add_report(verbs)
    _add_data(verbs)
    _add_cite(verbs)
    return main_parser


def main(arguments=None):
    """Run the command line.

    Args:
        arguments: list of str or None. None: those of the process.

    Returns:
        int. 0: done, every asked check agrees or is explained. 1: a check differs or misses its number, or something
        failed. 2: misuse. 130: interrupted.
    """
    parsed = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("MPLBACKEND", "Agg")
    try:
        with _termination_as_exit():
            return _execute(parsed)
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted, nothing half-written; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _execute(parsed):
    """Call the verb; errors of use become one sentence on stderr."""
    from keras_hep.suite import verbs

    try:
        return getattr(verbs, parsed.verb)(parsed)
    except verbs.REFUSALS as error:
        print(f"{PROGRAM}: {verbs.sentence(error)}", file=sys.stderr)
        return MISUSE


@contextlib.contextmanager
def _termination_as_exit():
    """Let a termination request (batch systems send it) unwind like an exit, so that partial files are removed."""

    def leave(number, frame):
        raise SystemExit(TERMINATED)

    try:
        before = signal.signal(signal.SIGTERM, leave)
    except ValueError:  # not the main thread: the caller has its own way to end
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _seed(text):
    """Return a seed of an option's text."""
    if not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {2**32 - 1}, got {text!r}")
    return int(text)


def _processes(text):
    """Return a number of processes of an option's text."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number above 0, got {text!r}")
    return int(text)


def _verb(verbs, name, text, function=None):
    verb = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(verb=function or name)
    return verb


def _add_items(verb, count):
    verb.add_argument("items", nargs=count, metavar="ITEM", help=ITEM_HELP + ("; default: all" if count == "*" else ""))


def _add_out(verb):
    verb.add_argument("--out", metavar="DIR", help="folder of produced results (default: results/produced)")


def _add_data_option(verb, text, default="simulation"):
    verb.add_argument("--data", metavar="NAME", default=default, help=text)


def _add_list(verbs):
    verb = _verb(verbs, "list", "every item: what it shows, data, cost per scale, last verdict", "list_items")
    _add_items(verb, "*")
    verb.add_argument("--source", metavar="SOURCE", help="only the items of this source")
    _add_out(verb)


def _add_run(verbs):
    verb = _verb(verbs, "run", "compute items, check them against what was published, draw their figures")
    _add_items(verb, "+")
    verb.add_argument("--scale", choices=SCALES, default="quick", help="size of the run (default: quick)")
    _add_data_option(
        verb,
        "run on genuine events: prefix of their files, as trackml/event000000001, or folder of calorimeter files, as "
        "clic/rec, perhaps below $KERAS_HEP_DATA (default: simulation)",
    )
    verb.add_argument("--seed", type=_seed, metavar="N", help="random seed (default: that of the script)")
    verb.add_argument(
        "--weights", metavar="recorded|FOLDER", help="train nothing: use the recorded weights, or those in a folder"
    )
    _add_out(verb)


def _add_check(verbs):
    verb = _verb(verbs, "check", "verdicts from stored results (the produced one, else the recorded one)")
    _add_items(verb, "*")
    _add_data_option(
        verb,
        "only results on these events, as event000000001 or rec, or simulation (default: all; with --accept that)",
        default=None,
    )
    verb.add_argument("--recorded", action="store_true", help="look only at the recorded results")
    modes = verb.add_mutually_exclusive_group()
    modes.add_argument(
        "--replay", action="store_true", help="also compute the recorded results again from their recorded weights"
    )
    modes.add_argument(
        "--accept", action="store_true", help="show what changes, then make the produced results the recorded ones"
    )
    verb.add_argument(
        "--processes",
        type=_processes,
        metavar="N",
        default=1,
        help="with --replay: as many items at the same time (default: 1)",
    )
    _add_out(verb)


def _add_figure(verbs):
    verb = _verb(verbs, "figure", "draw figures and displays again from stored results")
    _add_items(verb, "+")
    _add_data_option(verb, "from the result on these events, as event000000001 or rec (default: simulation)")
    _add_out(verb)


def _add_report(verbs):
    verb = _verb(verbs, "report", "write one HTML page of all items, figures, numbers and verdicts")
    _add_out(verb)


def _add_data(verbs):
    verb = _verb(verbs, "data", "build or verify a data set; prints its licence and citation")
    verb.add_argument("name", metavar="NAME", help="name of the data set: a folder of datasets/")
    verb.add_argument("--data-dir", metavar="DIR", help="folder of built data sets (default: that of TFDS)")
    verb.add_argument("--manual-dir", metavar="DIR", help="folder of your own downloads (default: that of TFDS)")


def _add_cite(verbs):
    verb = _verb(verbs, "cite", "BibTeX of the publications behind items, and of this project")
    _add_items(verb, "+")


if __name__ == "__main__":
    sys.exit(main())
