"""Profiles, flight to the front, spots and windows of showers: hand-made cases and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_hep.calorimetry.geometry import ECAL, HCAL
from keras_hep.simulation import shower_spots
from keras_hep.simulation.calorimeter_depths import (
    ELECTROMAGNETIC_LAYERS,
    INTERACTION_EDGES,
    LAYERS,
    RADIATION_EDGES,
    RADII,
    responses,
)
from keras_hep.simulation.electromagnetic_profiles import (
    STEEL_SCINTILLATOR,
    TUNGSTEN_SILICON,
    DepthProfiles,
    Medium,
    Widths,
)
from keras_hep.simulation.hadronic_showers import PionHistories, exchange_probability
from keras_hep.simulation.shower_deposits import electromagnetic_deposits, granularities
from keras_hep.simulation.shower_kinematics import (
    CURVATURE,
    Electrons,
    Rays,
    at_origin,
    electrons_at_front,
    photons_at_front,
    pions_decayed,
)
from keras_hep.simulation.shower_physics import HadronPhysics, ShowerPhysics
from keras_hep.simulation.shower_windows import Barycentre, window

STILL = ShowerPhysics(profile_fluctuation=0.0, conversion=0.0, bremsstrahlung=0.0)


def middle_rays(*shape):
    return Rays(*np.zeros((4, *shape)))


def test_depths_of_all_layers():
    assert len(RADIATION_EDGES) == LAYERS + 1 == 87
    assert RADIATION_EDGES[25] == pytest.approx(ECAL.radiation_lengths.sum())
    assert INTERACTION_EDGES[-1] == pytest.approx(8.45, abs=0.03)
    assert (np.diff(RADII) > 0).all()
    assert responses(STILL)[25] == 0
    assert granularities(STILL, 30).shape == (30,)


def test_media_are_those_of_grindhammer_and_peters():
    assert TUNGSTEN_SILICON.frequency == pytest.approx(1.18, abs=0.01)
    assert TUNGSTEN_SILICON.critical_energy == pytest.approx(0.0091, abs=1e-4)
    assert TUNGSTEN_SILICON.signal_ratio == pytest.approx(0.71, abs=0.01)
    assert STEEL_SCINTILLATOR.critical_energy == pytest.approx(0.0222, abs=2e-4)
    both = Medium.choice(np.array([False, True]), TUNGSTEN_SILICON, STEEL_SCINTILLATOR)
    assert both.charge.tolist() == [70, 25]


def test_profile_without_fluctuations_is_the_published_one():
    energy = np.array([100.0])
    profiles = DepthProfiles.drawn(np.random.default_rng(0), energy, TUNGSTEN_SILICON, fluctuation=0.0)
    log_y = np.log(100 / TUNGSTEN_SILICON.critical_energy)
    expected = log_y - 0.812 - 0.55 / TUNGSTEN_SILICON.frequency - 0.69 * (1 - TUNGSTEN_SILICON.signal_ratio)
    assert profiles.maximum[0] == pytest.approx(expected)
    depths = np.linspace(0, 60, 20_001)
    density = np.diff(profiles.fraction_before(depths[None])[0])
    assert density.sum() == pytest.approx(1, abs=1e-8)
    assert depths[np.argmax(density)] == pytest.approx(expected, abs=0.01)


def test_fluctuations_are_correlated_as_published():
    energy = np.full(40_000, 100.0)
    profiles = DepthProfiles.drawn(np.random.default_rng(1), energy, TUNGSTEN_SILICON)
    log_y = np.log(100 / TUNGSTEN_SILICON.critical_energy)
    depth, shape = np.log(profiles.maximum), np.log(profiles.shape)
    assert depth.std() == pytest.approx(1 / (-2.5 + 1.25 * log_y), rel=0.02)
    assert shape.std() == pytest.approx(1 / (-0.82 + 0.79 * log_y), rel=0.02)
    assert np.corrcoef(depth, shape)[0, 1] == pytest.approx(0.784 - 0.023 * log_y, abs=0.015)


@given(st.floats(0.01, 1000), st.floats(0, 10))
def test_widths_make_sense_everywhere(energy, depth):
    widths = Widths.at(np.array([depth]), np.array([energy]))
    assert 0.02 <= widths.core[0] <= 0.5
    assert 0.15 <= widths.tail[0] <= 5
    assert 0.05 <= widths.core_fraction[0] <= 0.98


def test_core_of_a_shower_widens_with_depth():
    core = Widths.at(np.linspace(0.2, 2, 10), 100.0).core
    assert (np.diff(core) > 0).all()


@given(st.floats(-0.3, 0.3), st.floats(-3e-4, 3e-4), st.floats(-1.5, 1.5))
def test_tracks_are_helices(angle, curvature, cotangent):
    start = Rays(*np.array([[1.0], [2.0], [angle], [cotangent]]))
    whole, _ = start.moved(1000.0, curvature)
    half, _ = start.moved(400.0, curvature)
    steps, _ = half.moved(600.0, curvature)
    for name in ("x", "y", "angle"):
        np.testing.assert_allclose(getattr(steps, name), getattr(whole, name), rtol=1e-9, atol=1e-9)
    if abs(curvature) > 1e-5:  # the centre of the circle does not move
        depths = [at - np.sin(ray.angle) / curvature for ray, at in ((start, 0.0), (whole, 1000.0))]
        across = [ray.x + np.cos(ray.angle) / curvature for ray in (start, whole)]
        np.testing.assert_allclose(*depths, rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(*across, rtol=1e-9, atol=1e-6)
    straight = np.hypot(1000.0, whole.x - start.x)
    assert abs(whole.y - start.y) >= abs(cotangent) * straight - 1e-9


def test_slow_tracks_curl_up():
    ray = middle_rays(2)
    _, arrived = ray.moved(1500.0, CURVATURE / np.array([10.0, 1.5]))
    assert arrived.tolist() == [True, False]


def test_ten_gev_bend_as_far_as_the_field_says():
    rays, _ = middle_rays(1).moved(ECAL.inner_radius, CURVATURE / 10.0)
    # The azimuth moves by arcsin(0.15 B R / pT), B in tesla and R in metres, and the direction twice as far.
    azimuth = np.arcsin(0.149896 * 4 * 1.5 / 10)
    assert np.arctan(rays.x[0] / 1500) == pytest.approx(azimuth, rel=5e-3)
    assert rays.angle[0] == pytest.approx(2 * azimuth, rel=5e-3)


def test_symmetric_pair_of_fifty_gev():
    energy = np.full((2000, 1), 50.0)
    physics = ShowerPhysics(conversion=1.0)
    random = np.random.default_rng(5)
    electrons, pairs = photons_at_front(random, energy, middle_rays(2000, 1), physics)
    assert (pairs == 1).all()
    assert (electrons.start == 0).all()
    np.testing.assert_allclose(electrons.energy.sum(axis=1)[(electrons.energy > 0).all(axis=1)], 50.0)
    apart = electrons.rays.x[:, 0] - electrons.rays.x[:, 1]
    equal = np.abs(electrons.energy[:, 0] - 25) < 1
    # 0.15 B L^2 / pT with L up to 1.4 m: at 1.2 m, 34.6 mm to each side.
    assert np.abs(apart[equal]).max() == pytest.approx(2 * 34.6 * (1.4 / 1.2) ** 2, rel=0.05)


def test_photons_that_do_not_convert_start_later():
    energy = np.full((20_000, 1), 50.0)
    electrons, pairs = photons_at_front(np.random.default_rng(5), energy, middle_rays(20_000, 1), STILL)
    assert not pairs.any()
    assert electrons.start[:, 0].mean() == pytest.approx(9 / 7, rel=0.03)
    np.testing.assert_array_equal(electrons.start[:, 0], electrons.start[:, 1])
    np.testing.assert_allclose(electrons.energy.sum(axis=1), 50.0)


def test_electrons_radiate_as_often_as_asked():
    energy = np.full(20_000, 50.0)
    for probability in (0.0, 0.3):
        physics = ShowerPhysics(bremsstrahlung=probability)
        charge = np.ones(20_000)
        electrons = electrons_at_front(np.random.default_rng(6), energy, charge, middle_rays(20_000), physics)
        assert (electrons.energy[:, 1] > 0).mean() == pytest.approx(probability, abs=0.011)
        arrived = electrons.energy[:, 0] > 0
        np.testing.assert_allclose(electrons.energy[arrived].sum(axis=1), 50.0)
        # A lost photon lies ahead of the turn: on the outer side of the track.
        assert (electrons.rays.x[arrived, 1] >= electrons.rays.x[arrived, 0] - 1e-9).all()


def test_photons_of_a_pion_surround_it():
    random = np.random.default_rng(7)
    theta = np.full(4000, np.pi / 3)
    rays = Rays(*np.zeros((3, 4000)), 1 / np.tan(theta))
    energies, photons, opening = pions_decayed(random, np.full(4000, 20.0), rays)
    direction = np.stack([np.cos(photons.angle), np.sin(photons.angle), photons.cotangent])
    direction /= np.linalg.norm(direction, axis=0)
    np.testing.assert_allclose(np.arccos((direction[..., 0] * direction[..., 1]).sum(axis=0)), opening, rtol=1e-4)
    momentum = (direction * energies).sum(axis=2)
    expected = np.array([np.sin(np.pi / 3), 0, np.cos(np.pi / 3)])
    np.testing.assert_allclose(momentum / np.linalg.norm(momentum, axis=0), expected[:, None] + 0 * momentum, atol=1e-7)


def test_collisions_are_spread_over_one_cell():
    rays = at_origin(np.random.default_rng(8), np.full(5000, np.pi / 2), np.zeros(5000))
    assert np.abs(rays.x).max() <= ECAL.cell / 2
    assert rays.x.std() == pytest.approx(ECAL.cell / np.sqrt(12), rel=0.03)


def test_gamma_law_of_sampling_knows_no_parts():
    """Parts of a shower with the same profile fluctuate together as one: mean and variance of every layer agree."""
    rays = middle_rays(4000, 2)
    whole = Electrons(np.tile([100.0, 0.0], (4000, 1)), rays, np.zeros((4000, 2)))
    deposits = electromagnetic_deposits(np.random.default_rng(9), whole, STILL)
    energy = deposits.energy.sum(axis=1)
    assert energy.shape == (4000, ELECTROMAGNETIC_LAYERS)
    layer = energy[:, 10]
    grain = granularities(STILL)[10] * responses(STILL)[10]
    assert layer.var() == pytest.approx(grain * layer.mean(), rel=0.08)
    assert (energy[:, 25] == 0).all()


def test_inclined_showers_are_shallower_and_wider():
    cotangent = np.full((1000, 1), 1.0)
    straight = Electrons(np.full((1000, 1), 100.0), middle_rays(1000, 1), np.zeros((1000, 1)))
    inclined = Electrons(straight.energy, Rays(*np.zeros((3, 1000, 1)), cotangent), straight.start)
    one, two = (electromagnetic_deposits(np.random.default_rng(9), each, STILL) for each in (straight, inclined))
    depth = np.arange(ELECTROMAGNETIC_LAYERS)
    means = [(each.energy.sum(axis=1) @ depth).sum() / each.energy.sum() for each in (one, two)]
    assert means[1] < means[0] - 2
    np.testing.assert_allclose(two.width_y[0] / two.width_x[0], np.sqrt(2), rtol=1e-5)
    np.testing.assert_allclose(two.y[0, 0, 5], (RADII[5] - 1500) / 5.1, rtol=1e-5)


def test_numbers_of_spots_know_no_parts():
    random = np.random.default_rng(10)
    energy = random.random((500, 1, 30)).astype(np.float32) * 10
    budget = np.full(500, 400.0)
    one, _ = shower_spots.spot_counts(np.random.default_rng(1), energy, budget)
    four, portion = shower_spots.spot_counts(np.random.default_rng(1), np.repeat(energy / 4, 4, axis=1), budget)
    np.testing.assert_array_equal(one.sum(axis=2), four.sum(axis=2))
    np.testing.assert_allclose((four.sum(axis=2) * portion).sum(), energy.sum(), rtol=1e-5)


def test_a_layer_with_a_track_has_one_spot():
    energy = np.zeros((1, 2, 3), np.float32)
    energy[0, 0] = 0.0097, 0.0005, 0.0
    counts, portion = shower_spots.spot_counts(np.random.default_rng(1), energy, np.array([1e-9]))
    assert counts[0].tolist() == [[1, 0], [0, 0], [0, 0]]
    assert portion[0, 0] == pytest.approx(0.0097)


def test_radial_laws_are_those_of_the_formulas():
    random = np.random.default_rng(11)
    radii = shower_spots.power_law_radii(random, 100_000)
    for scale in (0.5, 1.0, 3.0):
        assert (radii < scale).mean() == pytest.approx(scale**2 / (1 + scale**2) / 0.998, abs=0.006)
    exponential = shower_spots.exponential_radii(random, 100_000)
    assert exponential.mean() == pytest.approx(2, rel=0.02)
    assert (exponential < 1).mean() == pytest.approx(1 - 2 / np.e, abs=0.006)


def spots_at(column, x, y, shape):
    """Return `Spots` in columns, each a shower times the number of layers plus a layer, in rising order."""
    counts = np.bincount(column, minlength=np.prod(shape)).reshape(shape)
    return shower_spots.Spots(counts, np.array(x, np.int32), np.array(y, np.int32))


def test_window_of_hand_made_spots():
    spots = spots_at([0, 0, 1, 1, 3], [10, 10, 11, 14, 5], [7, 7, 9, 9, 5], (2, 2))
    more = spots_at([1], [11], [9], (2, 2))
    portion = np.array([[1.5, 4.0], [0.0, 16.0]])
    centres = np.array([[10, 11], [0, 5]], np.int32), np.array([[7, 7], [0, 5]], np.int32)
    cells = window([spots, more], portion, centres, 5)
    assert cells.shape == (5, 5, 2)
    assert cells.sums().tolist() == [11.0, 16.0]  # the spot three cells off is lost
    images = cells.dense()
    assert images[0, 2, 2, 0] == 3
    assert images[0, 2, 4, 1] == 8
    assert images[1, 2, 2, 1] == 16


def test_sums_of_spots():
    spots = spots_at([0, 0, 3], [10, 20, -40], [0, 0, 0], (2, 2))
    assert spots.sums(spots.x).tolist() == [[30, 0], [0, -40]]
    assert spots.repeated(np.array([[1, 2], [3, 4]])).tolist() == [1, 1, 4]


def test_barycentre_of_hand_made_spots():
    layers = len(ECAL)
    shape = 2, layers
    spots = spots_at([0, 0, layers + 24], [10, 10, -40], [100, 100, 0], shape)
    more = spots_at([0, 0], [10, 20], [100, 100], shape)
    portion = np.ones(shape)
    centre = Barycentre.of([spots, more], portion)
    np.testing.assert_allclose(centre.x, 5.1 * 1500 / ECAL.radii[[0, 24]] * [12.5, -40])
    np.testing.assert_allclose(centre.y, [510.0, 0.0])
    np.testing.assert_allclose(centre.radius, ECAL.radii[[0, 24]])
    labels = centre.labels()
    np.testing.assert_allclose(np.tan(labels["reco_phi"]), [5.1 * 12.5 / ECAL.radii[0], -5.1 * 40 / ECAL.radii[24]])
    np.testing.assert_allclose(labels["reco_theta"][1], np.pi / 2)
    assert labels["reco_eta"][0] > 0
    x, y = centre.ecal_centres()
    assert x[1, 24] == -40
    assert x[1, 0] == round(-40 * ECAL.radii[0] / ECAL.radii[24])
    assert (y[0] == 100).all()
    x, y = centre.behind(HCAL)
    assert y[0, 0] == round(510.0 / ECAL.radii[0] * HCAL.radii[0] / 30)


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_windows_keep_energy(seed):
    random = np.random.default_rng(seed)
    spots = spots_at(np.sort(random.integers(0, 50, 200)), *random.integers(-4, 5, (2, 200)), (2, 25))
    portion, nothing = random.random((2, 25)), np.zeros((2, 25), np.int32)
    cells = window([spots], portion, (nothing, nothing), 9)
    np.testing.assert_allclose(cells.sums(), (spots.counts * portion).sum(axis=1), rtol=1e-5)


def test_pions_exchange_charge_less_often_at_high_energy():
    hadrons = HadronPhysics()
    assert exchange_probability(np.array([10.0]), hadrons) == pytest.approx(0.05)
    assert exchange_probability(np.array([500.0]), hadrons) < 0.02
    assert exchange_probability(np.array([10.0]), HadronPhysics(charge_exchange=3.0)) == 1


def test_histories_of_pions():
    energy = np.full(20_000, 100.0)
    hadrons = HadronPhysics()
    pions = PionHistories.drawn(np.random.default_rng(12), energy, middle_rays(20_000), hadrons)
    assert pions.interaction.mean() == pytest.approx(1.18, rel=0.03)
    usual = ~pions.exchange
    assert pions.neutral[usual].mean() == pytest.approx(1 - 100**-0.18, abs=0.005)
    assert pions.neutral[pions.exchange].mean() == pytest.approx(0.95, abs=0.01)
    np.testing.assert_allclose(pions.clusters.sum(axis=1), 1)
    assert (pions.clusters[pions.exchange, 0] == 1).all()
    np.testing.assert_array_equal(pions.depths[:, 0], pions.interaction)
    assert (np.diff(pions.depths, axis=1) > 0).all()
    through = (pions.interaction > INTERACTION_EDGES[25]).mean()
    assert through == pytest.approx(np.exp(-INTERACTION_EDGES[25] / 1.18), abs=0.0106)  # 3 sigma


def test_deposits_of_pions_add_up():
    energy = np.full(500, 100.0)
    physics = ShowerPhysics()
    pions = PionHistories.drawn(np.random.default_rng(13), energy, middle_rays(500), physics.hadrons)
    clusters, rest = pions.deposits(np.random.default_rng(14), physics)
    assert clusters.energy.shape == (500, 2 * 4 + 1, LAYERS)
    assert rest.energy.shape == (500, 2, LAYERS)
    track = clusters.energy[:, -1]
    before = INTERACTION_EDGES[1:] < pions.interaction[:, None]
    assert (track[~before] == 0).all()
    assert (track[before][:, None] > 0).mean() > 0.95  # all but the plate that does not measure
    both = clusters.energy[:, :-1].sum(axis=1) + rest.energy.sum(axis=1)
    assert (both[:, :25][before[:, :25]] == 0).all()
    total = clusters.energy.sum(axis=(1, 2)) + rest.energy.sum(axis=(1, 2))
    assert total.mean() == pytest.approx(86, abs=4)
