"""Energies of several trainings: by hand, against the regression of one, and errors against known scatter."""

import numpy as np
import pytest

from keras_hep.metrics.energy_regression import energy_regression
from keras_hep.suite.shower_reconstruction import courses, trained_energies
from keras_hep.suite.shower_reconstruction.courses import Answers
from keras_hep.suite.shower_reconstruction.trained_energies import Energies, difference, ratio

RANGE = (0, 500)


def drawn(spread=0.05, shift=0.0, seed=1, showers=4_000, trainings=3):
    """Return energies with a relative spread, the same in all trainings, which differ by a tenth of it."""
    random = np.random.default_rng(seed)
    true = random.uniform(10, 500, showers)
    noise = random.normal(size=showers)
    scale = spread * (1 + 0.1 * random.normal(size=(trainings, 1)))
    return Energies(true, true * (1 - shift + scale * noise))


class Sample:
    """Stands for a `ShowerSample` of three showers."""

    def showers(self):
        return {"energy": np.float32([30, 35, 260])}


def answers(*energies):
    return Answers(np.zeros(len(energies), np.float32), np.float32(energies), {})


def test_means_of_bins_by_hand():
    energies = Energies(np.array([20.0, 20.0, 40.0, 40.0, 480.0]), np.array([[18.0, 20.0, 44.0, 44.0, 1.0]]))
    assert energies.mean("x", "resolution", 0, 50, "").value == pytest.approx((5 + 0) / 2)
    assert energies.mean("x", "bias", 0, 50, "").value == pytest.approx((5 + 10) / 2)
    assert energies.mean("x", "deviation", 0, 50, "").value == pytest.approx((np.sqrt(50) + 10) / 2)
    assert energies.mean("x", "bias", 0, 25, "").value == pytest.approx(5)
    assert energies.mean("x", "bias", 0, 500, "").value == pytest.approx(7.5)  # a bin of one shower does not count
    assert energies.mean("x", "bias", 0, 50, "").unit == "%"


@pytest.mark.parametrize("kind", ["resolution", "bias"])
def test_one_training_has_the_errors_of_its_regression(kind):
    energies = drawn(trainings=1, shift=0.03)
    regression = energy_regression(energies.true, energies.predicted[0])
    found = energies.mean("x", kind, 100, 125, "")
    assert found.value == pytest.approx(abs(getattr(regression, kind)[4]))
    assert found.error == pytest.approx(getattr(regression, f"{kind}_error")[4], rel=0.02)


def test_error_of_a_mean_covers_trainings_too():
    several, one = drawn(), drawn(trainings=1)
    values = several.measured("resolution", *RANGE)[0]
    found = several.mean("x", "resolution", *RANGE, "")
    assert found.value == pytest.approx(values.mean())
    assert found.error > values.std(ddof=1) / np.sqrt(3) > one.mean("x", "resolution", *RANGE, "").error


def test_a_regression_over_itself_is_one():
    energies = drawn()
    one, errors = ratio("x", energies, energies, "resolution", *RANGE, "")
    assert (one.value, errors.value) == (1, 0)
    none, errors = difference("x", energies, energies, "bias", *RANGE, "")
    assert (none.value, errors.value) == (0, 0)
    alone = Energies(energies.true, energies.predicted[:1])
    assert [found.value for found in ratio("x", alone, alone, "bias", *RANGE, "")] == [1, 0]


@pytest.mark.parametrize(("above", "below", "sign"), [(0.1, 0.05, 1), (0.05, 0.1, -1)])
def test_ratio_of_resolutions_in_errors(above, below, sign):
    value, errors = ratio("x", drawn(above), drawn(below, seed=2), "resolution", *RANGE, "of")
    assert (value.name, errors.name) == ("x", "x_errors")
    assert value.value == pytest.approx(2.0**sign, rel=0.3)
    assert sign * errors.value > 3
    assert errors.value == pytest.approx(np.log(value.value) * value.value / value.error)


def test_errors_are_smaller_where_showers_are_shared():
    one = drawn(trainings=1)
    other = Energies(one.true, one.true + 1.1 * (one.predicted - one.true))
    shuffled = np.random.default_rng(5).permutation(len(one.true))
    apart = Energies(other.true[shuffled], other.predicted[:, shuffled])
    together, alone = (ratio("x", each, one, "resolution", *RANGE, "")[0] for each in (other, apart))
    assert together.value == pytest.approx(alone.value) == pytest.approx(1.1)
    assert together.error < 1e-6 < alone.error


@pytest.mark.parametrize("shared", [True, False])
def test_a_ratio_scatters_by_its_error(shared):
    pulls = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        true, other = random.uniform(10, 500, (2, 2_000))
        noise, more = random.standard_t(6, size=(2, 2_000))
        above = Energies(true, true * (1 + 0.06 * (0.8 * noise + 0.6 * more))[None])
        true, noise = (true, noise) if shared else (other, random.standard_t(6, size=2_000))
        below = Energies(true, true * (1 + 0.05 * noise)[None])
        value = ratio("x", above, below, "resolution", *RANGE, "")[0]
        pulls.append((np.log(value.value) - np.log(1.2)) * value.value / value.error)
    assert np.mean(pulls) == pytest.approx(0, abs=4 / np.sqrt(60))
    assert np.std(pulls) == pytest.approx(1, abs=0.3)


def test_a_difference_of_biases():
    one = drawn(shift=0.04)
    other = Energies(one.true, one.predicted + 0.03 * one.true)
    value, errors = difference("x", one, other, "bias", *RANGE, "of")
    assert value.value == pytest.approx(3, abs=0.2)
    assert (value.unit, errors.unit) == ("%", "1")
    assert errors.value == pytest.approx(value.value / value.error)


def test_trainings_are_carried_out_once_and_told_apart(monkeypatch):
    asked = []

    def carried_out(pairs):
        asked.extend(pairs)
        return [
            [answers(30, 35, place * 10 + number) for number in range(len(tests))]
            for place, (_, tests) in enumerate(pairs)
        ]

    monkeypatch.setattr(courses, "carried_out", carried_out)
    first, second = Sample(), Sample()
    found, named = trained_energies.outcomes(
        {"a": (["a0", "a1"], {"x": first, "y": second}), "b": (["b0"], {"y": second})}
    )
    assert asked == [("a0", (first, second)), ("a1", (first, second)), ("b0", (second,))]
    assert list(found) == [("a", "x"), ("a", "y"), ("b", "y")]
    assert found["a", "y"].predicted[:, 2].tolist() == [1, 11]
    assert found["b", "y"].true.tolist() == [30, 35, 260]
    assert list(named) == ["a_0_x", "a_1_x", "a_0_y", "a_1_y", "b_0_y"]
    assert named["a_1_x"].energy[2] == 10


def test_curves_and_chosen_showers():
    energies = drawn()
    names = [curve.name for curve in energies.curves("dnn")]
    assert names == ["dnn_bias", "dnn_resolution", "dnn_fit"]
    low = energies.chosen(energies.true < 100)
    assert low.true.max() < 100
    assert low.predicted.shape == (3, np.count_nonzero(energies.true < 100))
