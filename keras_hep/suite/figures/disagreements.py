"""What groups of tracks are short of full agreement with the events, on a logarithmic axis."""

from keras_hep.suite.figures.page import style
from keras_hep.suite.figures.plots import overlay
from keras_hep.suite.record import Curve

LEAST = 1e-5  # below all that a sample of slices can tell


@style()
def disagreement(axes, found, label, index, line=False):
    """Draw 1 - ARI, cut at `LEAST`: a logarithmic axis has no zero.

    Args:
        axes: matplotlib `Axes`.
        found: `keras_hep.suite.record.Curve` of adjusted Rand indices.
        label: str.
        index: int. Of colour and marker.
        line: bool. Whether points are joined.
    """
    values = [max(1 - value, LEAST) for value in found.y]
    overlay(axes, Curve(found.name, found.x, values, found.error), label=label, index=index, line=line)
    axes.set(yscale="log", ylim=(LEAST, 100), ylabel="1 \N{MINUS SIGN} ARI")
