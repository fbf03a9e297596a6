"""Trainings of networks that reconstruct showers, shared by all items, and what the networks answer on test showers."""

import dataclasses
import functools
import json
import pathlib

import numpy as np

from keras_hep import files, training, training_store
from keras_hep.calorimetry.shower_streams import ShowerStream, shower_inputs
from keras_hep.suite.parallel_training import train_together
from keras_hep.suite.shower_reconstruction import networks
from keras_hep.suite.shower_reconstruction.samples import ShowerSample, prepare

RARE = ("little_hcal_energy", "converted")
LARGEST_RECORDED = 1_000_000  # bytes of weights that are recorded; of larger networks the answers are
_BLOCK = 250  # showers that are predicted at once
_APART = 1000  # between the seeds of repeated trainings


@dataclasses.dataclass(frozen=True)
class Task:
    """What a network is to learn: which particles, seen how.

    Args:
        particles: tuple of one or two str. The position of a particle is its class.
        selections: tuple of str or None, as many. As of `ShowerSample`.
        angles, window, sides, geometry, data: as of `ShowerSample`.
    """

    particles: tuple
    selections: tuple = (None, None)
    angles: str = "random"
    window: str = "reconstruction"
    sides: tuple | None = None
    geometry: str = "clic"
    data: str = ""

    def samples(self, part, profile, seed):
        """Return the `ShowerSample` of each particle.

        Args:
            part: str. "train", "test" or "choice".
            profile: str. One of `networks.PROFILES`.
            seed: int. Of the run.
        """
        sizes = networks.PROFILES[profile]
        common = {"part": part, "angles": self.angles, "window": self.window, "sides": self.sides}
        common |= {"geometry": self.geometry, "data": self.data}
        return tuple(
            ShowerSample(particle, _number(sizes, part, selection), seed, selection=selection, **common)
            for particle, selection in zip(self.particles, self.selections, strict=False)
        )

    @property
    def shapes(self):
        """Shapes of the windows that networks read: dict of `ecal_shape` and `hcal_shape`."""
        ecal, hcal = self.sides or {"reconstruction": (25, 11), "large": (51, 11)}[self.window]
        if self.geometry == "layers":
            return {"ecal_shape": (1, 1, 25), "hcal_shape": (1, 1, 60)}
        resampled = self.geometry != "clic"  # the cells of the HCAL are left out then, their sum is not
        return {"ecal_shape": (ecal, ecal, 25), "hcal_shape": None if resampled else (hcal, hcal, 60)}

    def on(self, data):
        """Return the same task on calorimeter files (str or path), or on the simulation (None)."""
        return dataclasses.replace(self, data=str(data or ""))


ELECTRONS = Task(("electron",))
PHOTON_PI0 = Task(("pi0", "photon"), ("merged_photons", None))
ELECTRON_PION = Task(("charged_pion", "electron"), ("little_hcal_energy", "little_hcal_energy"))
ELECTRON_PION_ENERGY = Task(("charged_pion", "electron"), ("energy_in_window", None))


@dataclasses.dataclass(frozen=True)
class Course:
    """One training.

    Args:
        task: `Task`.
        network: str. One of `networks.LABELS`.
        profile: str. One of `networks.PROFILES`.
        seed: int. Of the run: it decides the showers.
        repeat: int. Trainings of the same course differ in initial weights and in the order of the showers.
        options: tuple of (str, value). Arguments of the model that differ from those of the profile.
        events: int or None. Showers seen in training, where they are not those of the profile.
        intervals: int or None. Entries of the history, where they are not those of the recipe.
        watched: int. Other showers on which the network is tested at the end of each interval; 0: none.
        learning_rate, decay: float or None. In place of those of the network's `Recipe`.
    """

    task: Task
    network: str
    profile: str
    seed: int
    repeat: int = 0
    options: tuple = ()
    events: int | None = None
    intervals: int | None = None
    watched: int = 0
    learning_rate: float | None = None
    decay: float | None = None

    @property
    def recipe(self):
        """The `Recipe` of the network, with the course's own learning rate and decay where it has them."""
        own = {"learning_rate": self.learning_rate, "decay": self.decay}
        own = {name: value for name, value in own.items() if value is not None}
        return dataclasses.replace(networks.PROFILES[self.profile].recipes[self.network], **own)

    def model(self):
        """Return the untrained model, the same object for the same architecture: trainings build it anew."""
        shapes = self.task.shapes
        if self.network == "gn":
            del shapes["hcal_shape"]
        arguments = {**shapes, **self.recipe.arguments, **dict(self.options)}
        return _untrained(self.network, tuple(sorted(arguments.items())))

    @property
    def sizes(self):
        """Arguments of `training.fit` that are numbers."""
        recipe = self.recipe
        events = self.events or recipe.events
        whole = -(-events // (self.intervals or recipe.intervals))
        interval = recipe.batch_size * -(-whole // recipe.batch_size)
        seed = self.seed + _APART * self.repeat
        return {"events": events, "seed": seed, "batch_size": recipe.batch_size, "interval": interval}

    def stream(self, part="train"):
        """Return the `ShowerStream` of "train" or "choice"."""
        return ShowerStream(self.task.samples(part, self.profile, self.seed))

    def train(self):
        """Return the `Training`: done once, found afterwards."""
        watch = None
        if self.watched:
            watch = training.Watch(self.stream("choice"), self.watched, collapse=None, batch_size=_BLOCK)
        return training.fit(
            self.model(),
            self.stream(),
            optimizer=networks.optimizer(self.recipe),
            loss=networks.LOSS,
            metrics=networks.metrics(),
            watch=watch,
            **self.sizes,
        )

    def key(self, sample):
        """Return 16 hexadecimal digits that name what the trained network answers on a `ShowerSample`."""
        described = {"optimizer": training_store.describe(networks.optimizer(self.recipe)), **self.sizes}
        described |= {"loss": training_store.describe(networks.LOSS), "watched": self.watched}
        described["answers"] = dataclasses.asdict(sample)
        return training_store.content_key(self.model(), self.stream(), described)


@dataclasses.dataclass(frozen=True, eq=False)
class Answers:
    """What a trained network says of test showers.

    Attributes:
        score: float32 array, shape (showers,). Logit of class 1 minus that of class 0, with 11 binary digits.
        energy: float32 array, shape (showers,). GeV.
        entry: dict. The file that holds them, and the training: `history`, `events`, `seconds`.
    """

    score: np.ndarray
    energy: np.ndarray
    entry: dict

    @property
    def history(self):
        """Training loss and metrics over the events seen: dict of lists."""
        return self.entry["history"]


def answers(course, samples):
    """Return the `Answers` of a trained network on each of several `ShowerSample`s, list; trained if need be.

    Kept answers are found again without the network, so that results on large networks can be recorded with them.

    Raises:
        WeightsMissing: if the `Store` in use has neither answers nor weights and may not train.
    """
    place = training_store.STORE.get(training_store.DEFAULT_STORE)
    keys = [course.key(sample) for sample in samples]
    found = [_find(place, key) for key in keys]
    missing = [number for number, one in enumerate(found) if one is None]
    if missing:
        trained = course.train()
        for number in missing:
            score, energy = predicted(trained.model, samples[number])
            if place.train:
                found[number] = _keep(place, keys[number], score, energy, trained.weights)
            else:  # nothing is written beside recorded weights
                found[number] = Answers(score, energy, trained.weights)
    return found


def predicted(model, sample):
    """Return (score, energy) of all showers of a `ShowerSample`, two float32 arrays of shape (showers,)."""
    showers, predict = sample.showers(), training.compiled(model)
    parts = [
        predict(shower_inputs(sample.seen(showers.take(slice(start, start + _BLOCK)))))
        for start in range(0, len(showers), _BLOCK)
    ]
    output = np.concatenate(parts)
    score = (output[:, 1] - output[:, 0]).astype(np.float16)  # half the room, and finer than any difference of networks
    return score.astype(np.float32), output[:, 2].astype(np.float32)


def repeats(task, network, profile, seed, **arguments):
    """Return the `Course`s of a network's repeated trainings, list; arguments as of `Course`."""
    number = networks.PROFILES[profile].repeats
    return [Course(task, network, profile, seed, repeat, **arguments) for repeat in range(number)]


def headline(network, profile, seed, data=None, task=PHOTON_PI0):
    """Return the `Course`s that most items share, list: photons against neutral pions, with learning curves.

    On cells of other calorimeters no learning curves are drawn, and nothing is tested while they train.

    Args:
        network: str.
        profile: str.
        seed: int.
        data: str, path or None. As of `Task.on`.
        task: `Task`.
    """
    watched = networks.PROFILES[profile].watched if task.geometry == "clic" else 0
    return repeats(task.on(data), network, profile, seed, watched=watched)


def carried_out(wanted):
    """Train and test networks side by side, and return their answers.

    Args:
        wanted: list of (`Course`, tuple of `ShowerSample`).

    Returns:
        list of lists of `Answers`, in the same order.
    """
    if training_store.STORE.get(training_store.DEFAULT_STORE).train:
        trained_on = [sample for course, _ in wanted for sample in course.stream().sources]
        prepare([*trained_on, *(sample for _, samples in wanted for sample in samples)])
    longest_first = sorted(wanted, key=lambda pair: ("gn", "cnn", "hits", "dnn").index(pair[0].network))
    train_together([(answers, {"course": course, "samples": samples}) for course, samples in longest_first])
    return [answers(course, samples) for course, samples in wanted]


def in_groups(wanted):
    """Train and test networks side by side, as `carried_out`, by name.

    Args:
        wanted: dict of key to (list of `Course`, tuple of `ShowerSample`). Repeated trainings, and their tests.

    Returns:
        dict of key to list, of each training, of lists of `Answers`, one on each sample.
    """
    pairs = [(course, tests) for courses, tests in wanted.values() for course in courses]
    found = iter(carried_out(pairs))
    return {key: [next(found) for _ in courses] for key, (courses, _) in wanted.items()}


def numbered(groups, tests):
    """Return the `Answers` of `in_groups` by names within an item, dict: "<key>_<training>_<test>".

    Args:
        groups: dict, as from `in_groups`; a key is a str or a tuple of them.
        tests: sequence of str. What the samples are called.

    Example:

    >>> list(numbered({("cms", "dnn"): [["a", "b"]]}, ("pi0", "photon")))
    ['cms_dnn_0_pi0', 'cms_dnn_0_photon']
    """
    return {
        "_".join([*([key] if isinstance(key, str) else key), str(number), test]): answer
        for key, several in groups.items()
        for number, each in enumerate(several)
        for test, answer in zip(tests, each, strict=True)
    }


def recorded(entries):
    """Return what a `Result` keeps of trainings, its `weights`: dict of str to dict.

    Args:
        entries: dict of str to `Answers` or `Training`, by name within the item.
    """
    return {name: one.entry if isinstance(one, Answers) else one.weights for name, one in entries.items()}


@functools.lru_cache(maxsize=32)
def _untrained(network, arguments):
    return networks.network(network, **dict(arguments))


def _number(sizes, part, selection):
    if part != "train":
        return sizes.test if part == "test" else sizes.watched
    return sizes.rare if selection in RARE else sizes.showers


def _find(place, key):
    path = _path(place, key)
    for entry in training_store.kept_entries(place, path, key):
        with np.load(entry["file"], allow_pickle=False) as arrays:
            return Answers(arrays["score"].astype(np.float32), arrays["energy"], entry)
    return None


def _keep(place, key, score, energy, weights):
    """Write answers and their description; return them."""
    path = _path(place, key)
    file = path.with_suffix(".npz")
    with files.replacing(file) as temporary, open(temporary, "wb") as stream:
        np.savez_compressed(stream, score=score.astype(np.float16), energy=energy)
    entry = {"file": file.name, "sha256": files.sha256(file), "bytes": file.stat().st_size, "key": key}
    entry |= {name: weights[name] for name in ("model", "backend", "events", "seconds", "history")}
    files.write_text(path, json.dumps(entry, indent=1))
    return Answers(score, energy, {**entry, "file": str(file.resolve())})


def _path(place, key):
    kept = training_store.kept_path(place, key)
    return pathlib.Path(kept.parent, f"{kept.stem}.answers.json")
