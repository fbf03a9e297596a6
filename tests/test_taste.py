"""The shape of the sources: names, sizes, the form of a reproduction script, and no paths of anyone's machine."""

import ast
import pathlib
import re
import subprocess

import pytest

from keras_hep.suite import catalog

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ("keras_hep", "datasets", "reproductions", "tests")
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}
FUNCTION_LINES, FILE_LINES = 60, 400
FILE_ACCESS = {"open", "print", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "savefig"}
FILE_ACCESS |= {"np.load", "json.load", "loadtxt", "save", "savez", "savez_compressed", "savetxt", "tofile", "fromfile"}
MACHINE_PATH = re.compile(r"(?<![\w.+=*-])(/(home|root|tmp|work|Users|mnt|scratch)/\w|[A-Z]:\\Users\\\w)")


def shape_faults(path):
    """Return what is wrong with name and sizes of one Python file."""
    source = path.read_text(encoding="utf-8")
    faults = [f"{path}: name the concept, not {part!r}" for part in path.with_suffix("").parts if part in NAMELESS]
    lines = len(source.splitlines())
    if lines > FILE_LINES:
        faults.append(f"{path}: {lines} lines, more than {FILE_LINES}")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES:
                faults.append(f"{path}: {node.name} has {lines} lines, more than {FUNCTION_LINES}")
    return faults


def script_faults(item):
    """Return what keeps a reproduction script (`catalog.Item`) from having the agreed form."""
    try:
        card, scales = item.card, item.scales
    except catalog.InvalidScript as error:
        return [str(error)]
    tree = ast.parse(item.path.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    faults = [f"the card has no {field}" for field in catalog.FIELDS if field != "Beyond" and not card.get(field)]
    faults += [f"SCALES has no {scale}" for scale in ("smoke", "quick", "full") if scale not in scales]
    faults += [f"no function {name}" for name in ("reproduce", "draw") if name not in functions]
    if "reproduce" in functions:
        arguments = {
            argument.arg for argument in functions["reproduce"].args.args + functions["reproduce"].args.kwonlyargs
        }
        faults += [
            f"reproduce has no argument {name}" for name in {*sum(map(list, scales.values()), ["seed"])} - arguments
        ]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            faults.append(f"line {node.lineno}: class {node.name} belongs into the library")
        if isinstance(node, ast.Call) and called(node) & FILE_ACCESS:
            faults.append(f"line {node.lineno}: {ast.unparse(node.func)}() is left to the suite")
    return [f"{item.path}: {fault}" for fault in faults]


def called(node):
    name = ast.unparse(node.func)
    return {name, name.rpartition(".")[2]}


def machine_paths(text):
    """Return the lines of `text` that hold a path of somebody's machine."""
    return [line.strip()[:160] for line in text.splitlines() if MACHINE_PATH.search(line)]


def python_files():
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def tracked_texts():
    """Yield (path, text) of every text file that git tracks; of every Python file where there is no git."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        paths = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = python_files()
    for path in paths:
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" not in content:
            yield path, content.decode(encoding="utf-8", errors="replace")


def test_files_and_functions_are_named_and_small():
    faults = [fault for path in python_files() for fault in shape_faults(path)]
    assert not faults, "\n".join(faults)


def test_every_script_has_the_agreed_form():
    faults = [fault for item in catalog.items(ROOT) for fault in script_faults(item)]
    assert not faults, "\n".join(faults)


def test_no_tracked_file_names_a_machine():
    found = [f"{path.relative_to(ROOT)}: {line}" for path, text in tracked_texts() for line in machine_paths(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("utils.py", "", "name the concept"),
        ("helpers/tracks.py", "", "name the concept"),
        ("tracks.py", "def fit():\n" + "    pass\n" * 60, "fit has 61 lines"),
        ("tracks.py", "class Fit:\n    def call(self):\n" + "        pass\n" * 60, "call has 61 lines"),
        ("tracks.py", "pass\n" * 401, "401 lines"),
    ],
)
def test_a_shapeless_file_is_reported(name, source, fault, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = pathlib.Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(source)
    (found,) = shape_faults(path)
    assert fault in found


def test_a_file_at_the_limits_is_not(tmp_path):
    path = tmp_path / "tracks.py"
    path.write_text("def fit():\n" + "    pass\n" * 59 + "pass\n" * 340)
    assert shape_faults(path) == []


SCRIPT = '''"""Figure 1: receptive field.

Source    A paper, Figure 1
Data      simulation
Cost      smoke 1 s
Expect    the field grows by two pixels
          per layer
Differs   nothing
"""

SCALES = {"smoke": {"events": 1}, "quick": {"events": 2}, "full": {"events": 3}}


def reproduce(events, seed=7):
    return events


def draw(result, reference):
    return data.load("tracks")
'''


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Expect    the field", "Wanted    the field", "the card has no Expect"),
        ("Differs   nothing\n", "", "the card has no Differs"),
        ("SCALES =", "SIZES =", "must define SCALES"),
        ('"full": {"events": 3}', "", "SCALES has no full"),
        ('{"events": 3}', '{"tracks": 3}', "reproduce has no argument tracks"),
        ("seed=7", "start=7", "reproduce has no argument seed"),
        ("def draw", "def show", "no function draw"),
        ("def reproduce", "def produce", "no function reproduce"),
        ("def draw", "class Model:\n    pass\n\n\ndef draw", "class Model belongs into the library"),
        ('return data.load("tracks")', "return open('numbers.txt')", "open() is left to the suite"),
        ('return data.load("tracks")', "return np.load('numbers.npy')", "np.load() is left to the suite"),
    ],
)
def test_a_script_of_another_form_is_reported(old, new, fault, tmp_path):
    assert old in SCRIPT
    (found,) = script_faults(script(tmp_path, SCRIPT.replace(old, new)))
    assert fault in found


def test_a_script_of_the_agreed_form_is_not(tmp_path):
    assert script_faults(script(tmp_path, SCRIPT)) == []


def script(root, source):
    item = catalog.Item("source/figure", root)
    item.path.parent.mkdir(parents=True)
    item.path.write_text(source)
    return item


@pytest.mark.parametrize("folder", ["home", "root", "tmp", "work", "Users"])
def test_a_path_of_a_machine_is_reported(folder):
    assert machine_paths(f"first\nread '/{folder}/me/data.h5'") == [f"read '/{folder}/me/data.h5'"]


@pytest.mark.parametrize("text", ["results/tmp/run", "https://example.org/home/page", "n/work/h", "a /tmp folder"])
def test_other_text_is_not(text):
    assert machine_paths(text) == []
