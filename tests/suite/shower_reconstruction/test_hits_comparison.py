"""The network on hits beside others: gains, costs, and names that say what is reduced, with made-up answers."""

import numpy as np
import pytest

from keras_hep.suite.shower_reconstruction import hits_comparison as comparison
from keras_hep.suite.shower_reconstruction.courses import Answers
from keras_hep.suite.shower_reconstruction.measurements import Scores

LABELS = np.repeat([False, True], 300)


def scores(separation, seed=1):
    random = np.random.default_rng(seed)
    return Scores(LABELS, separation * LABELS + random.normal(size=(3, 600)))


def answers(seconds):
    return Answers(np.zeros(2, np.float32), np.zeros(2, np.float32), {"seconds": seconds, "events": 100})


def test_a_better_network_gains():
    found = {one.name: one for one in comparison.gains({"hits": scores(2.0), "gn": scores(1.0)}, published=False)}
    assert found["hits_over_gn"].value == pytest.approx(found["area_hits"].value - found["area_gn"].value)
    assert found["hits_over_gn_errors"].value > 1
    assert "hits_over_published_gn" not in found


def test_a_worse_network_loses_and_only_the_published_one_is_called_so():
    names = {"hits": scores(1.0), "gn": scores(2.0), "bdt": scores(1.0)}
    found = {one.name: one for one in comparison.gains(names, published=True)}
    assert found["hits_over_published_gn_errors"].value == found["hits_over_gn_errors"].value < -1
    assert "hits_over_published_bdt" not in found


def test_areas_in_ranges_of_energy():
    energy = np.tile([20.0, 200.0, 400.0], 200)
    known = Scores(LABELS, np.where(energy == 200.0, LABELS, 0.0)[None])
    curve = comparison.area_curve("x", known, energy)
    assert curve.x == (80.0, 225.0, 405.0)
    assert curve.y == (0.5, 1.0, 0.5)
    assert comparison.area_curve("x", known, np.full(600, 600.0)).x == ()


def test_costs_are_those_of_the_networks():
    found = {one.name: one.value for one in comparison.costs("quick", 450.2)}
    assert found["multiplications_gn"] == 40_570_840  # counted by hand from the published channels over 16
    assert found["multiplications_hits"] == 3_453_245
    assert found["cost_over_gn"] == 3_453_245 / 40_570_840
    assert found["parameters_published_gn"] == 15_303_945


def test_fewest_trainings_and_mean_seconds():
    several = [[answers(2.0), answers(2.0)], [answers(4.0), answers(4.0)]]
    found = {one.name: one for one in comparison.trainings({"hits": several, "gn": several[:1]})}
    assert found["trainings"].value == 1
    assert (found["seconds_hits"].value, found["seconds_hits"].timed) == (3.0, True)
    assert set(comparison.named({"hits": several})) == {
        "hits_0_pi0",
        "hits_0_photon",
        "hits_1_pi0",
        "hits_1_photon",
    }
