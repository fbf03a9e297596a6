"""Figure 11 of Farrell et al. (2017): the network that estimates the parameters of a variable number of tracks.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 11
Data      images of one to six straight tracks, 50 layers of 50 pixels, simulated here, to probe the untrained network
Cost      smoke, quick and full 3 s (2 CPU cores, 1.1 GB)
Expect    9,295,050 parameters, 18,578,253 with the head for the covariances; 25 x 25 pixels behind the pooling; the
          first three of six tracks are those of a network that emits three
Differs   the network is probed with random weights, which show its structure as well as trained ones
"""

import keras
import numpy as np

from keras_hep import models, training
from keras_hep.simulation.track_images import TrackImages
from keras_hep.suite import figures
from keras_hep.suite.record import Quantity, Result

SCALES = {"smoke": {"events": 16}, "quick": {"events": 64}, "full": {"events": 512}}


def reproduce(events, seed=7):
    network, three = models.TrackParameterNetwork(tracks=6), models.TrackParameterNetwork(tracks=3)
    random = np.random.default_rng(seed)
    network.set_weights([random.normal(0, 0.05, weights.shape) for weights in network.get_weights()])
    three.set_weights(network.get_weights())
    images, *_ = TrackImages().batch(events, training.seeds(seed, "test"))
    tracks, first_three = training.predict(network, images), training.predict(three, images)
    change = np.abs(np.diff(tracks, axis=1))
    difference = float(np.abs(tracks[:, :3] - first_three).max())

    names = [layer.name for layer in network.layers]
    convolutions = [layer.name for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    covariance_network = models.TrackParameterCovarianceNetwork(tracks=6)
    numbers = {
        "convolutions": len(convolutions),
        "convolutions_before_pooling": len([name for name in convolutions if names.index(name) < names.index("pool")]),
        "image_features": network.get_layer("flatten").output.shape[1],
        "parameters": network.count_params(),
        "dense_parameters": network.get_layer("track_vector").count_params(),
        "lstm_parameters": network.get_layer("track_lstm").count_params(),
        "one_track_parameters": models.TrackParameterNetwork(tracks=1).count_params(),
        "covariance_parameters": covariance_network.count_params(),
        "numbers_per_track": network.output.shape[2],
        "numbers_per_track_with_covariance": covariance_network.output.shape[2],
    }
    return Result(
        quantities=[Quantity(name, value) for name, value in numbers.items()]
        + [
            Quantity("side_after_pooling", network.get_layer("pool").output.shape[1], unit="pixels"),
            Quantity("three_of_six_tracks_difference", round(difference, 6), unit="px", definition="To six digits"),
            Quantity(
                "step_to_step_change", change.mean(axis=(0, 2)).min(), unit="px", definition="Smallest of 5 means"
            ),
        ],
        data="simulation",
    )


def draw(result, reference):
    figure, axes = figures.panels(width=figures.DOUBLE, aspect=0.72)
    numbers = {name: f"{quantity.value:,}" for name, quantity in result.quantities.items()}
    side = numbers["side_after_pooling"]
    trunk = [
        ("image", "50 layers x 50 pixels"),
        ("2 convolutions 3 x 3, ReLU", "8 filters each"),
        ("max-pooling 2 x 2", f"{side} x {side} pixels"),
        ("2 convolutions 3 x 3, ReLU", f"32 filters each: {numbers['image_features']} features"),
        ("dense, linear", f"400 numbers, the same for every track: {numbers['dense_parameters']} parameters"),
    ]
    steps = [("LSTM, 400 units", ""), ("dense, linear", "intercept, slope")]
    figures.network_diagram(axes, steps, ("track 1", "track 2", "...", "track 6"), recurrent=[0], trunk=trunk)
    axes.set_title(f"{numbers['parameters']} parameters; tracks in the order of their intercepts")
    return figure
