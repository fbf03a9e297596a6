"""Data sets whose features have features, several of them of changing length, made of the user's own files."""

import numpy as np
import pytest

from keras_hep import data

pytestmark = pytest.mark.tensorflow
NAME = "own_files"
LENGTHS = {"first": (2, 0), "second": (0, 3), "third": (1, 1)}  # hits and links of each file


@pytest.fixture
def own_files(monkeypatch):
    """Let there be a data set made of files *.txt that the user has downloaded."""
    import tensorflow_datasets as tfds

    with tfds.core.registered.skip_registration():

        class Builder(tfds.core.GeneratorBasedBuilder):
            name = NAME
            VERSION = tfds.core.Version("1.0.0")
            MANUAL_DOWNLOAD_INSTRUCTIONS = "Get first.txt from somewhere."

            def __init__(self, **arguments):
                super().__init__(file_format="array_record", **arguments)

            def _info(self):
                hits = {"id": tfds.features.Tensor(shape=(None,), dtype=np.int64)}
                hits |= {"position": tfds.features.Tensor(shape=(None, 3), dtype=np.float32), "#size": np.int32}
                links = {"true": tfds.features.Tensor(shape=(None,), dtype=np.bool_)}
                features = {"hits": hits, "links": links, "deep": {"er": {"size": np.int32}}}
                return tfds.core.DatasetInfo(
                    builder=self, features=tfds.features.FeaturesDict(features), disable_shuffling=True
                )

            def _split_generators(self, dl_manager):
                return {"train": self._generate_examples(sorted(dl_manager.manual_dir.glob("*.txt")))}

            def _generate_examples(self, paths):
                for number, path in enumerate(paths):
                    hits, links = LENGTHS[path.stem]
                    position = np.full((hits, 3), number + 0.5, np.float32)
                    yield (
                        number,
                        {
                            "hits": {"id": 2**62 + np.arange(hits), "position": position, "#size": hits},
                            "links": {"true": np.ones(links, bool)},
                            "deep": {"er": {"size": links}},
                        },
                    )

    monkeypatch.setattr(data, "_builder_class", lambda dataset: Builder)


@pytest.fixture
def downloads(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in LENGTHS:
        (folder / f"{name}.txt").write_text("")
    return folder


def test_every_feature_of_changing_length_has_its_own_splits(own_files, downloads, tmp_path):
    data.build(NAME, data_dir=tmp_path, manual_dir=downloads)
    read = data.load(NAME, data_dir=tmp_path)
    assert {name: (array.dtype.name, array.shape) for name, array in read.items()} == {
        "hits/id": ("int64", (3,)),
        "hits/id_splits": ("int64", (4,)),
        "hits/position": ("float32", (3, 3)),
        "hits/position_splits": ("int64", (4,)),
        "hits/#size": ("int32", (3,)),
        "links/true": ("bool", (4,)),
        "links/true_splits": ("int64", (4,)),
        "deep/er/size": ("int32", (3,)),
    }
    assert read["hits/id"].tolist() == [2**62, 2**62 + 1, 2**62]
    assert read["hits/position"][:, 0].tolist() == [0.5, 0.5, 2.5]
    assert read["hits/id_splits"].tolist() == read["hits/position_splits"].tolist() == [0, 2, 2, 3]
    assert read["links/true_splits"].tolist() == [0, 0, 3, 4]
    assert read["deep/er/size"].tolist() == [0, 3, 1]


def test_none_of_the_examples_is_read_with_limit_0(own_files, downloads, tmp_path):
    data.build(NAME, data_dir=tmp_path, manual_dir=downloads)
    read = data.load(NAME, limit=0, data_dir=tmp_path)
    assert read["hits/position"].shape == (0, 3)
    assert read["links/true_splits"].tolist() == [0]


def test_own_downloads_lie_below_the_data_sets_unless_another_folder_is_named(own_files, downloads, tmp_path):
    with pytest.raises(AssertionError, match=r"first\.txt") as raised:
        data.build(NAME, data_dir=tmp_path)
    assert str(tmp_path / "downloads" / "manual") in str(raised.value)
    with pytest.raises(AssertionError, match=r"first\.txt") as raised:
        data.build(NAME, data_dir=tmp_path, manual_dir=tmp_path / "absent")
    assert str(tmp_path / "absent") in str(raised.value)
    (tmp_path / "downloads").mkdir(exist_ok=True)
    downloads.rename(tmp_path / "downloads" / "manual")
    data.build(NAME, data_dir=tmp_path)
    assert data.describe(NAME, data_dir=tmp_path)["splits"] == {"train": 3}
