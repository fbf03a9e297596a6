import dataclasses

import numpy as np
import pytest

from keras_hep.formats.trackml import load_event
from keras_hep.formats.trackml_writing import write_event
from keras_hep.metrics.tracking import hit_weights, score_event
from keras_hep.simulation.trackml_detector import detectors, modules
from keras_hep.simulation.trackml_like import TrackMLLike

TYPES = {
    "hits": dict.fromkeys(("hit_id", "volume_id", "layer_id", "module_id"), "int32") | dict.fromkeys("xyz", "float32"),
    "truth": {"hit_id": "int32", "particle_id": "int64"}
    | dict.fromkeys(("tx", "ty", "tz", "tpx", "tpy", "tpz", "weight"), "float32"),
    "particles": {"particle_id": "int64", "q": "int32", "nhits": "int32"}
    | dict.fromkeys(("vx", "vy", "vz", "px", "py", "pz"), "float32"),
    "cells": dict.fromkeys(("hit_id", "ch0", "ch1"), "int32") | {"value": "float32"},
}


@pytest.fixture(scope="module")
def event():
    return TrackMLLike(particles=2000, noise=0.2, cells=True).event(seed=3)


def tables(event):
    return {name: getattr(event, name) for name in TYPES}


def assert_same(first, second):
    for name, table in tables(first).items():
        other = getattr(second, name)
        assert table.keys() == other.keys()
        for column, values in table.items():
            np.testing.assert_array_equal(values, other[column], err_msg=f"{name}.{column}")


def test_tables_have_the_genuine_columns_and_types(event):
    for name, table in tables(event).items():
        assert {column: values.dtype.name for column, values in table.items()} == TYPES[name]
        assert len({len(values) for values in table.values()}) == 1
    assert list(event.hits) == ["hit_id", "x", "y", "z", "volume_id", "layer_id", "module_id"]
    assert list(event.truth) == ["hit_id", "particle_id", "tx", "ty", "tz", "tpx", "tpy", "tpz", "weight"]
    assert list(event.particles) == ["particle_id", "vx", "vy", "vz", "px", "py", "pz", "q", "nhits"]


def test_hits_are_numbered_from_one_by_volume_layer_and_module(event):
    hits = event.hits
    assert hits["hit_id"].tolist() == list(range(1, len(hits["x"]) + 1))
    np.testing.assert_array_equal(event.truth["hit_id"], hits["hit_id"])
    key = (hits["volume_id"].astype(int) * 100 + hits["layer_id"]) * 10_000 + hits["module_id"]
    assert np.all(np.diff(key) >= 0)


def test_order_inside_of_a_module_tells_nothing():
    event = TrackMLLike(particles=20_000).event(seed=1)
    module = event.hits["volume_id"].astype(int) * 1_000_000 + event.hits["layer_id"] * 10_000 + event.hits["module_id"]
    noise = event.truth["particle_id"] == 0
    pair = np.flatnonzero((module[1:] == module[:-1]) & (noise[1:] != noise[:-1]))
    assert np.mean(noise[pair]) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(len(pair)))


def test_every_hit_belongs_to_a_particle_or_is_noise(event):
    owners, counts = np.unique(event.truth["particle_id"], return_counts=True)
    assert owners[0] == 0
    assert np.isin(owners[1:], event.particles["particle_id"]).all()
    known = dict(zip(owners[1:].tolist(), counts[1:].tolist(), strict=True))
    nhits = [known.get(particle, 0) for particle in event.particles["particle_id"].tolist()]
    np.testing.assert_array_equal(event.particles["nhits"], nhits)


def test_identifiers_are_unique_and_ascend(event):
    assert np.all(np.diff(event.particles["particle_id"]) > 0)


def test_weights_are_those_of_the_challenge(event):
    expected = hit_weights(event.truth, event.particles)
    np.testing.assert_allclose(event.truth["weight"], expected, rtol=1e-6)
    assert event.truth["weight"].sum() == pytest.approx(1, abs=1e-5)
    assert np.all(event.truth["weight"][event.truth["particle_id"] == 0] == 0)
    perfect = {"hit_id": event.truth["hit_id"], "track_id": event.truth["particle_id"]}
    assert score_event(event.truth, perfect) == pytest.approx(1)


def test_hits_are_the_means_of_their_cells(event):
    hits, cells, table = event.hits, event.cells, detectors()
    row = np.flatnonzero(np.isin(hits["volume_id"], (7, 9, 12, 14, 16, 18)))[::37]  # discs: without drift
    for number in row:
        own = cells["hit_id"] == hits["hit_id"][number]
        columns = zip(("volume_id", "layer_id", "module_id"), ("volume_id", "layer_id", "module_id"), strict=True)
        here = np.all([table[name] == hits[other][number] for name, other in columns], axis=0)
        (index,) = np.flatnonzero(here)
        u = np.average(cells["ch0"][own] + 0.5, weights=cells["value"][own]) * table["pitch_u"][index]
        v = np.average(cells["ch1"][own] + 0.5, weights=cells["value"][own]) * table["pitch_v"][index]
        local = np.array([u - table["module_maxhu"][index], v - table["module_hv"][index], 0])
        point = modules().rotation[index] @ local + modules().centre[index]
        np.testing.assert_allclose([hits[axis][number] for axis in "xyz"], point, atol=1e-3)


def test_every_hit_has_cells(event):
    assert np.all(np.diff(event.cells["hit_id"]) >= 0)
    np.testing.assert_array_equal(np.unique(event.cells["hit_id"]), event.hits["hit_id"])
    assert np.all(event.cells["value"] > 0)
    strips = np.isin(event.cells["hit_id"], event.hits["hit_id"][event.hits["volume_id"] > 9])
    assert np.all(event.cells["value"][strips] == 1)


def test_hits_lie_near_the_truth(event):
    distance = np.sqrt(sum((event.hits[axis] - event.truth[f"t{axis}"]) ** 2 for axis in "xyz"))
    pixel = event.hits["volume_id"] < 10
    assert np.percentile(distance[pixel], 99) < 0.1
    assert distance.max() < 30  # long strips measure v to 10.8 mm; long clusters more


def test_the_same_seed_gives_the_same_bits_and_another_another_event(event):
    generator = TrackMLLike(particles=2000, noise=0.2, cells=True)
    assert_same(event, generator.event(seed=3))
    assert len(generator.event(seed=4).hits["x"]) != len(event.hits["x"])
    assert_same(generator.event(seed=[3, 1]), generator.event(seed=[3, 1]))


def test_cells_change_no_hits(event):
    without = TrackMLLike(particles=2000, noise=0.2).event(seed=3)
    assert without.cells is None
    assert_same(dataclasses.replace(without, cells=event.cells), event)


def test_a_part_of_the_detector_has_the_hits_of_the_whole(event):
    part = TrackMLLike(particles=2000, noise=0.2, cells=True, volumes=(8, 13, 17), z_window=50).event(seed=3)
    keep = np.isin(event.hits["volume_id"], (8, 13, 17)) & (np.abs(event.hits["z"]) < 50)
    assert 0 < keep.sum() < len(keep)
    for name in ("hits", "truth"):
        for column, values in getattr(event, name).items():
            np.testing.assert_array_equal(getattr(part, name)[column], values[keep])
    kept = np.isin(event.cells["hit_id"], part.hits["hit_id"])
    np.testing.assert_array_equal(part.cells["ch1"], event.cells["ch1"][kept])
    np.testing.assert_array_equal(part.particles["nhits"], event.particles["nhits"])


def test_density_scales_particles_and_noise():
    generator = TrackMLLike(particles=4000, noise=0.5).scaled(0.5)
    assert (generator.particles, generator.noise) == (2000, 0.25)
    quiet, noisy = (TrackMLLike(particles=0, noise=noise).event(seed=1) for noise in (0.1, 1.0))
    assert len(noisy.hits["x"]) / len(quiet.hits["x"]) == pytest.approx(10, rel=0.1)
    assert len(TrackMLLike(particles=0, noise=0).event(seed=1).hits["x"]) == 0


def test_written_and_read_again(event, tmp_path):
    pytest.importorskip("pandas")
    write_event(tmp_path / "event000000007", tables(event))
    read = load_event(tmp_path / "event000000007", parts=tuple(TYPES))
    for name, table in zip(TYPES, read, strict=True):
        for column, values in getattr(event, name).items():
            np.testing.assert_array_equal(table[column].to_numpy(), values, err_msg=f"{name}.{column}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"particles": -1}, "particles must lie between 0 and 80000"),
        ({"particles": 1e6}, "particles must lie between 0 and 80000"),
        ({"noise": -0.1}, "noise is a share of at least 0, got -0.1"),
        ({"noise": np.inf}, "noise is a share"),
        ({"volumes": (8, 10)}, r"volumes are of \[7, 8, 9, 12, 13, 14, 16, 17, 18\], got \(8, 10\)"),
        ({"z_window": 0}, "z_window must be positive or None, got 0"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f"TrackMLLike: {message}"):
        TrackMLLike(**arguments)
