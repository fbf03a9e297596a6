"""Who may import what: the sources are read, not imported, so that no framework is needed to hold the boundaries."""

import ast
import dataclasses
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True)
class Boundary:
    """What the modules below one name may import beside the standard library.

    `anywhere` and `in_functions` name libraries, `own` parts of the package ("" is the root itself, "*" all of it).
    """

    anywhere: set = frozenset()
    in_functions: set = frozenset()
    own: set = frozenset({""})


NETWORK_PARTS = {"", "layers", "models", "losses", "optimizers"}
ARRAY_PARTS = {"", "files", "simulation", "tracking", "calorimetry", "metrics", "graphs", "formats"}
CHECK_PARTS = {"", "files", "suite.record", "suite.reference", "suite.rules", "suite.fields", "suite.replay"}
FRAMEWORKS = {"keras", "tensorflow", "jax", "torch"}
networks = Boundary(anywhere={"keras", "numpy"}, own=NETWORK_PARTS)
arrays = Boundary(
    anywhere={"numpy", "scipy", "pandas"}, in_functions={"sklearn", "xgboost", "networkx", "igraph"}, own=ARRAY_PARTS
)
checks = Boundary(anywhere={"numpy"}, own=CHECK_PARTS)

# The longest name that fits a module decides.
BOUNDARIES = {
    "keras_hep": Boundary(),
    "keras_hep.__main__": Boundary(own={"suite.cli"}),
    "keras_hep.files": Boundary(),
    "keras_hep.layers": networks,
    "keras_hep.models": networks,
    "keras_hep.losses": networks,
    "keras_hep.embedding_losses": networks,
    "keras_hep.shower_objectives": Boundary(anywhere={"keras"}, own={"layers"}),
    "keras_hep.optimizers": networks,
    "keras_hep.simulation": arrays,
    "keras_hep.simulation.shower_production": dataclasses.replace(arrays, in_functions={"apache_beam"}),
    "keras_hep.tracking": arrays,
    "keras_hep.calorimetry": arrays,
    "keras_hep.calorimetry.classifier_tuning": dataclasses.replace(arrays, in_functions={"skopt"}),
    "keras_hep.metrics": arrays,
    "keras_hep.graphs": arrays,
    "keras_hep.graphs.tfgnn": Boundary(
        anywhere={"numpy"}, in_functions={"tensorflow", "tensorflow_gnn"}, own=ARRAY_PARTS
    ),
    "keras_hep.graphs.tfgnn_twin": Boundary(anywhere={"numpy"}, own=ARRAY_PARTS),
    "keras_hep.formats": dataclasses.replace(arrays, anywhere=arrays.anywhere | {"h5py"}),
    "keras_hep.event_batches": Boundary(anywhere={"numpy"}, in_functions={"keras"}),
    "keras_hep.checkpoint": Boundary(anywhere={"numpy"}, own={"files"}),
    "keras_hep.training_metrics": Boundary(anywhere={"keras"}),
    "keras_hep.training": Boundary(
        anywhere={"keras", "numpy", "h5py"},
        in_functions=FRAMEWORKS,
        own=NETWORK_PARTS
        | {"files", "checkpoint", "event_batches", "training", "weights"}
        | {"training_steps", "training_store", "training_watch"},
    ),
    "keras_hep.adversarial_training": Boundary(
        anywhere={"numpy"},
        in_functions={"keras"},
        own={"", "files", "checkpoint", "adversarial_steps", "shower_generation", "training", "training_store"}
        | {"calorimetry", "metrics"},
    ),
    "keras_hep.adversarial_steps": Boundary(
        anywhere={"numpy", "keras"}, own={"gradient_steps", "shower_generation", "layers"}
    ),
    "keras_hep.shower_generation": Boundary(
        anywhere={"numpy"}, own={"", "training", "models", "layers", "calorimetry", "metrics"}
    ),
    "keras_hep.likelihood_terms": Boundary(anywhere={"keras"}),
    "keras_hep.shower_portions": Boundary(anywhere={"numpy"}, own={"", "models", "calorimetry"}),
    "keras_hep.shower_sampling": Boundary(anywhere={"numpy"}, own={"", "models", "calorimetry", "shower_portions"}),
    "keras_hep.gradient_steps": Boundary(in_functions={"keras", "tensorflow", "jax"}),
    "keras_hep.training_steps": Boundary(anywhere={"numpy"}, in_functions={"keras", "tensorflow"}),
    "keras_hep.training_store": Boundary(in_functions={"keras"}, own={"files"}),
    "keras_hep.training_watch": Boundary(own={"checkpoint", "event_batches", "training_steps"}),
    "keras_hep.weights": Boundary(anywhere={"keras", "numpy", "h5py"}, own=NETWORK_PARTS | {"files", "weights"}),
    "keras_hep.data": Boundary(
        anywhere={"numpy"}, in_functions={"tensorflow_datasets", "array_record"}, own={"", "files"}
    ),
    "keras_hep.shower_data": Boundary(anywhere={"numpy"}, own={"", "data", "calorimetry"}),
    "keras_hep.displays": Boundary(anywhere={"numpy"}, in_functions={"plotly"}, own=ARRAY_PARTS | {"displays"}),
    "keras_hep.suite": Boundary(anywhere={"numpy"}, in_functions=FRAMEWORKS, own={"*"}),
    "keras_hep.suite.record": checks,
    "keras_hep.suite.reference": checks,
    "keras_hep.suite.rules": checks,
    "keras_hep.suite.fields": checks,
    "keras_hep.suite.replay": checks,
    "keras_hep.suite.trial_engines": Boundary(in_functions={"dask", "distributed"}, own={"suite", "training_store"}),
    "keras_hep.suite.cli": Boundary(own={"*"}),
    "keras_hep.suite.catalog": Boundary(own={"", "files", "suite"}),
    "keras_hep.suite.figures": Boundary(
        anywhere={"numpy"}, in_functions={"matplotlib", "mpl_toolkits", "mplhep"}, own={"", "files", "suite"}
    ),
    "reproductions": Boundary(anywhere={"keras", "numpy", "scipy"}, own={"*"}),
    "datasets": Boundary(
        anywhere={"numpy", "tensorflow_datasets"}, own={"", "files", "simulation", "formats", "graphs", "calorimetry"}
    ),
    "datasets.clic_calorimeter.dummy_files": Boundary(anywhere={"h5py"}, own={"formats", "simulation"}),
}


def imports(source):
    """Yield (line, imported name, inside a function) of every import in `source`, by statement or by function."""
    nodes = [(ast.parse(source), False)]
    while nodes:
        node, in_function = nodes.pop()
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, in_function) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{base}.{alias.name}", in_function) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            names = [argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)]
            yield from ((node.lineno, name, in_function) for name in names)
        in_function = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        nodes += [(child, in_function) for child in ast.iter_child_nodes(node)]


def boundary_of(module):
    """Return the boundary with the longest name that `module` (dotted) lies below."""
    return BOUNDARIES[max((name for name in BOUNDARIES if below(module, name)), key=len)]


def below(module, name):
    return module == name or module.startswith(name + ".")


def violations(module, source):
    """Return one line per import of `module` (dotted name) that its boundary does not allow."""
    found = []
    for line, name, in_function in imports(source):
        complaint = _complaint(boundary_of(module), module, name, in_function)
        if complaint:
            found.append(f"{module}, line {line}: {complaint}")
    return found


def _complaint(boundary, module, name, in_function):
    library, _, rest = name.partition(".")
    if name.startswith("."):
        return f"{name} is a relative import; name the module from keras_hep on"
    if library == "keras_hep":
        parts = {"*", ""} & boundary.own
        allowed = "*" in parts or (not rest and "" in parts) or rest.startswith("__")
        allowed = allowed or any(below(rest, part) for part in boundary.own if part)
        return None if allowed else f"{module} must not import {name}"
    if library in sys.stdlib_module_names or library in boundary.anywhere:
        return None
    if library in boundary.in_functions:
        return None if in_function else f"{library} is imported only inside the function that needs it"
    return f"{module} must not import {library}"


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def test_the_project_keeps_its_boundaries():
    found = []
    for module, path in sources("keras_hep", "reproductions", "datasets"):
        if not path.name.endswith("_test.py"):
            found += violations(module, path.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


def test_every_part_of_the_package_has_a_boundary():
    for module, _ in sources("keras_hep"):
        part = ".".join(module.split(".")[:2])
        assert part in BOUNDARIES, f"{part} is new: give it a boundary"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("keras_hep", "import keras"),
        ("keras_hep.files", "import numpy"),
        ("keras_hep.layers.plane_encoder", "import tensorflow as tf"),
        ("keras_hep.layers.plane_encoder", "def call(self):\n    import tensorflow"),
        ("keras_hep.models.track_finder", "from keras_hep import simulation"),
        ("keras_hep.models.track_finder", "from keras_hep.suite.record import Result"),
        ("keras_hep.losses", "from jax import numpy"),
        ("keras_hep.simulation.plane_detector", "import keras"),
        ("keras_hep.simulation.plane_detector", "from keras_hep.layers import PlaneEncoder"),
        ("keras_hep.simulation.plane_detector", "from . import helix"),
        ("keras_hep.metrics.clustering", "import sklearn.cluster"),
        ("keras_hep.metrics.clustering", "from keras_hep.suite import record"),
        ("keras_hep.graphs.graph", "def exchange():\n    import tensorflow_gnn"),
        ("keras_hep.training", "from keras_hep import suite"),
        ("keras_hep.data", "import tensorflow_datasets as tfds"),
        ("keras_hep.suite.runner", "def run():\n    import tensorflow_datasets"),
        ("keras_hep.suite.runner", "import keras"),
        ("keras_hep.suite.report", "def draw():\n    from matplotlib import pyplot"),
        ("keras_hep.suite.figures.page", "import matplotlib"),
        ("keras_hep.suite.reference", "from keras_hep.suite import runner"),
        ("keras_hep.suite.reference", "def check():\n    import keras"),
        ("keras_hep.suite.cli", "import numpy as np"),
        ("keras_hep.suite.catalog", "from reproductions.heptrkx import fig05_lstm_prediction"),
        ("keras_hep.suite.catalog", "import importlib\nimportlib.import_module('reproductions')"),
        ("keras_hep.data", "def build():\n    from datasets.heptrkx_toy import Builder"),
        ("reproductions.heptrkx.fig05", "import tensorflow as tf"),
        ("reproductions.heptrkx.fig05", "def draw(result, reference):\n    import matplotlib"),
        ("datasets.heptrkx_toy.builder", "from keras_hep.suite import figures"),
    ],
)
def test_an_import_across_a_boundary_is_reported(module, source):
    (complaint,) = violations(module, source)
    assert complaint.startswith(f"{module}, line {len(source.splitlines())}: ")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("keras_hep", "import pathlib"),
        ("keras_hep.layers.plane_encoder", "import keras\nfrom keras import ops\nfrom keras_hep.layers.a import b"),
        ("keras_hep.metrics.clustering", "import numpy as np\ndef louvain(graph):\n    import networkx"),
        ("keras_hep.graphs.tfgnn", "def exchange():\n    import tensorflow_gnn"),
        ("keras_hep.data", "from keras_hep import files\ndef load():\n    import tensorflow_datasets as tfds"),
        ("keras_hep.suite.figures.page", "def style():\n    import mplhep"),
        ("keras_hep.suite.reference", "import numpy as np\nfrom keras_hep.suite import record"),
        ("keras_hep.suite.runner", "from keras_hep.suite import figures\ndef version():\n    import keras"),
        ("keras_hep.suite.provenance", "import keras_hep"),
        ("reproductions.heptrkx.fig05", "from keras_hep import models, training\nfrom keras_hep.suite import figures"),
        ("datasets.heptrkx_toy.builder", "import tensorflow_datasets as tfds\nfrom keras_hep import simulation"),
    ],
)
def test_an_import_within_the_boundary_is_not(module, source):
    assert violations(module, source) == []


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("keras_hep", FRAMEWORKS | {"numpy", "matplotlib", "tensorflow_datasets"}),
        ("keras_hep.suite.cli", FRAMEWORKS | {"numpy", "matplotlib", "tensorflow_datasets"}),
        ("keras_hep.suite.reference", FRAMEWORKS | {"scipy", "matplotlib", "tensorflow_datasets"}),
        ("keras_hep.suite.figures", FRAMEWORKS | {"matplotlib", "mplhep", "tensorflow_datasets"}),
        ("keras_hep.simulation", FRAMEWORKS | {"matplotlib", "tensorflow_datasets"}),
        ("keras_hep.data", FRAMEWORKS | {"matplotlib", "tensorflow_datasets"}),
    ],
)
def test_importing_loads_nothing_heavy(module, unwanted):
    assert loaded_by(module) & unwanted == set()


def test_what_an_import_loads_is_seen():
    assert "numpy" in loaded_by("keras_hep.suite.record")


def loaded_by(module):
    """Return the top-level names in `sys.modules` of a new Python after `import module`."""
    program = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return set(finished.stdout.split())
