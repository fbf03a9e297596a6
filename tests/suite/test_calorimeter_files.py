"""The user's own calorimeter files are found and are published data; files that we wrote are refused."""

import dataclasses
import pathlib

import h5py
import pytest

from keras_hep.formats.lcd import InvalidShowers, file_name, write_lcd
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite import calorimeter_files, catalog, cli, event_files, request, runner
from keras_hep.suite.reference import Reference, check

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARKS = "generator_version", "source", "units", "axes"

SHOWERS = '''
"""Figure 4 of Toy (2020): energies of electrons."""

import numpy as np

from keras_hep.formats.lcd import read_lcd
from keras_hep.suite.calorimeter_files import matching_files, origin
from keras_hep.suite.record import Quantity, Result

SCALES = {"smoke": {"showers": 20}, "quick": {"showers": 20}}


def reproduce(showers, data=None, seed=7):
    files = matching_files(data, "electron", "random") if data else []
    energies = read_lcd(files[0], slice(showers))["energy"] if files else np.arange(showers)
    return Result([Quantity("showers", len(energies))], **origin(data))
'''


def without_marks(path, marks=MARKS):
    """Make a file of `write_lcd` one that does not tell who wrote it."""
    with h5py.File(path, "r+") as file:
        for mark in marks:
            del file.attrs[mark]


@pytest.fixture
def few(tmp_path, monkeypatch):
    """Folder `mine/rec` with two files of 20 showers, below the folder of KERAS_HEP_DATA."""
    monkeypatch.setenv("KERAS_HEP_DATA", str(tmp_path / "data"))
    folder = tmp_path / "data" / "mine" / "rec"
    for particle in ("electron", "photon"):
        path = folder / file_name(particle, "random", 1)
        write_lcd(path, ShowerSimulation(particle, angles="random").showers(20, seed=3), compression=1)
        without_marks(path)
    return folder


@pytest.fixture
def item(project, add_script, publish, few):
    """An item of electrons whose one check is asked of published data only."""
    add_script("toy/fig04_showers", SHOWERS)
    publish("toy/fig04_showers", 20, {"of": "showers", "rule": "equal", "data": "published"})
    return catalog.Item("toy/fig04_showers", project)


# Which files


def test_a_folder_is_found_as_a_path_and_below_the_folder_of_data(item, few, monkeypatch):
    monkeypatch.chdir(few.parent)
    for data in (str(few), f"{few}/", "rec", "../mine/rec", "mine/rec"):
        found = request.on_events(item, data)
        assert (found.id, found.events, found.label) == (item.id, "rec", "toy/fig04_showers@rec")
        assert pathlib.Path(found.prefix).is_absolute()
        assert pathlib.Path(found.prefix).samefile(few)


def test_a_folder_is_found_by_its_name(few, monkeypatch):
    assert event_files.find("rec") == few
    assert event_files.find("mine") is None
    assert event_files.find("re") is None
    monkeypatch.delenv("KERAS_HEP_DATA")
    assert event_files.find("rec") is None


def test_files_are_known_by_their_names(few):
    for name in ("showers.h5", "EleEscan_2_1.txt", "event1-hits.csv"):
        (few / name).write_text("")
    electrons, photons = "EleEscan_RandomAngle_1_1.h5", "GammaEscan_RandomAngle_1_1.h5"
    assert [path.name for path in calorimeter_files.calorimeter_files(few)] == [electrons, photons]
    assert calorimeter_files.calorimeter_files(f"{few}/*Ele*.h5") == [few / electrons]


@pytest.mark.parametrize(
    ("name", "particle", "angles"),
    [
        ("EleEscan_1_1.h5", "electron", "fixed"),
        ("ChPiEscan_RandomAngle_2_1.h5", "charged_pion", "random"),
        ("Ele_VarAngleMeas_100_200_000.h5", "electron", "random"),
        ("GammaMeasured3ThetaEscan_1_1.h5", "photon", "random"),
    ],
)
def test_names_tell_particle_and_angles(tmp_path, name, particle, angles):
    (tmp_path / name).write_text("")
    assert calorimeter_files.matching_files(tmp_path, particle, angles) == [tmp_path / name]
    other = {"fixed": "random", "random": "fixed"}[angles]
    with pytest.raises(
        InvalidShowers, match=f"files of {particle} at {other} angles, found {particle} at {angles} angles"
    ):
        calorimeter_files.matching_files(tmp_path, particle, other)


@pytest.mark.parametrize("data", ["mine", "mine/absent", "mine/rec/EleEscan_RandomAngle_1_1.h5"])
def test_a_folder_without_such_files_is_an_error_of_use(item, few, data, capsys):
    (few.parent / "showers.h5").write_text("")
    assert cli.main(["run", item.id, "--data", data]) == 2
    error = capsys.readouterr().err
    assert "or like EleEscan_1_1.h5 in a folder of that name" in error
    assert f"{few.parents[1] / data}-hits.csv" in error
    assert error.count("\n") == 1


def test_particles_that_are_not_there_are_named(item, few, capsys):
    (few / "EleEscan_RandomAngle_1_1.h5").rename(few / "Pi0Escan_1_1.h5")
    assert cli.main(["run", item.id, "--data", "mine/rec"]) == 1
    error = capsys.readouterr().err
    assert "must be files of electron at random angles, found photon at random angles, pi0 at fixed angles;" in error
    assert error.count("\n") == 1
    assert not request.on_events(item, "mine/rec").produced_path().exists()


def test_event_files_for_an_item_of_showers_are_refused_in_one_sentence(item, event_files, capsys):
    assert cli.main(["run", item.id, "--data", "trackml/event000000001"]) == 1
    error = capsys.readouterr().err
    assert "there must be files of electron" in error
    assert error.count("\n") == 1


def test_showers_for_an_item_of_event_files_are_refused_in_one_sentence(add_script, project, few, capsys):
    add_script("toy/fig05_hits", (ROOT / "reproductions" / "trackml_gnn" / "graph_counts.py").read_text())
    assert cli.main(["run", "fig05", "--scale", "smoke", "--data", "mine/rec"]) == 1
    error = capsys.readouterr().err
    assert f"{few}-hits" in error
    assert error.count("\n") == 1


# Not ours


def test_published_files_are_published(item):
    result = runner.run(request.on_events(item, "mine/rec"), "quick")
    assert (result.data, result.events, result.quantities["showers"].value) == ("published", "rec", 20)
    assert result.provenance["arguments"]["data"] == "rec"


@pytest.mark.parametrize(
    ("asked", "of_files", "of_simulation"),
    [("published", "agree", "not comparable"), ("simulation", "not asked", "agree"), ("any", "agree", "agree")],
)
def test_checks_are_asked_of_their_data(item, publish, asked, of_files, of_simulation):
    publish(item.id, 20, {"of": "showers", "rule": "equal", "data": asked})
    for run_on, expected in ((request.on_events(item, "mine/rec"), of_files), (item, of_simulation)):
        (verdict,) = check(Reference.read(item.reference_path), runner.run(run_on, "quick"))
        assert verdict.verdict == expected


@pytest.mark.parametrize("source", ["simulation", "files"])
@pytest.mark.parametrize("left", ["all", *MARKS])
def test_files_that_we_wrote_are_never_published(item, few, capsys, source, left):
    showers = ShowerSimulation("electron", angles="random").showers(3, seed=3)
    path = few / "EleEscan_RandomAngle_2_1.h5"
    write_lcd(path, dataclasses.replace(showers, source=source))
    without_marks(path, [] if left == "all" else set(MARKS) - {left})
    assert cli.main(["run", item.id, "--data", "mine/rec"]) == 2
    error = capsys.readouterr().err
    assert "EleEscan_RandomAngle_2_1.h5: published showers must be as their makers wrote them" in error
    assert error.count("\n") == 1
    assert not list(item.produced_path().parent.glob("*"))
    with pytest.raises(InvalidShowers, match="as their makers wrote them"):
        calorimeter_files.origin(few)


def test_the_origin_of_no_files_is_not_published(tmp_path):
    with pytest.raises(InvalidShowers, match=r"such as EleEscan_1_1\.h5, found none"):
        calorimeter_files.origin(tmp_path)
    assert calorimeter_files.origin(None) == {"data": "simulation"}


def test_a_damaged_file_is_refused(item, few, capsys):
    path = few / "GammaEscan_RandomAngle_1_1.h5"
    path.write_bytes(path.read_bytes()[:1000])
    assert cli.main(["run", item.id, "--data", "mine/rec"]) == 2
    error = capsys.readouterr().err
    assert "GammaEscan_RandomAngle_1_1.h5: the file must be whole" in error
    assert error.count("\n") == 1
