"""Training of a generator of showers that survives interruption, keeps its best epoch and is never done twice."""

import dataclasses
import sys
import time

import numpy as np

from keras_hep import files
from keras_hep.adversarial_steps import AdversarialSettings, AdversarialSteps
from keras_hep.calorimetry.shower_streams import StoredShowers
from keras_hep.checkpoint import Checkpoint
from keras_hep.metrics.showers import generation_metric, measured_angle, shower_observables
from keras_hep.shower_generation import folded, generated_observables
from keras_hep.training import TrainingDiverged, seeds
from keras_hep.training_store import (
    DEFAULT_STORE,
    STORE,
    WeightsMissing,
    content_key,
    describe,
    find,
    keep,
    kept_path,
)

__all__ = ["AdversarialSettings", "AdversarialTraining", "fit"]

LEAST_ENERGY = 10.0  # of the stored unit; showers with less are left out, as in the authors' code
CHECKPOINT_SECONDS = 60  # at least so long between two checkpoints within an epoch
_EPOCH_ORDER, _FIRST_STEP = 0, 1  # positions within the random stream of an epoch
_START_BATCH, _START_NOISE = (0, 1), (0, 2)  # behind the number of a step of the start-up


@dataclasses.dataclass(frozen=True)
class AdversarialTraining:
    """A finished training, at its best epoch.

    Attributes:
        generator: Keras model.
        discriminator: Keras model.
        weights: dict. Descriptions of the weights of both, "generator" and "discriminator": file, sha256, key, history.
    """

    generator: object
    discriminator: object
    weights: dict

    @property
    def history(self):
        """Losses of every epoch and how far the generated showers were from true ones: dict of lists.

        `real_loss` and `generated_loss` are those of the discriminator, `loss` that of the generator with its terms
        `reality`, `energy`, `angle`, `total_energy`, `intensities`; `empty` is the fraction of empty images; `moments`,
        `profiles` and `axis` are the parts of the `metric`.
        """
        return self.weights["generator"]["history"]

    @property
    def best_epoch(self):
        """The epoch with the least `metric`, counted from 1: its weights are kept."""
        return self.history["epoch"][int(np.argmin(self.history["metric"]))]


@dataclasses.dataclass(frozen=True)
class _Samples:
    """What names the showers of a training in its key."""

    training: str
    validation: str


def fit(generator, discriminator, showers, validation, *, epochs, seed, settings=None, optimizer=None):
    """Train a generator and a discriminator against each other; load their weights instead if this was done before.

    Both networks are built anew from their configurations under `seed`. A checkpoint is kept at the end of every epoch
    and every `CHECKPOINT_SECONDS`: after an interruption the same call goes on from there, to the same weights. At the
    end of every epoch the generator is asked for the showers of `validation`; the epoch whose showers are nearest to
    the true ones by `generation_metric` gives the weights.

    Args:
        generator: Keras model such as `ShowerGenerator`. It is not changed.
        discriminator: Keras model such as `ShowerDiscriminator`. It is not changed.
        showers: `Showers` with the window of both networks, in the electromagnetic calorimeter, and "energy". The angle
            is "measured_theta" where they have it, else measured here. Every epoch sees all in another order.
        validation: `Showers`, others.
        epochs: int.
        seed: int. For initial weights, order, noise and labels.
        settings: `AdversarialSettings`, or None: as published.
        optimizer: Keras optimizer of both, or None: RMSprop with a learning rate of 0.001 and rho of 0.9, as published.

    Returns:
        `AdversarialTraining`.

    Raises:
        ValueError: if the windows differ, or there are fewer showers with energy than in a batch.
        WeightsMissing: if the `keras_hep.training.Store` in use has no such weights and may not train.
        TrainingDiverged: if a loss or a weight is not finite, or all generated images are empty.

    Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Section 4.2, and the authors' public code.
    """
    import keras

    networks, settings = {"generator": generator, "discriminator": discriminator}, settings or AdversarialSettings()
    optimizer = keras.optimizers.get(optimizer or keras.optimizers.RMSprop(1e-3, rho=0.9))
    showers, validation = (_with_energy(sample, generator) for sample in (showers, validation))
    _require(len(showers) >= settings.batch_size, f"a batch needs {settings.batch_size} showers", len(showers))
    _require(len(validation) > 0, "showers with energy are needed for the validation", len(validation))
    arguments = {"epochs": epochs, "seed": seed, "optimizer": describe(optimizer), **dataclasses.asdict(settings)}
    samples = _Samples(StoredShowers(showers).sha256, StoredShowers(validation).sha256)
    keys = _keys(networks, samples, arguments)
    place = STORE.get(DEFAULT_STORE)
    kept = _found(place, keys, networks)
    if kept is None and not place.train:
        raise WeightsMissing(f"No weights with key {keys['generator']} in {place.folder}: run without --weights.")
    if kept is not None:
        return kept
    with files.lock(kept_path(place, keys["generator"]).with_suffix(".lock")):
        kept = _found(place, keys, networks)  # another process may have finished it meanwhile
        return kept or _train(networks, (showers, validation), optimizer, (arguments, settings), place, keys)


def _with_energy(showers, generator):
    window = tuple(generator.outputs[0].shape[1:4])
    if showers.ecal.shape != window:
        raise ValueError(
            f"fit: showers must have the generator's window {window}, got {showers.ecal.shape}: crop them with "
            f"showers.cropped, or choose another generator."
        )
    return showers.take(showers.ecal.sums() > LEAST_ENERGY)


def _keys(networks, samples, arguments):
    """Return the content key of each network, to which the other one belongs."""
    described = {name: describe(network) for name, network in networks.items()}
    return {name: content_key(network, samples, {**arguments, **described}) for name, network in networks.items()}


def _found(place, keys, networks):
    kept = {name: find(place, keys[name], network) for name, network in networks.items()}
    return None if None in kept.values() else _finished(kept)


def _finished(kept):
    weights = {name: training.weights for name, training in kept.items()}
    return AdversarialTraining(kept["generator"].model, kept["discriminator"].model, weights)


def _train(networks, samples, optimizer, choices, place, keys):
    import keras

    arguments, settings = choices
    keras.utils.set_random_seed(arguments["seed"])
    networks = {name: type(network).from_config(network.get_config()) for name, network in networks.items()}
    optimizers = [type(optimizer).from_config(optimizer.get_config()) for _ in networks]
    steps = AdversarialSteps(folded(networks["generator"]), networks["discriminator"], optimizers, settings)
    paths = {name: kept_path(place, key) for name, key in keys.items()}
    checkpoint = Checkpoint(paths["generator"].with_suffix(".checkpoint.npz"), steps.variables)
    best = Checkpoint(paths["generator"].with_suffix(".best.npz"), steps.networks)
    state = _Course(steps, samples, arguments, checkpoint, best).run()
    if best.restore() is None:
        raise FileNotFoundError(f"The best epoch must be in {best.path}: remove {checkpoint.path} to train again.")
    networks["generator"].set_weights(steps.generator.get_weights())
    seen = arguments["epochs"] * (len(samples[0]) // settings.batch_size) * settings.batch_size
    facts = {"events": seen, "seconds": round(state["seconds"], 1), "history": state["history"]}
    kept = {name: keep(paths[name], network, keys[name], facts) for name, network in networks.items()}
    for one in (checkpoint, best):
        one.path.unlink(missing_ok=True)
    return _finished(kept)


class _Course:
    """The course of a training from its last checkpoint on.

    Args:
        steps: `AdversarialSteps`.
        samples: pair of `Showers`, for training and validation.
        arguments: dict with epochs and seed.
        checkpoint: `Checkpoint` of everything.
        best: `Checkpoint` of the networks.
    """

    def __init__(self, steps, samples, arguments, checkpoint, best):
        self.steps, self.checkpoint, self.best = steps, checkpoint, best
        self.epochs, self.seed = arguments["epochs"], arguments["seed"]
        showers, validation = samples
        power = steps.settings.power
        self.cells = dataclasses.replace(showers.ecal, energy=np.maximum(showers.ecal.energy, 0) ** power)
        self.energy, self.angle = showers["energy"], _angles(showers)
        self.asked = validation["energy"], _angles(validation)
        self.true = shower_observables(validation.ecal, validation["energy"])

    def run(self):
        """Train to the end; return the state, with the history and the seconds spent."""
        state = self.checkpoint.restore() or {
            "started": 0,
            "epoch": 0,
            "step": 0,
            "seconds": 0.0,
            "sums": {},
            "best": None,
            "history": {"epoch": []},
        }
        if state["epoch"] or state["step"] or state["started"]:
            print(f"  resumes at epoch {state['epoch'] + 1}, step {state['step'] + 1}", file=sys.stderr)
        self._start(state)
        while state["epoch"] < self.epochs:
            self._one_epoch(state)
            self._close_epoch(state)
            self._keep(state)
        return state

    def _start(self, state):
        """Take the steps of the start-up that are still to be taken."""
        start, kept = self.steps.settings.start, time.perf_counter()
        while start is not None and state["started"] < start.steps:
            began, step = time.perf_counter(), state["started"]
            draw = np.random.default_rng(seeds(self.seed, "train", step, *_START_BATCH))
            batch = np.sort(draw.integers(len(self.energy), size=start.batch_size))
            images = self.cells.take(batch).dense()[..., None]
            noise = seeds(self.seed, "train", step, *_START_NOISE)
            losses = self.steps.begin(images, self.energy[batch], self.angle[batch], noise)
            self._check(losses, state)
            state["started"] += 1
            state["seconds"] += time.perf_counter() - began
            if time.perf_counter() - kept >= CHECKPOINT_SECONDS or state["started"] == start.steps:
                shown = ", ".join(f"{name} {losses[name]:.3f}" for name in sorted(losses))
                print(f"  start-up, step {state['started']} of {start.steps}, {shown}", file=sys.stderr, flush=True)
                self._keep(state)
                kept = time.perf_counter()

    def _one_epoch(self, state):
        size, epoch = self.steps.settings.batch_size, state["epoch"]
        order = np.random.default_rng(seeds(self.seed, "train", epoch, _EPOCH_ORDER)).permutation(len(self.energy))
        kept = time.perf_counter()
        while state["step"] < len(order) // size:
            start, step = time.perf_counter(), state["step"]
            batch = np.sort(order[step * size : (step + 1) * size])
            images = self.cells.take(batch).dense()[..., None]
            seed = seeds(self.seed, "train", epoch, _FIRST_STEP + step)
            losses = self.steps.take(images, self.energy[batch], self.angle[batch], seed)
            self._check(losses, state)
            state["step"] += 1
            state["sums"] = {name: state["sums"].get(name, 0.0) + value for name, value in losses.items()}
            state["seconds"] += time.perf_counter() - start
            if time.perf_counter() - kept >= CHECKPOINT_SECONDS:
                self._keep(state)
                kept = time.perf_counter()

    def _close_epoch(self, state):
        """Measure the generated showers, keep the networks if they are the best so far, and note the epoch."""
        start = time.perf_counter()
        generated = generated_observables(
            self.steps.generator, *self.asked, seed=seeds(self.seed, "watch"), power=self.steps.settings.power
        )
        metric = generation_metric(self.true, generated)
        means = {name: total / state["step"] for name, total in state["sums"].items()}
        means |= {"moments": metric.moments, "profiles": metric.profiles, "axis": metric.angle, "metric": metric.total}
        if state["best"] is None or metric.total < state["best"]:
            self.best.keep({"epoch": state["epoch"] + 1})
            state["best"] = metric.total
        state |= {"epoch": state["epoch"] + 1, "step": 0, "sums": {}}
        for name, value in {"epoch": state["epoch"], **means}.items():
            state["history"].setdefault(name, []).append(value)
        state["seconds"] += time.perf_counter() - start
        shown = ", ".join(f"{name} {means[name]:.3f}" for name in ("real_loss", "generated_loss", "loss", "metric"))
        print(f"  epoch {state['epoch']} of {self.epochs}, {shown}", file=sys.stderr, flush=True)

    def _keep(self, state):
        """Keep a checkpoint, unless a weight is no number: it would be no good state to go on from."""
        wrong = [variable.path for variable in self.steps.variables if not _finite(variable)]
        if wrong:
            self._stop(f"{', '.join(wrong[:3])} became infinite or NaN", state)
        self.checkpoint.keep(state)

    def _check(self, losses, state):
        wrong = [f"{name} became {value}" for name, value in losses.items() if not np.isfinite(value)]
        if wrong:
            self._stop(", ".join(wrong), state)
        if losses["empty"] == 1:
            self._stop("all generated images became empty, from where no gradient leads back", state)

    def _stop(self, what, state):
        kept = self.checkpoint.path if self.checkpoint.path.exists() else "none, as none had been kept yet"
        raise TrainingDiverged(
            f"In epoch {state['epoch'] + 1}, step {state['step'] + 1}, {what}: lower the learning rate or change the "
            f"seed; the last good state is {kept}."
        )


def _angles(showers):
    known = "measured_theta" in showers.labels
    return showers["measured_theta"] if known else measured_angle(showers.ecal).astype(np.float32)


def _finite(variable):
    values = np.asarray(variable.numpy())
    return not np.issubdtype(values.dtype, np.floating) or np.isfinite(values).all()


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"fit: {rule}, got {value}.")
