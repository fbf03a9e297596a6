"""The published network that groups the tracks of a time slice by their events."""

import keras

from keras_hep.layers import EdgeDense, PathAttention, TrackMean, WeightedNeighbourSum

INPUTS = ("hits", "first", "track", "hit_counts", "senders", "receivers")
_EPSILON = 1e-5  # of all layer normalisations


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackGANN(keras.Model):
    """Score pairs of tracks, by attention along each track and by messages between tracks.

    The encoder makes a vector of each track: attention layers on the path of its hits, the last two of them applied
    `rounds` times with the same weights, the mean over its hits, and a dense network. The classifier scores every edge
    from the vectors at its ends; then, `iterations` times with the same weights, it sums at each node the vectors of
    the senders of incoming edges, each times the edge's score, makes an update of the node of this sum and its own
    vector, scores every edge anew from the updates at its ends and its old score, and adds the updates to the vectors.

    The network reads no time. What it knows of the drift-time intervals is which tracks are joined by an edge.

    Args:
        attention_units: sequence of two int. Width of the first attention layer, and of all others.
        rounds: int. Applications of the two repeated attention layers.
        track_features: int. Width of a track's vector.
        hidden_units: int. Width of the hidden layers of all dense networks but the last of the encoder, which has
            half.
        iterations: int. 0: edges are scored from the encoder's vectors alone.
        dropout: float. Share of hidden values that are dropped in training.

    Input: dict of tensors: `hits`, float, shape (hits, 3), tracks one behind the other; `first`, float, shape (hits,),
    1 where a track begins; `track`, int, shape (hits,); `hit_counts`, float, shape (tracks,); `senders` and
    `receivers`, int, shape (edges,), tracks. Output: float tensor, shape (edges, 1): the logits, whose sigmoids are the
    scores of the directed edges.

    Raises:
        ValueError: if `rounds` or `iterations` is negative.

    Reference: TrackGANN (slides, 2025) and its public code: 127,362 parameters.
    Differs: the output is a logit, so that the loss is exact where the score is 0 or 1; the kernels of the edges' first
        layers have the receiver's rows before the sender's, see `keras_hep.layers.EdgeDense`.

    Example:

    >>> TrackGANN().count_params()
    127362
    """

    def __init__(
        self,
        attention_units=(32, 64),
        rounds=6,
        track_features=32,
        hidden_units=128,
        iterations=6,
        dropout=0.1,
        **kwargs,
    ):
        for name, value in (("rounds", rounds), ("iterations", iterations)):
            if value < 0:
                raise ValueError(f"{name} must not be negative, got {value}.")
        inputs = _inputs()
        tracks = _encode(inputs, attention_units, rounds, track_features, hidden_units, dropout)
        logits = _classify(inputs, tracks, hidden_units, iterations, dropout)
        super().__init__(inputs, logits, **kwargs)
        self.arguments = {
            "attention_units": list(attention_units),
            "rounds": rounds,
            "track_features": track_features,
            "hidden_units": hidden_units,
            "iterations": iterations,
            "dropout": dropout,
        }

    def get_config(self):
        return {**self.arguments, "name": self.name, "trainable": self.trainable}


def _inputs():
    kinds = {"hits": ((3,), "float32"), "first": ((), "float32"), "track": ((), "int32")}
    kinds |= {"hit_counts": ((), "float32"), "senders": ((), "int32"), "receivers": ((), "int32")}
    return {name: keras.Input(shape, name=name, dtype=dtype) for name, (shape, dtype) in kinds.items()}


def _encode(inputs, attention_units, rounds, track_features, hidden_units, dropout):
    """Return the vectors of the tracks, shape (tracks, track_features)."""
    narrow, wide = attention_units
    first, hits = inputs["first"], inputs["hits"]
    tanh = keras.layers.Activation("tanh", name="attention_tanh")
    hits = tanh(PathAttention(narrow, name="attention_1")([hits, first]))
    hits = PathAttention(wide, name="attention_2")([hits, first])
    if rounds:
        before, behind = (PathAttention(wide, name=f"attention_{number}") for number in (3, 4))
    for _ in range(rounds):
        hits = behind([tanh(before([hits, first])), first])
    tracks = TrackMean(name="track_mean")([hits, inputs["track"], inputs["hit_counts"]])
    widths = [hidden_units, hidden_units, hidden_units // 2]
    hidden = _hidden_layers("encoder", _dense(widths[0], wide, "encoder_1"), widths, dropout)
    return _dense(track_features, widths[-1], "encoder_output")(hidden(tracks))


def _classify(inputs, tracks, hidden_units, iterations, dropout):
    """Return the logits of the edges, shape (edges, 1)."""
    ends, features = (inputs["senders"], inputs["receivers"]), tracks.shape[-1]
    logits = _edge_network("score", 2 * features, hidden_units, dropout)([tracks, *ends])
    if not iterations:
        return logits
    rescore = _edge_network("rescore", 2 * features + 1, hidden_units, dropout)
    widths = [hidden_units, hidden_units]
    hidden = _hidden_layers("update", _dense(hidden_units, 2 * features, "update_1"), widths, dropout)
    update = _dense(features, hidden_units, "update_output")
    sigmoid = keras.layers.Activation("sigmoid", dtype="float32", name="scores")
    collect, add = WeightedNeighbourSum(name="messages"), keras.layers.Add(name="updated")
    join = keras.layers.Concatenate(name="messages_and_track")
    for number in range(iterations):
        scores = sigmoid(logits)
        updates = update(hidden(join([collect([tracks, scores, *ends]), tracks])))
        logits = rescore([updates, *ends, scores])
        if number < iterations - 1:  # the last update would be read by nothing
            tracks = add([tracks, updates])
    return logits


def _edge_network(name, fan_in, hidden_units, dropout):
    """Return the function that scores edges, always with the same weights."""
    ends = EdgeDense(hidden_units, name=f"{name}_1", **_initial(fan_in))
    hidden = _hidden_layers(name, ends, [hidden_units, hidden_units], dropout)
    logits = keras.layers.Dense(1, name=f"{name}_output", dtype="float32", **_initial(hidden_units))
    return lambda inputs: logits(hidden(inputs))


def _hidden_layers(name, entrance, widths, dropout):
    """Return the function that applies hidden layers, each normalised, tanh, dropout; the first is `entrance`."""
    layers = []
    for number, width in enumerate(widths, 1):
        layers.append(entrance if number == 1 else _dense(width, widths[number - 2], f"{name}_{number}"))
        layers.append(keras.layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_normalisation_{number}"))
        layers.append(keras.layers.Activation("tanh", name=f"{name}_tanh_{number}"))
        layers.append(keras.layers.Dropout(dropout, name=f"{name}_dropout_{number}"))

    def apply(values):
        for layer in layers:
            values = layer(values)
        return values

    return apply


def _dense(units, fan_in, name):
    return keras.layers.Dense(units, name=name, **_initial(fan_in))


def _initial(fan_in):
    """Return the original's initialisers of kernel and bias: uniform within one over the root of the inputs."""
    limit = fan_in**-0.5
    kernel, bias = (keras.initializers.RandomUniform(-limit, limit) for _ in range(2))
    return {"kernel_initializer": kernel, "bias_initializer": bias}
