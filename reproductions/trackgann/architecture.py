"""Slides Model GANN, Encoder and Edges Classifier of TrackGANN: the network, block by block.

Source    TrackGANN slides (2025), Model GANN, Encoder, Edges Classifier; the authors' public code
Data      time slices of SPD tracks, simulated here, to probe the untrained network
Cost      smoke, quick and full 3 s (2 CPU cores, 1 GB)
Expect    127,362 parameters, 11,008 in the attention along tracks, 35,808 in the encoder's dense network, 80,546 in the
          classifier; 14 applications of 4 attention layers, so that a hit is seen 14 hits away and no farther
Differs   the network is probed with random weights, which show its structure as well as trained ones
Beyond    whether times, other tracks' edges and the direction of an edge change its score
"""

import keras

from keras_hep import models
from keras_hep.graphs.time_slice_streams import slice_inputs
from keras_hep.models.wiring import applications
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.suite import figures, track_gann_structure
from keras_hep.suite.record import Quantity, Result

SCALES = {"smoke": {"slices": 2}, "quick": {"slices": 8}, "full": {"slices": 8}}


def reproduce(slices, seed=7):
    keras.utils.set_random_seed(seed)
    network, longer = models.TrackGANN(), models.TrackGANN(rounds=12, iterations=12)
    drawn = [SPDSlices().slice([seed, number]) for number in range(slices)]
    times = applications(network, slice_inputs(drawn[:1])[0])
    attention = sum(count for name, count in times.items() if name in track_gann_structure.BLOCKS[:4])
    influence = track_gann_structure.path_influence(network, distance=20)
    quantities = [
        Quantity("parameters", network.count_params()),
        Quantity("parameters_twice_the_rounds", longer.count_params(), definition="12 rounds and 12 iterations"),
        *track_gann_structure.parameters_by_block(network),
        Quantity("attention_applications", attention, definition="of the four attention layers, to one input"),
        Quantity("edge_network_applications", times["score_1"] + times["rescore_1"], definition="to one input"),
        Quantity("node_network_applications", times["update_1"], definition="to one input"),
        *track_gann_structure.reach(influence),
        track_gann_structure.edges_kept(drawn),
        *track_gann_structure.influences(network, drawn),
    ]
    return Result(quantities, [influence], data="simulation")


def draw(result, reference):
    figure, (blocks, reach) = figures.panels(columns=2, width=figures.DOUBLE, aspect=1.02)
    counts = {name: f"{quantity.value:,}" for name, quantity in result.quantities.items()}
    encoder = [
        ("hits of a track", "x, y, z"),
        ("attention, tanh", f"3 to 32: {counts['attention_1_parameters']}"),
        ("attention", f"32 to 64: {counts['attention_2_parameters']}"),
        ("attention, tanh", f"64 to 64: {counts['attention_3_parameters']}"),
        ("attention", f"64 to 64: {counts['attention_4_parameters']}"),
        ("mean over hits", "64 for each track"),
        ("dense", f"128, 128, 64, 32: {counts['encoder_parameters']}"),
    ]
    classifier = [
        ("track graph", "2 times 32 for each edge"),
        ("first score", f"128, 128, 1: {counts['score_parameters']}"),
        ("messages", "sum of track times score"),
        ("update of tracks", f"128, 128, 32: {counts['update_parameters']}"),
        ("new score", f"128, 128, 1: {counts['rescore_parameters']}"),
        ("score of each edge", "same event or not"),
    ]
    applied = {name: result.quantities[f"{name}_applications"].value for name in ("attention", "node_network")}
    rounds = (applied["attention"] - 2) // 2, applied["node_network"]  # the first two attention layers stand alone
    repeats = [
        (column, first, 4, f"{times} times, same weights")
        for column, first, times in zip((0, 1), (3, 2), rounds, strict=True)
    ]
    figures.block_diagram(blocks, {"encoder": encoder, "classifier": classifier}, repeats)
    blocks.set_title(f"widths: parameters, {counts['parameters']} in all")
    curve = result.curves["influence_by_distance"]
    seen = [(x, y) for x, y in zip(curve.x, curve.y, strict=True) if y > 0]
    reach.semilogy(*zip(*seen, strict=True), marker="o", linestyle="none", color=figures.COLOURS[0])
    farthest = result.quantities["reach"].value
    for x in (-farthest - 0.5, farthest + 0.5):
        reach.axvline(x, color="0.4", linestyle=":")
    reach.set_xlim(curve.x[0], curve.x[-1])
    figures.axis_labels(reach, "distance along the track", "influence of a moved hit", "hits")
    reach.set_title(f"exactly 0 beyond {farthest} hits")
    return figure
