"""The page of a figure: style, panels, axis labels, legend, the line under it, and its files."""

import contextlib
import pathlib
import re

from keras_hep import files

SINGLE, DOUBLE = 3.4, 7.0  # inches: the width of one column and of a page of two
# Okabe and Ito's palette, which readers with any colour vision tell apart, and a brown
BLUE, VERMILION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
PURPLE, SKY, BROWN = "#CC79A7", "#56B4E9", "#7F5539"
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BROWN)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
PUBLISHED = "#333333"  # the colour of a published curve that stands alone
ORIGINS = {
    "simulation": "simulated here",
    "published": "the authors' data",
    "sample": "genuine events (sample)",
    "none": "no event data",
}


@contextlib.contextmanager
def style():
    """Apply the style of the suite inside a `with` block.

    Every function of `figures` does so by itself; plain matplotlib calls of a script take it from the runner, which
    calls `draw` inside this block.
    """
    import matplotlib
    import mplhep

    with matplotlib.rc_context({**mplhep.style.ROOT, **_SIZES}):
        yield


_SIZES = {
    "font.size": 8,
    "axes.titlesize": "medium",
    "axes.titlelocation": "left",
    "axes.titlepad": 4,
    "axes.labelsize": "medium",
    "axes.labelpad": 2,
    "axes.linewidth": 0.7,
    "axes.unicode_minus": True,
    "axes.axisbelow": True,
    "font.sans-serif": ["TeX Gyre Heros", "Helvetica", "Arial", "DejaVu Sans"],
    "xaxis.labellocation": "center",  # at the right end the label would run into the exponent of the ticks
    "yaxis.labellocation": "center",
    "axes.formatter.use_mathtext": True,
    "axes.formatter.limits": (-4, 5),
    "grid.linewidth": 0.4,
    "legend.fontsize": "small",
    "legend.title_fontsize": "small",
    "legend.handlelength": 2.0,
    "legend.handletextpad": 0.5,
    "legend.labelspacing": 0.35,
    "lines.linewidth": 1.1,
    "lines.markersize": 3.5,
    "patch.linewidth": 0.7,
    "xtick.major.size": 3.5,
    "xtick.minor.size": 1.8,
    "xtick.major.width": 0.7,
    "xtick.minor.width": 0.5,
    "xtick.major.pad": 3,
    "ytick.major.size": 3.5,
    "ytick.minor.size": 1.8,
    "ytick.major.width": 0.7,
    "ytick.minor.width": 0.5,
    "ytick.major.pad": 3,
    "savefig.dpi": 200,
    "savefig.facecolor": "white",
}


@style()
def panels(columns=1, rows=1, width=None, aspect=0.78, share_x=False, share_y=False, projection=None):
    """Make a figure of equal panels.

    Args:
        columns: int.
        rows: int.
        width: float or None. Inches; None: 3.4 for one column of panels, 7 for more.
        aspect: float. Height over width of one panel with its labels.
        share_x: bool, "row" or "col". Panels have the same x axis; inner tick labels are left out.
        share_y: bool, "row" or "col".
        projection: str, None, or a sequence of these, one per panel. "3d" for `display_3d`.

    Returns:
        (figure, axes): a matplotlib `Figure`; its `Axes` if there is one panel, else a flat tuple of them, row by row.

    Raises:
        ValueError: if there are more or fewer projections than panels.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = width or (SINGLE if columns == 1 else DOUBLE)
    figure = Figure(figsize=(width, width / columns * aspect * rows), layout="compressed", dpi=100)
    FigureCanvasAgg(figure)
    axes = tuple(figure.subplots(rows, columns, squeeze=False, sharex=share_x, sharey=share_y).flat)
    each = [projection] * len(axes) if projection is None or isinstance(projection, str) else projection
    if len(each) != len(axes):
        raise ValueError(
            f"projection must name one for each of {len(axes)} panels, got {len(each)}: use None for a flat one."
        )
    axes = tuple(_projected(figure, panel, name) for panel, name in zip(axes, each, strict=True))
    return figure, axes[0] if len(axes) == 1 else axes


def _projected(figure, axes, projection):
    """Return the panel, or in its place one of another projection."""
    if projection is None:
        return axes
    place = axes.get_subplotspec()
    axes.remove()
    return figure.add_subplot(place, projection=projection)


@style()
def axis_labels(axes, x, y, x_unit="1", y_unit="1"):
    """Name both axes, with the unit in brackets unless it is "1"."""
    axes.set_xlabel(x if x_unit == "1" else f"{x} [{x_unit}]")
    axes.set_ylabel(y if y_unit == "1" else f"{y} [{y_unit}]")


@style()
def legend(target, columns=None, **options):
    """Put a legend into one panel, or one for all panels above them; each name stands in it once.

    Args:
        target: matplotlib `Axes` or `Figure`. A figure gets its legend above the panels.
        columns: int or None. None: one in a panel; above the panels as many as there are names, at most four.
        **options: passed on to matplotlib's `legend`, as `loc` or `title`.

    Returns:
        the matplotlib `Legend`.
    """
    named = {}
    above = not hasattr(target, "get_legend_handles_labels")
    for axes in target.axes if above else [target]:
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            named.setdefault(name, handle)
    columns = columns or (min(4, max(1, len(named))) if above else 1)
    options = {"loc": "outside upper center", **options} if above else options
    return target.legend(list(named.values()), list(named), ncols=columns, **options)


@style()
def label(figure, result):
    """Write under the figure which item and scale it is, and where its events come from.

    Args:
        figure: matplotlib `Figure`. A label that it already has is replaced.
        result: `Result`.
    """
    parts = [result.id, f"{result.scale} scale" if result.scale else "", origin(result)]
    text = "  |  ".join(part for part in parts if part)
    width, height = figure.get_size_inches()
    for old in [entry for entry in figure.texts if entry.get_gid() == "label"]:
        old.remove()
    line = figure.text(0.03 / width, 0.03 / height, text, fontsize=6, color="0.35", ha="left", va="bottom", gid="label")
    while line.get_window_extent().x1 > figure.bbox.x1 and line.get_fontsize() > 2:
        line.set_fontsize(line.get_fontsize() - 0.5)
    if figure.get_layout_engine() is not None:
        strip = 0.15 / height
        figure.get_layout_engine().set(rect=(0, strip, 1, 1 - strip))


def origin(result):
    """Return where the events of a result come from, by name where they have one.

    >>> from keras_hep.suite.record import Result
    >>> origin(Result(data="sample", events="event000000001"))
    'genuine TrackML event000000001 (sample)'
    """
    if not result.events:
        return ORIGINS[result.data]
    name = f"TrackML {result.events}" if re.match(r"event\d{9}", result.events) else result.events
    return f"genuine {name} ({'sample' if result.data == 'sample' else ORIGINS['published']})"


@style()
def save(figure, stem):
    """Write a figure as PNG (200 dpi) and PDF, each whole or not at all, with no dates inside.

    Args:
        figure: matplotlib `Figure`.
        stem: str or path without suffix.

    Returns:
        (png, pdf): the two paths.
    """
    stem = pathlib.Path(stem)
    metadata = {"png": {"Software": None}, "pdf": {"CreationDate": None, "ModDate": None, "Producer": None}}
    paths = []
    for suffix, entries in metadata.items():
        path = stem.with_name(f"{stem.name}.{suffix}")
        with files.replacing(path) as temporary:
            figure.savefig(temporary, format=suffix, metadata=entries)
        paths.append(path)
    return tuple(paths)
