"""How the networks of the TrackML items are trained, and what can be asked of them."""

import dataclasses

import numpy as np

from keras_hep import models, training
from keras_hep.graphs.graph import select_edges
from keras_hep.graphs.segment_features import from_beam_line
from keras_hep.graphs.segment_streams import FixedSegments, SimulatedSegments, invariant_inputs, published_inputs
from keras_hep.suite.record import Quantity
from keras_hep.training_metrics import LastAUC

IMPLAUSIBLE = -20.0  # logit: below all that a network gives


def train_published(graph, identity, steps, seed):
    """Train the published classifier as the notebook does: one event, all its edges in each step of Adam.

    Args:
        graph: `Graph` of the event, with the edge feature label.
        identity: dict. What names the event, as `keras_hep.suite.trackml_events.BarrelEvents` gives it.
        steps: int.
        seed: int.

    Returns:
        `keras_hep.training.Training`; its history has loss and AUC every tenth step, of the outputs before the step.

    Reference: notebook, section Training: step 1e-3, gradients clipped to a global norm of 1, true edges weighted by
        the number of false over that of true ones.
    """
    import keras

    return training.fit(
        models.SegmentClassifier(),
        FixedSegments.of(graph, identity),
        optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-8, global_clipnorm=1.0),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[LastAUC()],
        events=steps,
        seed=seed,
        batch_size=1,
        interval=10,
    )


def train_interaction(simulation, densities, hidden_units, rounds, steps, seed):
    """Train an interaction network of ours: a new simulated event in each step, no class weight, a falling step.

    It reads the segments that may come from the beam line (`keras_hep.graphs.segment_features.from_beam_line`).

    Args:
        simulation: `keras_hep.simulation.trackml_like.TrackMLLike`.
        densities: pair of float. Range of the events' densities, as of
            `keras_hep.graphs.segment_streams.SimulatedSegments`.
        hidden_units: int.
        rounds: int. Rounds of messages.
        steps: int.
        seed: int.

    Returns:
        `keras_hep.training.Training`.
    """
    import keras

    return training.fit(
        models.InteractionNetwork(node_features=4, edge_features=6, hidden_units=hidden_units, rounds=rounds),
        SimulatedSegments(simulation, densities),
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps), global_clipnorm=1.0),
        loss=keras.losses.BinaryCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
        metrics=[LastAUC()],
        events=steps,
        seed=seed,
        batch_size=1,
        interval=max(steps // 20, 1),
    )


def logits(model, graph):
    """Return the logit of each edge, float32 array of shape (edges,), in inference mode.

    The interaction network is not asked about segments that do not come from the beam line; theirs is `IMPLAUSIBLE`.
    """
    if isinstance(model, models.SegmentClassifier):
        return training.predict(model, published_inputs(graph))[:, 0]
    plausible = from_beam_line(graph)
    found = np.full(graph.number_of_edges, IMPLAUSIBLE, np.float32)
    if plausible.any():
        found[plausible] = training.predict(model, invariant_inputs(select_edges(graph, plausible)))[:, 0]
    return found


def batch_logits(model, graph):
    """Return the logits of the published network with batch normalisation as in a training step, of this graph alone.

    Else as `logits`, which uses the moving averages of the training.
    """
    import keras

    copy = type(model).from_config(model.get_config())  # a call in training mode moves the averages
    copy.set_weights(model.get_weights())
    return keras.ops.convert_to_numpy(copy(published_inputs(graph), training=True))[:, 0]


def scores(logit):
    """Return the sigmoid of logits, float array of the same shape."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(logit, float)))


def turned(graph, angle):
    """Return a graph whose hits are turned around the beam by `angle` in radian; its edges stay."""
    x, y, z = np.asarray(graph.nodes["position"], float).T
    c, s = np.cos(angle), np.sin(angle)
    position = np.stack([c * x - s * y, s * x + c * y, z], axis=1).astype(np.float32)
    return dataclasses.replace(graph, nodes={**graph.nodes, "position": position})


def message_reach(model, graph):
    """Return how much the logit of an edge changes when the rest of what the network reads does.

    For each of the first ten true edges in turn, the features of all other edges and of all hits but its two are
    multiplied by 1.1; its own stay, so that only messages can carry the change. The largest change is returned.
    """
    if isinstance(model, models.SegmentClassifier):
        inputs = published_inputs(graph)
    else:
        graph = select_edges(graph, from_beam_line(graph))
        inputs = invariant_inputs(graph)
    before, changes = training.predict(model, inputs)[:, 0], []
    for edge in np.flatnonzero(graph.edges["label"])[:10]:
        own = {"nodes": [graph.senders[edge], graph.receivers[edge]], "edges": [edge]}
        moved = {name: np.float32(1.1) * inputs[name] for name in own if name in inputs}
        for name, features in moved.items():
            features[own[name]] = inputs[name][own[name]]
        changes.append(abs(training.predict(model, {**inputs, **moved})[edge, 0] - before[edge]))
    return float(max(changes))


def invariances(prefix, model, graph):
    """Describe what the logits of a network depend on, as a list of `Quantity`.

    Args:
        prefix: str. Put before every name.
        model: Keras model.
        graph: `Graph`.
    """
    change = np.abs(logits(model, turned(graph, 1.0)) - logits(model, graph)).max()
    moved = "largest change of ten true edges' logits when the features of all else change by a tenth"
    return [
        Quantity(f"{prefix}message_reach", message_reach(model, graph), definition=moved),
        Quantity(f"{prefix}rotation_change", change, definition="largest change of a logit, event turned by 1 rad"),
    ]


def parameters_without_gradient(graph, seed):
    """Return how many parameters of the whole published network, dead parts included, a training step leaves alone."""
    import keras

    keras.utils.set_random_seed(seed)
    network = models.SegmentClassifier(dead_parts=True)
    trainer = keras.Model(network.input, network.output[0])
    trainer.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
    weights = network.trainable_weights
    before = [keras.ops.convert_to_numpy(weight) for weight in weights]
    inputs, labels, sample_weights = FixedSegments.of(graph, {}).batch(1, seed)
    trainer.train_on_batch(inputs, labels, sample_weights)
    after = [keras.ops.convert_to_numpy(weight) for weight in weights]
    return sum(old.size for old, new in zip(before, after, strict=True) if np.array_equal(old, new))
