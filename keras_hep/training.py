"""Training that repeats itself, survives interruption and never trains the same model twice."""

import dataclasses
import json
import sys
import time

import numpy as np

from keras_hep import files
from keras_hep.checkpoint import Checkpoint
from keras_hep.event_batches import event_batches
from keras_hep.training_steps import fitter
from keras_hep.training_store import (
    DEFAULT_STORE,
    STORE,
    Store,
    Training,
    WeightsMissing,
    content_key,
    describe,
    find,
    keep,
    kept_path,
    store,
)
from keras_hep.training_watch import Recovery, Watch

__all__ = [
    "Store",
    "Training",
    "TrainingDiverged",
    "Watch",
    "WeightsMissing",
    "compiled",
    "content_key",
    "fit",
    "predict",
    "predictions",
    "seeds",
    "store",
    "unseen_events",
]

CLASSIFICATION = "sparse_categorical_crossentropy"
CHUNK_EVENTS = 12_800  # events of one block of seeds: training can go on from its end
CHECKPOINT_SECONDS = 20  # at least so long between two checkpoints
LARGE_STATE = 2**24  # bytes; a smaller state is kept at the end of every interval too
STREAMS = {"train": 0, "test": 1, "display": 2, "watch": 3}


class TrainingDiverged(FloatingPointError):
    """The loss stopped being finite; the last good state is kept."""


def seeds(seed, stream, *numbers):
    """Return the seed of one block of events: independent for each training, test or display block of a run.

    Args:
        seed: int. The run's seed.
        stream: str. "train", "test", "display" or "watch".
        *numbers: int. Position within the stream.
    """
    return [seed, STREAMS[stream], *numbers]


def fit(
    model,
    stream,
    *,
    optimizer,
    events,
    seed,
    batch_size=128,
    interval=102_400,
    loss=CLASSIFICATION,
    metrics=(),
    start=None,
    frozen=True,
    watch=None,
):
    """Train on a stream of events, each seen once; load the weights instead if this training was done before.

    The model is built anew from its configuration under `seed`, so the arguments alone decide the result. After an
    interruption the same call goes on from the last checkpoint, at most `CHECKPOINT_SECONDS` back, to the same weights.

    Args:
        model: Keras model with `get_config`. It is not changed.
        stream: dataclass with `batch(events, seed) -> (inputs, labels)`, such as `PlaneDetector`, or `-> (inputs,
            labels, sample weights)`. The inputs of a model with several are a dict of arrays; an event may be a
            graph.
        optimizer: Keras optimizer, or the name of one. It is not changed: its configuration is used.
        events: int. Number of training events.
        seed: int. For initial weights and events.
        batch_size: int.
        interval: int. Events per entry of the history.
        loss: name or instance of a Keras loss. With the default one, for probabilities of classes, the history has the
            accuracy too.
        metrics: sequence of Keras metrics, further entries of the history by their names.
        start: `Training` or None. Layers of the same name take over its weights.
        frozen: bool. Whether these layers keep the weights taken over; False: they go on learning.
        watch: `Watch` or None. Tests the network at the end of every interval and takes it back where it collapses.

    Returns:
        `Training`.

    Raises:
        ValueError: if `start` has no layer of the same name and shapes.
        WeightsMissing: if the `Store` in use has no such weights and may not train.
        TrainingDiverged: if the loss is not finite.
    """
    import keras

    optimizer = keras.optimizers.get(optimizer)
    sizes = {"events": events, "seed": seed, "batch_size": batch_size, "interval": interval}
    arguments = _described_arguments(optimizer, sizes, loss, metrics) | _described_course(start, frozen, watch)
    key = content_key(model, stream, arguments)
    place = STORE.get(DEFAULT_STORE)
    kept = find(place, key, model)
    if kept is None and not place.train:
        searched = ", ".join(str(folder) for folder in (place.folder, *place.recorded))
        raise WeightsMissing(
            f"No weights with key {key} for {type(model).__name__} in {searched}: run without --weights to train them."
        )
    measures = loss, metrics or (["accuracy"] if loss == CLASSIFICATION else None)
    return kept or _train_once(model, stream, optimizer, measures, (start, frozen, watch), arguments, place, key)


def predictions(model, stream, *, events, seed, block=1024):
    """Predict test events block by block, so that any number of them fits in memory.

    Args:
        model: Keras model.
        stream: as for `fit`.
        events: int.
        seed: int. The run's seed; test events differ from training events.
        block: int. Events at once.

    Yields:
        (inputs, labels, scores), and the sample weights where the stream has them: NumPy arrays of up to `block`
        events.
    """
    for inputs, labels, *weights in unseen_events(stream, events=events, seed=seed, block=block):
        yield inputs, labels, predict(model, inputs), *weights


def unseen_events(stream, *, events, seed, block=1024):
    """Draw the test events that `predictions` predicts, for finders that are no Keras model.

    Yields:
        What `stream.batch` returns, up to `block` events at a time.
    """
    for number, start in enumerate(range(0, events, block)):
        yield stream.batch(min(block, events - start), seeds(seed, "test", number))


def predict(model, inputs, batch_size=256):
    """Return the model's output for `inputs` as a float32 NumPy array.

    Args:
        model: Keras model.
        inputs: array, or dict of arrays of a graph, which is predicted as a whole.
        batch_size: int. Events at once, of an array.
    """
    if isinstance(inputs, dict):
        import keras

        return keras.ops.convert_to_numpy(model(inputs, training=False))
    return model.predict(np.asarray(inputs, np.float32), batch_size=batch_size, verbose=0)


def compiled(model):
    """Return a function from inputs to output, compiled once for all models of one architecture: for many graphs.

    Args:
        model: Keras model with `get_config`. Later changes of its weights are not seen.

    Returns:
        callable: array or dict of arrays, as many rows as they like -> float32 NumPy array.
    """
    import keras

    architecture = json.dumps(describe(model), sort_keys=True)
    if architecture not in _COMPILED:
        twin = type(model).from_config(model.get_config())
        predictor = keras.Model(twin.input, twin.output)
        predictor.compile(jit_compile=_compiled_by_xla(keras))
        _COMPILED[architecture] = _Compiled(predictor)
    shared, weights = _COMPILED[architecture], model.get_weights()

    def predict(inputs):
        if shared.weights is not weights:
            shared.predictor.set_weights(weights)
            shared.weights = weights
        return shared.predictor.predict_on_batch(inputs)

    return predict


@dataclasses.dataclass
class _Compiled:
    """A compiled model, and the weights that it has now."""

    predictor: object
    weights: list = None


_COMPILED = {}  # by architecture


def _described_arguments(optimizer, sizes, loss, metrics):
    """Return the arguments of a training for its key; those that say nothing new stay out of it."""
    arguments = {"optimizer": describe(optimizer), **sizes}
    if loss != CLASSIFICATION:
        arguments["loss"] = loss if isinstance(loss, str) else describe(loss)
    if metrics:
        arguments["metrics"] = [describe(metric) for metric in metrics]
    return arguments


def _described_course(start, frozen, watch):
    """Return what else decides the course of a training, for its key."""
    course = {} if start is None else {"start": start.weights["key"]}
    if start is not None and not frozen:
        course["frozen"] = False
    if watch is not None:
        course["watch"] = watch.described()
    return course


def _train_once(model, stream, optimizer, measures, course, arguments, place, key):
    path = kept_path(place, key)
    with files.lock(path.with_suffix(".lock")):
        kept = find(place, key, model)  # another process may have finished the same training meanwhile
        return kept or _train(model, stream, optimizer, measures, course, arguments, path, key)


def _train(model, stream, optimizer, measures, course, arguments, path, key):
    import keras

    (loss, metrics), (start, frozen, watch) = measures, course

    keras.utils.set_random_seed(arguments["seed"])
    model = type(model).from_config(model.get_config())
    taken_over = _take_over(model, start.model, frozen) if start else []
    # A second model over the same layers holds the optimizer, so that the weights file holds the network alone.
    trainer = keras.Model(model.input, model.output)
    optimizer = type(optimizer).from_config(optimizer.get_config())
    trainer.compile(optimizer, loss, weighted_metrics=metrics, jit_compile=_compiled_by_xla(keras))
    optimizer.build(trainer.trainable_variables)
    checkpoint = Checkpoint(path.with_suffix(".checkpoint.npz"), [*trainer.variables, *optimizer.variables])
    recovery = None if watch is None else Recovery(watch, checkpoint, seeds(arguments["seed"], "watch"))
    history, seconds = _fit_chunks(trainer, stream, arguments, checkpoint, recovery)
    for layer in taken_over:
        layer.trainable = True
    facts = {"events": arguments["events"], "seconds": round(seconds, 1), "history": history}
    kept = keep(path, model, key, facts)
    checkpoint.path.unlink(missing_ok=True)
    if recovery is not None:
        recovery.discard()
    return kept


def _take_over(model, start, frozen):
    """Copy the layers that `start` has too, and freeze them if they are to stay `frozen`; return them."""
    known = {layer.name: layer for layer in start.layers if layer.weights}
    shared = [layer for layer in model.layers if layer.name in known]
    if not shared:
        raise ValueError(f"start must have a layer named as one of {type(model).__name__}, got {', '.join(known)}.")
    for layer in shared:
        ours, theirs = ([tuple(weight.shape) for weight in one.weights] for one in (layer, known[layer.name]))
        if ours != theirs:
            raise ValueError(
                f"start's layer {layer.name} must have the shapes {ours} of {type(model).__name__}, got {theirs}."
            )
        layer.set_weights(known[layer.name].get_weights())
        layer.trainable = not frozen
    return shared


def _compiled_by_xla(keras):
    # XLA slows these networks down on a CPU under TensorFlow; JAX always compiles.
    return "auto" if keras.backend.backend() == "jax" else False


def _fit_chunks(trainer, stream, arguments, checkpoint, recovery):
    """Train chunk by chunk from the last checkpoint on; return the history per interval and the seconds spent."""
    events, interval, seed = arguments["events"], arguments["interval"], arguments["seed"]
    state = checkpoint.restore() or {"seen": 0, "seconds": 0.0, "sums": {}, "history": {"events": []}}
    if state["seen"]:
        print(f"  resumes after {state['seen']:,} of {events:,} events", file=sys.stderr)
    kept, fit_once = time.perf_counter(), fitter(trainer)
    # Of a network that may be taken back, the best state must not be newer than the checkpoint.
    often = checkpoint.bytes < LARGE_STATE or (recovery is not None and recovery.takes_back)
    while state["seen"] < events:
        start, seen = time.perf_counter(), state["seen"]
        end_of_interval = min((seen // interval + 1) * interval, events)
        size = min(CHUNK_EVENTS, end_of_interval - seen)
        with event_batches(stream, size, arguments["batch_size"], seeds(seed, "train", seen)) as chunk:
            logs = fit_once(chunk)
        if not np.isfinite(logs["loss"]):
            raise TrainingDiverged(
                f"The loss became {logs['loss']} after {seen:,} events: lower the learning rate or change the seed; "
                f"the last good state, if {CHECKPOINT_SECONDS} seconds had passed, is {checkpoint.path}."
            )
        state["seen"] = seen + size
        state["seconds"] += time.perf_counter() - start
        state["sums"] = {name: state["sums"].get(name, 0.0) + value * size for name, value in logs.items()}
        if state["seen"] == end_of_interval:
            measured, state["best"] = recovery.judge(trainer, state.get("best")) if recovery else ({}, None)
            _close_interval(state, interval, events, measured)
        ended = often and state["seen"] == end_of_interval
        if ended or time.perf_counter() - kept > CHECKPOINT_SECONDS:
            checkpoint.keep(state)
            kept = time.perf_counter()
    return state["history"], state["seconds"]


def _close_interval(state, interval, events, measured):
    """Turn the sums over an interval into means, add them and what was measured to the history, and print them."""
    seen, history = state["seen"], state["history"]
    means = {name: value / ((seen - 1) % interval + 1) for name, value in state["sums"].items()}
    means |= measured
    for name, value in {"events": seen, **means}.items():
        history.setdefault(name, []).append(value)
    state["sums"] = {}
    shown = ", ".join(f"{name} {value:.4f}" for name, value in sorted(means.items(), reverse=True))
    rate = seen / state["seconds"]
    print(f"  {seen:>9,} of {events:,} events, {shown}, {rate:,.0f} events/s", file=sys.stderr, flush=True)
