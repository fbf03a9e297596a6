"""Figure 14 of Farrell et al. (2017): images that excite the filters of the second convolutional layer most.

Source    Farrell et al., EPJ Web Conf. 150 (2017) 00003, doi:10.1051/epjconf/201715000003, Figure 14
Data      the network of Figure 12, trained on simulated tracks; random start images
Cost      smoke 7 s, quick 7 s and 150 s for the network of Figure 12, unless it was trained before (2 CPU cores),
          0.8 GB; full needs a GPU
Expect    every filter is excited far more than by random images; images of at least four filters have a direction
Differs   the paper does not say which steps were taken; 200 of a tenth of the size instead of the 20 of the recipe that
          it cites: large steps overshoot where a filter hardly responds
Beyond    the same ascent through networks of random kernels, as a control: their images have a direction too
"""

import keras
import numpy as np
from keras.optimizers.schedules import CosineDecay

from keras_hep import models, training
from keras_hep.metrics import image_structure
from keras_hep.models import maximising_images
from keras_hep.simulation.track_images import TrackImages
from keras_hep.suite import figures
from keras_hep.suite.record import Quantity, Result

# size: side of the detector, slots for tracks, hidden units, filters; rates: first and last step of Adam
SCALES = {
    "smoke": {"size": (24, 3, 96, (8, 8, 16, 16)), "batch": 64, "rates": (2e-3, 2e-5), "events": 2_560},
    "quick": {"size": (24, 3, 96, (8, 8, 16, 16)), "batch": 64, "rates": (2e-3, 2e-5), "events": 460_800},
    "full": {"size": (50, 6, 400, (8, 8, 32, 32)), "batch": 256, "rates": (1e-3, 1e-3), "events": 5_120_000},
}
LAYER, CONTROLS = "conv_2", 5
ASCENT = {"steps": 200, "step_size": 0.1}


def reproduce(size, batch, rates, events, seed=7):
    side, slots, hidden_units, filters = size
    network = models.TrackParameterNetwork(side, side, slots, hidden_units, filters)
    fitted = training.fit(
        network,
        TrackImages(side, side, slots, tracks=slots / 2),
        optimizer=keras.optimizers.Adam(CosineDecay(rates[0], events // batch, rates[1] / rates[0])),
        loss=keras.losses.MeanSquaredError(reduction="mean_with_sample_weight"),
        events=events,
        seed=seed,
        batch_size=batch,
        interval=events // 10,
    )
    random = np.random.default_rng(training.seeds(seed, "display"))
    start = random.random((filters[1], side, side), dtype=np.float32)
    images, before, after = maximising_images(fitted.model, LAYER, start, **ASCENT)
    again, *_ = maximising_images(fitted.model, LAYER, start, **ASCENT)
    responses = keras.Model(fitted.model.input, fitted.model.get_layer(LAYER).output)
    by_chance = training.predict(responses, random.random((256, side, side))).mean(axis=(1, 2)).std(axis=0)

    shown = image_structure.display_normalised(images)
    directions, without_training = image_structure.coherence(shown), []
    shapes = [weights.shape for weights in network.get_weights()]
    for _ in range(CONTROLS):
        # Drawn by NumPy, so that the controls are the same on every backend: kernels of unit gain, no biases.
        drawn = [random.normal(0, np.prod(shape[:-1]) ** -0.5, shape) * (len(shape) > 1) for shape in shapes]
        network.set_weights(drawn)
        control, *_ = maximising_images(network, LAYER, start, **ASCENT)
        without_training.append(image_structure.coherence(image_structure.display_normalised(control)))
    at_start = image_structure.coherence(image_structure.display_normalised(start))
    median = "median over the filters of the coherence of the image"
    quantities = [
        Quantity("filters", len(images)),
        Quantity("repeat_difference", np.abs(again - images).max()),
        Quantity("smallest_gain", (after - before).min(), definition="of the mean response of a filter to its image"),
        Quantity("median_gain_over_spread", np.median((after - before) / by_chance)),
        Quantity("more_coherent_filters", np.count_nonzero(directions > at_start)),
        Quantity("median_coherence", np.median(directions), definition=median),
        Quantity("start_median_coherence", np.median(at_start), definition=f"{median}, random start"),
        Quantity("untrained_median_coherence", np.median(without_training), definition=f"{median}, random kernels"),
    ]
    return Result(quantities, arrays={"images": shown.astype(np.float32)}, weights={"tracks": fitted.weights})


def draw(result, reference):
    figure, panels = figures.panels(columns=4, rows=2, aspect=1.02, share_x=True, share_y=True)
    for number, (axes, image) in enumerate(zip(panels, result.arrays["images"], strict=True), 1):
        figures.event_display(axes, image, title=f"filter {number}").set_clim(0.2, 0.8)
        axes.label_outer()
    return figure
