"""Figure 1 of Farrell et al. (2017): convolutional layers see stubs, then segments, then tracks.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 1
Data      plane-detector toy, 50 layers of 50 pixels, one target and five background tracks, simulated here
Cost      smoke 1 s, quick 4 s, full 15 s (2 CPU cores, 1.3 GB)
Expect    k stacked 3 x 3 convolutions see a square of (2k + 1)^2 pixels, found by changing one input pixel at a time;
          2k + 1 consecutive hits of a track always lie inside it (fraction exactly 1)
Differs   the paper draws a sketch; this is one event with measured receptive fields around one of its hits
Beyond    the sketch is called intuition: for straight tracks in a square detector it holds exactly
"""

import keras
import numpy as np

from keras_hep.metrics.plane_events import containment
from keras_hep.metrics.reach import receptive_field
from keras_hep.simulation.plane_detector import PlaneDetector
from keras_hep.suite import figures
from keras_hep.suite.record import Curve, Quantity, Result

SCALES = {
    "smoke": {"depths": [1, 2, 3], "tracks": 1_000},
    "quick": {"depths": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "tracks": 10_000},
    "full": {"depths": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "tracks": 100_000},
}


def reproduce(depths, tracks, seed=7):
    detector = PlaneDetector(layers=50, pixels=50)
    middle, fields = (25, 25), []
    for depth in depths:
        stack = [keras.layers.Conv2D(1, 3, padding="same", kernel_initializer="ones") for _ in range(depth)]
        network = keras.Sequential([keras.Input((50, 50, 1)), *stack])
        fields.append(receptive_field(network.predict_on_batch, (50, 50, 1), (*middle, 0))[..., 0])
    offset = np.abs(np.arange(50) - 25)
    squares = [np.maximum(offset[:, None], offset) <= depth for depth in depths]
    labels = detector.sample(tracks, seed=(seed, 1)).labels()
    image, label = detector.batch(1, seed=(seed, 24))
    seen = [field.sum() for field in fields], [field.any(axis=1).sum() for field in fields]
    return Result(
        quantities=[
            Quantity("receptive_field_is_square", all(map(np.array_equal, fields, squares))),
            Quantity("track_containment", min(containment(labels, depth) for depth in depths), count=tracks),
        ],
        curves=[
            Curve("receptive_field_area", depths, seen[0], None, "convolutions", "pixels"),
            Curve("layers_joined", depths, seen[1], None, "convolutions", "layers"),
        ],
        arrays={"image": image[0], "truth": label[0]},
    )


def draw(result, reference):
    figure, (event, area) = figures.panels(2)
    seen = result.curves["layers_joined"]
    shown = [0, (len(seen.x) - 1) // 3, -1]
    depths, sides = (np.array(values, int)[shown] for values in (seen.x, seen.y))
    title = "seen by one pixel of convolution {}, {} and {}".format(*depths)
    figures.event_display(event, result.arrays["image"], seed_layers=5, title=title)
    figures.nested_boxes(event, (25, result.arrays["truth"][25]), sides)
    figures.overlay(area, result.curves["receptive_field_area"], label="found by changing pixels", line=False)
    if reference:
        exact = reference.curves["receptive_field_area"]
        area.plot(exact.x, exact.y, color="0.2", label="exact: $(2k + 1)^2$")
    figures.axis_labels(area, "stacked 3 x 3 convolutions $k$", "receptive field", y_unit="pixels")
    figures.legend(area)
    return figure
