"""Showers per second in training and in use: lists of cells beside dense images, and the inception network folded."""

import time

import numpy as np

from keras_hep.calorimetry.shower_streams import ShowerStream, SimulatedShowers, StoredShowers
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite.record import Quantity
from keras_hep.suite.shower_reconstruction import networks
from keras_hep.suite.shower_reconstruction.courses import PHOTON_PI0
from keras_hep.suite.shower_reconstruction.dense_images import DenseShowers, on_images
from keras_hep.training_steps import fitter

NETWORKS = ("dnn", "cnn", "gn")
FORMS = {"lists": "lists of cells with energy", "images": "dense images, the straightforward way"}
SAME = 1e-5  # of one plus the size of an answer, up to which two answers are the same


def sources(showers, seed):
    """Simulate photons and neutral pions, in memory both ways.

    Args:
        showers: int. Of each class.
        seed: int.

    Returns:
        (dict of "lists" and "images" to streams of batches; list of `Quantity`, bytes of a shower).
    """
    task, classes = PHOTON_PI0, []
    for place, (particle, selection) in enumerate(zip(task.particles, task.selections, strict=True)):
        simulated = SimulatedShowers(ShowerSimulation(particle, angles=task.angles), selection)
        classes.append(simulated.draw(showers, [seed, 19, place]))
    streams = {"lists": ShowerStream(tuple(map(StoredShowers, classes))), "images": DenseShowers(classes)}
    cells = [getattr(part, calorimeter) for part in classes for calorimeter in ("ecal", "hcal")]
    listed = sum(one.index.nbytes + one.energy.nbytes + one.counts.nbytes for one in cells) / (2 * showers)
    dense = streams["images"].bytes / (2 * showers)
    return streams, [
        Quantity("bytes_as_lists", listed, unit="bytes", definition=f"of a shower in memory, {FORMS['lists']}"),
        Quantity("bytes_as_images", dense, unit="bytes", definition=f"of a shower in memory, {FORMS['images']}"),
        Quantity("memory_ratio", dense / listed, definition="bytes of dense images over those of lists"),
    ]


def measured(network, arguments, streams, batch, rounds, seed, trained=True):
    """Measure one network on batches of the same showers, as lists and as dense images.

    Args:
        network: str. One of `NETWORKS`.
        arguments: dict. Of its model.
        streams: dict as of `sources`.
        batch: int. Showers of a batch.
        rounds: int. The fastest counts, after one that is not timed.
        seed: int.
        trained: bool. Measure trainings too, which of the inception network take some 10 s to trace.

    Returns:
        list of `Quantity`: showers per second from memory on, drawing included, "training_<network>_<form>" and
        "inference_...", and of drawing alone, "pipeline_..."; how much faster lists are than images,
        "training_ratio_<network>" and "inference_ratio_<network>"; "pipeline_over_training_<network>", the time of a
        training step over that of drawing its batch; "outputs_that_differ_<network>". Of "gn" those of
        `folded` too.
    """
    import keras

    from keras_hep.models import fold_normalisation

    keras.utils.set_random_seed(seed)
    batches = {form: stream.batch(batch, [seed]) for form, stream in streams.items()}
    model = networks.network(network, **arguments)
    if network == "gn":
        settle(model, batches["lists"][0])
    models = {"lists": model, "images": on_images(model)}
    calls, answers = {}, {}
    for form, one in models.items():
        infer = predictor(one)
        inputs, targets = only_read(one, batches[form])
        answers[form] = infer(inputs)
        calls["pipeline", form] = lambda form=form: streams[form].batch(batch, [seed, 1])
        if trained:
            calls["training", form] = trainer(one, (inputs, targets))
        calls["inference", form] = lambda infer=infer, inputs=inputs: infer(inputs)
    differ = [differing(f"outputs_that_differ_{network}", answers["lists"], answers["images"])]
    if network == "gn":  # before the training changes the weights
        in_use = predictor(fold_normalisation(model))
        differ.append(differing("outputs_that_differ_gn_folded", in_use(batches["lists"][0]), answers["images"]))
        calls["inference", "folded"] = lambda: in_use(batches["lists"][0])
    seconds = fastest(calls, rounds)
    quantities = differ + speeds(network, seconds, batch, f"batches of {batch}, best of {rounds}")
    return quantities + (folded(seconds, batch, f"{batch} at once, best of {rounds}") if network == "gn" else [])


def speeds(network, seconds, batch, how):
    """Return the `Quantity`s of `measured` that are speeds and their ratios.

    Args:
        network: str.
        seconds: dict of (step, form of `FORMS`) to seconds of a batch; steps are "pipeline", "inference" and perhaps
            "training".
        batch: int. Showers of a batch.
        how: str. Ends the definitions.
    """
    whole = {}
    for step, form in seconds:
        if form in FORMS:
            drawn = 0.0 if step == "pipeline" else seconds["pipeline", form]
            whole[step, form] = seconds[step, form] + drawn
    found = [
        Quantity(
            f"{step}_{network}_{form}",
            batch / value,
            unit="1/s",
            definition=f"showers, {step} from memory, {FORMS[form]}, {how}",
            timed=True,
        )
        for (step, form), value in whole.items()
    ]
    for step in ("training", "inference"):
        if (step, "lists") not in whole:
            continue
        ratio = whole[step, "images"] / whole[step, "lists"]
        definition = f"{step} by lists over dense images, showers/s, {how}"
        found.append(Quantity(f"{step}_ratio_{network}", ratio, definition=definition, timed=True))
    if ("training", "lists") not in whole:
        return found
    waiting = seconds["training", "lists"] / seconds["pipeline", "lists"]
    definition = f"showers/s of drawing lists over those of training steps alone, {how}"
    return [*found, Quantity(f"pipeline_over_training_{network}", waiting, definition=definition, timed=True)]


def folded(seconds, batch, how):
    """Return the speed of the inception network made for inference, and how much faster it is than the plain graph.

    Args:
        seconds: dict as of `speeds`, with ("inference", "folded").
        batch: int.
        how: str.
    """
    fast, plain = seconds["inference", "folded"], seconds["inference", "images"]
    definition = f"showers/s of the network with normalisations folded in over those of the plain graph, {how}"
    return [
        Quantity("inference_gn_folded", batch / fast, unit="1/s", definition=f"showers, {how}", timed=True),
        Quantity("folding_ratio", plain / fast, definition=definition, timed=True),
    ]


def settle(model, inputs):
    """Give the normalisations of a `ShowerGoogLeNet` the means and variances of a batch, as a training would."""
    units = [unit for layer in model.layers for unit in getattr(layer, "convolutions", [])]
    normalisations = [unit.normalisation for unit in (model.get_layer("stem"), *units)]
    kept = [one.momentum for one in normalisations]
    for one in normalisations:
        one.momentum = 0.0
    model(inputs, training=True)
    for one, momentum in zip(normalisations, kept, strict=True):
        one.momentum = momentum


def only_read(model, batch):
    """Return (inputs that a model reads, targets) of a batch."""
    inputs, targets = batch
    return {name: inputs[name] for name in model.input}, targets


def predictor(model):
    """Return a function from inputs to answers, compiled as trainings of showers are."""
    import keras

    twin = keras.Model(model.input, model.output)
    twin.compile(jit_compile=_compiled())
    return twin.predict_on_batch


def trainer(model, batch):
    """Return a function without arguments that makes one training step, its batch given as arrays."""
    import keras

    twin = keras.Model(model.input, model.output)
    twin.compile(keras.optimizers.Adam(1e-4), networks.LOSS, jit_compile=_compiled())
    train = fitter(twin)
    one = _data_set(batch)
    return lambda: train(one)


def _data_set(batch):
    """Return a Keras data set of a single batch."""
    import keras

    class One(keras.utils.PyDataset):
        def __len__(self):
            return 1

        def __getitem__(self, number):
            return batch

    return One()


def differing(name, one, other):
    """Return how many showers have another answer, `Quantity`: by more than 1e-5 of one plus its size, or no number."""
    same = np.isclose(one, other, rtol=SAME, atol=SAME).all(axis=1)
    definition = f"of {len(same)} showers, those with an answer that differs by more than {SAME:g} (1 + size)"
    return Quantity(name, np.count_nonzero(~same), unit="showers", definition=definition)


def fastest(calls, rounds):
    """Return the seconds of each call in its best round; they take turns, so that a busy machine slows all of them.

    Args:
        calls: dict of key to function without arguments.
        rounds: int. After one that is not timed.
    """
    seconds = dict.fromkeys(calls, np.inf)
    for turn in range(rounds + 1):
        for key, call in calls.items():
            start = time.perf_counter()
            call()
            if turn:
                seconds[key] = min(seconds[key], time.perf_counter() - start)
    return seconds


def _compiled():
    import keras

    return "auto" if keras.backend.backend() == "jax" else False
