"""What is asked of skip connections, sums in layers, other particles and converted photons, on energies made up."""

import dataclasses

import numpy as np
import pytest

from keras_hep.suite.shower_reconstruction import (
    converted_photons,
    depth_sums,
    other_particles,
    skip_connections,
    trained_energies,
)
from keras_hep.suite.shower_reconstruction.trained_energies import Energies

SHOWERS = 2_000


def energies(spread, shift=0.0):
    """Return the same showers each time, of a relative spread and bias, by three trainings that differ a little."""
    random = np.random.default_rng(3)
    true, noise = random.uniform(10, 500, SHOWERS), random.normal(size=SHOWERS)
    return Energies(true, true * (1 - shift + spread * np.array([[0.98], [1.0], [1.02]]) * noise))


def named(quantities):
    names = [one.name for one in quantities]
    assert len(set(names)) == len(names)
    return {one.name: one.value for one in quantities}


@pytest.mark.parametrize(("none", "better"), [(0.10, True), (0.025, False)])
def test_skip_connections(none, better):
    found = {"init1": energies(0.05, 0.01), "none": energies(none, none), "residual": energies(0.05)}
    values = named(skip_connections.quantities(found))
    assert values["ratio_resolution"] == pytest.approx(none / 0.05, rel=0.01)
    assert (values["ratio_resolution_errors"] >= 1) is better
    assert values["ratio_bias_low"] > 1.5
    assert values["ratio_residual"] == pytest.approx(1)


def test_kinds_of_skip_connections_are_trained_for_as_long():
    courses = skip_connections.courses("smoke", seed=7)
    assert set(courses) == set(skip_connections.SKIPS)
    assert len({one.sizes["events"] for each in courses.values() for one in each}) == 1
    assert {dict(one.options)["skip"] for one in courses["none"]} == {"none"}


def test_convergence_of_repeated_trainings():
    slow = [{"loss": [8, 6, 5, 4]}, {"loss": [8, 7, 6, 2]}]
    fast = [{"loss": [4, 3, 2, 1]}, {"loss": [9, 5, 3, 1]}]
    found = skip_connections.convergence("share", fast, slow)
    assert found.value == pytest.approx((2 + 3) / 8)
    assert found.error == pytest.approx(0.125)
    assert skip_connections.convergence("share", [{"loss": [9, 9, 9, 9]}] * 2, slow).value == 1


@pytest.mark.parametrize(("layers", "errors"), [(0.04, (1, 1)), (0.08, (-1, 1)), (0.02, (1, -1))])
def test_sums_in_layers(layers, errors):
    spreads = {"cells": 0.03, "layers": layers, "boosted": 0.06, "linear": 0.1}
    values = named(depth_sums.quantities({name: energies(spread) for name, spread in spreads.items()}))
    signs = tuple(int(np.sign(values[f"ratio_{pair}_errors"])) for pair in ("boosted_layers_high", "layers_cells"))
    assert signs == errors
    assert values["ratio_layers_cells_high"] == pytest.approx(layers / 0.03, rel=1e-3)


def test_sums_and_cells_are_of_the_same_showers():
    wanted = depth_sums.wanted("smoke", seed=7)
    (cells,), (layers,) = (tests.values() for _, tests in wanted.values())
    assert dataclasses.replace(layers, geometry="clic") == cells
    assert wanted["layers"][0][0].model().input_shape == wanted["cells"][0][0].model().input_shape
    sizes = [courses[0].model().count_params() for courses, _ in wanted.values()]
    assert sizes[0] - sizes[1] == (25 * 25 * 25 + 11 * 11 * 60 - 85) * 16


@pytest.mark.parametrize(("dnn", "cnn", "larger"), [(0.03, 0.0, True), (0.0, 0.03, True), (0.0, 0.0, False)])
def test_the_network_with_the_larger_bias_is_asked_for(dnn, cnn, larger):
    found = {("dnn_electrons", "pi0"): energies(0.05, dnn), ("cnn_electrons", "pi0"): energies(0.05, cnn)}
    found["cnn_photons_pi0", "pi0"] = energies(0.05, 0.005)
    values = named(other_particles.quantities("pi0", found))
    assert values["bias_excess_errors"] == max(values["bias_excess_dnn_errors"], values["bias_excess_cnn_errors"])
    assert (values["bias_excess_errors"] >= 1) is larger
    assert values["ratio_dnn"] == pytest.approx(1) == pytest.approx(values["ratio_cnn_high"])


def test_networks_that_know_no_pions():
    found = {(name, "charged_pion"): energies(0.1, 0.3) for name in other_particles.TRAININGS}
    found["dnn_pions", "charged_pion"] = energies(0.1)
    values = named(other_particles.pion_quantities(found))
    for name in other_particles.TRAININGS:
        assert values[f"pions_ratio_{name}"] == pytest.approx(np.hypot(0.3, 0.1) / 0.1, rel=0.05)
        assert values[f"pions_bias_{name}"] == pytest.approx(30, rel=0.05)


def test_every_network_is_tested_on_pions_too():
    wanted = other_particles.wanted("photon", "smoke", seed=7, pions=True)
    assert [list(tests) for _, tests in wanted.values()] == [["photon", "charged_pion"]] * 3 + [["charged_pion"]]
    assert wanted["dnn_pions"][1]["charged_pion"].selection == "energy_in_window"
    alone = other_particles.wanted("pi0", "smoke", seed=7)
    assert [[one.particle for one in tests.values()] for _, tests in alone.values()] == [["pi0"]] * 3
    assert alone["cnn_electrons"][0] == wanted["cnn_electrons"][0]


class Photons:
    """Stands for the `ShowerSample`s of the test: every second one of 2,000 photons converted, or all of 500."""

    def __init__(self, selection=None):
        every = energies(0.05)
        conversion = np.arange(SHOWERS) % 2 if selection is None else np.ones(500)
        self.columns = {"energy": every.true[: len(conversion)], "conversion": conversion}

    def showers(self):
        return self.columns


@pytest.fixture
def photons(monkeypatch):
    def samples(task, part, profile, seed):
        assert part == "test"
        return tuple(Photons(selection) for selection in (*task.selections,))

    def outcomes(wanted):
        found = {}
        for name, (_, tests) in wanted.items():
            for test, sample in tests.items():
                true = sample.showers()["energy"]
                found[name, test] = Energies(true, true * np.ones((3, 1)))
        return found, {"answers": list(found)}

    monkeypatch.setattr(converted_photons.Task, "samples", samples)
    monkeypatch.setattr(converted_photons, "outcomes", outcomes)


@pytest.mark.parametrize(("data", "converted"), [(None, 500), ("files", SHOWERS // 2)])
def test_photons_by_their_conversion(photons, data, converted):
    found, answers = converted_photons.measured("smoke", 7, data)
    counts = {key[1:]: len(one.true) for key, one in found.items() if key[0] == "cnn"}
    assert counts == {
        ("all", "all"): SHOWERS,
        ("all", "unconverted"): SHOWERS // 2,
        ("all", "converted"): converted,
        ("converted", "converted"): converted,
    }
    assert ("dnn_converted", "photon") not in answers["answers"]


def test_converted_photons_are_asked_in_two_ranges():
    spreads = {("all", "all"): 0.05, ("all", "unconverted"): 0.04, ("all", "converted"): 0.08}
    spreads["converted", "converted"] = 0.06
    found = {("dnn", *pair): energies(spread, spread / 4) for pair, spread in spreads.items()}
    values = named(converted_photons.quantities("dnn", found))
    assert values["ratio_dnn_converted_below_100"] == pytest.approx(2, rel=0.01)
    assert values["ratio_dnn_own_below_100"] == pytest.approx(1.5, rel=0.01)
    assert values["ratio_dnn_trained_above_200"] == pytest.approx(4 / 3, rel=0.01)
    assert values["bias_excess_dnn_below_100"] > 0 > -values["bias_excess_dnn_below_100_errors"]


def test_kinds_are_those_that_can_be_measured():
    assert set(trained_energies.KINDS) == set(trained_energies._OF_BIN)
