import gzip

import numpy as np
import pytest

from keras_hep.simulation.trackml_detector import BARRELS, DISCS, detectors, modules, ring_angles

COLUMNS = ["volume_id", "layer_id", "module_id", "cx", "cy", "cz"]
COLUMNS += [f"rot_{axis}{local}" for axis in "xyz" for local in "uvw"]
COLUMNS += ["module_t", "module_minhu", "module_maxhu", "module_hv", "pitch_u", "pitch_v"]
MODULES = {7: 756, 8: 2492, 9: 756, 12: 1020, 13: 5796, 14: 1020, 16: 588, 17: 5712, 18: 588}


def corners(index):
    """Return the corners of modules, float array of shape (modules, 4, 3), mm."""
    every = modules()
    ends = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    widths = {-1: every.min_half_width[index], 1: every.max_half_width[index]}
    local = [(side * widths[end], end * every.half_length[index], np.zeros(len(index))) for side, end in ends]
    local = np.stack([np.stack(point, axis=1) for point in local], axis=1)
    return np.einsum("nij,nkj->nki", every.rotation[index], local) + every.centre[index][:, None]


def test_modules_of_each_volume_and_layer():
    table = detectors()
    volumes, counts = np.unique(table["volume_id"], return_counts=True)
    assert dict(zip(volumes.tolist(), counts.tolist(), strict=True)) == MODULES
    layers = np.unique(np.stack([table["volume_id"], table["layer_id"]]), axis=1)
    assert layers.shape[1] == 48
    assert list(table) == COLUMNS
    assert all(len(column) == 18_728 for column in table.values())


def test_modules_are_numbered_from_one_in_order():
    table = detectors()
    keys = [tuple(key) for key in zip(*(table[name].tolist() for name in COLUMNS[:3]), strict=True)]
    assert keys == sorted(set(keys))
    for volume, layer in {key[:2] for key in keys}:
        numbers = [key[2] for key in keys if key[:2] == (volume, layer)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_axes_are_orthonormal_and_right_handed():
    rotation = modules().rotation
    np.testing.assert_allclose(
        np.einsum("nji,njk->nik", rotation, rotation), np.tile(np.eye(3), (18_728, 1, 1)), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.det(rotation), 1)


def test_normals_point_away_from_the_collisions():
    every = modules()
    assert np.all(np.einsum("ni,ni->n", every.rotation[:, :, 2], every.centre) > 0)


@pytest.mark.parametrize(
    ("layer", "count", "radii", "length"),
    [
        ((8, 2), 224, (31.7, 34.4), 491.0),
        ((8, 8), 1092, (170.8, 173.6), 491.0),
        ((13, 2), 840, (256.0, 266.1), 1084.0),
        ((13, 8), 2142, (655.3, 665.5), 1084.0),
        ((17, 4), 3192, (1015.2, 1025.4), 1084.0),
    ],
)
def test_envelopes_of_barrels(layer, count, radii, length):
    (index,) = modules().places[layer]
    corner = corners(index.ravel())
    radius = np.hypot(corner[..., 0], corner[..., 1])
    assert index.size == count
    # The published envelope is that of the corners.
    assert (radius.min(), radius.max()) == pytest.approx(radii, abs=0.6)
    assert (corner[..., 2].min(), corner[..., 2].max()) == pytest.approx((-length, length))


@pytest.mark.parametrize(
    ("layer", "count", "radii", "z"),
    [
        ((7, 2), 108, (31.2, 176.2), (-1502.5, -1497.5)),
        ((9, 2), 108, (31.2, 176.2), (597.5, 602.5)),
        ((12, 12), 170, (240.6, 701.1), (-1224.5, -1215.5)),
        ((18, 12), 98, (751.9, 1022.5), (2944.5, 2955.5)),
    ],
)
def test_envelopes_of_discs(layer, count, radii, z):
    index = np.concatenate(modules().places[layer])
    corner = corners(index)
    radius = np.hypot(corner[..., 0], corner[..., 1])
    assert len(index) == count
    assert (radius.min(), radius.max()) == pytest.approx(radii, abs=0.1)
    assert (corner[..., 2].min(), corner[..., 2].max()) == pytest.approx(z)


def test_discs_at_both_ends_are_images_of_each_other():
    every = modules()
    for volume, layers in ((7, 7), (12, 6), (16, 6)):
        for layer in range(2, 2 * layers + 1, 2):
            there = np.concatenate(every.places[volume, layer])
            here = np.concatenate(every.places[volume + 2, 2 * layers + 2 - layer])
            np.testing.assert_allclose(every.centre[there] * (1, 1, -1), every.centre[here])
            np.testing.assert_array_equal(every.module[there], every.module[here])


def test_dimensions_stand_in_the_file_once():
    assert [barrel.radius for barrel in BARRELS] == [32, 72, 116, 172, 260, 360, 500, 660, 820, 1020]
    assert [disc.z for disc in DISCS if disc.volume == 9] == [600, 700, 820, 960, 1100, 1300, 1500]
    assert [disc.z for disc in DISCS if disc.volume == 16] == [-2950, -2550, -2150, -1800, -1500, -1220]


def test_rings_start_half_a_step_behind_minus_pi():
    np.testing.assert_allclose(ring_angles(4), np.pi * np.array([-0.75, -0.25, 0.25, 0.75]))


def test_the_table_is_the_genuine_one(real_data):
    prefix = real_data("trackml/detectors.csv")
    (path,) = prefix.parent.glob("detectors.csv*")
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        names = stream.readline().strip().split(",")
        genuine = dict(zip(names, np.loadtxt(stream, delimiter=",").T, strict=True))
    table = detectors()
    for name in COLUMNS:
        tolerance = 0.004 if name in ("cx", "cy") else 1e-6
        np.testing.assert_allclose(table[name], genuine[name], atol=tolerance, rtol=0, err_msg=name)
