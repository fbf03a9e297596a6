"""The generator of showers: arguments, seeds, blocks, workers, windows and labels."""

import numpy as np
import pytest

from keras_hep.calorimetry.showers import LABELS, PARTICLES
from keras_hep.simulation.shower_physics import ShowerPhysics
from keras_hep.simulation.showers import BATCH, BLOCK, ShowerSimulation


def assert_same(one, other):
    assert set(one.labels) == set(other.labels)
    for name in one.labels:
        np.testing.assert_array_equal(one[name], other[name])
    for ours, theirs in ((one.ecal, other.ecal), (one.hcal, other.hcal)):
        for name in ("counts", "index", "energy"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


@pytest.mark.parametrize("particle", PARTICLES)
def test_the_same_seed_gives_the_same_showers(particle):
    simulation = ShowerSimulation(particle)
    assert_same(simulation.showers(BATCH + 5, seed=3), simulation.showers(BATCH + 5, seed=3))
    other = simulation.showers(5, seed=4)
    assert (other["energy"] != simulation.showers(5, seed=3)["energy"]).all()


def test_fewer_showers_are_the_first_of_more():
    simulation = ShowerSimulation("photon", angles="random")
    more = simulation.showers(BLOCK + 200, seed=3)
    for number in (1, BATCH + 1, BLOCK, BLOCK + 3):
        assert_same(simulation.showers(number, seed=3), more.take(slice(0, number)))
    assert_same(simulation.block(3, 1, 200), more.take(slice(BLOCK, None)))


def test_the_number_of_workers_changes_nothing():
    simulation = ShowerSimulation("charged_pion", energies=(20.0, 30.0))
    assert_same(simulation.showers(BLOCK + 50, seed=5, workers=2), simulation.showers(BLOCK + 50, seed=5))


def test_particles_and_blocks_have_their_own_streams():
    energies = [ShowerSimulation(particle).showers(3, seed=1)["energy"] for particle in PARTICLES]
    energies.append(ShowerSimulation("photon").block(1, 1, 3)["energy"])
    assert len(np.unique(np.concatenate(energies))) == 15


@pytest.mark.parametrize(
    ("name", "ecal", "hcal", "energies"),
    [
        ("reconstruction", 25, 11, (10, 510)),
        ("large", 51, 11, (10, 510)),
        ("generation", 51, None, (100, 200)),
    ],
)
def test_windows(name, ecal, hcal, energies):
    showers = ShowerSimulation("electron", window=name).showers(200, seed=1)
    assert showers.source == "simulation"
    assert showers.ecal.shape == (ecal, ecal, 25)
    assert (showers.hcal is None) if hcal is None else (showers.hcal.shape == (hcal, hcal, 60))
    assert energies[0] <= showers["energy"].min() < showers["energy"].max() <= energies[1]
    assert showers.ecal.counts.mean() > (700 if name == "generation" else 300)


def test_the_small_window_is_the_middle_of_the_large_one():
    small, large = (ShowerSimulation("pi0", window=name).showers(50, seed=2) for name in ("reconstruction", "large"))
    assert_same(small, large.cropped(25, 11))


@pytest.mark.parametrize("particle", PARTICLES)
def test_labels(particle):
    showers = ShowerSimulation(particle, angles="random", azimuth=0.2).showers(600, seed=6)
    assert set(showers.labels) == set(LABELS) - {"measured_theta"}  # files for generation alone have it
    assert set(np.abs(showers["pdg_id"])) == {PARTICLES[particle]}
    signs = {1, -1} if particle in ("electron", "charged_pion") else {1}
    assert set(np.sign(showers["pdg_id"])) == signs
    assert np.pi / 3 <= showers["theta"].min() < 1.1
    assert 2.0 < showers["theta"].max() <= 2 * np.pi / 3 + 1e-6
    np.testing.assert_allclose(showers["eta"], -np.log(np.tan(showers["theta"] / 2)), atol=1e-5)
    assert np.abs(showers["phi"]).max() <= 0.2
    assert (showers["opening_angle"] > 0).all() == (particle == "pi0")
    assert (showers["opening_angle"] == -1).all() == (particle != "pi0")
    assert showers["conversion"].any() == (particle in ("photon", "pi0"))
    # A hundredth of a radian is 15 mm; fluctuations of hadrons, and pairs of low energy, reach farther.
    assert np.median(np.abs(showers["reco_theta"] - showers["theta"])) < 2e-3
    assert np.median(np.abs(showers["reco_eta"] - showers["eta"])) < 3e-3


def test_charges_bend_to_opposite_sides():
    showers = ShowerSimulation("electron", energies=(20.0, 20.0)).showers(500, seed=7)
    negative = showers["pdg_id"] > 0
    expected = np.arcsin(0.8994 / 20)
    assert np.median(showers["reco_phi"][negative]) == pytest.approx(expected, rel=0.05)
    assert np.median(showers["reco_phi"][~negative]) == pytest.approx(-expected, rel=0.05)


def test_fixed_angles_are_ninety_degrees():
    showers = ShowerSimulation("photon").showers(200, seed=8)
    assert (showers["theta"] == np.float32(np.pi / 2)).all()
    assert (showers["phi"] == 0).all()
    inclined = ShowerSimulation("photon", angles=(1.2, 1.2)).showers(200, seed=8)
    assert (inclined["theta"] == np.float32(1.2)).all()
    assert np.median(inclined["reco_theta"]) == pytest.approx(1.2, abs=2e-3)


def test_constants_can_be_varied():
    showers = ShowerSimulation("photon", physics=ShowerPhysics(conversion=1.0)).showers(100, seed=9)
    assert (showers["conversion"] == 1).all()
    few = ShowerSimulation("photon", physics=ShowerPhysics(spots=(1.0, 10, 20))).showers(100, seed=9)
    assert few.ecal.counts.max() < 60


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"particle": "muon"}, "particle must be one of electron, .*got 'muon'"),
        ({"window": "small"}, "window must be one of reconstruction"),
        ({"angles": "variable"}, "angles must be fixed or random"),
        ({"angles": (0.1, 1.0)}, "polar angles must rise within 30 to 150 degrees"),
        ({"angles": (1.5, 1.0)}, "polar angles must rise"),
        ({"energies": (1.0, 10.0)}, "energies must rise from 5.0 GeV on"),
        ({"energies": (20.0, 10.0)}, "energies must rise"),
        ({"azimuth": 0.3}, "azimuth must be from 0 to 0.262 rad"),
    ],
)
def test_arguments_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        ShowerSimulation(**{"particle": "photon"} | arguments)


@pytest.mark.parametrize(("arguments", "message"), [((0, 1), "number"), ((1, 1, 0), "workers")])
def test_numbers_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=f"{message} must be at least 1, got 0"):
        ShowerSimulation("photon").showers(*arguments)
