"""Networks so simple that what they grow can be worked out by hand."""

import numpy as np
import pytest


class StraightLine:
    """Continues the line through the last two points; before the first point there is the origin.

    `radii` has one radius per head, or one pair of semi-axes per head for ellipses in x and y.
    """

    def __init__(self, radii):
        self.sizes = np.float32(radii).reshape(len(radii), -1)

    @property
    def heads(self):
        return len(self.sizes)

    def start(self, positions):
        return (np.zeros_like(positions),)

    def step(self, state, positions):
        ahead = np.arange(1, self.heads + 1, dtype=np.float32)[:, None]
        centres = positions[:, None] + ahead * (positions - state[0])[:, None]
        sizes = np.repeat(self.sizes[None], len(positions), axis=0)
        return (positions,), centres[..., : 4 - self.sizes.shape[1]], sizes


class Radial(StraightLine):
    """Expects step n at n + 1 (and n + 2) times the direction of the last point."""

    def start(self, positions):
        return (np.zeros(len(positions), np.float32),)

    def step(self, state, positions):
        direction = positions / np.linalg.norm(positions, axis=1, keepdims=True)
        ahead = state[0][:, None] + np.arange(2, self.heads + 2, dtype=np.float32)
        sizes = np.repeat(self.sizes[None], len(positions), axis=0)
        return (state[0] + 1,), direction[:, None] * ahead[..., None], sizes


@pytest.fixture(scope="session")
def straight_line():
    return StraightLine


@pytest.fixture(scope="session")
def radial():
    return Radial


@pytest.fixture(scope="session")
def event_of():
    """Return a function that makes (positions, station) of `{station: [points]}`, hits numbered in that order."""

    def make(points):
        station = np.repeat(list(points), [len(here) for here in points.values()])
        return np.float32([point for here in points.values() for point in here]).reshape(-1, 3), station.astype(int)

    return make
