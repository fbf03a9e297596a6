"""A network that groups the tracks of a time slice by common points, of pairs and of more."""

import keras

from keras_hep.layers import EdgeDense, EdgesToNodes, OppositeEdges, PathConsensus


@keras.saving.register_keras_serializable(package="keras_hep")
class VertexGraphNetwork(keras.Model):
    """Score pairs of tracks by whether they come from one event, from common points near the beam and from times.

    The state of a pair is that of two directed edges, one for each end. A round believes every pair as far as its score
    goes, compares the place that it suggests on either track with what the track's other pairs suggest
    (`keras_hep.layers.PathConsensus`), collects messages of a track's pairs, each times its belief, at the track, and
    adds an update made of all this to the state of every edge and to its score. So a pair that meets by chance is
    refused where both tracks have partners elsewhere. The beliefs being scores, the loss teaches them from the first
    step on. Both directions of a pair have the same score.

    Args:
        node_features: int.
        edge_features: int.
        hidden_units: int. Width of all hidden states.
        rounds: int. 0 leaves a network that sees each pair alone.
        beam_width: float. Standard deviation of places along tracks, known beforehand, in the unit of the paths.

    Input: dict of tensors: `nodes`, float, shape (tracks, node_features); `edges`, float, shape (edges,
    edge_features); `path` and `precision`, float, shape (edges, 1): place on the sender's track, and one over its
    variance; `senders`, `receivers` and `reverse`, int, shape (edges,): tracks, and the opposite edge. Output: float
    tensor, shape (edges, 1): logits.

    Raises:
        ValueError: if `rounds` is negative.

    Example:

    >>> VertexGraphNetwork().count_params()
    9483
    """

    def __init__(self, node_features=8, edge_features=9, hidden_units=24, rounds=2, beam_width=10.0, **kwargs):
        if rounds < 0:
            raise ValueError(f"rounds must not be negative, got {rounds}.")
        inputs = _inputs(node_features, edge_features)
        ends = inputs["senders"], inputs["receivers"]
        state = EdgeDense(hidden_units, name="encoder_hidden")([inputs["nodes"], *ends, inputs["edges"]])
        state = _update(state, hidden_units, "encoder")
        logits = _pair_logits(state, inputs["reverse"], hidden_units, "encoder")
        for number in range(1, rounds + 1):
            state = _round(state, logits, inputs, hidden_units, beam_width, f"round_{number}")
            change = _pair_logits(state, inputs["reverse"], hidden_units, f"round_{number}")
            logits = keras.layers.Add(name=f"round_{number}_sum", dtype="float32")([logits, change])
        super().__init__(inputs, logits, **kwargs)
        self.arguments = {
            "node_features": node_features,
            "edge_features": edge_features,
            "hidden_units": hidden_units,
            "rounds": rounds,
            "beam_width": beam_width,
        }

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _inputs(node_features, edge_features):
    kinds = {"nodes": ((node_features,), "float32"), "edges": ((edge_features,), "float32")}
    kinds |= dict.fromkeys(("path", "precision"), ((1,), "float32"))
    kinds |= dict.fromkeys(("senders", "receivers", "reverse"), ((), "int32"))
    return {name: keras.Input(shape, name=name, dtype=dtype) for name, (shape, dtype) in kinds.items()}


def _round(state, logits, inputs, units, beam_width, name):
    """Return the states of the edges after one round."""
    senders, receivers, reverse = (inputs[key] for key in ("senders", "receivers", "reverse"))
    belief = keras.layers.Activation("sigmoid", name=f"{name}_belief")(logits)
    places = [belief, inputs["path"], inputs["precision"], senders, inputs["nodes"]]
    own = PathConsensus(beam_width, name=f"{name}_consensus")(places)
    other = OppositeEdges(name=f"{name}_consensus_of_other")([own, reverse])
    message = keras.layers.Dense(units, activation="relu", name=f"{name}_message")(state)
    message = keras.layers.Multiply(name=f"{name}_believed")([message, belief])
    tracks = EdgesToNodes("sum", name=f"{name}_tracks")([message, senders, inputs["nodes"]])
    joined = keras.layers.Concatenate(name=f"{name}_joined")([state, belief, own, other])
    hidden = EdgeDense(units, name=f"{name}_hidden")([tracks, senders, receivers, joined])
    return keras.layers.Add(name=f"{name}_state")([state, _update(hidden, units, name)])


def _update(hidden, units, name):
    """Finish a network of one hidden layer: ReLU, dense layer, layer normalisation."""
    hidden = keras.layers.ReLU(name=f"{name}_relu")(hidden)
    hidden = keras.layers.Dense(units, name=f"{name}_dense")(hidden)
    return keras.layers.LayerNormalization(name=f"{name}_normalisation")(hidden)


def _pair_logits(state, reverse, units, name):
    """Return a logit of each edge from the sum of both directions, the same for both."""
    opposite = OppositeEdges(name=f"{name}_opposite")([state, reverse])
    both = keras.layers.Add(name=f"{name}_pair")([state, opposite])
    both = keras.layers.Dense(units, activation="relu", name=f"{name}_head")(both)
    return keras.layers.Dense(1, name=f"{name}_logits", dtype="float32")(both)
