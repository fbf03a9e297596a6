"""Coverage of spheres and ellipses by hand for every step and head, and hits inside against all distances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.metrics.sphere_coverage import hits_inside, sphere_coverage

# Two tracks along x with hits at 0, 1, 2 and 3; two heads.
POSITIONS = np.zeros((2, 4, 3))
POSITIONS[..., 0] = np.arange(4)


def predicted(shift):
    """Return centres that miss the true hits by `shift` (tracks, steps, heads) in y."""
    shift = np.asarray(shift, float)
    centres = np.zeros((*shift.shape, 3))
    centres[..., 0] = 1 + np.arange(3)[:, None] + np.arange(2)
    centres[..., 1] = shift
    return centres


SHIFT = [[[0.1, 0.3], [0.2, 0.0], [0.0, 0.0]], [[-0.3, 0.5], [0.4, 0.0], [0.6, 0.0]]]


def test_every_step_and_head_by_hand():
    coverage = sphere_coverage(predicted(SHIFT), np.full((2, 3, 2, 1), 0.35), POSITIONS)
    assert coverage.inside.count.tolist() == [[2, 1], [1, 2], [1, 0]]
    assert coverage.inside.total.tolist() == [[2, 2], [2, 2], [2, 0]]  # no hit after the next one of the last step
    np.testing.assert_allclose(coverage.distance, [[0.2, 0.4], [0.3, 0.0], [0.3, np.nan]])
    np.testing.assert_allclose(coverage.size[..., 0], [[0.35, 0.35], [0.35, 0.35], [0.35, np.nan]])
    assert 0 < coverage.inside.low[0, 0] < coverage.inside.high[0, 0] == 1


def test_missing_hits_are_neither_read_nor_wanted():
    present = np.array([[True, True, False, True], [True, True, True, True]])
    sizes = np.full((2, 3, 2, 1), 0.35)
    sizes[0] = 1.0
    coverage = sphere_coverage(predicted(SHIFT), sizes, POSITIONS, present)
    # Of the first track steps 0 (hit 1) and 1 (hit 3, second head) are left.
    assert coverage.inside.total.tolist() == [[2, 1], [1, 2], [1, 0]]
    assert coverage.inside.count.tolist() == [[2, 0], [0, 2], [0, 0]]
    np.testing.assert_allclose(coverage.size[..., 0], [[0.675, 0.35], [0.35, 0.675], [0.35, np.nan]])


def test_a_hit_on_the_surface_is_outside():
    centres, sizes = np.array([[[[1.5, 0.0]]]]), np.array([[[[0.5]]]])
    positions = np.array([[[0.0, 0.0], [1.0, 0.0]]])
    assert sphere_coverage(centres, sizes, positions).inside.count == 0
    assert sphere_coverage(centres, sizes * 1.001, positions).inside.count == 1


def test_semi_axes_of_an_ellipse():
    centres, positions = np.zeros((3, 1, 1, 2)), np.zeros((3, 2, 2))
    positions[:, 1] = [[1.9, 0.0], [0.0, 1.1], [1.5, 0.7]]  # (1.5 / 2)^2 + 0.7^2 = 1.05
    coverage = sphere_coverage(centres, np.tile([2.0, 1.0], (3, 1, 1, 1)), positions)
    assert (coverage.inside.count, coverage.inside.total) == (1, 3)
    assert coverage.size.tolist() == [[[2.0, 1.0]]]


@pytest.mark.parametrize("sizes", [1, 2])
def test_a_size_of_zero_holds_nothing(sizes):
    assert sphere_coverage(np.zeros((1, 1, 1, 2)), np.zeros((1, 1, 1, sizes)), np.zeros((1, 2, 2))).inside.count == 0


@pytest.mark.parametrize(
    ("centres", "sizes", "positions", "present"),
    [
        ((2, 3, 1, 3), (2, 3, 1, 2), (2, 4, 3), (2, 4)),
        ((2, 3, 1, 3), (2, 3, 2, 1), (2, 4, 3), (2, 4)),
        ((2, 5, 1, 3), (2, 5, 1, 1), (2, 4, 3), (2, 4)),
        ((2, 3, 1, 3), (2, 3, 1, 1), (1, 4, 3), (1, 4)),
        ((2, 3, 1, 2), (2, 3, 1, 1), (2, 4, 3), (2, 4)),
        ((2, 3, 1, 3), (2, 3, 1, 1), (2, 4, 3), (2, 3)),
        ((2, 3, 3), (2, 3, 1), (2, 4, 3), (2, 4)),
    ],
)
def test_shapes_that_do_not_fit_are_refused(centres, sizes, positions, present):
    with pytest.raises(ValueError, match="belong together"):
        sphere_coverage(np.zeros(centres), np.ones(sizes), np.zeros(positions), np.ones(present, bool))


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.booleans())
def test_hits_inside_as_all_distances_say(seed, dimensions, round_ones):
    rng = np.random.default_rng(seed)
    centres, positions = rng.uniform(-1, 1, (7, dimensions)), rng.uniform(-1, 1, (20, dimensions))
    sizes = rng.uniform(0, 1, (7, 1 if round_ones else dimensions))
    pairs = zip(centres, sizes, strict=True)
    within = [[np.sum(((hit - centre) / size) ** 2) < 1 for hit in positions] for centre, size in pairs]
    assert hits_inside(centres, sizes, positions).tolist() == np.sum(within, axis=1).tolist()


def test_no_hits_and_no_spheres():
    assert hits_inside(np.zeros((2, 3)), np.ones((2, 1)), np.zeros((0, 3))).tolist() == [0, 0]
    assert hits_inside(np.zeros((0, 3)), np.ones((0, 1)), np.zeros((5, 3))).tolist() == []
    assert hits_inside([[9.0, 9.0]], [[1.0]], [[0.0, 0.0]]).tolist() == [0]
