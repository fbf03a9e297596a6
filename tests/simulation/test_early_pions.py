"""Weighted pions that pass a cut: weights by hand, and rates against plain pions."""

import numpy as np
import pytest

from keras_hep.calorimetry.shower_shapes import hadronic_ratio
from keras_hep.simulation.early_pions import (
    HEAVIEST,
    LARGEST_RATIO,
    EarlyPionSimulation,
    EarlyProposal,
    unweighted,
)
from keras_hep.simulation.hadronic_showers import PionHistories, exchange_probability
from keras_hep.simulation.shower_kinematics import Rays
from keras_hep.simulation.shower_physics import HadronPhysics
from keras_hep.simulation.showers import ShowerSimulation

HADRONS = HadronPhysics()


def histories(proposal, number=50_000, energy=50.0):
    rays = Rays(*np.zeros((4, number)))
    return proposal.drawn(np.random.default_rng(1), np.full(number, energy), rays, HADRONS)


def test_weights_of_charge_exchanges_by_hand():
    proposal = EarlyProposal(alike=0.5, depth=0.4, exchange=0.5)
    drawn = histories(proposal)
    weights = proposal.weights(drawn, HADRONS)
    natural = exchange_probability(np.array([50.0]), HADRONS)[0]
    early = drawn.interaction < 0.4 * HADRONS.pion_length
    np.testing.assert_allclose(
        weights[drawn.exchange & early], natural / 0.5 / (0.5 + 0.5 / (1 - np.exp(-0.4))), rtol=1e-12
    )
    np.testing.assert_allclose(weights[drawn.exchange & ~early], natural / 0.5 / 0.5, rtol=1e-12)
    np.testing.assert_allclose(weights[~drawn.exchange & ~early], (1 - natural) / 0.5 / 0.5, rtol=1e-12)


def test_weights_of_a_proposal_that_changes_nothing_but_depth():
    proposal = EarlyProposal(alike=0.5, neutral=0.0, leading=0.0)
    drawn = histories(proposal)
    early = drawn.interaction < 0.4 * HADRONS.pion_length
    weights = proposal.weights(drawn, HADRONS)[early & ~drawn.exchange]
    np.testing.assert_allclose(weights, weights[0], rtol=1e-9)


@pytest.mark.parametrize("proposal", [EarlyProposal(), EarlyProposal(alike=0.5, depth=0.6, neutral=0.8)])
def test_weighted_means_are_the_natural_ones(proposal):
    drawn = histories(proposal)
    weights = proposal.weights(drawn, HADRONS)
    plain = PionHistories.drawn(np.random.default_rng(2), drawn.energy, drawn.rays, HADRONS)

    def error(values):
        return np.hypot(np.std(weights * values), np.std(values)) / np.sqrt(len(values))

    for measure in (
        lambda pions: pions.interaction < 0.2,
        lambda pions: pions.exchange,
        lambda pions: pions.neutral,
        lambda pions: pions.clusters[:, 0],
        lambda pions: pions.neutral > 0.8,
    ):
        values = np.asarray(measure(drawn), float)
        assert (weights * values).mean() == pytest.approx(measure(plain).mean(), abs=4 * error(values))
    assert weights.mean() == pytest.approx(1, abs=4 * error(np.ones(len(weights))))


def test_weighted_rate_is_that_of_plain_pions():
    energies = (20.0, 30.0)
    plain = ShowerSimulation("charged_pion", energies=energies).showers(8000, seed=2)
    rate = (hadronic_ratio(plain) < 0.1).mean()
    showers, weights = EarlyPionSimulation(energies=energies).passing(4000, seed=3)
    weighted = weights.sum() / 4000
    error = np.hypot(np.sqrt(rate / 8000), np.sqrt((weights**2).sum()) / 4000)
    assert weighted == pytest.approx(rate, abs=4 * error)
    assert len(showers) == len(weights) > 20 * 4000 * rate
    assert (hadronic_ratio(showers) < 0.1).all()
    assert np.sqrt((weights**2).sum()) / 4000 < np.sqrt(rate / 4000)  # and better known than without


def test_natural_pions_are_as_weighted_ones():
    simulation = EarlyPionSimulation(energies=(20.0, 60.0))
    drawn, weights = simulation.passing(4000, seed=3)
    natural = simulation.natural(500, seed=4)
    assert len(natural) == 500
    assert hadronic_ratio(natural).max() < LARGEST_RATIO
    assert weights.max() < HEAVIEST
    for measure in (lambda showers: showers["energy"], hadronic_ratio, lambda showers: showers.ecal.counts):
        one, other = np.asarray(measure(natural), float), np.asarray(measure(drawn), float)
        mean = np.average(other, weights=weights)
        spread = np.sqrt(np.average((other - mean) ** 2, weights=weights))
        effective = weights.sum() ** 2 / (weights**2).sum()
        assert one.mean() == pytest.approx(mean, abs=4 * spread * np.sqrt(1 / effective + 1 / 500))


def test_natural_pions_of_a_seed_are_the_same_and_fewer_are_the_first_of_more():
    simulation = EarlyPionSimulation(energies=(20.0, 60.0))
    few, more = (simulation.natural(number, seed=4) for number in (20, 60))
    np.testing.assert_array_equal(few["energy"], more["energy"][:20])
    np.testing.assert_array_equal(few.ecal.energy, more.ecal.energy[: len(few.ecal.energy)])


def test_unweighted_keeps_in_proportion():
    assert unweighted(np.array([1.0, 1.0]), np.random.default_rng(1)).all()
    assert len(unweighted(np.array([]), np.random.default_rng(1))) == 0


def test_only_charged_pions_are_early():
    with pytest.raises(ValueError, match="must be charged_pion, got 'photon'"):
        EarlyPionSimulation("photon")
