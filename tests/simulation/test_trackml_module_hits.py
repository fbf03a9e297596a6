import numpy as np
import pytest

from keras_hep.simulation.solenoid import Helices
from keras_hep.simulation.trackml_detector import modules
from keras_hep.simulation.trackml_material import LAYERS
from keras_hep.simulation.trackml_module_hits import module_hits
from keras_hep.simulation.trackml_transport import transport


@pytest.fixture(scope="module")
def crossings():
    """Crossings of particles of both charges in all directions, without material."""
    random = np.random.default_rng(3)
    pt, eta, phi = (
        0.15 + random.exponential(0.5, 3000),
        random.uniform(-4, 4, 3000),
        random.uniform(-np.pi, np.pi, 3000),
    )
    momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
    start = random.normal(0, (0.015, 0.015, 5.0), (3000, 3))
    return transport(np.arange(3000), start, momentum, random.choice([-1, 1], 3000), random, material=False)[0]


@pytest.fixture(scope="module")
def hits(crossings):
    return module_hits(crossings.layer, crossings.helix, crossings.travelled)


def straight(layer, x, y, z, direction, slope=0.0):
    """Return crossings of `layer` by nearly straight lines."""
    values = np.broadcast_arrays(x, y, z, np.cos(direction), np.sin(direction), slope, 1e-9)
    helix = Helices(*(np.atleast_1d(np.array(value, float)) for value in values))
    number = [(place.volume, place.layer) for place in LAYERS].index(layer)
    return module_hits(np.full(len(helix.x), number), helix, np.full(len(helix.x), np.inf))


def test_hits_lie_on_their_modules_inside_of_the_outlines(hits):
    every = modules()
    local = np.einsum("nij,ni->nj", every.rotation[hits.module], hits.position - every.centre[hits.module])
    np.testing.assert_allclose(local, np.stack([hits.u, hits.v, np.zeros_like(hits.u)], axis=1), atol=1e-9)
    half_length = every.half_length[hits.module]
    assert np.all(np.abs(hits.v) <= half_length)
    share = (hits.v / half_length + 1) / 2
    width = every.min_half_width[hits.module] * (1 - share) + every.max_half_width[hits.module] * share
    assert np.all(np.abs(hits.u) <= width + 1e-9)


def test_hits_lie_on_the_trajectories(crossings, hits):
    helix = crossings.helix[hits.crossing]
    centre_x, centre_y = helix.x - helix.ty / helix.curvature, helix.y + helix.tx / helix.curvature
    radius = np.hypot(hits.position[:, 0] - centre_x, hits.position[:, 1] - centre_y)
    np.testing.assert_allclose(radius, 1 / np.abs(helix.curvature), rtol=1e-9)
    np.testing.assert_allclose(hits.position[:, 2], helix.z + helix.slope * hits.path, atol=1e-9)


def test_directions_are_unit_vectors_with_the_slope_of_the_helix(crossings, hits):
    np.testing.assert_allclose((hits.direction**2).sum(axis=1), 1)
    transverse = np.hypot(hits.direction[:, 0], hits.direction[:, 1])
    np.testing.assert_allclose(hits.direction[:, 2] / transverse, crossings.helix.slope[hits.crossing])


def test_every_hit_of_a_layer_is_on_a_module_of_it(crossings, hits):
    layers = np.array([(layer.volume, layer.layer) for layer in LAYERS])[crossings.layer[hits.crossing]]
    np.testing.assert_array_equal(layers[:, 0], modules().volume[hits.module])
    np.testing.assert_array_equal(layers[:, 1], modules().layer[hits.module])
    assert set(crossings.layer[hits.crossing]) == set(range(48))


def test_no_module_is_hit_twice_in_a_crossing_and_none_is_missed(crossings, hits):
    pairs = np.stack([hits.crossing, hits.module])
    assert np.unique(pairs, axis=1).shape == pairs.shape
    # By trial on all modules of a layer: dense points along the way change from one side of a module to the other.
    every = modules()
    for number in (3, 7, 10, 20, 25, 44):
        (crossing,) = np.nonzero(crossings.layer == number)
        layer = LAYERS[number]
        (module,) = np.nonzero((every.volume == layer.volume) & (every.layer == layer.layer))
        for one in crossing[:25]:
            assert set(found_by_trial(crossings.helix[one], module)) == set(hits.module[hits.crossing == one])


def found_by_trial(helix, module):
    every = modules()
    way = Helices(*(np.atleast_1d(value) for value in helix._values())).moved(np.arange(-60, 60, 0.05))
    points = np.stack([way.x, way.y, way.z], axis=1)
    for index in module:
        local = (points - every.centre[index]) @ every.rotation[index]
        crossed = np.flatnonzero(np.sign(local[1:, 2]) != np.sign(local[:-1, 2]))
        for step in crossed:
            share = local[step, 2] / (local[step, 2] - local[step + 1, 2])
            u, v, _ = local[step] + share * (local[step + 1] - local[step])
            half_length = every.half_length[index]
            low, high = every.min_half_width[index], every.max_half_width[index]
            if abs(v) < half_length and abs(u) < low + (high - low) * (v / half_length + 1) / 2:
                yield index


def test_a_line_through_the_middle_of_a_module_hits_it_there():
    every = modules()
    (places,) = every.places[13, 4]
    index = places[3, 7]
    x, y, z = every.centre[index]
    found = straight((13, 4), x, y, z, np.arctan2(y, x))
    assert found.module.tolist() == [index]
    assert (found.u[0], found.v[0], found.path[0]) == pytest.approx((0, 0, 0), abs=1e-6)


def test_overlapping_rows_give_two_hits():
    # Rows of the pixel barrel are 70 mm apart and 72 mm long: at z of 35.0 + 0.5 of the central row both are hit.
    every = modules()
    (places,) = every.places[8, 6]
    x, y, _ = every.centre[places[6, 5]]
    found = straight((8, 6), x, y, 0.5, np.arctan2(y, x))
    assert sorted(found.module.tolist()) == sorted(places[6:8, 5].tolist())
    assert np.hypot(*found.position[:, :2].T).tolist() == pytest.approx([116.25, 115.75], abs=1e-3)


def test_nothing_is_hit_before_the_start():
    every = modules()
    (places,) = every.places[8, 6]
    x, y, z = every.centre[places[6, 5]]
    direction = np.arctan2(y, x)
    helix = Helices(*(np.atleast_1d(float(v)) for v in (x, y, z, np.cos(direction), np.sin(direction), 0, 1e-9)))
    layer = np.array([[(place.volume, place.layer) for place in LAYERS].index((8, 6))])
    behind = helix.moved(np.array([2.0]))
    assert len(module_hits(layer, behind, np.array([1.9])).module) == 0
    assert len(module_hits(layer, behind, np.array([2.0])).module) == 0  # it started on the module
    assert len(module_hits(layer, behind, np.array([2.1])).module) == 1


def test_a_rotation_by_half_a_turn_rotates_the_barrel_hits(crossings, hits):
    # All rings have an even number of modules, and half of it is a whole number of steps.
    helix = crossings.helix
    turned = Helices(-helix.x, -helix.y, helix.z, -helix.tx, -helix.ty, helix.slope, helix.curvature)
    rotated = module_hits(crossings.layer, turned, crossings.travelled)
    barrel = np.isin(modules().volume[hits.module], (8, 13, 17))
    opposite = np.isin(modules().volume[rotated.module], (8, 13, 17))
    there, here = hits.position[barrel] * (-1, -1, 1), rotated.position[opposite]
    order, other = (np.lexsort(points.round(5).T) for points in (there, here))
    np.testing.assert_allclose(there[order], here[other], atol=1e-6)


def test_no_crossings_give_no_hits():
    none = Helices(*(np.empty(0) for _ in range(7)))
    assert len(module_hits(np.empty(0, int), none, np.empty(0)).module) == 0
