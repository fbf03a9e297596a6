"""The edge classifier of the TrackML notebook, as its program runs."""

import keras

from keras_hep.layers import EdgeDense, EdgesToNodes


@keras.saving.register_keras_serializable(package="keras_hep")
class SegmentClassifier(keras.Model):
    """Score segments (pairs of hits on neighbouring layers) one by one, each from its own two hits.

    The notebook declares an interaction network, but its forward pass returns the logits that are stored while messages
    are formed and throws the result of the message passing away. What is trained is a network of one hidden layer on
    each edge: receiver, sender and their difference (15 numbers), dense, batch normalisation, ReLU, dense. Its dead
    parts are the sum of the logits at each node and the network that updates the nodes with them.

    Args:
        features: int. Features of a hit.
        hidden_units: int.
        dead_parts: bool. Build the dead parts too; the output is then a list of the logits and the updated nodes, shape
            (hits, features). A loss on the logits never reaches their 1,541 parameters.

    Input: dict of tensors: `nodes`, float, shape (hits, features), in the notebook x, y, z, r in metres and phi / pi;
    `senders` and `receivers`, int, shape (segments,): inner and outer hit. Output: float tensor, shape (segments, 1):
    the logits.

    Reference: notebook "TrackML Particle Tracking", section Model architecture. Weights and biases start as in PyTorch,
        uniform within 1 / sqrt(inputs); batch normalisation has its momentum and epsilon. The difference of azimuths is
        not wrapped, as there.

    Example:

    >>> SegmentClassifier().count_trainable(), SegmentClassifier(dead_parts=True).count_trainable()
    (2433, 3974)
    """

    def __init__(self, features=5, hidden_units=128, dead_parts=False, **kwargs):
        nodes = keras.Input((features,), name="nodes")
        senders, receivers = (keras.Input((), name=name, dtype="int32") for name in ("senders", "receivers"))
        edges = EdgeDense(hidden_units, difference=True, name="edge_hidden", **_as_in_torch(3 * features))
        hidden = edges([nodes, senders, receivers])
        hidden = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name="normalisation")(hidden)
        hidden = keras.layers.ReLU(name="relu")(hidden)
        logits = keras.layers.Dense(1, name="logits", dtype="float32", **_as_in_torch(hidden_units))(hidden)
        outputs = logits
        if dead_parts:
            summed = EdgesToNodes("sum", name="summed_logits")([logits, receivers, nodes])
            joined = keras.layers.Concatenate(name="hit_and_sum")([nodes, summed])
            start = _as_in_torch(features + 1)
            updated = keras.layers.Dense(hidden_units, activation="relu", name="node_hidden", **start)(joined)
            start = _as_in_torch(hidden_units)
            outputs = [logits, keras.layers.Dense(features, name="updated", dtype="float32", **start)(updated)]
        super().__init__({"nodes": nodes, "senders": senders, "receivers": receivers}, outputs, **kwargs)
        self.arguments = {"features": features, "hidden_units": hidden_units, "dead_parts": dead_parts}

    def count_trainable(self):
        """Return the number of parameters that an optimizer would see."""
        return sum(int(keras.ops.size(weight)) for weight in self.trainable_weights)

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _as_in_torch(inputs):
    """Return the initializers of PyTorch's linear layer with so many inputs: uniform within 1 / sqrt(inputs)."""
    limit = inputs**-0.5
    return {
        "kernel_initializer": keras.initializers.RandomUniform(-limit, limit),
        "bias_initializer": keras.initializers.RandomUniform(-limit, limit),
    }
