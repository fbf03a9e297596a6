import numpy as np
import pytest

from keras_hep.simulation.trackml_detector import modules
from keras_hep.simulation.trackml_noise import noise


@pytest.fixture(scope="module")
def hits():
    return noise(5.0, np.random.default_rng(1))


def test_about_one_hit_per_module(hits):
    assert len(hits.module) / 5 == pytest.approx(17_550, rel=0.02)
    counts = np.bincount(hits.module, minlength=18_728)
    assert counts.var() / counts.mean() == pytest.approx(1, abs=0.05)  # the Poisson law
    assert set(hits.owner) == {-1}


def test_hits_fill_the_outlines_evenly(hits):
    every = modules()
    share = hits.v / every.half_length[hits.module]
    inner, outer = every.min_half_width[hits.module], every.max_half_width[hits.module]
    width = (inner + outer) / 2 + (outer - inner) / 2 * share
    assert np.all(np.abs(share) <= 1)
    assert np.all(np.abs(hits.u) <= width + 1e-9)
    assert np.mean(np.abs(hits.u) / width < 0.5) == pytest.approx(0.5, abs=0.01)
    flat = inner == outer
    assert np.mean(np.abs(share[flat]) < 0.5) == pytest.approx(0.5, abs=0.01)
    # Of a trapezoid the share of the area in the outer half is (3 outer + inner) / 4 (outer + inner).
    trapezoid = every.min_half_width[hits.module] == 16.4
    assert np.mean(share[trapezoid] > 0) == pytest.approx((3 * 24.2 + 16.4) / (4 * (24.2 + 16.4)), abs=0.02)


def test_positions_are_those_of_the_local_ones(hits):
    every = modules()
    local = np.einsum("nij,ni->nj", every.rotation[hits.module], hits.position - every.centre[hits.module])
    np.testing.assert_allclose(local, np.stack([hits.u, hits.v, 0 * hits.u], axis=1), atol=1e-9)


def test_directions_lie_around_those_of_the_positions(hits):
    np.testing.assert_allclose((hits.direction**2).sum(axis=1), 1)
    cosine = (hits.direction * hits.position).sum(axis=1) / np.linalg.norm(hits.position, axis=1)
    assert cosine.min() > 0.42  # that of a quarter turn of both angles is 0.5 at most; 0.425 in genuine noise
    barrel = np.isin(modules().volume[hits.module], (8, 13, 17))
    slope = np.abs(hits.direction[:, 2]) / np.hypot(hits.direction[:, 0], hits.direction[:, 1])
    assert slope[barrel].max() < np.sinh(3.0) < slope[~barrel].max()


def test_the_same_state_gives_the_same_noise():
    first, again, other = (noise(0.2, np.random.default_rng(seed)) for seed in (4, 4, 5))
    np.testing.assert_array_equal(first.position, again.position)
    assert len(first.u) != len(other.u) or np.any(first.u != other.u)
