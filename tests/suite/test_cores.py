import multiprocessing
import os

import pytest

from keras_hep.suite import cores

needs_affinity = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cores cannot be chosen here")


@pytest.fixture
def machine(monkeypatch):
    def set_cores(*numbers):
        monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(numbers), raising=False)

    return set_cores


def test_each_process_has_a_core_of_its_own(machine):
    machine(5, 2, 3)
    assert cores.shares(2) == [2, 3]
    assert cores.shares(3) == [2, 3, 5]


def test_nothing_is_shared_out_where_nothing_is_gained(machine, monkeypatch):
    machine(2, 3)
    assert cores.shares(1) == [None]
    assert cores.shares(3) == [None] * 3
    monkeypatch.delattr(os, "sched_getaffinity")
    assert cores.shares(2) == [None] * 2


@needs_affinity
def test_a_process_keeps_to_its_core():
    core = max(os.sched_getaffinity(0))
    with multiprocessing.get_context("spawn").Pool(1, cores.keep_to, [core]) as pool:
        assert pool.apply(os.sched_getaffinity, [0]) == {core}


@needs_affinity
def test_a_process_without_a_core_keeps_all():
    before = os.sched_getaffinity(0)
    cores.keep_to(None)
    assert os.sched_getaffinity(0) == before
