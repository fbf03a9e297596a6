"""Time per shower of the published generator, its upsampling folded or not, and of the simulation it stands for.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2: 13 ms on a Xeon 8180, 4 ms on a GTX 1080, 17 s
    by Geant4.
"""

import time

import numpy as np

from keras_hep import training
from keras_hep.models import ShowerGenerator, fold_upsampling
from keras_hep.shower_generation import generator_inputs
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite.record import Quantity

FORMS = {"folded": "upsampling folded", "plain": "plain graph", "cropped": "cropped generator, folded"}
GEANT4 = 17_000.0  # ms, published: what the speed-up is relative to
_COMPARED = 4  # showers whose images must be the same


def generators(seed):
    """Return the untrained generators, their normalisations settled as in a training, dict of `FORMS` to models.

    Args:
        seed: int. Of the weights.
    """
    import keras

    keras.utils.set_random_seed(seed)
    paper, cropped = ShowerGenerator(), ShowerGenerator("cropped")
    for model in (paper, cropped):
        settle(model, inputs(32, seed))
    return {"folded": fold_upsampling(paper), "plain": paper, "cropped": fold_upsampling(cropped)}


def inputs(number, seed):
    """Return what a generator reads of so many showers, float32 array of shape (number, 256)."""
    random = np.random.default_rng([seed, 41])
    energy, angle = random.uniform(100.0, 200.0, number), random.uniform(np.pi / 3, 2 * np.pi / 3, number)
    return generator_inputs(energy, angle, random.normal(size=(number, 254)))


def settle(model, batch):
    """Give the normalisations of a model the means and variances of a batch, as a training would."""
    found = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    kept = [layer.momentum for layer in found]
    for layer in found:
        layer.momentum = 0.0
    model(batch, training=True)
    for layer, momentum in zip(found, kept, strict=True):
        layer.momentum = momentum


def same_images(models, seed):
    """Return how far images of the folded network are from those of the plain one, list of `Quantity`.

    Returns:
        list of one: "largest_difference", of a cell, over the largest cell of the image. Rounding grows with the sums
        that cells are made of, the largest of which make the largest cells.
    """
    batch = inputs(_COMPARED, seed)
    plain, folded = (training.compiled(models[form])(batch).reshape(_COMPARED, -1) for form in ("plain", "folded"))
    value = np.max(np.abs(folded - plain).max(axis=1) / plain.max(axis=1))
    definition = f"of a cell, folded and plain network, over the largest cell of its image, {_COMPARED} images"
    return [Quantity("largest_difference", value, definition=definition)]


def measured(models, batches, rounds, simulated, seed):
    """Measure ms per shower of the generators and of the simulation.

    Args:
        models: dict as of `generators`.
        batches: sequence of int. Showers at once.
        rounds: int. The fastest counts, after one that is not timed.
        simulated: int. Showers that the simulation makes at once.
        seed: int.

    Returns:
        list of `Quantity`: "<form>_<batch>", ms per shower, and "<form>_<batch>_spread", how much longer the median
        round takes; "folding_ratio_<batch>", plain over folded; "simulation", and "speed_up_<batch>", the published
        time of Geant4 over that of the folded network.
    """
    calls, sizes = {}, {}
    for form, model in models.items():
        infer = training.compiled(model)
        for batch in batches:
            data = inputs(batch, seed)
            calls[form, batch], sizes[form, batch] = (lambda infer=infer, data=data: infer(data)), batch
    simulation = ShowerSimulation("electron", "generation", angles="random")
    calls["simulation", None] = lambda: simulation.showers(simulated, [seed, 43])
    sizes["simulation", None] = simulated
    return described(seconds(calls, rounds), sizes, batches, rounds)


def seconds(calls, rounds):
    """Return the seconds of every round of each call, dict of lists; they take turns, and a first one is not timed.

    Args:
        calls: dict of key to function without arguments.
        rounds: int.
    """
    found = {key: [] for key in calls}
    for turn in range(rounds + 1):
        for key, call in calls.items():
            start = time.perf_counter()
            call()
            if turn:
                found[key].append(time.perf_counter() - start)
    return found


def described(found, sizes, batches, rounds):
    """Return the `Quantity`s of `measured`.

    Args:
        found: dict as of `seconds`, of (form, batch), and ("simulation", None).
        sizes: dict of the same keys to int. Showers of a call.
        batches: sequence of int.
        rounds: int.
    """
    quantities, best = [], {}
    for (form, batch), times in found.items():
        best[form, batch] = 1000 * min(times) / sizes[form, batch]
        name = form if batch is None else f"{form}_{batch}"
        at_once = f"{sizes[form, batch]} at once, best of {rounds}"
        of = "simulation of the published window" if batch is None else FORMS[form]
        spread = float(np.median(times) / min(times) - 1)
        quantities += [
            Quantity(name, best[form, batch], unit="ms", definition=f"per shower, {of}, {at_once}", timed=True),
            Quantity(f"{name}_spread", spread, definition=f"median over best round - 1, {of}", timed=True),
        ]
    for batch in batches:
        folded, plain = best["folded", batch], best["plain", batch]
        definition = f"time of the plain graph over that of the folded one, {batch} at once"
        quantities.append(Quantity(f"folding_ratio_{batch}", plain / folded, definition=definition, timed=True))
        definition = f"published 17 s of Geant4 on a Xeon 8180 over our time, folded, {batch} at once"
        quantities.append(Quantity(f"speed_up_{batch}", GEANT4 / folded, definition=definition, timed=True))
    return quantities
