"""Files of a production: the showers of their simulation, whole or absent, the same however they were made."""

import dataclasses
import pathlib

import numpy as np
import pytest

from keras_hep.calorimetry.showers import Showers
from keras_hep.formats.lcd import describe_lcd, read_lcd
from keras_hep.simulation import shower_production
from keras_hep.simulation.shower_production import ShowerProduction
from keras_hep.simulation.showers import ShowerSimulation

PHOTONS = ShowerSimulation("photon", angles="random")


def production(folder, files=3, showers_per_file=20, **changes):
    return ShowerProduction(PHOTONS, folder, files, showers_per_file, **changes)


def assert_same(found, expected):
    for name in ("counts", "index", "energy"):
        np.testing.assert_array_equal(getattr(found.ecal, name), getattr(expected.ecal, name))
        np.testing.assert_array_equal(getattr(found.hcal, name), getattr(expected.hcal, name))
    assert list(found.labels) == list(expected.labels)
    for name in found.labels:
        np.testing.assert_array_equal(found[name], expected[name])


def test_files_hold_the_showers_of_the_simulation(tmp_path):
    made = production(tmp_path, files=2, showers_per_file=1000, compression=1)
    assert [made.write(number) for number in (2, 1)] == ["written", "written"]
    names = ["GammaEscan_RandomAngle_1_1.h5", "GammaEscan_RandomAngle_2_1.h5"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    read = Showers.joined([read_lcd(tmp_path / name) for name in names])
    assert read.source == "simulation"
    assert_same(read, PHOTONS.showers(2000, seed=1))


def test_files_have_blocks_of_their_own(tmp_path):
    made = production(tmp_path, showers_per_file=1001)
    assert [made.provenance(number)["first_block"] for number in (1, 2, 3)] == [0, 2, 4]
    expected = Showers.joined([PHOTONS.block(1, 2), PHOTONS.block(1, 3, 1)])
    assert_same(made.showers(2), expected)


def test_a_file_says_what_it_is_of(tmp_path):
    made = production(tmp_path, seed=5)
    made.write(3)
    attributes = describe_lcd(made.path(3))["attributes"]
    assert attributes | made.provenance(3) == attributes
    assert (attributes["seed"], attributes["first_block"], attributes["source"]) == (5, 2, "simulation")


def test_a_file_that_is_there_is_kept_and_one_that_is_not_whole_is_made_again(tmp_path):
    made = production(tmp_path)
    assert made.write(1) == "written"
    path = pathlib.Path(made.path(1))
    whole, time = path.read_bytes(), path.stat().st_mtime_ns
    assert made.write(1) == "kept"
    assert path.stat().st_mtime_ns == time
    path.write_bytes(whole[:-1])
    assert made.write(1) == "written"
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 2}, r"must be of \{'seed': 2\}, but a file of \{'seed': .*1.*\} is there; choose another folder"),
        ({"showers_per_file": 21}, "must be of {'config_hash': .*, 'showers': 21}"),
        ({"simulation": dataclasses.replace(PHOTONS, energies=(10.0, 20.0))}, "must be of {'config_hash': "),
    ],
)
def test_a_file_of_another_production_is_never_replaced(changes, message, tmp_path):
    made = production(tmp_path)
    made.write(1)
    before = pathlib.Path(made.path(1)).read_bytes()
    with pytest.raises(ValueError, match=rf"GammaEscan_RandomAngle_1_1\.h5: {message}"):
        dataclasses.replace(made, **changes).write(1)
    assert pathlib.Path(made.path(1)).read_bytes() == before


def test_an_interrupted_file_is_absent(tmp_path, monkeypatch):
    made = production(tmp_path)

    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(ShowerSimulation, "block", stop)
    with pytest.raises(KeyboardInterrupt):
        made.write(1)
    assert not list(tmp_path.iterdir())


def test_files_of_angles_of_your_own_are_called_random(tmp_path):
    own = dataclasses.replace(PHOTONS, angles=(1.2, 1.3))
    assert ShowerProduction(own, tmp_path, files=1).path(1).endswith("GammaEscan_RandomAngle_1_1.h5")
    fixed = dataclasses.replace(PHOTONS, angles="fixed")
    assert ShowerProduction(fixed, tmp_path, files=1).path(1).endswith("GammaEscan_1_1.h5")


@pytest.mark.parametrize("changes", [{"files": 0}, {"showers_per_file": 0}])
def test_numbers_below_one_are_refused(changes, tmp_path):
    with pytest.raises(ValueError, match="must be at least 1, got 0"):
        production(tmp_path, **changes)


@pytest.fixture
def beam():
    """Return Apache Beam, or skip: it is an extra, `keras_hep[beam]`."""
    return pytest.importorskip("apache_beam", reason="Apache Beam is not installed: pip install 'keras_hep[beam]'.")


LOCAL = ["--runner=FnApiRunner"]


@pytest.mark.filterwarnings("ignore")  # Beam's own
@pytest.mark.parametrize("workers", [["--direct_num_workers=2", "--direct_running_mode=multi_threading"], []])
def test_any_number_of_workers_makes_the_same_files(workers, beam, tmp_path):
    made = production(tmp_path / "beam")
    assert made.run(LOCAL + workers) == {"written": 3, "kept": 0}
    alone = production(tmp_path / "alone")
    for number in (1, 2, 3):
        alone.write(number)
        assert pathlib.Path(made.path(number)).read_bytes() == pathlib.Path(alone.path(number)).read_bytes()
    assert len(list((tmp_path / "beam").iterdir())) == 3


@pytest.mark.filterwarnings("ignore")
def test_a_production_goes_on_where_it_was(beam, tmp_path, capsys):
    production(tmp_path).write(2)
    arguments = ["photon", str(tmp_path), "--files=3", "--showers-per-file=20", "--angles=random", *LOCAL]
    shower_production.main(arguments)
    assert capsys.readouterr().out == f"{tmp_path}: 2 files written, 1 were there.\n"
    shower_production.main(arguments)
    assert capsys.readouterr().out == f"{tmp_path}: 0 files written, 3 were there.\n"


@pytest.mark.filterwarnings("ignore")
def test_files_go_to_whatever_file_system_beam_knows(beam, tmp_path):
    from apache_beam.io.localfilesystem import LocalFileSystem

    class Elsewhere(LocalFileSystem):
        """A folder under addresses of another kind, that refuses to rename onto a file."""

        @classmethod
        def scheme(cls):
            return "elsewhere"

        def place(self, address):
            return str(tmp_path / address.removeprefix("elsewhere://"))

        def exists(self, path):
            return super().exists(self.place(path))

        def open(self, path, *arguments, **named):
            return super().open(self.place(path), *arguments, **named)

        def create(self, path, *arguments, **named):
            return super().create(self.place(path), *arguments, **named)

        def delete(self, paths):
            super().delete(list(map(self.place, paths)))

        def rename(self, sources, targets):
            assert not any(map(self.exists, targets))
            super().rename(list(map(self.place, sources)), list(map(self.place, targets)))

    made = production("elsewhere://showers", files=1)
    assert [made.write(1), made.write(1)] == ["written", "kept"]
    production(tmp_path / "alone").write(1)
    (path,) = (tmp_path / "showers").iterdir()
    whole = (tmp_path / "alone" / path.name).read_bytes()
    assert path.read_bytes() == whole
    path.write_bytes(whole[:-1])
    assert made.write(1) == "written"
    assert path.read_bytes() == whole
