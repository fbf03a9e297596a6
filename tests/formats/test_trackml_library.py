"""The same as the challenge's own library, where that is importable (github.com/LAL/trackml-library; not on PyPI)."""

import warnings
import zipfile

import numpy as np
import pytest

from keras_hep.formats import trackml

pandas = pytest.importorskip("pandas")
with warnings.catch_warnings(action="ignore"):  # the library is of 2018
    library = pytest.importorskip("trackml.dataset", reason="the challenge's library is not importable")
if not hasattr(library, "load_dataset"):
    pytest.skip("The importable trackml is another project.", allow_module_level=True)


@pytest.fixture(params=["by hand", "genuine"])
def prefix(request, event_texts, write_texts):
    """Return the prefix of the small event, or of a genuine one where there is one."""
    if request.param == "by hand":
        return write_texts(event_texts)
    return request.getfixturevalue("real_data")("trackml/event000000001")


def assert_same(tables, others):
    for table, other in zip(tables, others, strict=True):
        pandas.testing.assert_frame_equal(table, other, check_exact=True)


def test_load_event(prefix):
    assert_same(trackml.load_event(prefix), library.load_event(prefix))
    assert_same(trackml.load_event(prefix, ["truth", "hits"]), library.load_event(prefix, ["truth", "hits"]))
    for part in trackml.PARTS:
        ours, theirs = (getattr(module, f"load_event_{part}")(prefix) for module in (trackml, library))
        assert_same([ours], [theirs])


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    "arguments", [{}, {"skip": 1}, {"nevents": 1}, {"skip": 1, "nevents": 1}, {"parts": ["truth"]}]
)
def test_load_dataset(zipped, arguments, event_texts, write_texts, tmp_path):
    for event in (1002, 1000, 1001):
        write_texts({**event_texts, "hits": event_texts["hits"].replace("-12.5", str(event))}, f"event{event:09d}")
    path = tmp_path
    if zipped:
        path = tmp_path / "set.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in tmp_path.glob("*.csv"):
                archive.write(file, f"train/{file.name}")
    ours, theirs = (list(module.load_dataset(path, **arguments)) for module in (trackml, library))
    assert [event for event, *_ in ours] == [event for event, *_ in theirs]
    for (_, *tables), (_, *others) in zip(ours, theirs, strict=True):
        assert_same(tables, others)


def test_quantities(prefix):
    derived = pytest.importorskip("trackml.utils")
    hits, _, particles, truth = trackml.load_event(prefix)
    steps = [("add_position_quantities", hits, ""), ("add_position_quantities", truth, "t")]
    steps += [("add_momentum_quantities", particles, ""), ("add_momentum_quantities", truth, "t")]
    for name, table, start in steps:
        with np.errstate(divide="ignore", invalid="ignore"):
            other = getattr(derived, name)(table.copy(), start)
        assert_same([getattr(trackml, name)(table.copy(), start)], [other])
    assert_same([trackml.decode_particle_id(particles.copy())], [derived.decode_particle_id(particles.copy())])


def test_random_submissions_have_the_same_form_and_distribution():
    randomize = pytest.importorskip("trackml.randomize")
    truth = pandas.DataFrame({"hit_id": np.arange(4000, dtype="i4"), "particle_id": np.arange(4000) // 8 * 2**40})
    randomize.set_seed(1)
    for name, argument in (("random_solution", 50), ("drop_hits", 0.5), ("shuffle_hits", 0.5)):
        ours, theirs = getattr(trackml, name)(truth, argument, seed=1), getattr(randomize, name)(truth, argument)
        assert ours.dtypes.to_dict() == theirs.dtypes.to_dict()
        assert ours["hit_id"].tolist() == theirs["hit_id"].tolist()
        assert ours["track_id"].min() == theirs["track_id"].min() == 1
        assert ours["track_id"].nunique() == pytest.approx(theirs["track_id"].nunique(), rel=0.05)
