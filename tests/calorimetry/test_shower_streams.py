"""Showers as inputs of networks: lists, targets, and balanced batches."""

import dataclasses
import json

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.shower_streams import (
    ShowerStream,
    SimulatedShowers,
    StoredShowers,
    shower_inputs,
    shower_targets,
)
from keras_hep.calorimetry.showers import Showers
from keras_hep.simulation.showers import ShowerSimulation

NAMES = ("energy", "eta", "phi", "reco_eta", "reco_phi")


def showers(number=6, first=0.0, hcal=True):
    """Showers whose energy tells which they are."""
    energy = first + np.arange(number) + 10.0
    images = np.zeros((number, 2, 2, 3), np.float32)
    images[:, 0, 1, 2] = energy
    images[::2, 1, 1, 0] = 0.5
    cells = Cells.of_images(images)
    labels = {name: energy + 100 * place for place, name in enumerate(NAMES)}
    return Showers(cells, cells if hcal else None, labels, "simulation")


def images_of(inputs, part, shape=(2, 2, 3)):
    """What the lists are of, one hit after the other."""
    dense = np.zeros(len(inputs["measured"]) * np.prod(shape), np.float32)
    np.add.at(dense, inputs[f"{part}_place"], inputs[f"{part}_energy"])
    return dense.reshape(-1, *shape)


def test_lists_hold_the_images():
    drawn = showers()
    for padded in (False, True):
        inputs = shower_inputs(drawn, padded)
        for part in ("ecal", "hcal"):
            np.testing.assert_array_equal(images_of(inputs, part), drawn.ecal.dense())
            assert inputs[f"{part}_place"].dtype == np.int32
            assert inputs[f"{part}_energy"].dtype == np.float32
    energies = drawn.ecal.sums()
    np.testing.assert_allclose(
        inputs["measured"], np.stack([drawn["reco_phi"], drawn["reco_eta"], energies, energies], axis=1), rtol=1e-6
    )
    assert inputs["measured"].dtype == np.float32


def test_windows_whose_cells_are_all_listed_have_the_same_sums():
    energy = np.random.default_rng(1).exponential(size=24).astype(np.float32)
    full = Cells((2, 2, 3), [12, 12], np.tile(np.arange(12), 2), energy)
    partly = Cells((2, 2, 3), [11, 13], [*range(11), 0, *range(12)], energy)  # as many hits, of which one cell has two
    for cells in (full, partly):
        drawn = Showers(cells, None, {"reco_phi": np.zeros(2), "reco_eta": np.zeros(2)}, "simulation")
        np.testing.assert_array_equal(shower_inputs(drawn)["measured"][:, 2], cells.sums().astype(np.float32))


def test_padded_lists_have_few_sizes():
    random = np.random.default_rng(1)
    sizes = set()
    for _ in range(30):
        images = (random.random((50, 10, 10, 10)) < 0.4).astype(np.float32)
        labels = {name: np.zeros(50) for name in NAMES}
        inputs = shower_inputs(Showers(Cells.of_images(images), None, labels, "simulation"))
        sizes.add(inputs["ecal_place"].shape)
    assert len(sizes) == 1


def test_showers_without_an_hcal_have_empty_lists():
    inputs = shower_inputs(showers(hcal=False))
    assert inputs["hcal_place"].shape == (0,)
    assert not inputs["measured"][:, 3].any()


def test_places_do_not_overflow():
    number = 150_000
    empty = Cells((25, 25, 25), np.zeros(number, int), [], [])
    labels = {name: np.zeros(number) for name in NAMES}
    with pytest.raises(ValueError, match="a batch must have fewer than 2\\^31 cells, got 150000"):
        shower_inputs(Showers(empty, None, labels, "simulation"))


def test_targets_by_hand():
    targets = shower_targets(showers(2), [0, 1])
    assert targets.tolist() == [[0, 10, 110, 210], [1, 11, 111, 211]]
    assert targets.dtype == np.float32


@pytest.mark.parametrize("events", [1, 6, 7])
def test_a_batch_is_balanced_and_repeats_itself(events):
    stream = ShowerStream((StoredShowers(showers()), StoredShowers(showers(first=20.0))))
    inputs, targets = stream.batch(events, [3, 0, 1])
    assert len(targets) == len(inputs["measured"]) == events
    assert targets[:, 0].sum() == (events + 1) // 2
    np.testing.assert_array_equal(targets[:, 0] == 1, targets[:, 1] >= 30)
    np.testing.assert_allclose(inputs["measured"][:, 2], np.rint(targets[:, 1]), atol=0.51)
    assert len(np.unique(targets[:, 1])) == events
    again, _ = stream.batch(events, [3, 0, 1])
    for name, values in inputs.items():
        np.testing.assert_array_equal(values, again[name])
    if events > 5:
        assert not np.array_equal(stream.batch(events, [3, 0, 2])[1], targets)


def test_one_kind_alone():
    _, targets = ShowerStream((StoredShowers(showers()),)).batch(5, 1)
    assert targets[:, 0].tolist() == [0] * 5
    with pytest.raises(ValueError, match="sources must be one or two, got 3"):
        ShowerStream((1, 2, 3))


def test_weighted_showers_are_drawn_in_proportion():
    stored = StoredShowers(showers(3), weights=[0.0, 1.0, 3.0])
    energy = stored.draw(4000, 1)["energy"]
    assert (energy == 10.0).sum() == 0
    assert (energy == 12.0).mean() == pytest.approx(0.75, abs=4 * np.sqrt(0.75 * 0.25 / 4000))
    for weights in ([1.0], [1.0, -1.0, 1.0], [0.0, 0.0, 0.0]):
        with pytest.raises(ValueError, match="weights must be 3 numbers, none negative, not all 0"):
            StoredShowers(showers(3), weights)


def test_a_batch_is_no_larger_than_what_is_stored():
    assert len(StoredShowers(showers()).draw(6, 1)) == 6
    with pytest.raises(ValueError, match="a batch has at most the 6 showers stored of its class, got 7"):
        StoredShowers(showers()).draw(7, 1)


def test_the_name_of_stored_showers_is_their_contents():
    names = {StoredShowers(showers(**arguments)).sha256 for arguments in ({}, {"first": 1.0}, {"hcal": False})}
    names.add(StoredShowers(showers(), np.ones(6)).sha256)
    assert len(names) == 4
    assert StoredShowers(showers()) == StoredShowers(showers())
    stream = ShowerStream((StoredShowers(showers()), SimulatedShowers(ShowerSimulation("photon"))))
    described = json.dumps(dataclasses.asdict(stream))
    assert StoredShowers(showers()).sha256 in described
    assert "photon" in described


def test_simulated_showers_are_selected_and_new():
    pions = SimulatedShowers(ShowerSimulation("pi0", energies=(20.0, 60.0)), "merged_photons")
    drawn = pions.draw(60, [1, 2])
    assert len(drawn) == 60
    assert drawn["opening_angle"].max() < 0.01
    np.testing.assert_array_equal(pions.draw(60, [1, 2])["energy"], drawn["energy"])
    assert not np.isin(pions.draw(60, [1, 3])["energy"], drawn["energy"]).any()
    everything = SimulatedShowers(ShowerSimulation("pi0", energies=(20.0, 60.0))).draw(60, [1, 2])
    assert everything["opening_angle"].max() > 0.01
    with pytest.raises(ValueError, match="whole_electromagnetic, or None, got narrow"):
        SimulatedShowers(ShowerSimulation("pi0"), "narrow")
