"""Every index of hits finds what comparing all distances finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.tracking.global_index import GlobalIndex
from keras_hep.tracking.grid_index import BarrelIndex, PlaneIndex
from keras_hep.tracking.hit_pairs import nearest_of_pairs, squared_distances
from keras_hep.tracking.station_index import KDTreeIndex

INDICES = [(KDTreeIndex, 2), (PlaneIndex, 2), (KDTreeIndex, 3), (BarrelIndex, 3)]


def by_brute_force(positions, allowed, centres, k, radius):
    """Return distance and hit as an index does; `allowed` (regions, hits) says which pairs count."""
    distances, hits = np.full((len(centres), k), np.inf, np.float32), np.full((len(centres), k), -1, np.int32)
    for row in range(len(centres)):
        squared = squared_distances(np.repeat(centres[row : row + 1], len(positions), axis=0), positions)
        inside = np.flatnonzero((squared < np.float32(radius[row]) ** 2) & allowed[row])
        nearest = inside[np.lexsort((inside, squared[inside]))][:k]
        distances[row, : len(nearest)], hits[row, : len(nearest)] = np.sqrt(squared[nearest]), nearest
    return distances, hits


def barrel(random, hits):
    """Hits on cylinders, around the axis, on it, and twice at the same place."""
    azimuth = random.uniform(-np.pi, np.pi, hits)
    radius = random.choice([0.3, 0.31, 1.0], hits) * random.choice([0, 1], hits, p=[0.02, 0.98])
    positions = np.stack([radius * np.cos(azimuth), radius * np.sin(azimuth), random.uniform(-1, 1, hits)], axis=1)
    return np.concatenate([positions, positions[: hits // 10]]).astype(np.float32)


def lattice(random, hits):
    """Hits whose distances are often equal."""
    return random.integers(-3, 4, (hits, 3)).astype(np.float32)


@given(
    seed=st.integers(0, 2**32),
    hits=st.integers(0, 200),
    k=st.integers(1, 4),
    stations=st.integers(1, 5),
    scale=st.sampled_from([0.01, 0.1, 0.5, 3.0]),
    place=st.sampled_from([barrel, lattice]),
)
@pytest.mark.parametrize(("index", "dimensions"), INDICES)
def test_an_index_finds_what_all_distances_say(index, dimensions, seed, hits, k, stations, scale, place):
    random = np.random.default_rng(seed)
    positions = place(random, hits)[:, :dimensions]
    station = random.integers(0, stations, len(positions))
    centres = np.concatenate([place(random, 20), random.normal(0, 1, (10, 3))])[:, :dimensions].astype(np.float32)
    centres[-3:, :2] = 0
    radius = (scale * random.choice([1.0, 0.5, 2.0], len(centres))).astype(np.float32)
    wanted = random.integers(0, stations, len(centres))
    expected = by_brute_force(positions, station == wanted[:, None], centres, k, radius)
    found = index(positions, station, stations).nearest(wanted, centres, k, radius)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    assert found[0].dtype == np.float32
    assert found[1].dtype == np.int32


@given(
    seed=st.integers(0, 2**32), hits=st.integers(0, 200), k=st.integers(1, 3), scale=st.sampled_from([0.1, 0.5, 3.0])
)
def test_the_global_index_keeps_of_the_nearest_hits_those_farther_out(seed, hits, k, scale):
    random = np.random.default_rng(seed)
    positions = random.choice([barrel, lattice])(random, hits)
    centres = np.concatenate([positions[:30] + np.float32(0.01), lattice(random, 5)])
    radius = np.full(len(centres), scale, np.float32)
    beyond = np.linalg.norm(centres, axis=1) - np.float32(0.1)
    index = GlobalIndex(positions)
    distance, hit = by_brute_force(positions, np.ones((len(centres), len(positions)), bool), centres, k, radius)
    inner = np.append(index.from_origin, np.float32(np.inf))[hit] <= beyond[:, None]
    found = index.nearest(centres, k, radius, beyond)
    np.testing.assert_array_equal(found[0], np.where(inner, np.inf, distance))
    np.testing.assert_array_equal(found[1], np.where(inner, -1, hit))


@pytest.mark.parametrize("index", [KDTreeIndex, BarrelIndex])
def test_one_station_for_all_regions(index):
    positions = np.float32([[1, 0, 0], [1, 0, 0.5], [0, 1, 0]])
    built = index(positions, np.array([0, 1, 1]), stations=2)
    distance, hit = built.nearest(1, positions, k=1, radius=np.float32([0.6, 0.6, 0.6]))
    assert hit[:, 0].tolist() == [1, 1, 2]
    assert distance[:, 0].tolist() == [0.5, 0, 0]


@pytest.mark.parametrize("azimuth", [np.pi, -np.pi, np.pi - 1e-4, 1e-4])
def test_a_region_reaches_across_the_end_of_a_turn(azimuth):
    random = np.random.default_rng(1)
    around = random.uniform(-np.pi, np.pi, 400)
    positions = np.stack([np.cos(around), np.sin(around), random.uniform(-0.1, 0.1, 400)], axis=1).astype(np.float32)
    centre, radius = np.float32([[np.cos(azimuth), np.sin(azimuth), 0]]), np.float32([0.2])
    expected = by_brute_force(positions, np.ones((1, 400), bool), centre, 20, radius)
    assert (expected[1] >= 0).sum() > 8
    assert len(np.unique(np.sign(positions[expected[1][expected[1] >= 0], 1]))) == 2
    found = BarrelIndex(positions, np.zeros(400, int), stations=1).nearest(0, centre, 20, radius)
    np.testing.assert_array_equal(found[1], expected[1])


def test_pairs_are_sorted_by_distance_then_by_hit():
    region, hit = np.array([1, 1, 1, 1, 3]), np.array([9, 4, 7, 2, 0])
    distance, nearest = nearest_of_pairs(region, hit, np.float32([4, 1, 1, 16, 25]), number=4, k=3)
    assert nearest.tolist() == [[-1, -1, -1], [4, 7, 9], [-1, -1, -1], [0, -1, -1]]
    assert distance[[1, 3]].tolist() == [[1, 1, 2], [5, np.inf, np.inf]]
