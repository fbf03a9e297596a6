"""Accuracies of networks that reconstruct showers: over the batches of a training, and in bins."""

from keras_hep.suite.figures.page import COLOURS, MARKERS, axis_labels, style


@style()
def training_course(axes, training, validation, label=None, index=0):
    """Draw training accuracy, dashed with open points, and validation accuracy over the batches, with errors.

    Args:
        axes: matplotlib `Axes`.
        training: `Curve`.
        validation: `Curve`.
        label: str or None. Of the network in the legend, where a panel has several.
        index: int. Chooses colour and marker.
    """
    colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    looks = {"color": colour, "marker": marker, "linewidth": 0.9, "elinewidth": 0.7, "markersize": 3.2}
    before = f"{label}, " if label else ""
    kinds = ((training, "training", (0, (4, 2)), "white"), (validation, "validation", "-", colour))
    for curve, kind, line, face in kinds:
        styled = {"linestyle": line, "markerfacecolor": face, "markeredgewidth": 0.8}
        axes.errorbar(curve.x, curve.y, yerr=curve.error, label=f"{before}{kind}", **looks, **styled)
    axis_labels(axes, "batch", "accuracy")


@style()
def accuracy_in_bins(axes, curves, labels, best, x, x_unit="1", y="accuracy"):
    """Draw accuracies in bins: of the best classifier as points with errors, of the others as thin lines.

    Args:
        axes: matplotlib `Axes`.
        curves: dict of str to `Curve`, by classifier.
        labels: dict of str to str. Names in the legend.
        best: str. One of the classifiers.
        x: str. What is binned.
        x_unit: str.
        y: str. Whose accuracy.

    Raises:
        ValueError: if the best one is not among the curves.
    """
    if best not in curves:
        raise ValueError(f"accuracy_in_bins: best must be one of {', '.join(curves)}, got {best!r}.")
    for index, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[index % len(COLOURS)]
        if name == best:
            looks = {"marker": MARKERS[index % len(MARKERS)], "linestyle": "none", "elinewidth": 0.9, "zorder": 3}
            axes.errorbar(curve.x, curve.y, yerr=curve.error, color=colour, label=f"{labels[name]} (best)", **looks)
        else:
            axes.plot(curve.x, curve.y, color=colour, linewidth=0.7, alpha=0.8, zorder=2, label=labels[name])
    axis_labels(axes, x, y, x_unit)
