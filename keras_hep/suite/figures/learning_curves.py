"""Panels of a training: loss, accuracy, precision and recall by epoch."""

from keras_hep.suite.figures.page import BLUE, PUBLISHED, VERMILION, axis_labels, style

KINDS = ("loss", "accuracy", "precision", "recall")
_UNTRAINED = (
    ("all_rejected", (0, (1, 1)), "every edge rejected"),
    ("rule", (0, (4, 1.2, 1, 1.2)), "equal neighbourhoods"),
)


@style()
def learning_curves(panels, result, reference, name, title=None):
    """Draw one training in four panels: ours as points, the published one as a thin line, levels without training.

    Epochs are on a logarithmic axis: a short training and a hundred times longer one are seen beside each other.

    Args:
        panels: sequence of four matplotlib `Axes`: for loss, accuracy, precision and recall.
        result: `Result` with the curves `loss_NAME_epochs` and so for accuracy, precision and recall, of the
            test, perhaps `training_loss_NAME_epochs`; and perhaps the quantities `all_rejected_NAME` (an accuracy) and
            `rule_accuracy_NAME`, `rule_precision_NAME`, `rule_recall_NAME`.
        reference: `Reference` or None. Its curves have the same names.
        name: str. Of the events, as in the names above.
        title: str or None. Above the first panel.

    Raises:
        ValueError: if there are not four panels.
    """
    if len(panels) != len(KINDS):
        raise ValueError(f"Learning curves need four panels, for {', '.join(KINDS)}, got {len(panels)}.")
    for axes, kind in zip(panels, KINDS, strict=True):
        _course(axes, result.curves[f"{kind}_{name}_epochs"], reference, "this work", "published", BLUE, PUBLISHED)
        if kind == "loss" and f"training_loss_{name}_epochs" in result.curves:
            ours = result.curves[f"training_loss_{name}_epochs"]
            _course(axes, ours, reference, "this work, training", "published, training", VERMILION, VERMILION)
        for level, line, label in _UNTRAINED:
            quantity = "all_rejected" if level == "all_rejected" and kind == "accuracy" else f"{level}_{kind}"
            if f"{quantity}_{name}" in result.quantities:
                height = result.quantities[f"{quantity}_{name}"].value
                axes.axhline(height, color="0.45", linestyle=line, linewidth=0.9, zorder=1, label=label)
        axes.margins(y=0.08)
        _logarithmic(axes, "xy" if kind == "loss" else "x")
        axis_labels(axes, "epochs", kind)
    if title:
        panels[0].set_title(title)


def _course(axes, ours, reference, label, published, colour, published_colour):
    """Draw one of our curves, and below it the published one of the same name."""
    theirs = reference.curves.get(ours.name) if reference else None
    if theirs is not None:
        axes.plot(theirs.x, theirs.y, color=published_colour, linewidth=0.6, zorder=2, label=published)
    looks = {"marker": "o", "markersize": 2.2, "markeredgewidth": 0, "linewidth": 0.4}
    axes.plot(ours.x, ours.y, color=colour, zorder=3, label=label, **looks)


def _logarithmic(axes, which):
    """Make axes logarithmic, with plain numbers at 1, 2 and 5 (along x, where they would collide, at 1 only)."""
    from matplotlib.ticker import LogLocator, NullFormatter

    for name in which:
        axis = {"x": axes.xaxis, "y": axes.yaxis}[name]
        axes.set(**{f"{name}scale": "log"})
        axis.set_major_locator(LogLocator(subs=(1.0,) if name == "x" else (1.0, 2.0, 5.0)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
