"""What TrackGANN's structure lets through: along a track, between tracks, and of their times."""

import dataclasses

import numpy as np

from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.graphs.time_slice_streams import slice_inputs
from keras_hep.suite.record import Curve, Quantity

BLOCKS = ("attention_1", "attention_2", "attention_3", "attention_4", "encoder", "score", "update", "rescore")


def parameters_by_block(network):
    """Count the parameters of each block, as a list of `Quantity`.

    Args:
        network: `keras_hep.models.TrackGANN`.
    """
    total = dict.fromkeys(BLOCKS, 0)
    for layer in network.layers:
        for block in BLOCKS:
            if layer.name == block or layer.name.startswith(f"{block}_"):
                total[block] += layer.count_params()
    return [Quantity(f"{block}_parameters", count) for block, count in total.items()]


def path_influence(network, distance):
    """Move one hit in the middle of a track, and return how much the hits before and behind it change.

    All hits lie in the origin and the network has no biases yet, so that without the move every output is exactly 0,
    and one that the hit does not reach stays so: nothing is lost in rounding, however small the influence.

    Args:
        network: `keras_hep.models.TrackGANN`, as initialised. Its biases must be zero.
        distance: int. How far to look to both sides.

    Returns:
        `Curve`: the norm of the output at each distance over that of the moved hit. Two more tracks of one hit stand
        before and behind the moved one; their changes are at the distances -1 and 1 beyond.
    """
    import keras

    inputs, read = network.input, network.get_layer("track_mean").input[0]
    hits_only = keras.Model({name: inputs[name] for name in ("hits", "first")}, read)
    hits = np.zeros((2 * distance + 3, 3), np.float32)
    hits[distance + 1] = 1.0
    first = np.zeros(len(hits), np.float32)
    first[[0, 1, -1]] = 1
    changed = keras.ops.convert_to_numpy(hits_only({"hits": hits, "first": first}, training=False))
    norm = np.linalg.norm(changed.astype(float), axis=1)
    definition = "change of a hit's vector before the mean, over that of the hit that is moved; untrained network"
    apart = np.arange(-distance - 1, distance + 2)
    return Curve("influence_by_distance", apart, norm / norm[distance + 1], None, "hits", "1", definition)


def reach(influence):
    """Describe how far a hit is seen, as a list of two `Quantity`.

    Args:
        influence: `Curve`, as from `path_influence`.
    """
    apart, changed = np.array(influence.x), np.array(influence.y) > 0
    within = np.abs(apart) <= np.abs(apart[changed]).max()
    return [
        Quantity("reach", int(np.abs(apart[changed]).max()), unit="hits", definition="farthest hit that changes"),
        Quantity("unreached", int((~changed[within]).sum()), unit="hits", definition="nearer hits that do not change"),
    ]


def influences(network, slices):
    """Describe what changes the scores of edges, as a list of `Quantity`.

    Args:
        network: `keras_hep.models.TrackGANN`.
        slices: list of `keras_hep.simulation.time_slice.TimeSlice`.
    """
    inputs, _ = slice_inputs(slices)
    logits = _logits(network, inputs)
    later = [dataclasses.replace(one, intervals=0.5 + 0.25 * one.intervals) for one in slices]
    moved, _ = slice_inputs(later)
    event = np.concatenate([one.event + 1_000 * number for number, one in enumerate(slices)])
    true = event[inputs["senders"]] == event[inputs["receivers"]]
    without = _logits(network, {**inputs, "senders": inputs["senders"][true], "receivers": inputs["receivers"][true]})
    opposite = np.lexsort((inputs["senders"], inputs["receivers"]))  # edges are sorted by sender, then receiver
    described = (
        ("time_influence", _logits(network, moved) - logits, "later and shorter intervals, joined as before"),
        ("edge_influence", without - logits[true], "of a true edge, when all false edges are left out"),
        ("direction_influence", logits[opposite] - logits, "between the two directions of an edge"),
    )
    return [
        Quantity(name, float(np.abs(change).max()), definition=f"largest change of a logit: {what}", count=len(slices))
        for name, change, what in described
    ]


def edges_kept(slices):
    """Return whether the intervals that `influences` gives to slices join the same tracks, as `Quantity`."""
    same = all(
        np.array_equal(overlapping_pairs(one.intervals), overlapping_pairs(0.5 + 0.25 * one.intervals))
        for one in slices
    )
    return Quantity("edges_kept", same, definition="later and shorter intervals join the same tracks")


def _logits(network, inputs):
    import keras

    return keras.ops.convert_to_numpy(network(inputs, training=False))[:, 0]
