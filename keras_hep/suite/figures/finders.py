"""Many track finders in one panel: networks in colours, filters that learn nothing in black and grey."""

import numpy as np

from keras_hep.suite.figures.page import COLOURS, MARKERS, style

FINDERS = {
    "lstm": "LSTM",
    "deep_lstm": "deep LSTM",
    "bidirectional_lstm": "biLSTM",
    "next_layer_lstm": "next-layer LSTM",
    "cnn": "CNN",
    "autoencoder": "autoencoder",
    "road": "road network (ours)",
    "walk": "nearest hit",
    "kalman": "Kalman filter",
    "posterior": "ideal observer",
}
# Line, marker and grey level of the finders that are no network
_FILTERS = {"walk": (":", "x", "0.5"), "kalman": ("-", "s", "black"), "posterior": ("--", "", "0.35")}


@style()
def compare_finders(axes, curves, ending, labels=FINDERS, wrong=False):
    """Draw the curves of several finders over the number of tracks, on a logarithmic axis.

    Args:
        axes: matplotlib `Axes`.
        curves: dict of name to `Curve`. That of a finder is named finder + `ending`; one without it is left out.
        ending: str.
        labels: dict of finder to its name in the legend, drawn in this order: the networks get the colours one after
            the other; "walk", "kalman" and "posterior" are black and grey. By default those of the HEP.TrkX study.
        wrong: bool. Draw 1 minus the values, on a logarithmic axis; where nothing was wrong nothing is drawn.
    """
    networks = [finder for finder in labels if finder not in _FILTERS]
    for finder, label in labels.items():
        curve = curves.get(f"{finder}{ending}")
        if curve is None:
            continue
        x, y, error = (np.asarray(part, float) for part in (curve.x, curve.y, curve.error))
        y = np.where(y < 1, 1 - y, np.nan) if wrong else y
        if finder in _FILTERS:
            line, marker, colour = _FILTERS[finder]
            looks = {"linestyle": line, "marker": marker, "color": colour, "linewidth": 1.2, "zorder": 2}
        else:
            index = networks.index(finder)
            looks = {"color": COLOURS[index % len(COLOURS)], "marker": MARKERS[index % len(MARKERS)], "zorder": 3}
        low = np.minimum(error, 0.9 * y) if wrong else error  # a logarithmic axis has no zero
        axes.errorbar(x, y, yerr=[low, error], label=label, **{"linewidth": 0.9, "elinewidth": 0.8, **looks})
    axes.set_xscale("log")
    if wrong:
        axes.set_yscale("log")
