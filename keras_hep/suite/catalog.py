"""Finds the items of the suite in the folder tree and reads their recipe cards, without importing any script.

The tree is the registry: `reproductions/<source>/<item>.py` is the item `<source>/<item>`, what was published stands in
`results/references/<source>/<item>.json`, and our accepted run in `results/recorded/<source>/<item>.json`. A run of the
same script on genuine events stands beside it, as `<item>@<events>.json`.
"""

import ast
import dataclasses
import difflib
import fnmatch
import functools
import glob
import importlib.util
import os
import pathlib
import re

from keras_hep.suite import record

ROOT_VARIABLE = "KERAS_HEP_ROOT"
FIELDS = ("Source", "Data", "Cost", "Expect", "Differs", "Beyond")


class NoRoot(FileNotFoundError):
    """There is no checkout with `reproductions/` and `results/` to work in."""


class UnknownItem(LookupError):
    """A name stands for no item, or for several: the message lists the near matches."""


class InvalidScript(ValueError):
    """A reproduction script has no readable recipe card or SCALES: the message names file and rule."""


@dataclasses.dataclass(frozen=True)
class Item:
    """One figure, table or claim of a source, and where its files are. The script is read when first asked for.

    Args:
        id: str. "source/item".
        root: `pathlib.Path`. The checkout.
        events: str. Name of the genuine events it is run on, such as "event000000001"; empty for the simulation.
        prefix: str. Where the files of these events are, empty if they were not looked for.
    """

    id: str
    root: pathlib.Path
    events: str = ""
    prefix: str = dataclasses.field(default="", compare=False)

    @property
    def source(self):
        """Name of the source: the folder."""
        return self.id.partition("/")[0]

    @property
    def name(self):
        """Name within the source: the file name without its suffix."""
        return self.id.partition("/")[2]

    @property
    def label(self):
        """The id, with "@" and the name of the events if it is run on genuine ones."""
        return label(self.id, self.events)

    @property
    def path(self):
        """Path of the script."""
        return self.root / "reproductions" / f"{self.id}.py"

    @property
    def reference_path(self):
        """Path of what was published."""
        return self.root / "results" / "references" / f"{self.id}.json"

    @property
    def recorded_path(self):
        """Path of our accepted run."""
        return self.root / "results" / "recorded" / f"{self.label}.json"

    def produced_path(self, out=None):
        """Path of the last run, in the output folder `out` (str or path, default `results/produced`)."""
        return output_folder(self.root, out) / f"{self.label}.json"

    def command(self, verb):
        """Return what a user types for a verb of the command line on this item."""
        folder = ".../" if verb == "run" else ""  # which only the user knows
        return f"keras-hep {verb} {self.id}" + (f" --data {folder}{self.events}" if self.events else "")

    @property
    def title(self):
        """First line of the script's docstring."""
        return self._script[0]

    @property
    def card(self):
        """Recipe card: dict of field name (`FIELDS`) to text on one line."""
        return self._script[1]

    @property
    def scales(self):
        """Dict of scale name to the keyword arguments of `reproduce`."""
        return self._script[2]

    @property
    def takes_data(self):
        """Whether `reproduce` has the parameter `data`, so that it can be run on genuine events."""
        return self._script[3]

    @functools.cached_property
    def _script(self):
        try:
            tree = ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))
        except (SyntaxError, UnicodeDecodeError) as error:
            raise InvalidScript(f"{self.path} must be readable Python, got {error}: correct the file.") from error
        title, card = read_card(ast.get_docstring(tree) or "", self.path)
        return title, card, _scales(tree, self.path), "data" in _parameters(tree)


def label(identifier, events):
    """Return the id of an item and the name of the events ("" for none) as one text."""
    return f"{identifier}@{events}" if events else identifier


def find_root(start=None):
    """Return the checkout to work in.

    Looked for in this order: the environment variable KERAS_HEP_ROOT, the folder beside the installed package, the
    working folder and its parents. With `start` only that folder and its parents are looked at.

    Args:
        start: str, path or None.

    Raises:
        NoRoot: if none of them holds both `reproductions/` and `results/`.
    """
    named = os.environ.get(ROOT_VARIABLE)
    if start is None and named:
        folders, where = [pathlib.Path(named)], f"{ROOT_VARIABLE}={named}"
    else:
        first = pathlib.Path(start or ".").resolve()
        folders, where = [first, *first.parents], f"{first} and the folders above it"
        if start is None:
            folders.insert(0, pathlib.Path(__file__).resolve().parents[2])
    for folder in folders:
        if (folder / "reproductions").is_dir() and (folder / "results").is_dir():
            return folder.resolve()
    raise NoRoot(
        f"A folder with reproductions/ and results/ is needed, found none in {where}: "
        f"go to a checkout of keras_hep, or set {ROOT_VARIABLE} to one."
    )


def output_folder(root, out=None):
    """Return the folder of produced results: `out`, or `results/produced` of the checkout."""
    return pathlib.Path(root) / "results" / "produced" if out is None else pathlib.Path(out).absolute()


def items(root):
    """Return all items (list of `Item`, sorted by id) of the checkout `root`."""
    root = pathlib.Path(root)
    scripts = (root / "reproductions").glob("*/*.py")
    return [Item(f"{path.parent.name}/{path.stem}", root) for path in sorted(scripts) if not path.stem.startswith("_")]


def variants(item, out=None, recorded=False):
    """Return the item on every genuine events of which a result is stored, sorted by their names.

    Args:
        item: `Item` on the simulation.
        out: str, path or None. Output folder.
        recorded: bool. Look only at the recorded results.
    """
    paths = [item.recorded_path] if recorded else [item.produced_path(out), item.recorded_path]
    names = {
        stored.stem.partition("@")[2]
        for path in paths
        for stored in path.parent.glob(f"{glob.escape(item.name)}@*.json")
    }
    return [dataclasses.replace(item, events=name) for name in sorted(names) if record.EVENTS.fullmatch(name)]


def find(root, names=()):
    """Return the items that `names` stand for, each once, in the order of the names.

    A name is an id, a whole source, a glob pattern, the path of a script, or a beginning or end of an id or file name
    that only one item has ("fig05", "heptrkx/fig05").

    Args:
        root: str or path. The checkout.
        names: iterable of str. Empty: all items.

    Raises:
        UnknownItem: if a name matches no item, or is a beginning or end of several.
    """
    known = items(root)
    chosen = [item for name in names for item in _matching(known, name)] if names else known
    return list(dict.fromkeys(chosen))


def load(item):
    """Import the script of `item` by its path and return the module.

    Raises:
        InvalidScript: if it has no function `reproduce`.
    """
    specification = importlib.util.spec_from_file_location(item.id.replace("/", "."), item.path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    if not callable(getattr(module, "reproduce", None)):
        raise InvalidScript(f"{item.path} must define reproduce(...), found none: add the function.")
    return module


def read_card(docstring, name="script"):
    """Split a recipe card into its title and fields.

    Args:
        docstring: str. Its first line is the title; a field starts at the margin with one of `FIELDS`, and its further
            lines are indented.
        name: str or path. How error messages call the script.

    Returns:
        Title (str) and dict of field to text.

    Raises:
        InvalidScript: if the title is missing or a field stands twice.
    """
    title, *lines = docstring.strip().splitlines() or [""]
    if not title:
        raise InvalidScript(f"{name} must begin with a docstring whose first line is the title, found none: add it.")
    card, field = {}, None
    for line in lines:
        start = re.match(rf"({'|'.join(FIELDS)})(?:\s+|$)", line)
        if start:
            field = start[1]
            if field in card:
                raise InvalidScript(f"{name} must have each field of its card once, got {field} twice: join them.")
            card[field] = line[start.end() :].strip()
        elif field and line.startswith(" "):
            card[field] = f"{card[field]} {line.strip()}".strip()
        elif line.strip():
            field = None
    return title.rstrip("."), card


def suggestion(name, known):
    """Return " did you mean ...?" for the entries of `known` near `name`, or an empty text."""
    endings = {entry.rpartition("/")[2]: entry for entry in known}
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    near += [endings[ending] for ending in difflib.get_close_matches(name, list(endings), n=3, cutoff=0.5)]
    near += [entry for entry in known if name and name in entry][:3]
    near = list(dict.fromkeys(near))[:4]
    return f" did you mean {' or '.join(near)}?" if near else ""


def _matching(known, name):
    """Return the items of `known` that one name stands for."""
    plain = re.sub(r"\.py$", "", re.sub(r"^(.*/)?reproductions/", "", name)).rstrip("/")
    for matches in (
        [item for item in known if item.id == plain],
        [item for item in known if item.source == plain],
        [item for item in known if any(sign in plain for sign in "*?[") and fnmatch.fnmatchcase(item.id, plain)],
    ):
        if matches:
            return matches
    matches = [item for item in known if _begins_or_ends(item, plain)]
    if len(matches) > 1:
        found = ", ".join(item.id for item in matches)
        raise UnknownItem(f"{name!r} must stand for one item, got {found}: write one of them, or a pattern with *.")
    if not matches:
        hint = suggestion(plain, [item.id for item in known] + sorted({item.source for item in known}))
        raise UnknownItem(f"No item is called {name!r}:{hint} (`keras-hep list` shows all).")
    return matches


def _begins_or_ends(item, part):
    """Whether `part` begins or ends the id or the file name of `item`, without cutting a number in two."""
    number_cut = re.compile(rf"{re.escape(part)}(?!(?<=\d)\d)")
    begins = any(number_cut.match(text) for text in (item.id, item.name))
    return bool(part) and (begins or item.id.endswith((f"/{part}", f"_{part}")))


def _parameters(tree):
    """Return the names of the parameters of `reproduce` in a parsed script."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "reproduce":
            return [parameter.arg for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return []


def _scales(tree, name):
    """Return the literal SCALES of a parsed script."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "SCALES" for target in targets):
            try:
                scales = ast.literal_eval(node.value)
            except ValueError as error:
                raise InvalidScript(f"SCALES of {name} must be literals, got {ast.unparse(node.value)}.") from error
            if isinstance(scales, dict) and all(isinstance(arguments, dict) for arguments in scales.values()):
                return scales
            raise InvalidScript(f"SCALES of {name} must be a dict of dicts, got {scales!r}: name arguments per scale.")
    raise InvalidScript(f"{name} must define SCALES, a dict of scale to arguments of reproduce, found none: add it.")
