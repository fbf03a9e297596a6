"""Expectations of the SPD toy: by hand, from simulated slices, and as the reference quotes them."""

import dataclasses
import itertools
import json
import pathlib

import numpy as np
import pytest

from keras_hep.simulation import spd_expectations as expected
from keras_hep.simulation.spd import HALF_LENGTH, RADII, STATIONS, SPDToy

REFERENCES = pathlib.Path(__file__).resolve().parents[2] / "results" / "references" / "tracknet"
TOYS = {
    "published": SPDToy(),
    "few tracks": SPDToy(events=7, most_tracks=3),
    "inefficient": SPDToy(efficiency=0.6),
    "no fakes": SPDToy(fakes=False),
}


def test_tracks_and_fakes_by_hand():
    mean, covariance = expected.slice_moments(SPDToy(events=40, most_tracks=2))
    # one track: 17 to 34 fakes, mean 25.5; two tracks: 70 to 139, mean 104.5
    assert mean[[0, 2]] == pytest.approx([40 * 1.5, 40 * 65])
    assert covariance[0, 0] == pytest.approx(40 * 0.25)
    within = ((18**2 - 1) / 12 + (70**2 - 1) / 12) / 2
    assert covariance[2, 2] == pytest.approx(40 * (39.5**2 + within))
    assert covariance[0, 2] == pytest.approx(40 * 0.5 * 39.5)


def test_fakes_by_enumeration():
    values = [np.arange(35 * n * n // 2, 35 * n * n) for n in range(1, 10)]
    mean, covariance = expected.slice_moments(SPDToy(events=1))
    assert mean[2] == pytest.approx(np.mean([each.mean() for each in values]))
    square = np.mean([np.mean(each.astype(float) ** 2) for each in values])
    assert covariance[2, 2] == pytest.approx(square - mean[2] ** 2)


def test_reach_of_straight_tracks(monkeypatch):
    """Without curvature and at a vertex in the middle, the ends cover cos(theta) up to L / sqrt(L^2 + r^2)."""
    monkeypatch.setattr(expected, "RADIUS_PER_PT", 1e9)
    monkeypatch.setattr(expected, "VERTEX_HALF_LENGTH", 0.0)
    np.testing.assert_allclose(expected.reach(SPDToy()), HALF_LENGTH / np.hypot(HALF_LENGTH, RADII), rtol=1e-9)


def test_reach_falls_outwards_and_with_the_efficiency():
    whole = expected.reach(SPDToy())
    assert np.all(np.diff(whole) < 0)
    np.testing.assert_allclose(expected.reach(SPDToy(efficiency=0.9)), 0.9 * whole)


def sampled(toy, slices):
    """Return tracks, true and fake hits of simulated slices, and hits of tracks by station."""
    rows, stations, tracks = [], np.zeros(STATIONS), 0
    for number in range(slices):
        event = toy.event([41, number])
        fake = event.hits["track"] < 0
        rows.append((len(event.tracks["track"]), np.count_nonzero(~fake), np.count_nonzero(fake)))
        stations += np.bincount(event.hits["station"][~fake], minlength=STATIONS)
        tracks += rows[-1][0]
    return np.array(rows, float), stations / tracks, tracks


@pytest.mark.parametrize("toy", TOYS.values(), ids=TOYS)
def test_moments_are_those_of_simulated_slices(toy):
    slices = 300
    rows, reached, tracks = sampled(toy, slices)
    mean, covariance = expected.slice_moments(toy)
    spread = np.sqrt(np.diag(covariance))
    assert np.all(np.abs(rows.mean(axis=0) - mean) <= 4 * spread / np.sqrt(slices))
    found = np.cov(rows.T)
    for one, other in itertools.product(range(3), repeat=2):
        allowed = 4 * spread[one] * spread[other] * np.sqrt(2 / slices)
        assert abs(found[one, other] - covariance[one, other]) <= allowed
    assert np.abs(reached - expected.reach(toy)).max() < 4 * np.sqrt(0.25 / tracks)


def test_hits_of_tracks_of_one_vertex_are_correlated():
    """From the end of the vertices all tracks reach fewer stations; that adds to the spread of the true hits."""
    toy = SPDToy(events=1, most_tracks=9, fakes=False)
    together = expected.slice_moments(toy)[1][1, 1]
    hits = expected.reach(toy)
    apart = 5 * (np.sum((2 * np.arange(STATIONS) + 1) * hits) - hits.sum() ** 2) + 60 / 9 * hits.sum() ** 2
    assert apart < together < 1.01 * apart


def test_fraction_of_fakes_and_its_spread():
    fraction, spread = expected.fake_fraction(SPDToy())
    rows, _, _ = sampled(SPDToy(), 300)
    each = rows[:, 2] / rows[:, 1:].sum(axis=1)
    assert rows[:, 2].sum() / rows[:, 1:].sum() == pytest.approx(fraction, abs=4 * spread / np.sqrt(300))
    assert each.std() == pytest.approx(spread, rel=0.2)  # to first order, and with the error of 300 slices
    assert expected.fake_fraction(SPDToy(fakes=False)) == (0.0, 0.0)


@pytest.mark.parametrize("function", [expected.reach, expected.slice_moments, expected.fake_fraction])
def test_displaced_vertices_have_no_closed_form_here(function):
    with pytest.raises(ValueError, match="vertices on the axis"):
        function(SPDToy(vertex="exact"))


def test_the_quadrature_has_converged(monkeypatch):
    coarse = expected.slice_moments(SPDToy())
    nodes, weights = np.polynomial.legendre.leggauss(150)
    monkeypatch.setattr(expected, "_NODES", nodes)
    monkeypatch.setattr(expected, "_WEIGHTS", weights / 2)
    for old, new in zip(coarse, expected.slice_moments(SPDToy()), strict=True):
        np.testing.assert_allclose(old, new, rtol=1e-6)


def test_the_reference_quotes_these_numbers():
    published = json.loads((REFERENCES / "toy_statistics.json").read_text(encoding="utf-8"))
    value = {name: entry["value"] for name, entry in published["quantities"].items()}
    for suffix, toy in (("", SPDToy()), ("_ten", dataclasses.replace(SPDToy(), most_tracks=10))):
        mean, covariance = expected.slice_moments(toy)
        assert value[f"tracks{suffix}_exact"] == pytest.approx(mean[0])
        assert value[f"hits{suffix}_exact"] == pytest.approx(mean[1:].sum(), abs=0.06)
        assert value[f"fake_fraction{suffix}_exact"] == pytest.approx(expected.fake_fraction(toy)[0], abs=6e-6)
        if not suffix:
            spread = np.sqrt(covariance[1:, 1:].sum())
    assert value["fake_hits_exact"] == pytest.approx(expected.slice_moments(SPDToy())[0][2], abs=0.06)
    assert value["hits_spread_exact"] == pytest.approx(spread, abs=0.06)
    reached = expected.reach(SPDToy())
    assert value["hits_per_track_exact"] == pytest.approx(reached.sum(), abs=6e-5)
    assert value["complete_tracks_exact"] == pytest.approx(reached[-1], abs=6e-6)
    assert value["short_tracks_exact"] == pytest.approx(1 - reached[3], abs=6e-6)
    np.testing.assert_allclose(published["curves"]["reach_by_station"]["y"], reached, atol=1e-6)
    for name, slices in (("hits_25000_events", 625), ("hits_200000_events", 5000)):
        assert published["quantities"][name]["error"] == pytest.approx(spread / np.sqrt(slices), abs=0.06)
