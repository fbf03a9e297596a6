"""Track finder of our own that looks only where the seed can lead."""

import keras

from keras_hep.layers import HitSoftmax, RoadToLayers, SeedRoad
from keras_hep.layers.seed_road import road_side


@keras.saving.register_keras_serializable(package="keras_hep")
class RoadTrackFinder(keras.Model):
    """Fully connected layers on the road that the seed opens, and a softmax over the hits of each layer within it.

    The network sees hits relative to the line through the seed, all layers at once, and chooses among hits. Its weights
    do not know the size of the layers: trained on small planes, they work on large ones (see `with_pixels`).

    Args:
        layers: int. Detector layers.
        pixels: int. Pixels per layer, along each of its two axes.
        seed_layers: int. First layers, which hold the seed's hit alone, at least 2.
        hidden_units: int. Size of each hidden layer.
        hidden_layers: int. Number of hidden layers, with ReLU.

    Input: float tensor, shape (batch, layers, pixels, pixels), 1 where a pixel fired. Output: float tensor, shape
    (batch, layers, pixels * pixels), the probability of each pixel, x * pixels + y, to be crossed by the seeded track.
    Every layer sums to 1 where its part of the road has a hit; a layer without one is 0 everywhere.

    Reference: none, this network is ours. It answers the conclusion of Farrell et al., EPJ Web Conf. 150 (2017) 00003,
        which asks for the comparison with the combinatorial Kalman filter and for models that work with hits.

    Example:

    >>> RoadTrackFinder(layers=10, pixels=50, seed_layers=3, hidden_units=256).count_params()
    357943
    """

    def __init__(self, layers=10, pixels=50, seed_layers=3, hidden_units=256, hidden_layers=2, **kwargs):
        image = keras.Input((layers, pixels, pixels), name="image")
        road, seed, corner = SeedRoad(seed_layers, name="road")(image)
        features = keras.layers.Concatenate(name="features")([keras.layers.Flatten(name="flat_road")(road), seed])
        for number in range(1, hidden_layers + 1):
            features = keras.layers.Dense(hidden_units, activation="relu", name=f"hidden_{number}")(features)
        behind, cells = layers - seed_layers, road_side(layers, seed_layers) ** 2
        logits = keras.layers.Dense(behind * cells, dtype="float32", name="logits")(features)
        logits = keras.layers.Reshape((behind, cells), name="cells")(logits)
        chosen = HitSoftmax(name="hit_softmax")([logits, keras.layers.Reshape((behind, cells), name="fired")(road)])
        chosen = keras.layers.Reshape(road.shape[1:], name="chosen")(chosen)
        found = RoadToLayers(pixels, name="layers")([chosen, corner])
        whole = keras.layers.Concatenate(axis=1, dtype="float32", name="with_seed")([image[:, :seed_layers], found])
        probability = keras.layers.Reshape((layers, pixels**2), dtype="float32", name="probability")(whole)
        super().__init__(image, probability, **kwargs)
        self.arguments = {
            "layers": layers,
            "pixels": pixels,
            "seed_layers": seed_layers,
            "hidden_units": hidden_units,
            "hidden_layers": hidden_layers,
        }

    def with_pixels(self, pixels):
        """Return the same network, with the same weights, for layers of another size."""
        other = type(self)(**{**self.arguments, "pixels": pixels})
        other.set_weights(self.get_weights())
        return other

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}
