"""A watched training is measured, taken back where it collapses, and ends with the same bits when interrupted."""

import dataclasses
import json
import pathlib
import types

import keras
import numpy as np
import pytest

from keras_hep import losses, models, training
from keras_hep.checkpoint import Checkpoint
from keras_hep.simulation.track_images import TrackImages
from keras_hep.suite import candidate_training
from keras_hep.training_watch import Recovery, Watch

RECORDED = pathlib.Path(__file__).parents[1] / "results" / "recorded"
INTERVAL = 256


@dataclasses.dataclass(frozen=True)
class Points:
    """Points of the plane and a linear function of them; `wrong` intervals of the training teach something else."""

    wrong: tuple = ()
    slope: float = 1.0

    def batch(self, events, seed):
        points = np.random.default_rng(seed).random((events, 3), dtype=np.float32)
        targets = self.slope * points[:, :2] - points[:, 2:]
        if seed[1] == training.STREAMS["train"] and seed[2] // INTERVAL in self.wrong:
            targets += np.float32(self.wrong_by)
        return points, targets

    @property
    def wrong_by(self):
        return 100.0


@dataclasses.dataclass(frozen=True)
class Undefined(Points):
    """As above; what is wrong is no number."""

    @property
    def wrong_by(self):
        return float("nan")


@keras.saving.register_keras_serializable(package="watch_tests")
class TwoLayers(keras.Model):
    """Two dense layers, a value dropped between them: the state of a training has random numbers, too."""

    def __init__(self, head="head", **kwargs):
        point = keras.Input((3,))
        hidden = keras.layers.Dropout(0.1)(keras.layers.Dense(8, name="trunk")(point))
        super().__init__(point, keras.layers.Dense(2, name=head)(hidden), **kwargs)
        self.head = head

    def get_config(self):
        return {"head": self.head}


def fit(folder, intervals=4, stream=Points(), watch=True, model=None, rate=0.02, recorded=(), **arguments):
    watch = Watch(Points(), 40, batch_size=16, also={"steep": Points(slope=3.0)}) if watch is True else watch
    with training.store(training.Store(folder, recorded)):
        return training.fit(
            model or TwoLayers(),
            stream,
            optimizer=keras.optimizers.Adam(rate, amsgrad=True),
            loss=keras.losses.MeanSquaredError(),
            metrics=[keras.metrics.MeanAbsoluteError("distance")],
            events=intervals * INTERVAL,
            seed=3,
            batch_size=16,
            interval=INTERVAL,
            watch=watch,
            **arguments,
        )


def same(first, second):
    return all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def state_of(trainer):
    return [variable.numpy().copy() for variable in [*trainer.variables, *trainer.optimizer.variables]]


@pytest.fixture
def judged(monkeypatch):
    """The states before and after every judgement, as pairs."""
    pairs = []

    def judge(self, trainer, best, original=Recovery.judge):
        before = state_of(trainer)
        result = original(self, trainer, best)
        pairs.append((before, state_of(trainer)))
        return result

    monkeypatch.setattr(Recovery, "judge", judge)
    return pairs


@pytest.fixture(scope="module")
def collapsed(tmp_path_factory):
    """A training whose third interval of four destroys the network."""
    return fit(tmp_path_factory.mktemp("weights"), stream=Points(wrong=(2,)))


def test_the_history_has_what_was_tested(tmp_path):
    fitted = fit(tmp_path)
    measured = {f"{kind}_{name}" for kind in ("test", "steep") for name in ("loss", "distance")}
    assert set(fitted.history) == {"events", "loss", "distance", "recovered"} | measured
    assert all(len(values) == 4 for values in fitted.history.values())
    assert fitted.history["recovered"] == [0] * 4
    for kind, stream in (("test", Points()), ("steep", Points(slope=3.0))):
        batches = [stream.batch(size, [3, training.STREAMS["watch"], n]) for n, size in enumerate((16, 16, 8))]
        points, targets = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
        error = training.predict(fitted.model, points) - targets
        assert fitted.history[f"{kind}_loss"][-1] == pytest.approx(np.square(error).mean(), rel=1e-4)
        assert fitted.history[f"{kind}_distance"][-1] == pytest.approx(np.abs(error).mean(), rel=1e-4)
    assert fitted.history["test_loss"][-1] < fitted.history["test_loss"][0]


def test_watching_does_not_change_a_training_that_does_not_collapse(tmp_path):
    watched, alone = fit(tmp_path), fit(tmp_path, watch=None)
    assert same(watched.model.get_weights(), alone.model.get_weights())
    assert {name: watched.history[name] for name in alone.history} == alone.history


def test_a_collapsed_network_is_back_in_its_best_state_bit_for_bit(tmp_path, judged, collapsed):
    fitted = fit(tmp_path, stream=Points(wrong=(2,)))
    assert fitted.history["recovered"] == [0, 0, 1, 0]
    assert fitted.history["test_loss"][2] > 3 * fitted.history["test_loss"][1]
    (_, best), (destroyed, recovered) = judged[1:3]
    assert not same(destroyed, best)
    assert same(recovered, best)  # weights, random state and optimizer, its counter of steps among them
    assert not same(judged[3][0], best)
    assert fitted.history["test_loss"][3] < fitted.history["test_loss"][0]
    assert same(fitted.model.get_weights(), collapsed.model.get_weights())


def test_a_training_that_ends_in_a_collapse_ends_with_its_best_weights(tmp_path):
    ended, before = fit(tmp_path, 3, Points(wrong=(2,))), fit(tmp_path, 2)
    assert ended.history["recovered"] == [0, 0, 1]
    assert same(ended.model.get_weights(), before.model.get_weights())


def test_where_nothing_counts_as_a_collapse_the_network_stays_destroyed(tmp_path, collapsed):
    fitted = fit(tmp_path, stream=Points(wrong=(2,)), watch=Watch(Points(), 40, collapse=None, batch_size=16))
    assert fitted.history["recovered"] == [0] * 4
    assert fitted.history["test_loss"][2] == collapsed.history["test_loss"][2]
    assert fitted.history["test_loss"][3] > 3 * collapsed.history["test_loss"][3]


def test_where_nothing_counts_as_a_collapse_no_best_state_is_kept(tmp_path, monkeypatch):
    assert scripted(tmp_path, monkeypatch, [1.0, 0.5, 9.0], collapse=None) == ([0, 1, 2], 0.5)
    assert not list(tmp_path.glob("*.npz"))


@pytest.mark.parametrize(
    ("file", "written"), [(3, True), (4, True), (5, False), (5, True)], ids=["best", "second", "recovery", "third"]
)
def test_an_interrupted_training_ends_with_the_same_bits(tmp_path, monkeypatch, collapsed, file, written):
    """Files are written in this order: best, checkpoint, best, checkpoint, and after the recovery a checkpoint."""
    kinds = []

    def keep(self, state, original=Checkpoint.keep):
        kinds.append("best" if "test_loss" in state else "checkpoint")
        if len(kinds) < file or written:
            original(self, state)
        if len(kinds) == file:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "keep", keep)
        with pytest.raises(KeyboardInterrupt):
            fit(tmp_path, stream=Points(wrong=(2,)))
    assert kinds == ["best", "checkpoint", "best", "checkpoint", "checkpoint"][:file]
    resumed = fit(tmp_path, stream=Points(wrong=(2,)))
    assert same(resumed.model.get_weights(), collapsed.model.get_weights())
    assert resumed.history == collapsed.history
    assert not list(tmp_path.glob("*.npz"))


def test_a_checkpoint_within_an_interval_keeps_the_best_loss(tmp_path, monkeypatch, collapsed):
    monkeypatch.setattr(training, "CHUNK_EVENTS", INTERVAL)
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", 0)
    states = []

    def keep(self, state, original=Checkpoint.keep):
        states.append(json.loads(json.dumps(state)))
        original(self, state)

    monkeypatch.setattr(Checkpoint, "keep", keep)
    fitted = fit(tmp_path, stream=Points(wrong=(2,)))
    assert same(fitted.model.get_weights(), collapsed.model.get_weights())
    best = [state["best"] for state in states if "seen" in state]
    assert best == np.minimum.accumulate(fitted.history["test_loss"]).tolist()


def test_the_best_state_is_removed_at_the_end(tmp_path):
    fitted = fit(tmp_path, 2)
    stem = pathlib.Path(fitted.weights["file"]).name.partition(".")[0]
    names = {path.name for path in tmp_path.iterdir()} - {f"{stem}.lock"}
    assert names == {f"{stem}.json", f"{stem}.weights.h5"}


def test_a_training_loss_that_is_not_finite_stops_a_watched_training_too(tmp_path):
    with pytest.raises(training.TrainingDiverged, match=rf"became nan after {2 * INTERVAL:,} events"):
        fit(tmp_path, stream=Undefined(wrong=(2,)))
    assert len(list(tmp_path.glob("*.checkpoint.npz"))) == 1
    assert len(list(tmp_path.glob("*.best.npz"))) == 1


UNTESTED = types.SimpleNamespace(input=None, evaluate=dict)  # its test losses are given


def scripted(tmp_path, monkeypatch, test_losses, collapse=3.0):
    """Judge a variable whose value is the number of the judgement; return its values afterwards, and the best loss."""
    variable, best, values = keras.Variable(-1.0), None, []
    recovery = Recovery(Watch(Points(), 8, collapse), Checkpoint(tmp_path / "kept.checkpoint.npz", [variable]), [1])
    for number, loss in enumerate(test_losses):
        monkeypatch.setattr(Watch, "look", lambda *_, loss=loss: {"test_loss": loss})
        variable.assign(float(number))
        measured, best = recovery.judge(UNTESTED, best)
        assert measured["recovered"] == float(values[-1:] != [] and variable.numpy() != number)
        values.append(float(variable.numpy()))
    return values, best


@pytest.mark.parametrize(
    ("test_losses", "values", "best"),
    [
        ([1.0, 0.5, 1.4, 1.6, 0.4], [0, 1, 2, 1, 4], 0.4),  # back to the best, not to the last
        ([0.5, 1.6, 9.0], [0, 0, 0], 0.5),
        ([0.5, float("nan"), float("inf")], [0, 0, 0], 0.5),
        ([float("nan"), 1.0, 4.0], [0, 1, 1], 1.0),  # what is no number is never the best
        ([float("inf"), 1.0, float("nan")], [0, 1, 1], 1.0),
    ],
)
def test_which_state_a_network_is_taken_back_to(tmp_path, monkeypatch, test_losses, values, best):
    assert scripted(tmp_path, monkeypatch, test_losses) == (values, best)


def test_a_damaged_best_state_is_reported_and_not_used(tmp_path, monkeypatch):
    variable = keras.Variable(1.0)
    recovery = Recovery(Watch(Points(), 8), Checkpoint(tmp_path / "kept.checkpoint.npz", [variable]), [1])
    (tmp_path / "kept.checkpoint.best.npz").write_bytes(b"half an archive")
    monkeypatch.setattr(Watch, "look", lambda *_: {"test_loss": 9.0})
    with pytest.warns(UserWarning, match=r"best.npz is damaged"):
        measured, best = recovery.judge(UNTESTED, 1.0)
    assert (measured["recovered"], best, float(variable.numpy())) == (0.0, 1.0, 1.0)


@pytest.mark.parametrize("collapse", [1.0, 0.5, -3.0, float("nan")])
def test_a_collapse_is_a_ratio_above_1(collapse):
    with pytest.raises(ValueError, match=f"a ratio to the best test loss, above 1, got {collapse}"):
        Watch(Points(), 8, collapse)


def test_there_are_test_events():
    with pytest.raises(ValueError, match="at least one test event is needed, got events=0"):
        Watch(Points(), 0)


def key_of(train):
    """Return the key of a training without doing it."""
    missing = pytest.raises(training.WeightsMissing, match="No weights with key")
    with training.store(training.Store("nowhere", train=False)), missing as raised:
        train()
    return str(raised.value).split()[4]


def test_course_and_watch_belong_to_the_key():
    start = training.Training(TwoLayers(), {"key": "of the start"})
    courses = [{}, {"start": start}, {"start": start, "frozen": False}]
    courses += [{"watch": Watch(Points(), 8)}, {"watch": Watch(Points(), 9)}, {"watch": Watch(Points(), 8, 2.0)}]
    courses += [{"watch": Watch(Points(slope=2.0), 8)}, {"watch": Watch(Undefined(), 8)}]
    courses += [{"watch": Watch(Points(), 8, also={"steep": Points(slope=3.0)})}]

    def key(course):
        arguments = {"optimizer": "adam", "events": 16, "seed": 3, "loss": "mse"}
        return key_of(lambda: training.fit(TwoLayers(), Points(), **arguments, **course))

    assert len({key(course) for course in courses}) == len(courses)
    assert key({"frozen": False}) == key({})  # without a start there is nothing to freeze


def recorded_weights(item):
    return json.loads((RECORDED / f"{item}.json").read_text())["weights"]


def train_covariances():
    """The recorded training of another network's layers: figure 13 of the first source."""
    schedule = keras.optimizers.schedules.CosineDecay(2e-3, 1_600, 0.01)
    return training.fit(
        models.TrackParameterCovarianceNetwork(24, 24, 3, 96, (8, 8, 16, 16)),
        TrackImages(24, 24, 3, tracks=1.5),
        start=training.Training(None, recorded_weights("heptrkx/fig13_parameter_uncertainties")["tracks"]),
        optimizer=keras.optimizers.Adam(schedule, clipnorm=1.0),
        loss=losses.GaussianLikelihood(),
        events=102_400,
        seed=8,
        batch_size=64,
        interval=10_240,
    )


@pytest.mark.parametrize(
    ("item", "name", "train"),
    [
        ("tracknet/toy_training", "steps_1000", lambda: candidate_training.train_published(2, 1000, 7)),
        ("tracknet/alpha_law", "likelihood", lambda: candidate_training.train_residual(2, 800, 7)),
        ("heptrkx/fig13_parameter_uncertainties", "covariances", train_covariances),
    ],
)
def test_keys_of_recorded_trainings_are_what_they_were(item, name, train):
    assert key_of(train) == recorded_weights(item)[name]["key"]


def test_a_network_that_goes_on_starts_from_the_weights_taken_over(tmp_path):
    first = fit(tmp_path, 1)
    still, moved = (fit(tmp_path, 1, rate=rate, start=first, frozen=False, watch=None) for rate in (0.0, 0.02))
    before = first.model.get_weights()
    assert same(still.model.get_weights(), before)
    assert not any(np.array_equal(old, new) for old, new in zip(before, moved.model.get_weights(), strict=True))
    assert moved.history["loss"][0] < first.history["loss"][0]
    assert all(layer.trainable for layer in moved.model.layers)


def test_only_layers_taken_over_are_frozen(tmp_path):
    first = fit(tmp_path, 1)
    second = fit(tmp_path, 1, model=TwoLayers(head="other"), start=first)
    assert same(second.model.get_layer("trunk").get_weights(), first.model.get_layer("trunk").get_weights())
    assert second.history["loss"][0] > second.history["test_loss"][0]  # its head has learnt
    assert all(layer.trainable for layer in second.model.layers)
