"""Virtual points by hand: where they are put, what is read of them, and that no weight is on them."""

import dataclasses

import numpy as np
import pytest

from keras_hep.tracking.coordinates import Scaling
from keras_hep.tracking.virtual_points import GappedSequences, fill_gaps


class OneFurther:
    """A cell that expects each coordinate to grow by 1, and notes what it reads."""

    heads = 1

    def __init__(self):
        self.read = []

    def start(self, positions):
        return (np.zeros(len(positions), np.float32),)

    def step(self, state, positions):
        self.read.append(positions.copy())
        return state, positions[:, None] + 1, np.ones((len(positions), 1, 1), np.float32)


def track(*present):
    """A track that grows by 10 at each station, with zeros where hits are missing."""
    present = np.array([present], bool)
    points = np.where(present, 10.0 * np.arange(present.shape[1]), 0.0)
    return np.repeat(points[..., None], 3, axis=2).astype(np.float32), present


@pytest.mark.parametrize(
    ("present", "expected", "filled"),
    [
        ((1, 1, 1, 1), [0, 10, 20, 30], (1, 1, 1, 1)),
        ((1, 1, 0, 1), [0, 10, 11, 30], (1, 1, 1, 1)),
        ((1, 0, 1, 0, 1), [0, 1, 20, 21, 40], (1, 1, 1, 1, 1)),
        ((1, 0, 0, 1), [0, 0, 0, 30], (1, 0, 0, 0)),
        ((1, 1, 1, 0), [0, 10, 20, 0], (1, 1, 1, 0)),
        ((0, 1, 1, 1), [0, 10, 20, 30], (0, 0, 0, 0)),
    ],
)
def test_by_hand(present, expected, filled):
    points, found = fill_gaps(OneFurther(), *track(*present))
    assert points[0, :, 0].tolist() == expected
    assert found[0].tolist() == [bool(value) for value in filled]


class OnPlanes(OneFurther):
    """The same for a cell that expects x and y on the next plane."""

    def step(self, state, positions):
        state, centres, sizes = super().step(state, positions)
        return state, centres[..., :2], sizes


def test_points_of_ellipses_lie_on_planes():
    cell = OnPlanes()
    points, _ = fill_gaps(cell, *track(1, 0, 1, 0, 1), planes=np.arange(5) / 10)
    assert points[0, [1, 3]].tolist() == [[1, 1, np.float32(0.1)], [21, 21, np.float32(0.3)]]
    assert [read[0].tolist() for read in cell.read] == [[0, 0, 0], points[0, 1].tolist(), [20, 20, 20]]


def test_points_of_ellipses_need_planes():
    with pytest.raises(ValueError, match="need the z of each station's plane, got planes=None"):
        fill_gaps(OnPlanes(), *track(1, 0, 1))


def test_reads_its_own_points():
    cell = OneFurther()
    fill_gaps(cell, *track(1, 0, 1, 0, 1))
    assert [read[0, 0] for read in cell.read] == [0, 1, 20]


def test_changes_nothing_given():
    points, present = track(1, 0, 1)
    before = points.copy(), present.copy()
    fill_gaps(OneFurther(), points, present)
    assert np.array_equal(points, before[0])
    assert np.array_equal(present, before[1])


@dataclasses.dataclass(frozen=True)
class Gapped:
    def tracks(self, number, seed):
        points, present = track(1, 1, 0, 1, 1)
        return np.repeat(points, number, axis=0), np.repeat(present, number, axis=0)


def stream():
    return GappedSequences.of(OneFurther(), Gapped(), Scaling((-1,) * 3, (1,) * 3), 2, "a key")


def test_virtual_points_are_read_but_never_to_be_predicted():
    inputs, targets, weights = stream().batch(3, 1)
    assert inputs[2, :, 0].tolist() == [0, 10, 11, 30]
    assert weights[2].T.tolist() == [[1, 0, 1, 1], [0, 1, 1, 0]]
    assert targets[2, 1, 1, 0] == 30


def test_the_key_has_the_network_by_name():
    described = dataclasses.asdict(stream())
    assert described["predicted_by"] == "a key"
    assert sorted(described) == ["heads", "predicted_by", "scaling", "simulation"]


def test_with_planes_x_and_y_are_to_be_predicted():
    scaling = Scaling((-1,) * 3, (1,) * 3)
    of_planes = GappedSequences.of(OnPlanes(), Gapped(), scaling, 2, "a key", planes=np.arange(5) / 10)
    inputs, targets, weights = of_planes.batch(3, 1)
    assert inputs[1, 2].tolist() == [11, 11, np.float32(0.2)]
    assert targets.shape == (3, 4, 2, 2)
    assert targets[1, 2, 0].tolist() == [30, 30]
    assert np.array_equal(weights, stream().batch(3, 1)[2])
    assert dataclasses.asdict(of_planes) == dataclasses.asdict(stream())


def test_without_its_cell():
    with pytest.raises(ValueError, match=r"must be made by GappedSequences\.of"):
        GappedSequences(Gapped(), Scaling((-1,) * 3, (1,) * 3), 2, "a key").batch(1, 1)
