import importlib.util
import pathlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.calorimetry import resampling
from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.features import shower_features
from keras_hep.calorimetry.resampling import ATLAS, CLIC, CMS, Granularity, Segmentation
from keras_hep.calorimetry.showers import Showers

_SPEC = importlib.util.spec_from_file_location(
    "plain", pathlib.Path(__file__).parents[1] / "benchmarks" / "plain_resampling.py"
)
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

SCALES = st.floats(0.05, 30)
CELLS = st.integers(1, 30)


def drawn_images(number=2, side=25, layers=25, seed=0):
    draw = np.random.default_rng(seed)
    shape = number, side, side, layers
    return (draw.exponential(1.0, shape) * (draw.random(shape) < 0.05)).astype(np.float32)


def test_scales_are_those_of_table_1():
    np.testing.assert_allclose(CLIC.scales(), [[1, 1]])
    np.testing.assert_allclose(ATLAS.scales(), [[3.438, 0.1074], [0.8595, 0.8595], [0.8595, 17.19]], rtol=1e-3)
    np.testing.assert_allclose(CMS.scales(), [[2.777, 2.777]], rtol=1e-3)
    assert [granularity.layers for granularity in (CLIC, ATLAS, CMS)] == [25, 25, 25]


@given(CELLS, SCALES)
def test_all_energy_arrives_and_only_overhang_is_lost(cells, scale):
    there, home = resampling.forward(cells, scale), resampling.back(cells, scale)
    np.testing.assert_allclose(there.sum(axis=1), 1, rtol=1e-9)
    np.testing.assert_allclose(home.sum(axis=1)[1:-1], 1, rtol=1e-9)
    overhang = len(home) * scale - cells
    assert -1e-6 <= overhang < 1.0000001 * scale
    np.testing.assert_allclose((1 - home.sum(axis=1)).sum() * scale, overhang, atol=1e-6)
    whole = resampling.there_and_back(cells, scale)
    assert (whole >= 0).all()
    np.testing.assert_allclose(whole, whole[::-1, ::-1], atol=1e-9)  # about the centre
    np.testing.assert_allclose(whole, whole.T, atol=1e-12)


@given(CELLS)
def test_cells_of_the_same_width_change_nothing(cells):
    np.testing.assert_allclose(resampling.there_and_back(cells, 1.0), np.eye(cells), atol=1e-12)


@given(CELLS, st.integers(1, 5))
def test_cells_a_whole_number_of_times_finer_change_nothing(cells, finer):
    np.testing.assert_allclose(resampling.there_and_back(cells, 1 / finer), np.eye(cells), atol=1e-9)


@given(st.tuples(st.integers(1, 5), st.integers(1, 5)), st.tuples(st.floats(0.3, 7), st.floats(0.3, 7)))
def test_matrices_are_overlaps_of_areas(shape, scales):
    expected = plain.there_and_back(shape, scales)
    ours = np.kron(*(resampling.there_and_back(cells, scale) for cells, scale in zip(shape, scales, strict=True)))
    np.testing.assert_allclose(ours, expected, atol=1e-9)


@pytest.mark.parametrize("target", [ATLAS, CMS], ids=["ATLAS", "CMS"])
@pytest.mark.parametrize("paper_axes", [False, True])
def test_images_are_resampled_as_by_one_matrix_for_all_cells(target, paper_axes):
    images = drawn_images(side=9)
    scales = [scale[::-1] if paper_axes else scale for scale in target.scales()]
    matrices = [plain.there_and_back((9, 9), scale) for scale in scales]
    layers = [part.layers for part in target.segmentations]
    expected = plain.resampled(images, matrices, layers)
    np.testing.assert_allclose(resampling.resampled_images(images, target, paper_axes), expected, rtol=1e-5, atol=1e-6)


def test_axes_of_the_paper_are_the_others():
    images = drawn_images()
    swapped = resampling.resampled_images(images.transpose(0, 2, 1, 3), ATLAS, paper_axes=True)
    expected = resampling.resampled_images(images, ATLAS)
    np.testing.assert_allclose(swapped.transpose(0, 2, 1, 3), expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(swapped, expected)


def test_layers_of_one_segmentation_are_alike():
    images = drawn_images()
    cms, atlas = (resampling.resampled_images(images, target) for target in (CMS, ATLAS))
    np.testing.assert_array_equal(cms, np.broadcast_to(cms[..., :1], cms.shape))
    for first, last in ((0, 4), (5, 21), (22, 24)):
        np.testing.assert_array_equal(atlas[..., first], atlas[..., last])
    assert not np.allclose(atlas[..., 4], atlas[..., 5])
    assert not np.allclose(atlas[..., 21], atlas[..., 22])


@pytest.mark.parametrize("target", [ATLAS, CMS, CLIC], ids=["ATLAS", "CMS", "CLIC"])
def test_energy_in_the_middle_is_kept_and_nothing_is_gained(target):
    images = drawn_images()
    result = resampling.resampled_images(images, target)
    assert (result.sum(axis=(1, 2, 3)) <= images.sum(axis=(1, 2, 3)) * (1 + 1e-5)).all()
    middle = np.zeros_like(images)
    middle[:, 9:16, 9:16] = images[:, 9:16, 9:16]
    kept = resampling.resampled_images(middle, target).sum(axis=(1, 2, 3)) / middle.sum(axis=(1, 2, 3))
    # A strip of ATLAS, 17 cells long, hangs over by half of its length on both sides of the window.
    assert (kept > (0.85 if target is ATLAS else 1 - 1e-5)).all()


def test_resampling_is_linear():
    first, second = drawn_images(seed=1), drawn_images(seed=2)
    both = resampling.resampled_images(first + 3 * second, ATLAS)
    parts = resampling.resampled_images(first, ATLAS) + 3 * resampling.resampled_images(second, ATLAS)
    np.testing.assert_allclose(both, parts, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("target", [ATLAS, CMS], ids=["ATLAS", "CMS"])
def test_showers_are_resampled_as_their_images(target, monkeypatch):
    monkeypatch.setattr(resampling, "_BLOCK", 2)
    images = drawn_images(number=5)
    showers = Showers(Cells.of_images(images), Cells.of_images(images[:, :3, :3]), {"energy": [1.0] * 5}, "simulation")
    result = resampling.resampled(showers, target)
    np.testing.assert_allclose(result.ecal.dense(), resampling.resampled_images(images, target), rtol=1e-6, atol=1e-7)
    assert (result.hcal, result.source, list(result.labels)) == (None, "simulation", ["energy"])
    assert resampling.resampled(showers, target, keep_hcal=True).hcal is showers.hcal
    assert len(resampling.resampled(showers.take([]), target)) == 0


@pytest.mark.parametrize("target", [ATLAS, CMS], ids=["ATLAS", "CMS"])
def test_features_of_resampled_showers_need_no_cells(target):
    images = 30 * drawn_images(number=3)
    hcal = Cells.of_images(drawn_images(number=3, side=11, layers=60))
    showers = Showers(Cells.of_images(images), hcal, {}, "simulation")
    for keep_hcal in (False, True):
        options = {"paper_axes": True, "keep_hcal": keep_hcal}
        expected = shower_features(resampling.resampled(showers, target, **options), angles=False)
        features = resampling.resampled_features(showers, target, **options, angles=False)
        assert features.keys() == expected.keys()
        for name, values in features.items():
            np.testing.assert_allclose(values, expected[name], rtol=1e-5, atol=1e-4, err_msg=name)
        assert features["ECAL_nHits"].min() > 100


def test_a_calorimeter_with_other_layers_needs_a_granularity_of_its_own():
    images = drawn_images(layers=4)
    with pytest.raises(ValueError, match="must have the 25 layers of CMS, got 4"):
        resampling.resampled_images(images, CMS)
    with pytest.raises(ValueError, match="must have the 25 layers of CMS, got 4"):
        resampling.resampled_segmentations(Cells.of_images(images), CMS)
    own = Granularity("own", (Segmentation(1, 0.003, 0.003), Segmentation(3, 0.006, 0.003)), 0.3504, 0.9327)
    np.testing.assert_allclose(own.scales(), [[1, 1], [1, 2]])
    np.testing.assert_allclose(resampling.resampled_images(images, own)[..., 0], images[..., 0], rtol=1e-6)


@pytest.mark.parametrize(("cells", "scale"), [(0, 1.0), (3, 0.0), (3, np.nan)])
def test_rows_without_cells_are_refused(cells, scale):
    with pytest.raises(ValueError, match="cells and scale must be positive"):
        resampling.forward(cells, scale)
