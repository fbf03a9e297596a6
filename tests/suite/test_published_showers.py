"""Items of showers run on calorimeter files of the public form, through the command line."""

import contextlib
import io
import json
import pathlib
import shutil

import h5py
import pytest

from keras_hep.calorimetry.showers import PARTICLES
from keras_hep.formats.lcd import file_name, write_lcd
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite import catalog, cli, record
from keras_hep.suite.reference import Reference, check

ROOT = pathlib.Path(__file__).resolve().parents[2]
ITEMS = "fig23_r9", "fig25_linear_regression", "fig27_linear_vs_boosted"


def write_files(folder):
    """Write two files of each particle, at fixed and random angles, that do not say who wrote them."""
    for angles in ("fixed", "random"):
        for particle in PARTICLES:
            path = folder / file_name(particle, angles, 1)
            write_lcd(path, ShowerSimulation(particle, angles=angles).showers(200, seed=3), compression=1)
            with h5py.File(path, "r+") as file:
                for name in list(file.attrs):
                    del file.attrs[name]


def copy_item(name, root):
    """Copy an item with its reference, all of whose checks are asked from smoke on."""
    script = catalog.Item(f"calorimetry/{name}", ROOT)
    copied = catalog.Item(script.id, root, "rec")
    for path in (copied.path, copied.reference_path):
        path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(script.path, copied.path)
    content = json.loads(script.reference_path.read_text())
    content["checks"] = [entry | {"scale": "smoke"} for entry in content["checks"]]
    copied.reference_path.write_text(json.dumps(content))
    return copied


def called(*arguments):
    """Return what `keras-hep` prints: few showers may differ from what was published, but nothing may fail."""
    printed, complaints = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complaints):
        assert cli.main(list(arguments)) in (0, 1)
    assert complaints.getvalue() == ""
    return printed.getvalue()


@pytest.fixture(scope="module", autouse=True)
def project(tmp_path_factory):
    """Root of a project, which the command line finds, beside a folder of data with `clic/rec`."""
    folder = tmp_path_factory.mktemp("showers")
    write_files(folder / "data" / "clic" / "rec")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HEP_DATA", str(folder / "data"))
        patch.setenv("KERAS_HEP_ROOT", str(folder / "project"))
        yield folder / "project"


@pytest.fixture(scope="module")
def ran(project):
    """The items on `clic/rec`, run at scale smoke, and what was printed."""
    items = [copy_item(name, project) for name in ITEMS]
    return items, called("run", *ITEMS, "--scale", "smoke", "--data", "clic/rec")


def test_results_are_of_published_data(ran):
    items, printed = ran
    for item in items:
        assert f"result: {item.produced_path()}" in printed
        assert item.produced_path().with_suffix(".png").exists()
        result = record.Result.read(item.produced_path())
        assert (result.data, result.events) == ("published", "rec")


def test_checks_of_published_data_are_asked_and_those_of_simulation_are_not(ran):
    asked = set()
    for item in ran[0]:
        for entry in check(Reference.read(item.reference_path), record.Result.read(item.produced_path())):
            expected = {"not asked"} if entry.check.data == "simulation" else {"agree", "differ", "explained"}
            assert entry.verdict in expected, (item.id, entry)
            asked.add(entry.check.data)
    assert asked == {"any", "published", "simulation"}


@pytest.mark.parametrize("data", ["clic/rec", "rec"])
def test_stored_results_are_checked_and_drawn(ran, data):
    items, _ = ran
    printed = called("check", "calorimetry", "--data", data)
    assert all(f"{item.label} (produced, smoke)" in printed for item in items)
    assert f"figure: {items[0].produced_path().with_suffix('.png')}" in called("figure", ITEMS[0], "--data", data)


def test_the_page_says_that_data_are_published(ran, project):
    called("report")
    page = (project / "results" / "produced" / "report.html").read_text()
    assert "On genuine events <code>rec</code>" in page
    assert "the authors&#x27; own files" in page
