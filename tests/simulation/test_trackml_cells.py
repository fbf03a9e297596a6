import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keras_hep.simulation.trackml_cells import clusters
from keras_hep.simulation.trackml_detector import modules

PIXEL_DISC, STRIP_DISC, PIXEL_BARREL, STRIP_BARREL = (9, 4), (14, 6), (8, 4), (13, 4)


def read_out(layer, u, v, rise_u=0.0, rise_v=0.0, seed=0):
    """Return clusters of hits on the first module of a layer; rises are slopes against the normal."""
    u, v, rise_u, rise_v = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, float)) for x in (u, v, rise_u, rise_v)))
    index = modules().places[layer][0].ravel()[0]
    local = np.stack([rise_u, rise_v, np.ones_like(u)], axis=1)
    direction = local @ modules().rotation[index].T / np.linalg.norm(local, axis=1)[:, None]
    return clusters(np.full(len(u), index), u, v, direction, np.random.default_rng(seed))


def test_a_straight_way_through_a_pixel_gives_its_centre():
    found = read_out(PIXEL_DISC, u=0.01, v=-0.02)
    assert (found.channel_u.tolist(), found.channel_v.tolist()) == (
        [168],
        [639],
    )  # (0.01 + 8.4) / 0.05, 35.98 / 0.05625
    assert found.value[0] == pytest.approx(0.3, rel=0.4)  # the depth of a disc sensor, with an error of 9.7 %
    assert (found.u[0], found.v[0]) == pytest.approx((168.5 * 0.05 - 8.4, 639.5 * 0.05625 - 36))


def test_pixels_measure_lengths_with_an_error():
    found = read_out(PIXEL_DISC, u=np.full(4000, 0.01), v=-0.02)
    assert found.value.mean() == pytest.approx(0.3, rel=0.01)
    assert found.value.std() / 0.3 == pytest.approx(0.097, rel=0.05)


def test_an_inclined_way_through_strips():
    # The sensor is 0.5 mm deep: with a rise of 0.32 the way spans 0.16 mm, two strips, from the middle of one to the
    # middle of the next but one.
    u = 100.5 * 0.08 - 24.2
    found = read_out(STRIP_DISC, u=u, v=0.6, rise_u=0.32)
    assert found.channel_u.tolist() == [99, 100, 101]
    assert found.channel_v.tolist() == [65, 65, 65]
    assert found.value.tolist() == [1, 1, 1]
    assert (found.u[0], found.v[0]) == pytest.approx((u, 65.5 * 1.2 - 78))


def test_cells_of_a_diagonal_touch_each_other():
    found = read_out(STRIP_DISC, u=100.6 * 0.08 - 24.2, v=0.0, rise_u=0.32, rise_v=4.8)
    cells = list(zip(found.channel_u.tolist(), found.channel_v.tolist(), strict=True))
    assert cells[0] == (99, 64)
    assert cells[-1] == (101, 65)
    steps = np.abs(np.diff(np.array(cells), axis=0)).sum(axis=1)
    assert steps.tolist() == [1] * (len(cells) - 1)


def test_charge_drifts_in_barrels_and_the_correction_leaves_a_bias():
    random = np.random.default_rng(1)
    u, v = random.uniform(-5, 5, (2, 20_000))
    for layer, depth, shift in ((PIXEL_BARREL, 0.15, 0.12), (STRIP_BARREL, 0.25, -0.12)):
        found = read_out(layer, u, v)
        assert np.mean(found.u - u) == pytest.approx(depth * shift / 2, rel=0.05)
        assert np.mean(found.v - v) == pytest.approx(0, abs=0.01)
    assert np.mean(read_out(PIXEL_DISC, u, v).u - u) == pytest.approx(0, abs=1e-3)


def test_cells_stay_inside_of_the_module():
    every = modules()
    for layer in (PIXEL_BARREL, STRIP_BARREL, STRIP_DISC):
        index = every.places[layer][0].ravel()[0]
        edge = (
            np.array([-1, 1, -1, 1]) * every.max_half_width[index],
            np.array([-1, -1, 1, 1]) * every.half_length[index],
        )
        found = read_out(layer, edge[0] * (1 - 1e-9), edge[1] * (1 - 1e-9), rise_u=2.0, rise_v=3.0)
        assert set(found.hit) == {0, 1, 2, 3}
        assert found.channel_u.min() == found.channel_v.min() == 0
        assert found.channel_u.max() == np.floor(2 * every.max_half_width[index] / every.pitch_u[index] + 1e-6) - 1
        assert found.channel_v.max() == round(2 * every.half_length[index] / every.pitch_v[index]) - 1


@settings(max_examples=50)
@example(u=0.0, v=0.0, rise_u=2.2e-12, rise_v=1.0, seed=0)  # along a border
@example(u=0.0, v=0.0, rise_u=1.0, rise_v=0.0, seed=0)
@given(st.floats(-7, 7), st.floats(-30, 30), st.floats(-8, 8), st.floats(-8, 8), st.integers(0, 9))
def test_positions_are_the_weighted_means_of_the_cells(u, v, rise_u, rise_v, seed):
    found = read_out(PIXEL_DISC, [u, -u], [v, v / 2], rise_u, rise_v, seed)
    for hit in (0, 1):
        weight = found.value[found.hit == hit]
        assert found.u[hit] == pytest.approx(
            np.average((found.channel_u[found.hit == hit] + 0.5) * 0.05, weights=weight) - 8.4
        )
        assert found.v[hit] == pytest.approx(
            np.average((found.channel_v[found.hit == hit] + 0.5) * 0.05625, weights=weight) - 36
        )
    cells = np.stack([found.hit, found.channel_u, found.channel_v])
    assert np.unique(cells, axis=1).shape == cells.shape
    # The lengths add up to the way through the sensor: each is off by 9.7 % on average, never by 60 %.
    length = 0.3 * np.sqrt(1 + rise_u**2 + rise_v**2)
    if np.abs(u) + 1.2 < 8.4 and np.abs(v) + 1.2 < 36:
        np.testing.assert_allclose(np.bincount(found.hit, found.value), length, rtol=0.6)


def test_no_hits_give_no_cells():
    found = read_out(PIXEL_DISC, np.empty(0), np.empty(0))
    assert len(found.hit) == len(found.u) == 0
