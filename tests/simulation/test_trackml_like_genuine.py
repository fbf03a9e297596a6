"""Parts of the simulation on genuine input: the particles and true hits of a sample of one event, and of a barrel."""

import numpy as np
import pytest

from keras_hep.simulation.solenoid import CURVATURE
from keras_hep.simulation.trackml_cells import clusters
from keras_hep.simulation.trackml_detector import modules
from keras_hep.simulation.trackml_material import FIELD
from keras_hep.simulation.trackml_module_hits import module_hits
from keras_hep.simulation.trackml_transport import transport

EFFICIENCY = 0.99


@pytest.fixture
def sample(real_data):
    """Return the tables of the sample as dicts of arrays."""
    pytest.importorskip("pandas")
    from keras_hep.formats.trackml import load_event

    prefix = real_data("trackml/event000000001")
    names = ("hits", "truth", "particles", "cells")
    return {
        name: {column: table[column].to_numpy() for column in table}
        for name, table in zip(names, load_event(prefix, names), strict=True)
    }


@pytest.fixture
def barrel(real_data):
    """Return hits with truth and particles of the barrel of event 1000 as dicts of arrays."""
    pandas = pytest.importorskip("pandas")
    prefix = real_data("trackml/event000001000-barrel-partial")
    tables = [pandas.read_csv(f"{prefix}-{part}.csv.gz") for part in ("hits-truth", "particles")]
    return [{column: table[column].to_numpy() for column in table} for table in tables]


def module_rows(hits):
    every = modules()
    key = (every.volume.astype(np.int64) * 100 + every.layer) * 10_000 + every.module
    own = (hits["volume_id"].astype(np.int64) * 100 + hits["layer_id"]) * 10_000 + hits["module_id"]
    return np.searchsorted(key, own)


def local(module, position):
    return np.einsum("nij,ni->nj", modules().rotation[module], position - modules().centre[module])


def simulated(particles, repeats):
    """Return (particle, module) of the hits of genuine particles in our detector, `repeats` times each."""
    position, momentum = (
        np.tile(np.stack([particles[name] for name in names], axis=1), (repeats, 1)).astype(float)
        for names in (("vx", "vy", "vz"), ("px", "py", "pz"))
    )
    number = np.arange(len(position))
    crossings, _ = transport(number, position, momentum, np.tile(particles["q"], repeats), np.random.default_rng(1))
    found = module_hits(crossings.layer, crossings.helix, crossings.travelled)
    return crossings.particle[found.crossing], found.module


def test_genuine_particles_leave_as_many_hits_in_each_volume(sample):
    repeats = 20
    _, module = simulated(sample["particles"], repeats)
    signal = sample["truth"]["particle_id"] != 0
    for volumes in ((7,), (8,), (9,), (12,), (13,), (14,), (16, 18), (17,)):
        ours = EFFICIENCY * np.isin(modules().volume[module], volumes).sum() / repeats
        genuine = np.isin(sample["hits"]["volume_id"][signal], volumes).sum()
        # Hits come in tracks: one that ends early or does not changes three to five hits of a volume.
        assert ours == pytest.approx(genuine, rel=0.05, abs=2 * np.sqrt(genuine)), volumes


def test_genuine_particles_cross_as_many_barrel_layers(barrel):
    hits, particles = barrel
    owner, module = simulated(particles, 2)
    layer = 100 * modules().volume[module].astype(int) + modules().layer[module]
    genuine_layer = 100 * hits["volume_id"] + hits["layer_id"]
    for number in (802, 804, 806, 808, 1302, 1304, 1306, 1308, 1702, 1704):
        ours = len(np.unique(owner[layer == number])) / 2
        genuine = np.sum((genuine_layer == number) & (hits["particle_id"] != 0))
        assert ours == pytest.approx(genuine, rel=0.05), number


def test_the_field_is_that_of_the_true_momenta(sample):
    truth, particles = sample["truth"], sample["particles"]
    signal = np.flatnonzero(truth["particle_id"])
    order = np.argsort(particles["particle_id"])
    row = order[np.searchsorted(particles["particle_id"][order], truth["particle_id"][signal])]
    start = {name: particles[name][row].astype(float) for name in ("vx", "vy", "px", "py", "q")}
    there = {name: truth[name][signal].astype(float) for name in ("tx", "ty", "tz", "tpx", "tpy")}
    first = start["vx"] * start["py"] - start["vy"] * start["px"]
    change = first - (there["tx"] * there["tpy"] - there["ty"] * there["tpx"])
    square = there["tx"] ** 2 + there["ty"] ** 2
    field, z = 2 * change / (start["q"] * CURVATURE * square), np.abs(there["tz"])
    from_beam = (np.hypot(start["vx"], start["vy"]) < 20) & (square > 100**2)
    for low, high in ((0, 300), (300, 590), (590, 780), (780, 1000), (1000, 1250), (1250, 1600), (1600, 2000)):
        here = from_beam & (z > low) & (z < high)
        assert np.median(field[here]) == pytest.approx(np.mean(FIELD.field(z[here])), abs=0.05), (low, high)
    for low, high in ((2000, 2300), (2500, 2600), (2900, 3000)):
        here = from_beam & (z > low) & (z < high)
        assert np.median(field[here]) == pytest.approx(np.mean(FIELD.field(z[here])), abs=0.1), (low, high)


def test_true_hits_lie_in_the_middle_of_our_modules(sample):
    truth = sample["truth"]
    position = np.stack([truth[name] for name in ("tx", "ty", "tz")], axis=1).astype(float)
    module = module_rows(sample["hits"])
    point = local(module, position)
    assert np.abs(point[:, 2]).max() < 0.01
    assert np.all(np.abs(point[:, 1]) < modules().half_length[module] + 0.01)
    assert np.all(np.abs(point[:, 0]) < modules().max_half_width[module] + 0.01)


@pytest.mark.parametrize("volumes", [(8,), (7, 9), (13,), (12, 14), (17,), (16, 18)])
def test_true_hits_give_the_genuine_cells_and_positions(sample, volumes):
    hits, truth, cells = sample["hits"], sample["truth"], sample["cells"]
    select = np.isin(hits["volume_id"], volumes)
    module = module_rows({name: column[select] for name, column in hits.items()})
    true, measured, momentum = (
        np.stack([table[name][select] for name in names], axis=1).astype(float)
        for table, names in ((truth, ("tx", "ty", "tz")), (hits, ("x", "y", "z")), (truth, ("tpx", "tpy", "tpz")))
    )
    direction = momentum / np.linalg.norm(momentum, axis=1)[:, None]
    u, v, _ = local(module, true).T
    ours = clusters(module, u, v, direction, np.random.default_rng(1))
    count = np.isin(cells["hit_id"], hits["hit_id"][select]).sum()
    assert len(ours.hit) == pytest.approx(count, rel=0.03)
    assert ours.value.sum() == pytest.approx(
        cells["value"][np.isin(cells["hit_id"], hits["hit_id"][select])].sum(), rel=0.03
    )
    residual_u, residual_v, _ = (local(module, measured) - local(module, true)).T
    for mine, genuine in ((ours.u - u, residual_u), (ours.v - v, residual_v)):
        width = half_width(genuine)
        assert half_width(mine) == pytest.approx(width, rel=0.05)
        assert np.median(mine) == pytest.approx(np.median(genuine), abs=4 * width / np.sqrt(len(genuine)))


def half_width(values):
    low, high = np.percentile(values, [16, 84])
    return (high - low) / 2
