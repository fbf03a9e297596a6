"""Electrons for generators: kept, simulated again if damaged, independent parts, windows about one centre."""

import numpy as np
import pytest

from keras_hep.metrics.showers import measured_angle
from keras_hep.suite.generated_showers.samples import HIGH, LOW, electrons


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Folder of the cache."""
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path / "cache"))
    electrons.cache_clear()
    yield tmp_path / "cache"
    electrons.cache_clear()


def same(one, other):
    cells = all(np.array_equal(getattr(one.ecal, name), getattr(other.ecal, name)) for name in ("counts", "index"))
    return cells and all(np.array_equal(one[label], other[label]) for label in one.labels)


def test_kept_electrons_are_those_that_were_simulated(folder):
    first = electrons(20, 3)
    electrons.cache_clear()
    assert same(first, electrons(20, 3))
    assert len(list(folder.glob("**/*.npz"))) == 1


def test_a_damaged_file_is_reported_and_its_electrons_are_simulated_again(folder):
    first = electrons(20, 3)
    (path,) = folder.glob("**/*.npz")
    path.write_bytes(path.read_bytes()[:500])
    electrons.cache_clear()
    with pytest.warns(UserWarning, match="is damaged"):
        assert same(first, electrons(20, 3))


def test_fewer_electrons_are_the_first_of_more_and_parts_are_others():
    more = electrons(30, 3)
    assert same(electrons(20, 3), more.take(slice(0, 20)))
    energies = {tuple(electrons(20, *which)["energy"]) for which in ((3,), (4,), (3, "test"), (3, "judge"))}
    assert len(energies) == 4


def test_windows_have_one_centre_and_energies_are_those_of_the_article():
    small, large = electrons(20, 3, "test"), electrons(20, 3, "test", "published")
    assert (small.ecal.shape, large.ecal.shape) == ((25, 25, 25), (51, 51, 25))
    assert same(small, large.cropped(25, 1)) or np.array_equal(small.ecal.index, large.ecal.cropped(25, 25).index)
    assert LOW <= small["energy"].min() <= small["energy"].max() <= HIGH
    assert small["measured_theta"] == pytest.approx(measured_angle(small.ecal), rel=1e-6)
    assert small.hcal is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "size must be at least 1"),
        ((5, 3, "later"), "part must be one of"),
        ((5, 3, "test", "tiny"), "window must"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        electrons(*arguments)
