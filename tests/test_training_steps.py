import keras
import numpy as np
import pytest

from keras_hep.event_batches import event_batches
from keras_hep.training_steps import evaluator, fitter

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="other backends train through fit alone"
)


class Sums:
    """Graphs of 1 to 5 nodes, each a batch of its own; the target of a node is the sum of its two numbers."""

    def batch(self, events, seed):
        random = np.random.default_rng(seed)
        nodes = random.normal(size=(random.integers(1, 6), 2)).astype("float32")
        return {"nodes": nodes}, nodes.sum(axis=1, keepdims=True), np.full(len(nodes), 0.5, "float32")


def trainer():
    keras.utils.set_random_seed(5)
    nodes = keras.Input((2,), name="nodes")
    model = keras.Model({"nodes": nodes}, keras.layers.Dense(1)(nodes))
    model.compile("adam", "mse", weighted_metrics=["mae"])
    return model


def trained(fit_once, chunks=2):
    logs = []
    for chunk in range(chunks):
        with event_batches(Sums(), 20, 1, [3, chunk]) as batches:
            logs.append(fit_once(batches))
    return logs


@needs_tensorflow
def test_steps_train_as_fit_does():
    by_steps, by_fit = trainer(), trainer()

    def fit(batches):
        return {name: values[0] for name, values in by_fit.fit(batches, verbose=0, shuffle=False).history.items()}

    for ours, theirs in zip(trained(fitter(by_steps)), trained(fit), strict=True):
        assert ours.keys() == theirs.keys() == {"loss", "mae"}
        for name, value in ours.items():
            assert value == pytest.approx(theirs[name], rel=1e-5)
    for ours, theirs in zip(by_steps.get_weights(), by_fit.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_steps_test_as_evaluate_does():
    model = trainer()
    test = evaluator(model)
    for turn in range(2):
        with event_batches(Sums(), 20, 1, [3, turn]) as batches:
            ours, theirs = test(batches), model.evaluate(batches, verbose=0, return_dict=True)
        assert ours.keys() == theirs.keys() == {"loss", "mae"}
        for name, value in ours.items():
            assert value == pytest.approx(theirs[name], rel=1e-5)


@needs_tensorflow
def test_graphs_of_any_size_are_traced_once():
    traces = []

    class Counting(keras.Model):
        def train_step(self, data):
            traces.append(data)
            return super().train_step(data)

    nodes = keras.Input((2,), name="nodes")
    model = Counting({"nodes": nodes}, keras.layers.Dense(1)(nodes))
    model.compile("sgd", "mse")
    trained(fitter(model), chunks=3)
    assert len(traces) == 1


def test_other_networks_are_fitted_by_keras():
    calls = []

    class Recording(keras.Model):
        def fit(self, *arguments, **options):
            calls.append(options)
            return super().fit(*arguments, **options)

    class Numbers(Sums):
        def batch(self, events, seed):
            inputs, *targets = super().batch(events, seed)
            return inputs["nodes"], *targets

    nodes = keras.Input((2,))
    model = Recording(nodes, keras.layers.Dense(1)(nodes))
    model.compile("sgd", "mse")
    with event_batches(Numbers(), 6, 1, [3]) as batches:
        logs = fitter(model)(batches)
    assert len(calls) == 1
    assert np.isfinite(logs["loss"])
