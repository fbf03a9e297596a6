"""An interaction network that classifies edges after several rounds of messages."""

import keras

from keras_hep.layers import EdgeDense, EdgesToNodes


@keras.saving.register_keras_serializable(package="keras_hep")
class InteractionNetwork(keras.Model):
    """Classify edges: encode nodes and edges, pass messages along the edges both ways several times, score each edge.

    A round updates every edge from itself and the nodes at its ends, forms a message of every edge to either end, and
    updates every node from itself and the sums of the messages of its incoming and of its outgoing edges. A message is
    a dense layer with ReLU, so that an edge can be silent; each update is a network of one hidden layer, normalised
    over its features and added to what was there. With every round an edge's score depends on edges one step farther
    away.

    Args:
        node_features: int.
        edge_features: int.
        hidden_units: int. Width of all hidden states.
        rounds: int. Rounds of messages; 0 leaves a network that sees each edge and its two nodes.

    Input: dict of tensors: `nodes`, float, shape (nodes, node_features); `edges`, float, shape (edges, edge_features);
    `senders` and `receivers`, int, shape (edges,). Output: dict of float tensors: `logits`, shape (edges, 1).

    Raises:
        ValueError: if `rounds` is negative.

    Reference: Battaglia et al., arXiv:1612.00222 (interaction networks); Farrell et al., arXiv:1810.06111 (their use on
        hit graphs). Widths, residual updates and layer normalisation are our choice.

    Example:

    >>> InteractionNetwork(node_features=5, edge_features=6, hidden_units=64, rounds=3).count_params()
    146625
    """

    def __init__(self, node_features=5, edge_features=6, hidden_units=64, rounds=3, **kwargs):
        if rounds < 0:
            raise ValueError(f"rounds must not be negative, got {rounds}.")
        nodes = keras.Input((node_features,), name="nodes")
        edges = keras.Input((edge_features,), name="edges")
        ends = [keras.Input((), name=name, dtype="int32") for name in ("senders", "receivers")]
        state = _update(
            keras.layers.Dense(hidden_units, name="node_encoder_hidden")(nodes), hidden_units, "node_encoder"
        )
        edge_state = _update(
            keras.layers.Dense(hidden_units, name="edge_encoder_hidden")(edges), hidden_units, "edge_encoder"
        )
        for number in range(1, rounds + 1):
            state, edge_state = _round(state, edge_state, ends, hidden_units, f"round_{number}")
        head = EdgeDense(hidden_units, name="head_hidden")([state, *ends, edge_state])
        head = keras.layers.ReLU(name="head_relu")(head)
        logits = keras.layers.Dense(1, name="logits", dtype="float32")(head)
        inputs = {"nodes": nodes, "edges": edges, "senders": ends[0], "receivers": ends[1]}
        super().__init__(inputs, logits, **kwargs)
        self.arguments = {
            "node_features": node_features,
            "edge_features": edge_features,
            "hidden_units": hidden_units,
            "rounds": rounds,
        }

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _round(nodes, edges, ends, units, name):
    """Return the states of nodes and edges after one round of messages."""
    hidden = EdgeDense(units, name=f"{name}_edge_hidden")([nodes, *ends, edges])
    edges = keras.layers.Add(name=f"{name}_edges")([edges, _update(hidden, units, f"{name}_edge")])
    messages = [
        EdgesToNodes("sum", name=f"{name}_{way}")(
            [keras.layers.Dense(units, activation="relu", name=f"{name}_{way}_message")(edges), end, nodes]
        )
        for way, end in (("incoming", ends[1]), ("outgoing", ends[0]))
    ]
    joined = keras.layers.Concatenate(name=f"{name}_joined")([nodes, *messages])
    hidden = keras.layers.Dense(units, name=f"{name}_node_hidden")(joined)
    nodes = keras.layers.Add(name=f"{name}_nodes")([nodes, _update(hidden, units, f"{name}_node")])
    return nodes, edges


def _update(hidden, units, name):
    """Finish a network of one hidden layer: ReLU, dense layer, layer normalisation."""
    hidden = keras.layers.ReLU(name=f"{name}_relu")(hidden)
    hidden = keras.layers.Dense(units, name=f"{name}_dense")(hidden)
    return keras.layers.LayerNormalization(name=f"{name}_normalisation")(hidden)
