"""What is measured of TrackGANN's structure, on networks whose structure is known otherwise."""

import keras
import numpy as np
import pytest

from keras_hep import models
from keras_hep.graphs.time_slice_streams import slice_inputs
from keras_hep.models.wiring import applications
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.suite import track_gann_structure as structure
from keras_hep.suite.record import Curve

SMALL = {"attention_units": (4, 8), "track_features": 4, "hidden_units": 8}


@pytest.fixture(scope="module")
def slices():
    return [SPDSlices(mean_events=8.0).slice([3, number]) for number in range(2)]


def small(**options):
    keras.utils.set_random_seed(5)
    return models.TrackGANN(**SMALL, **options)


def values(quantities):
    return {quantity.name: quantity.value for quantity in quantities}


def test_blocks_add_up_to_the_network():
    network = small(rounds=1, iterations=1)
    blocks = values(structure.parameters_by_block(network))
    assert sum(blocks.values()) == network.count_params()
    assert blocks["attention_1_parameters"] == 3 * 4 + 3 * 4
    assert min(blocks.values()) > 0


@pytest.mark.parametrize("rounds", [0, 1, 3])
def test_reach_is_the_number_of_applications(rounds):
    influence = structure.path_influence(small(rounds=rounds, iterations=0), distance=9)
    assert influence.x == tuple(range(-10, 11))
    assert influence.y[10] == 1
    assert values(structure.reach(influence)) == {"reach": 2 + 2 * rounds, "unreached": 0}


def test_other_tracks_are_not_reached_even_within_reach():
    influence = structure.path_influence(small(rounds=3, iterations=0), distance=5)
    assert (influence.y[0], influence.y[-1]) == (0, 0)
    assert min(influence.y[1:-1]) > 0


def test_hits_that_are_left_out_are_counted():
    influence = Curve("influence", range(-4, 5), (0, 1e-30, 0, 1, 1, 1, 0, 0, 0))
    assert values(structure.reach(influence)) == {"reach": 3, "unreached": 3}


def test_times_do_not_enter_and_edges_and_directions_do(slices):
    found = values(structure.influences(small(rounds=1, iterations=1), slices))
    assert found["time_influence"] == 0
    assert found["edge_influence"] > 1e-4
    assert found["direction_influence"] > 1e-4


def test_without_messages_other_edges_do_not_enter(slices):
    found = values(structure.influences(small(rounds=1, iterations=0), slices))
    assert found["edge_influence"] < 1e-5
    assert found["direction_influence"] > 1e-4


def test_both_directions_of_an_edge_are_compared(slices, monkeypatch):
    """A network whose logit is sender + receiver / 7 differs between them by 6/7 of the distance."""
    monkeypatch.setattr(structure, "_logits", lambda _, inputs: inputs["senders"] + inputs["receivers"] / 7)
    inputs, _ = slice_inputs(slices)
    apart = np.abs(inputs["senders"] - inputs["receivers"]).max()
    assert values(structure.influences(None, slices))["direction_influence"] == pytest.approx(6 / 7 * apart)


def test_a_network_that_reads_times_would_be_found(slices, monkeypatch):
    seen = []

    def timed(one, *rest):
        seen.append(one[0].intervals.sum())
        return slice_inputs(one, *rest)

    monkeypatch.setattr(structure, "slice_inputs", timed)
    monkeypatch.setattr(structure, "_logits", lambda _, inputs: seen[-1] + 0.0 * inputs["senders"])
    assert values(structure.influences(None, slices))["time_influence"] > 1


def test_edges_kept(slices):
    assert structure.edges_kept(slices).value is True


def test_applications_are_those_of_one_call(slices):
    network = small(rounds=3, iterations=2)
    inputs, _ = slice_inputs(slices[:1])
    before = keras.ops.convert_to_numpy(network(inputs, training=False))
    counts = applications(network, inputs)
    names = (
        "attention_1",
        "attention_2",
        "attention_3",
        "attention_4",
        "encoder_1",
        "score_1",
        "rescore_1",
        "update_1",
    )
    assert [counts[name] for name in names] == [1, 1, 3, 3, 1, 1, 2, 2]
    assert "hits" not in counts
    assert applications(network, inputs) == counts  # nothing is left behind
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(network(inputs, training=False)), before)
