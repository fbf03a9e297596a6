import pytest

from keras_hep import data
from keras_hep.suite import cli


@pytest.fixture
def data_sets(project, monkeypatch):
    """Module of data sets, in which one is built at once."""
    folder = project / "datasets" / "tracks"
    folder.mkdir(parents=True)
    (folder / "tracks_dataset_builder.py").write_text("")
    described = {"licence": "CC0", "citation": "@misc{tracks}"}
    monkeypatch.setattr(data, "build", lambda name, data_dir=None, manual_dir=None: f"{data_dir}/{name}/{manual_dir}")
    monkeypatch.setattr(data, "describe", lambda name, data_dir=None: described)
    return data


def test_data_prints_licence_and_citation(data_sets, capsys):
    assert cli.main(["data", "tracks", "--data-dir", "there"]) == 0
    printed = capsys.readouterr().out
    assert "tracks: there/tracks/None\n" in printed
    assert "licence: CC0" in printed
    assert "@misc{tracks}" in printed


def test_the_folder_of_own_downloads_is_handed_on(data_sets, capsys):
    assert cli.main(["data", "tracks", "--manual-dir", "mine"]) == 0
    assert "tracks: None/tracks/mine\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileNotFoundError("train.csv is needed in manual: download it."), 1),
        (AssertionError("train.csv is needed\nin manual: download it."), 1),
        (data.UnknownDataset("train.csv is needed in manual: download it."), 2),
    ],
)
def test_an_error_of_a_data_set_is_one_sentence(data_sets, monkeypatch, capsys, error, code):
    def build(name, data_dir=None, manual_dir=None):
        raise error

    monkeypatch.setattr(data_sets, "build", build)
    assert cli.main(["data", "tracks"]) == code
    printed = capsys.readouterr().err
    assert printed.endswith("train.csv is needed in manual: download it.\n")
    assert printed.count("\n") == 1


def test_an_unknown_data_set_lists_near_matches(data_sets, capsys):
    assert cli.main(["data", "track"]) == 2
    assert "did you mean tracks" in capsys.readouterr().err


def test_without_tfds_the_package_is_named(data_sets, monkeypatch, capsys):
    def build(name, data_dir=None, manual_dir=None):
        raise ModuleNotFoundError("No module named 'tensorflow_datasets'", name="tensorflow_datasets")

    monkeypatch.setattr(data_sets, "build", build)
    assert cli.main(["data", "tracks"]) == 2
    assert "pip install 'tensorflow-datasets'" in capsys.readouterr().err
