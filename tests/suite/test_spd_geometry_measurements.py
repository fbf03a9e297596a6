"""Distances from axis and cylinders, for points whose distance is known."""

import numpy as np
import pytest

from keras_hep.simulation.spd import RADII, STATIONS, SPDToy
from keras_hep.suite import spd_geometry_measurements as geometry


def on_cylinders(azimuth, off):
    """Return straight tracks at the azimuths, with their hits off the cylinders by a distance each."""
    azimuth = np.asarray(azimuth, float)[:, None]
    radius = RADII + np.asarray(off, float)[:, None]
    positions = np.stack([radius * np.cos(azimuth), radius * np.sin(azimuth), np.zeros_like(radius)], axis=2)
    return positions, np.ones(positions.shape[:2], bool)


def test_radial_shifts_by_azimuth():
    centres = np.radians(np.arange(24) * 15 + 7.5)
    off = np.where(np.arange(24) % 2, 0.3, -0.1)
    (rms, largest), curve = geometry.radial_shifts("off", *on_cylinders(centres, off))
    assert (rms.name, largest.name, curve.name) == ("off", "off_largest", "off_by_azimuth")
    assert rms.value == pytest.approx(np.sqrt(0.05))
    assert rms.count == 24 * STATIONS
    assert largest.value == pytest.approx(0.3)
    assert curve.x == pytest.approx(np.arange(24) * 15 + 7.5)
    assert curve.y == pytest.approx(np.abs(off))


def test_absent_hits_do_not_count():
    positions, present = on_cylinders(np.radians(np.arange(24) * 15 + 7.5), np.full(24, 0.2))
    positions[:, 3] = 0
    present[:, 3] = False
    (rms, largest), _ = geometry.radial_shifts("off", positions, present)
    assert (rms.value, largest.value) == pytest.approx((0.2, 0.2))


def test_errors_are_of_tracks_that_are_independent_of_each_other():
    random = np.random.default_rng(2)
    found = [
        geometry.radial_shifts("off", *on_cylinders(random.uniform(0, 2 * np.pi, 600), random.normal(0, 0.1, 600)))
        for _ in range(60)
    ]
    totals = [quantities[0] for quantities, _ in found]
    assert np.mean([one.error for one in totals]) == pytest.approx(np.std([one.value for one in totals]), rel=0.35)


@pytest.mark.parametrize(("vertex", "low", "high"), [("z_only", 0.2, 0.4), ("exact", 9.0, 11.0)])
def test_vertices_are_seen_in_the_impact_parameters(vertex, low, high):
    spread, distances = geometry.impact_parameters("d", *SPDToy(vertex=vertex).tracks(1000, 5))
    assert low < spread.value < high
    assert spread.value == pytest.approx(np.sqrt(np.mean(distances**2)))
    assert spread.count == len(distances) < 1000


def test_only_tracks_with_all_three_hits_have_a_circle():
    positions, present = SPDToy(smearing="none").tracks(50, 6)
    whole = present.all(axis=1).sum()
    present[:5, 17] = False
    spread, distances = geometry.impact_parameters("d", positions, present)
    assert whole - 5 <= len(distances) < whole
    assert spread.value < 1e-2
