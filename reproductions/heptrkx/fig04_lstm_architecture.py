"""Figure 4 of Farrell et al. (2017): the LSTM that classifies the hits of one track.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 4
Data      plane-detector toy, 50 layers of 50 pixels, simulated here, to probe the untrained network
Cost      smoke 3 s, quick 4 s, full 7 s (2 CPU cores, 1 GB)
Expect    65,450 parameters, 60,400 in the LSTM and 5,050 in the dense layer; probabilities of a layer add up to 1; a
          prediction depends on the layers up to its own and on no later one (influence exactly 0)
Differs   the network is probed with random weights, which show its structure as well as trained ones
"""

import functools

import numpy as np

from keras_hep import models, training
from keras_hep.metrics import reach
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures
from keras_hep.suite.record import Quantity, Result

SCALES = {"smoke": {"events": 64}, "quick": {"events": 512}, "full": {"events": 2_048}}


def reproduce(events, seed=7):
    network = models.TrackFinderLSTM(layers=50, pixels=50, hidden_units=100)
    random = np.random.default_rng(seed)
    network.set_weights([random.normal(0, 0.1, weights.shape) for weights in network.get_weights()])
    predict = functools.partial(training.predict, network)
    images, _ = PlaneDetector(layers=50, pixels=50).batch(events, training.seeds(seed, "test"))
    scores = predict(images)
    deviation = float(np.abs(scores.sum(axis=2, dtype=float) - 1).max())
    later = reach.influence(predict, images, slice(25, 50))[:, :25]
    earlier = reach.influence(predict, images, slice(0, 25))[:, 25]
    return Result(
        quantities=[
            Quantity("parameters", network.count_params()),
            Quantity("lstm_parameters", network.get_layer("lstm").count_params()),
            Quantity("dense_parameters", network.get_layer("logits").count_params()),
            Quantity("outputs_per_event", scores[0].size),
            Quantity("row_sum_deviation", round(deviation, 6), definition="To six digits, what float32 can hold"),
            Quantity("later_layer_influence", later.max(), definition="Of layers 25-49 on 0-24"),
            Quantity("earlier_layer_influence", earlier.mean(), definition="Of layers 0-24 on 25"),
        ],
        data="simulation",
    )


def draw(result, reference):
    figure, axes = figures.panels(width=figures.DOUBLE, aspect=0.4)
    numbers = {name: f"{quantity.value:,} parameters" for name, quantity in result.quantities.items()}
    boxes = [
        ("detector layer", "50 pixels"),
        ("LSTM, 100 units", numbers["lstm_parameters"]),
        ("dense, softmax", numbers["dense_parameters"]),
        ("prediction", "50 probabilities"),
    ]
    figures.network_diagram(axes, boxes, ("layer 0", "layer 1", "layer 2", "...", "layer 49"), recurrent=[1])
    axes.set_title(f"One network, applied from layer to layer: {numbers['parameters']}")
    return figure
