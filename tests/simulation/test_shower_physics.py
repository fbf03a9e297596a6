"""Showers against what is published: depth, width, response, resolution, leakage, conversions, hadrons.

Tolerances that are not statistical say what they stand for.
"""

import dataclasses
import functools

import numpy as np
import pytest
from scipy import stats

from keras_hep.calorimetry import shower_shapes
from keras_hep.calorimetry.features import shower_features
from keras_hep.simulation.calorimeter_depths import INTERACTION_EDGES
from keras_hep.simulation.pi0_decays import fraction_below
from keras_hep.simulation.shower_deposits import Deposits
from keras_hep.simulation.shower_kinematics import Electrons, Rays, photons_at_front
from keras_hep.simulation.shower_physics import ShowerPhysics
from keras_hep.simulation.showers import ShowerSimulation

PLAIN = ShowerPhysics(conversion=0.0, bremsstrahlung=0.0)
# Stored over true energy of electrons at 90 degrees, per cent of the deposit; x in 100 GeV. From the plotting code of
# the authors of 3DGAN; read at 10, 200 and 500 GeV over 100 GeV.
PUBLISHED_RESPONSE = np.polynomial.Polynomial([2.21, -0.28, 0.11, -0.023, 0.0018])


@functools.cache
def showers(particle, energy, number=1000, physics=ShowerPhysics(), window="large"):  # noqa: B008 (frozen)
    return ShowerSimulation(particle, window, energies=(energy, energy), physics=physics).showers(number, seed=17)


@pytest.mark.parametrize("energy", [50.0, 100.0, 200.0])
def test_depth_of_the_maximum(energy):
    """The parametrisation for sampling calorimeters lies 0.8 radiation lengths before the review's rule of thumb."""
    measured = shower_shapes.depth_of_maximum(shower_shapes.depth_profile(showers("electron", energy, physics=PLAIN)))
    assert measured == pytest.approx(shower_shapes.expected_maximum(energy, "electron"), abs=1.2)
    assert measured == pytest.approx({50.0: 7.5, 100.0: 8.1, 200.0: 8.7}[energy], abs=0.5)


def test_the_maximum_moves_by_one_length_per_factor_e():
    depths = [
        shower_shapes.centroid(shower_shapes.depth_profile(showers("electron", energy, physics=PLAIN)))
        for energy in (50.0, 200.0)
    ]
    # ln 4 of the maximum; the mean moves a little less, since the calorimeter ends.
    assert depths[1] - depths[0] == pytest.approx(np.log(4), abs=0.25)


def test_photons_start_later_than_electrons():
    depths = [
        shower_shapes.centroid(shower_shapes.depth_profile(showers(particle, 100.0, physics=PLAIN)))
        for particle in ("electron", "photon")
    ]
    # The review has 1.0 of the maxima; a pair of half the energy each takes 0.3 of the delay of 9 / 7 back.
    assert depths[1] - depths[0] == pytest.approx(0.6, abs=0.2)


@pytest.mark.parametrize("energy", [50.0, 200.0])
def test_lateral_containment(energy):
    """The review: 90 % in one Moliere radius and 95 % in two, which is exceeded as tails of neutrons are absent."""
    one, two = shower_shapes.containment(showers("photon", energy, 500, PLAIN), [1.0, 2.0])
    assert one == pytest.approx(0.90, abs=0.02)
    assert two == pytest.approx(0.96, abs=0.02)


def test_response_falls_with_energy():
    means = {
        energy: shower_shapes.response(showers("electron", energy, 3000, window="reconstruction"))
        for energy in (10.0, 100.0, 200.0, 500.0)
    }
    assert means[100.0][0] == pytest.approx(50 * PUBLISHED_RESPONSE(1.0) / 100, abs=4 * means[100.0][1])
    for energy in (10.0, 200.0, 500.0):
        expected = PUBLISHED_RESPONSE(energy / 100) / PUBLISHED_RESPONSE(1.0)
        # 0.02: how well a parametrisation without free constants for the thick layers describes tracked showers.
        assert means[energy][0] / means[100.0][0] == pytest.approx(expected, abs=0.02)


def test_stochastic_term_of_sampling():
    physics = dataclasses.replace(PLAIN, profile_fluctuation=0.0)
    energies = [10.0, 30.0, 100.0, 400.0]
    widths = [shower_shapes.response(showers("electron", energy, 1500, physics))[2] for energy in energies]
    stochastic, constant = shower_shapes.resolution_terms(energies, widths)
    assert stochastic == pytest.approx(0.16, abs=0.02)  # CALICE 16.5 %, LCD 15.6 %
    assert constant < 0.01


def test_leakage_of_electrons():
    ratios = [shower_shapes.hadronic_ratio(showers("electron", energy, 1000)) for energy in (50.0, 100.0, 200.0, 500.0)]
    means = [ratio.mean() for ratio in ratios]
    assert means == sorted(means)
    assert means[-1] < 0.06
    assert all((ratio < 0.1).mean() > 0.99 for ratio in ratios)  # the article: nearly all electrons pass


def test_conversions_of_photons():
    number = 20_000
    energy = np.full((number, 1), 100.0)
    _, pairs = photons_at_front(np.random.default_rng(2), energy, Rays(*np.zeros((4, number, 1))), ShowerPhysics())
    assert pairs.mean() == pytest.approx(0.09, abs=3 * np.sqrt(0.09 * 0.91 / number))


def test_converted_photons_are_measured_worse_at_low_energy():
    spread = {}
    for energy in (20.0, 300.0):
        ratios = [
            shower_shapes.response(showers("photon", energy, 1000, ShowerPhysics(conversion=each), "reconstruction"))
            for each in (0.0, 1.0)
        ]
        spread[energy] = ratios[1][2] / ratios[0][2]
    assert spread[20.0] > 1.5
    assert spread[300.0] < 1.1


def test_opening_angles_of_pions():
    drawn = showers("pi0", 50.0, 3000, window="reconstruction")
    expected = fraction_below(0.01, 50.0)
    error = np.sqrt(expected * (1 - expected) / len(drawn))
    assert (drawn["opening_angle"] < 0.01).mean() == pytest.approx(expected, abs=3 * error)
    assert drawn["conversion"].mean() == pytest.approx(0.18, abs=3 * np.sqrt(2 * 0.09 * 0.91 / len(drawn)))


def test_pions_through_the_electromagnetic_calorimeter():
    drawn = showers("charged_pion", 100.0, 3000)
    expected = np.exp(-INTERACTION_EDGES[25] / ShowerPhysics().hadrons.pion_length)
    error = np.sqrt(expected * (1 - expected) / len(drawn))
    # 0.01: interactions in the last layer may look like a track, and be one cell.
    assert shower_shapes.through_going(drawn).mean() == pytest.approx(expected, abs=3 * error + 0.01)
    tracks = drawn.take(np.flatnonzero(shower_shapes.through_going(drawn)))
    assert tracks.ecal.sums().mean() == pytest.approx(25 * 0.0097, rel=0.05)


def test_response_to_pions():
    """A calorimeter with h / e of 0.7 answers to pions with 0.75 to 0.9, more at high energy, and not linearly."""
    ratios = []
    for energy in (10.0, 100.0, 500.0):
        drawn = showers("charged_pion", energy, 1500)
        ratios.append((drawn.ecal.sums() + drawn.hcal.sums()) / energy)
    means = [ratio.mean() for ratio in ratios]
    assert means == sorted(means)
    assert means[0] == pytest.approx(0.79, abs=0.03)
    assert means[-1] == pytest.approx(0.87, abs=0.03)
    assert 0.13 < ratios[0].std() / means[0] < 0.2
    assert 0.08 < ratios[-1].std() / means[-1] < 0.14
    assert (ratios[1] < 0.3).mean() < 0.005  # the article: half a per cent have almost no energy in the window


def test_pions_that_look_like_electrons_are_rare_and_of_low_energy():
    passing = [
        (shower_shapes.hadronic_ratio(showers("charged_pion", energy, 1500)) < 0.1).mean() for energy in (10.0, 500.0)
    ]
    assert passing[1] < passing[0] < 0.03


class SplitPhotons(ShowerSimulation):
    """Photons whose parts are each shown as two coincident ones of half the energy, with the profile of the whole."""

    def _spots(self, random, electromagnetic, rest, energy):
        half = dataclasses.replace(electromagnetic, energy=electromagnetic.energy / 2)
        return super()._spots(random, Deposits.joined([half, half]), rest, energy)


def test_two_coincident_photons_with_one_profile_look_like_one():
    """Otherwise the number of parts would tell neutral pions from photons, which their separation alone should."""
    one, two = (
        simulation("photon", energies=(100.0, 100.0), physics=PLAIN).showers(1000, seed)
        for simulation, seed in ((ShowerSimulation, 21), (SplitPhotons, 22))
    )
    features = [shower_features(each) for each in (one, two)]
    for name in ("ECAL_nHits", "R9"):
        assert stats.ks_2samp(features[0][name], features[1][name]).pvalue > 0.01
    assert stats.ks_2samp(one.ecal.counts, two.ecal.counts).pvalue > 0.01


class TwoPhotons(ShowerSimulation):
    """Two photons of half the energy each, with the same start: as a neutral pion without an opening angle."""

    def incoming(self, seed, number):
        labels, parts = super().incoming(seed, number)
        split = np.random.default_rng([seed, number, 99]).random(len(parts.energy))
        other = labels["energy"][:, None] / 2 * np.stack([split, 1 - split], axis=1)
        both = np.array([0, 1, 0, 1])
        energy = np.concatenate([parts.energy / 2, other], axis=1)
        return labels, Electrons(energy, parts.rays[:, both], parts.start[:, both])


def test_two_photons_of_half_the_energy_differ_by_their_depth_alone():
    """Showers of half the energy are ln 2 shallower, which is physics: hits that are wider there follow from it."""
    one, two = (
        simulation("photon", energies=(100.0, 100.0), physics=PLAIN).showers(1000, 23)
        for simulation in (ShowerSimulation, TwoPhotons)
    )
    depths = [shower_shapes.centroid(shower_shapes.depth_profile(each)) for each in (one, two)]
    assert depths[0] - depths[1] == pytest.approx(np.log(2), abs=0.2)
    features = [shower_features(each) for each in (one, two)]
    assert np.mean(features[1]["ECAL_nHits"]) == pytest.approx(np.mean(features[0]["ECAL_nHits"]), rel=0.06)
    assert np.mean(features[1]["R9"]) == pytest.approx(np.mean(features[0]["R9"]), abs=0.005)
