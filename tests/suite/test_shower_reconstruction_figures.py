"""Figures of accuracies over a training and in bins."""

import pytest

from keras_hep.suite import figures
from keras_hep.suite.record import Curve

CURVES = {
    name: Curve(name, (35.0, 85.0), values, (0.01, 0.02)) for name, values in (("dnn", (0.9, 0.8)), ("gn", (1, 1)))
}
LABELS = {"dnn": "DNN", "gn": "GN"}


@pytest.fixture
def axes():
    return figures.panels()[1]


def test_training_is_open_and_dashed_validation_filled(axes):
    figures.training_course(axes, CURVES["dnn"], CURVES["gn"], "DNN", index=1)
    training, validation = (drawn.lines[0] for drawn in axes.containers)
    assert training.get_ydata().tolist() == [0.9, 0.8]
    assert training.get_markerfacecolor() == "white"
    assert validation.get_markerfacecolor() == figures.COLOURS[1]
    assert (training.get_linestyle(), validation.get_linestyle()) == ("--", "-")
    assert axes.get_legend_handles_labels()[1] == ["DNN, training", "DNN, validation"]
    assert axes.get_xlabel() == "batch"


def test_a_single_network_needs_no_name(axes):
    figures.training_course(axes, CURVES["dnn"], CURVES["gn"])
    assert axes.get_legend_handles_labels()[1] == ["training", "validation"]


@pytest.mark.parametrize("best", ["dnn", "gn"])
def test_the_best_network_has_points_with_errors_the_others_lines(axes, best):
    figures.accuracy_in_bins(axes, CURVES, LABELS, best, "true energy", "GeV")
    (points,) = axes.containers
    assert points.lines[0].get_ydata().tolist() == list(CURVES[best].y)
    assert points.lines[2]
    (other,) = (line for line in axes.lines if line.get_linestyle() == "-")
    assert other.get_ydata().tolist() == list(CURVES["dnn" if best == "gn" else "gn"].y)
    assert set(axes.get_legend_handles_labels()[1]) == {
        f"{LABELS[best]} (best)",
        LABELS["gn" if best == "dnn" else "dnn"],
    }
    assert axes.get_xlabel() == "true energy [GeV]"


def test_the_best_network_must_be_there(axes):
    with pytest.raises(ValueError, match="one of dnn, gn, got 'cnn'"):
        figures.accuracy_in_bins(axes, CURVES, LABELS, "cnn", "true energy")
