"""Weighted pions that pass a cut: weights by hand, and rates against plain pions."""

import numpy as np
import pytest
from scipy import integrate

from keras_hep.calorimetry.shower_shapes import hadronic_ratio
from keras_hep.simulation.early_pions import EarlyPionSimulation, EarlyProposal, unweighted
from keras_hep.simulation.showers import ShowerSimulation


def test_weights_are_the_natural_over_the_drawn_density():
    proposal = EarlyProposal(depth=0.4, early=0.5, exchange=0.5)
    weights = proposal.weights(np.array([0.1, 2.0, 0.1]), np.array([True, True, False]), np.full(3, 0.05))
    early = 1 / (0.5 + 0.5 / (1 - np.exp(-0.4)))
    np.testing.assert_allclose(weights, [early * 0.1, 0.2, early * 1.9])


def test_drawn_depths_follow_the_proposal():
    proposal = EarlyProposal(depth=0.4, early=0.7, exchange=0.3)
    interaction, exchange = proposal.drawn(np.random.default_rng(1), 100_000)
    assert exchange.mean() == pytest.approx(0.3, abs=0.005)

    def drawn(depth):
        return np.exp(-depth) / proposal.weights(np.array([depth]), np.array([True]), np.array([0.3]))[0]

    for low, high in ((0, 0.2), (0.2, 0.4), (0.4, 1)):
        expected, _ = integrate.quad(drawn, low, high)
        assert ((interaction >= low) & (interaction < high)).mean() == pytest.approx(expected, abs=0.006)
    weights = proposal.weights(interaction, exchange, np.full(100_000, 0.05))
    assert weights.mean() == pytest.approx(1, abs=0.02)


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


def test_unweighted_keeps_in_proportion():
    assert unweighted(np.array([1.0, 1.0]), np.random.default_rng(1)).all()
    assert len(unweighted(np.array([]), np.random.default_rng(1))) == 0


def test_only_charged_pions_are_early():
    with pytest.raises(ValueError, match="must be charged_pion, got 'photon'"):
        EarlyPionSimulation("photon")
