"""Reference files and a small project for the tests of the suite."""

import copy
import json
import textwrap

import pytest

from keras_hep.suite import catalog
from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.suite.reference import Reference, check

PUBLISHED = {
    "schema": 1,
    "id": "heptrkx/fig05",
    "title": "Accuracy of the LSTM",
    "source": {"paper": "heptrkx", "item": "Figure 5", "where": "Section 5", "doi": "10.1051/epjconf/201715000003"},
    "quantities": {
        "accuracy": {"value": 0.89, "error": 0.03, "unit": "1", "definition": "d", "where": "Section 5", "how": "text"},
        "latency": {"value": 12, "error": None, "unit": "ms", "definition": "d", "where": "Table 1", "how": "table"},
        "parameters": {"value": 1234, "unit": "1", "definition": "d", "where": "Section 4", "how": "exact"},
        "connected": {"value": True, "unit": "1", "definition": "d", "where": "Section 4", "how": "authors-file"},
        "speed": {
            "value": 2.0,
            "error": 0.3,
            "reading_error": 0.4,
            "unit": "1",
            "definition": "d",
            "where": "Figure 6",
            "how": "digitised",
        },
    },
    "curves": {
        "reach": {
            "x": [0, 1, 2],
            "y": [1.0, 0.9, 0.8],
            "error": [0.03, 0.03, 0.03],
            "reading_error": 0.04,
            "x_unit": "tracks",
            "y_unit": "1",
            "definition": "d",
            "where": "Figure 7",
            "how": "digitised",
        },
        "exact_reach": {
            "x": [0, 1, 2],
            "y": [1.0, 0.9, 0.8],
            "error": None,
            "x_unit": "tracks",
            "y_unit": "1",
            "definition": "d",
            "where": "Figure 7",
            "how": "exact",
        },
    },
    "checks": [
        {"of": "accuracy", "rule": "within", "atol": 0.05, "scale": "quick", "data": "any", "why": "spread of 5 seeds"},
    ],
    "findings": [{"text": "The accuracy depends on the seed.", "evidence": "heptrkx/fig06"}],
}


@pytest.fixture
def published():
    """Content of a valid reference file, free to be changed."""
    return copy.deepcopy(PUBLISHED)


@pytest.fixture
def stored(tmp_path):
    """Function that writes content (dict or text) as the reference file heptrkx/fig05.json and returns its path."""

    def store(content):
        path = tmp_path / "heptrkx" / "fig05.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return store


# A small project of one source with three items, which needs no ML framework and runs in milliseconds

LINE = '''
"""Figure 1 of Toy (2020): the slope of a line.

Source    Toy, J. Toys 1 (2020) 1, doi:10.0/toy, Figure 1
Data      normal deviates, drawn here
Cost      smoke 1 s, quick 2 s, full 3 s
          (1 CPU core)
Expect    slope 2.00
Differs   nothing
"""

import numpy as np

from keras_hep.suite import figures
from keras_hep.suite import catalog
from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {"smoke": {"points": 10}, "quick": {"points": 1000}, "full": {"points": 4000}}


def reproduce(points, seed=7):
    x = np.linspace(0, 1, points)
    noise = np.random.default_rng(seed).normal(0, 0.1, points)
    slope, offset = np.polyfit(x, 2 * x + noise, 1)
    return Result(
        quantities=[Quantity("slope", slope, 0.35 / np.sqrt(points)), Quantity("points", points)],
        curves=[Curve("line", [0, 1], [offset, offset + slope])],
        arrays={"noise": noise[:5]},
    )
'''

DRAW = """

def draw(result, reference):
    figure, axes = figures.panels()
    figures.overlay(axes, result.curves["line"])
    return figure
"""

BROKEN = '''
"""Figure 2 of Toy (2020): a script with a bug."""

SCALES = {"smoke": {}, "quick": {}}


def reproduce():
    return 1 / 0
'''

EXACT = '''
"""Table 1 of Toy (2020): a sum."""

from keras_hep.suite import catalog
from keras_hep.suite.record import Quantity, Result

SCALES = {"smoke": {"terms": [1, 2]}, "quick": {"terms": [1, 2, 3]}}


def reproduce(terms):
    return Result(quantities=[Quantity("sum", sum(terms))], data="none")
'''


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Root of the small project, which the command line finds."""
    root = tmp_path / "project"
    (root / "results" / "references" / "toy").mkdir(parents=True)
    (root / "reproductions" / "toy").mkdir(parents=True)
    for name, script in (("fig01_line", LINE), ("fig02_broken", BROKEN), ("table01_sum", EXACT)):
        (root / "reproductions" / "toy" / f"{name}.py").write_text(script.lstrip())
    write_reference(root, "toy/fig01_line", 2.0, {"of": "slope", "rule": "within", "atol": 0.1})
    write_reference(root, "toy/fig02_broken", 2.0, {"of": "slope", "rule": "within", "atol": 0.1})
    write_reference(root, "toy/table01_sum", 6, {"of": "sum", "rule": "equal"})
    monkeypatch.setenv("KERAS_HEP_ROOT", str(root))
    monkeypatch.setenv("COLUMNS", "120")
    return root


def write_reference(root, identifier, value, check):
    """Write a reference of one published number and one check of it."""
    number = {"value": value, "unit": "1", "definition": "fit", "where": "page 1", "how": "text"}
    content = {
        "schema": 1,
        "id": identifier,
        "title": "Toy",
        "source": {"paper": "toy", "item": "Figure 1", "doi": "10.0/toy"},
        "quantities": {check["of"]: number},
        "checks": [{"scale": "quick", "data": "any", "why": "ten standard deviations", **check}],
    }
    path = root / "results" / "references" / f"{identifier}.json"
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def drawing(project):
    """Root of the small project, whose first item draws."""
    path = project / "reproductions" / "toy" / "fig01_line.py"
    path.write_text(path.read_text() + DRAW)
    return project


@pytest.fixture
def publish(project):
    """Function that writes the reference of an item: `publish(id, value, check)`."""
    return lambda identifier, value, check: write_reference(project, identifier, value, check)


@pytest.fixture
def add_script(project):
    """Function that writes a script: `add_script(id, text)`."""

    def add(identifier, text):
        path = project / "reproductions" / f"{identifier}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())

    return add


@pytest.fixture
def ask(published, stored):
    """Function that gives the verdict of one check on quantities and curves of a result."""

    def verdict_of(rule, *measured, scale="full", data="simulation", events="", asked="any", **changes):
        entry = {"scale": "smoke", "data": asked, "why": "w", **rule, **changes}
        published["checks"] = [entry]
        quantities = [entry for entry in measured if isinstance(entry, Quantity)]
        curves = [entry for entry in measured if isinstance(entry, Curve)]
        result = Result(quantities, curves, data=data, events=events, id="heptrkx/fig05", scale=scale)
        (verdict,) = check(Reference.read(stored(published)), result)
        return verdict

    return verdict_of


@pytest.fixture
def line(project):
    return catalog.Item("toy/fig01_line", project)


@pytest.fixture
def total(project):
    return catalog.Item("toy/table01_sum", project)


WEIGHTS = '''
"""Figure 8: trained weights."""
import pathlib

from keras_hep import files, training, training_store
from keras_hep.suite.record import Quantity, Result

SCALES = {"smoke": {"value": 0}, "quick": {"value": 1}}


def reproduce(value):
    place = training_store.STORE.get()
    path = pathlib.Path(place.folder) / "net.weights.h5"
    if place.train:
        files.write_text(path, str(value))
    else:
        path = next(iter(sorted(pathlib.Path(place.recorded[0]).glob("*.weights.h5"))), None)
        if path is None:
            raise training.WeightsMissing("No weights: train them.")
    weights = {"file": str(path), "sha256": files.sha256(path), "bytes": 1, "key": "k"}
    return Result([Quantity("value", int(path.read_text()))], weights={"net": weights})
'''


@pytest.fixture
def trained(project, add_script):
    add_script("toy/fig08_net", WEIGHTS)
    return catalog.Item("toy/fig08_net", project)


HITS = '''
"""Figure 9 of Toy (2020): hits of an event."""
import pathlib

import numpy as np

from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {"smoke": {"first": 0}, "quick": {"first": 0}}


def reproduce(first, data="simulation", seed=7):
    if data == "simulation":
        hits, origin = np.random.default_rng(seed).poisson(3, 8), {}
    else:
        prefix = pathlib.Path(data)
        hits = np.loadtxt(f"{prefix}-hits.csv", dtype=int, ndmin=1)
        origin = {"data": "sample", "events": prefix.name}
    quantities = [Quantity("hits", len(hits)), Quantity("mean", hits.mean())]
    return Result(quantities, [Curve("sorted", range(len(hits)), sorted(hits))], {"hits": hits[first:]}, **origin)
'''


@pytest.fixture
def event_files(tmp_path, monkeypatch):
    """Folder that KERAS_HEP_DATA names; it holds two events, `trackml/event000000001` and `...2`, of 8 and 5 hits."""
    folder = tmp_path / "genuine"
    (folder / "trackml").mkdir(parents=True)
    for number, hits in ((1, range(8)), (2, range(5))):
        (folder / "trackml" / f"event{number:09d}-hits.csv").write_text("\n".join(map(str, hits)))
    monkeypatch.setenv("KERAS_HEP_DATA", str(folder))
    return folder


@pytest.fixture
def hits(project, add_script, publish, event_files):
    """An item that can be run on genuine events; it must find 8 hits."""
    add_script("toy/fig09_hits", HITS)
    publish("toy/fig09_hits", 8, {"of": "hits", "rule": "equal"})
    return catalog.Item("toy/fig09_hits", project)
