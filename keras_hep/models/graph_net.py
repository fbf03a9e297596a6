"""The edge classifier that decides on track candidates."""

import keras

from keras_hep.layers import EdgeDense, WeightedNeighbourSum


@keras.saving.register_keras_serializable(package="keras_hep")
class GraphNet(keras.Model):
    """Classify edges by turns with node states: an edge's score is the weight of the messages along it.

    A node's state is a hidden vector beside the node's own features, which stay as they are. An iteration scores every
    edge from the states of its sender and its receiver; then it sums, at every node, the states at the other ends of
    the incoming edges and of the outgoing edges, each times the score of its edge, and makes of both sums and the old
    state a new hidden vector. A last scoring of the edges is the output. All iterations share their weights; with each
    an edge's score depends on edges one step farther away.

    Args:
        node_features: int.
        hidden_units: int. Width of all hidden layers.
        iterations: int. 0 leaves a network that sees the two nodes of each edge.

    Input: dict of tensors: `nodes`, float, shape (nodes, node_features); `senders` and `receivers`, int, shape
    (edges,). Output: float tensor, shape (edges, 1): the logits, whose sigmoids are the scores.

    Raises:
        ValueError: if `iterations` is negative.

    Reference: Farrell et al., arXiv:1810.06111 (the network); P. Goncharov et al., TrackNET (slides, 2024), and its
        code, where it selects the candidates of the first stage: 101,249 weights. The scores are a sigmoid, everything
        else is tanh.
    Differs: messages are gathered and added up along the edges, not multiplied with nodes x edges matrices; the kernel
        of the edges' first layer has the receiver's rows before the sender's, see `keras_hep.layers.EdgeDense`.

    Example:

    >>> GraphNet(node_features=3, hidden_units=128, iterations=4).count_params()
    101249
    """

    def __init__(self, node_features=3, hidden_units=128, iterations=4, **kwargs):
        if iterations < 0:
            raise ValueError(f"iterations must not be negative, got {iterations}.")
        nodes = keras.Input((node_features,), name="nodes")
        senders, receivers = (keras.Input((), name=name, dtype="int32") for name in ("senders", "receivers"))
        classify = _edge_network(hidden_units)
        hidden = keras.layers.Dense(hidden_units, activation="tanh", name="node_encoder")(nodes)
        state = keras.layers.Concatenate(name="state_0")([hidden, nodes])
        update = _node_network(hidden_units) if iterations else None
        for number in range(1, iterations + 1):
            scores = keras.layers.Activation("sigmoid", dtype="float32", name=f"scores_{number}")(
                classify([state, senders, receivers])
            )
            incoming = WeightedNeighbourSum(name=f"incoming_{number}")([state, scores, senders, receivers])
            outgoing = WeightedNeighbourSum(name=f"outgoing_{number}")([state, scores, receivers, senders])
            hidden = update(keras.layers.Concatenate(name=f"joined_{number}")([incoming, outgoing, state]))
            state = keras.layers.Concatenate(name=f"state_{number}")([hidden, nodes])
        logits = classify([state, senders, receivers])
        super().__init__({"nodes": nodes, "senders": senders, "receivers": receivers}, logits, **kwargs)
        self.arguments = {"node_features": node_features, "hidden_units": hidden_units, "iterations": iterations}

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _edge_network(units):
    """Return the function that makes logits of node states, always with the same weights."""
    hidden = EdgeDense(units, name="edge_hidden")
    activation = keras.layers.Activation("tanh", name="edge_tanh")
    logits = keras.layers.Dense(1, name="logits", dtype="float32")
    return lambda inputs: logits(activation(hidden(inputs)))


def _node_network(units):
    """Return the function that makes hidden vectors of sums and states, always with the same weights."""
    hidden = keras.layers.Dense(units, activation="tanh", name="node_hidden")
    output = keras.layers.Dense(units, activation="tanh", name="node_output")
    return lambda joined: output(hidden(joined))
