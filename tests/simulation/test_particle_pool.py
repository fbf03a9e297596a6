"""Pools of particles: what is taken from an event, how particles are drawn, and how drawn pools are kept."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from keras_hep.formats.trackml import write_event
from keras_hep.simulation import particle_pool
from keras_hep.simulation.particle_pool import ParticlePool, drawn_pool, genuine_pool
from keras_hep.simulation.trackml_like import TrackMLLike

ARGUMENTS = {"number": 3, "events": 2, "particles": 150.0, "minimum_hits": 3}
EVENT = {
    "x": [1.0, 4.0, 9.0, -2.0, 3.0, 7.0, 5.0],
    "y": [0.0, 3.0, 0.0, 0.0, 4.0, 1.0, 5.0],
    "z": [0.0, 0.0, 0.0, 1.0, 12.0, 0.0, 5.0],
    "particle_id": [5, 8, 5, 8, 8, 0, 5],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of kept pools; nothing is remembered before and after."""
    monkeypatch.setenv(particle_pool.CACHE_VARIABLE, str(tmp_path))
    drawn_pool.cache_clear()
    yield tmp_path
    drawn_pool.cache_clear()


def pool_of_sizes(*sizes):
    """Return a pool with so many particles in its events, particle p with one hit at x = p."""
    number = sum(sizes)
    hits = np.zeros((number, 3), np.float32)
    hits[:, 0] = np.arange(number)
    return ParticlePool(hits, np.ones(number, np.int32), np.array(sizes, np.int32))


def assert_same(one, other):
    for name in ("hits", "hit_counts", "particle_counts"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_hits_are_ordered_by_particle_and_distance_from_the_origin_and_noise_is_left_out():
    pool = ParticlePool.of_events([EVENT, EVENT])
    one_event = [[1, 0, 0], [5, 5, 5], [9, 0, 0], [-2, 0, 1], [4, 3, 0], [3, 4, 12]]
    assert pool.hits.tolist() == 2 * one_event
    assert pool.hit_counts.tolist() == [3, 3, 3, 3]
    assert pool.particle_counts.tolist() == [2, 2]
    assert pool.first_hits.tolist() == [0, 3, 6, 9]
    assert pool.first_particles.tolist() == [0, 2]


def test_particles_with_few_hits_are_left_out():
    event = {name: values[:-1] for name, values in EVENT.items()}
    pool = ParticlePool.of_events([event])
    assert pool.hits.tolist() == [[-2, 0, 1], [4, 3, 0], [3, 4, 12]]
    assert ParticlePool.of_events([event], minimum_hits=2).hit_counts.tolist() == [2, 3]
    with pytest.raises(ValueError, match="a particle in each"):
        ParticlePool.of_events([event], minimum_hits=4)


def test_hits_of_particles_come_in_the_order_asked_for():
    pool = ParticlePool.of_events([EVENT, {name: values[:-1] for name, values in EVENT.items()}], minimum_hits=2)
    np.testing.assert_array_equal(pool.hits_of(np.array([2, 1])), pool.hits[[6, 7, 3, 4, 5]])
    assert pool.hits_of(np.array([], np.int64)).shape == (0, 3)


@given(
    sizes=st.lists(st.integers(5, 9), min_size=1, max_size=6),
    counts=st.lists(st.integers(1, 5), min_size=1, max_size=12),
    seed=st.integers(0, 2**32 - 1),
)
def test_particles_of_an_event_are_different_ones_of_one_event_of_the_pool(sizes, counts, seed):
    pool, random = pool_of_sizes(*sizes), np.random.default_rng(seed)
    event = random.permutation(np.repeat(np.arange(len(counts)), counts))
    chosen = pool.draw(random, event)
    source = np.repeat(np.arange(len(sizes)), sizes)[chosen]
    np.testing.assert_array_equal(source, event % len(sizes))
    assert all(len(set(chosen[event == number])) == count for number, count in enumerate(counts))


def test_every_set_of_particles_is_equally_probable():
    pool, random = pool_of_sizes(5, 5), np.random.default_rng(11)
    event = np.repeat(np.arange(2 * 4000), 3)
    chosen = pool.draw(random, event).reshape(-1, 3)
    sets = np.sort(chosen[1::2] - 5, axis=1) @ [25, 5, 1]
    counts = np.unique(sets, return_counts=True)[1]
    assert len(counts) == 10
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ((np.zeros((1, 3)), np.ones(1, np.int32), np.ones(1, np.int32)), "arrays are float32, int32 and int32"),
        ((np.zeros((1, 2), "f4"), np.ones(1, np.int32), np.ones(1, np.int32)), "three coordinates"),
        ((np.full((1, 3), np.nan, "f4"), np.ones(1, np.int32), np.ones(1, np.int32)), "hits must be finite"),
        ((np.zeros((2, 3), "f4"), np.ones(1, np.int32), np.ones(1, np.int32)), r"must add up to \(2, 1\)"),
        ((np.zeros((1, 3), "f4"), np.ones(1, np.int32), np.array([2], np.int32)), r"must add up to \(1, 1\)"),
        ((np.zeros((0, 3), "f4"), np.ones(0, np.int32), np.ones(0, np.int32)), "there must be an event"),
    ],
)
def test_what_is_no_pool_is_refused(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        ParticlePool(*arguments)


def test_drawn_particles_are_those_of_trackml_like_events(folder):
    pool = drawn_pool(**ARGUMENTS)
    event = TrackMLLike(particles=150, noise=0).event((3, 1))
    owner, counts = np.unique(event.truth["particle_id"], return_counts=True)
    assert pool.particle_counts[1] == np.count_nonzero(counts >= 3)
    first = owner[counts >= 3][0]
    own = np.stack([event.hits[name][event.truth["particle_id"] == first] for name in "xyz"], axis=1)
    drawn = pool.hits_of(pool.first_particles[1:2])
    np.testing.assert_array_equal(drawn[np.lexsort(drawn.T)], own[np.lexsort(own.T)])
    assert np.all(np.diff(np.linalg.norm(drawn, axis=1)) >= 0)
    assert len(list(folder.iterdir())) == 1


def test_a_pool_is_kept_in_memory_and_in_a_file(folder, monkeypatch):
    pool = drawn_pool(**ARGUMENTS)
    assert drawn_pool(**ARGUMENTS) is pool
    drawn_pool.cache_clear()
    monkeypatch.setattr(particle_pool, "TrackMLLike", None)  # nothing is drawn
    assert_same(drawn_pool(**ARGUMENTS), pool)


def test_pools_with_other_arguments_have_files_of_their_own(folder):
    pool = drawn_pool(**ARGUMENTS)
    other = drawn_pool(**ARGUMENTS | {"number": 4})
    assert pool.hits.shape != other.hits.shape or np.any(pool.hits != other.hits)
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "changed", "text", "arrays"])
def test_a_damaged_file_is_drawn_again(folder, damage):
    pool = drawn_pool(**ARGUMENTS)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    if damage == "arrays":
        np.savez(path, hits=pool.hits[1:], hit_counts=pool.hit_counts, particle_counts=pool.particle_counts)
    else:
        middle = len(whole) // 2
        changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        path.write_bytes({"cut": whole[:middle], "changed": changed, "text": b"hits"}[damage])
    drawn_pool.cache_clear()
    with pytest.warns(UserWarning, match=r"\.npz is damaged .*: its events are drawn again"):
        assert_same(drawn_pool(**ARGUMENTS), pool)
    drawn_pool.cache_clear()
    assert_same(drawn_pool(**ARGUMENTS), pool)


def test_where_nothing_can_be_kept_the_pool_is_drawn(folder, monkeypatch):
    pool = drawn_pool(**ARGUMENTS)
    drawn_pool.cache_clear()
    (folder / "taken").write_text("a file, not a folder")
    monkeypatch.setenv(particle_pool.CACHE_VARIABLE, str(folder / "taken"))
    with pytest.warns(UserWarning, match="drawn again by the next process"):
        assert_same(drawn_pool(**ARGUMENTS), pool)


def test_event_files_are_read_once(tmp_path):
    prefixes = []
    for number in range(2):
        drawn = TrackMLLike(particles=250, noise=0.001).event(number)
        prefixes.append(str(tmp_path / f"event00000000{number}"))
        write_event(prefixes[-1], {"hits": drawn.hits, "truth": drawn.truth})
    pool = genuine_pool(tuple(prefixes))
    _, counts = np.unique(drawn.truth["particle_id"][drawn.truth["particle_id"] != 0], return_counts=True)
    assert pool.particle_counts[1] == np.count_nonzero(counts >= 3)
    assert genuine_pool(tuple(prefixes)) is pool
