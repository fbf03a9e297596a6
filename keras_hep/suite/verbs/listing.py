"""`keras-hep list` and `keras-hep cite`: what there is, and whose work it is."""

import re

from keras_hep.suite import catalog, citation, runner, tables
from keras_hep.suite.verbs import verdicts
from keras_hep.suite.verbs.errors import DAMAGED, DONE, FAILED, complain, sentence

HEADER = ("item", "shows", "data", "cost", "last verdict")


def list_items(arguments):
    """Print the table of all items, of the named ones, or of those of one source, each with its stored variants."""
    root = catalog.find_root()
    chosen = catalog.find(root, arguments.items)
    if arguments.source is not None:
        sources = sorted({item.source for item in catalog.items(root)})
        if arguments.source not in sources:
            hint = catalog.suggestion(arguments.source, sources)
            allowed = ", ".join(sources)
            raise catalog.UnknownItem(f"No source is called {arguments.source!r}:{hint} the sources are {allowed}.")
        chosen = [item for item in chosen if item.source == arguments.source]
    rows, problems = [], []
    for item in chosen:
        try:
            rows.append((item.id, *_short_card(item), _verdict(item, arguments)))
            for variant in catalog.variants(item, arguments.out):
                rows.append((variant.label, "the same", "genuine events", "", _verdict(variant, arguments)))
        except catalog.InvalidScript as error:
            problems.append(sentence(error))
    print(tables.table(HEADER, rows, wrapped=(1, 2, 3)) if rows else "There are no items yet.")
    for problem in problems:
        complain(problem)
    return FAILED if problems else DONE


def _short_card(item):
    """Return what an item shows, its data and its cost, without what the id, or the card itself, says already."""
    data = item.card.get("Data", "")
    kind = re.split(r"[,;.]", data)[0]
    simulated = ", simulated here" if "simulated here" in data.lower() else ""
    cost = re.sub(r"\s*\([^)]*\)", "", item.card.get("Cost", ""))
    return item.title.split(": ", 1)[-1], kind + simulated, cost


def _verdict(item, arguments):
    """Return the verdict on the last stored result of an item, with its scale."""
    try:
        result, _ = runner.stored(item, arguments.out)
        if result is None:
            return "-"
        return f"{verdicts.judge(verdicts.read_reference(item), result)[1]}, {result.scale}"
    except DAMAGED:
        return "damaged"


def cite(arguments):
    """Print the BibTeX of the publications behind the named items, each once, and of this project."""
    root = catalog.find_root()
    sources = dict.fromkeys(item.source for item in catalog.find(root, arguments.items))
    absent = [source for source in sources if not citation.path(root, source).is_file()]
    entries = [citation.publication(root, source) for source in sources if source not in absent]
    print("\n".join([*entries, citation.project()]))
    for source in absent:
        complain(f"The publications of {source} have no BibTeX yet: add {citation.path(root, source)}.")
    return FAILED if absent else DONE
