"""What time slices hold: distributions over slices, and hits by station."""

import numpy as np

from keras_hep.suite.figures.page import PUBLISHED, style
from keras_hep.suite.figures.plots import histogram, level

_FAKE, _TRUE = "0.72", "#0072B2"
BINS = 30


@style()
def slice_distributions(axes, samples, published=None, expected=None):
    """Draw how single slices spread, for several simulations, with the published number and an exact expectation.

    Args:
        axes: matplotlib `Axes`.
        samples: dict of name in the legend to array-like, shape (slices,).
        published: published quantity, number or None.
        expected: the same, of the first simulation.
    """
    arrays = [np.asarray(values, float) for values in samples.values()]
    low, high = min(values.min() for values in arrays), max(values.max() for values in arrays)
    whole = all(np.all(values == np.rint(values)) for values in arrays)  # bins then hold as many numbers each
    width = np.ceil((high - low + 1) / BINS) if whole else (high - low) / BINS or 1.0
    edges = low - (0.5 if whole else 0) + width * np.arange(-1, BINS + 2)
    for index, (name, values) in enumerate(zip(samples, arrays, strict=True)):
        histogram(axes, np.histogram(values, edges)[0], edges, name, index, errors=False)
    for number, line, name in ((expected, (0, (1, 1)), "exact expectation"), (published, (0, (4, 2)), "published")):
        if number is not None:
            place = getattr(number, "value", number)
            axes.axvline(place, color=PUBLISHED, linestyle=line, linewidth=0.9, label=name, zorder=4)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, 1.08 * axes.get_ylim()[1])


@style()
def stacked_hits(axes, real, fakes, published=None):
    """Draw the hits by station, fake ones on true ones.

    Args:
        axes: matplotlib `Axes`.
        real: `Curve` of the true hits of each station.
        fakes: `Curve` of the fake ones.
        published: published quantity, a number, or None: all hits of a station.
    """
    edges = np.append(np.asarray(real.x) - 0.5, real.x[-1] + 0.5)
    true, all_ = np.asarray(real.y), np.add(real.y, fakes.y)
    axes.stairs(true, edges, fill=True, color=_TRUE, alpha=0.6, linewidth=0, label="true hits")
    axes.stairs(all_, edges, baseline=true, fill=True, color=_FAKE, linewidth=0, label="fake hits")
    level(axes, published)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.15 * all_.max()))
