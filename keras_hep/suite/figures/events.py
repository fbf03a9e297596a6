"""Displays of one event: layers of pixels in 2D, planes of pixels in 3D."""

import numpy as np

from keras_hep.suite.figures.page import BLUE, SKY, VERMILION, legend, style


@style()
def event_display(
    axes, image, seed_layers=None, truth=None, edges=None, maximum=1.0, colour_bar=None, title=None, truth_label=None
):
    """Draw one event of a layered detector: layer on x, pixel on y, dark where there is a hit or a high score.

    Args:
        axes: matplotlib `Axes`.
        image: array-like, shape (layers, pixels). Hits (0 or 1) or scores.
        seed_layers: int or None. Draws the boundary behind the seed.
        truth: array-like, shape (layers,), or None. Pixel of the true track per layer; negative: none there.
        edges: pair of array-likes of shape (layers,), or None. First active pixel and first pixel behind the active
            ones, per layer; what lies outside is shaded.
        maximum: float or None. Score drawn black; None: the largest of the image.
        colour_bar: str or None. Label of a colour bar; None: no bar.
        title: str or None.
        truth_label: str or None. Name of the true track in the legend.

    Returns:
        the matplotlib `AxesImage`.

    Raises:
        ValueError: if `image` is not of shape (layers, pixels).
    """
    image = np.asarray(image, float)
    if image.ndim != 2:
        raise ValueError(f"An event display needs an image (layers, pixels), got shape {image.shape}: pass one event.")
    layers, pixels = image.shape
    maximum = image.max() if maximum is None else maximum
    drawn = axes.imshow(
        image.T,
        origin="lower",
        cmap="gray_r",
        vmin=0.0,
        vmax=maximum or 1.0,
        interpolation="nearest",
        aspect="equal" if 0.5 <= pixels / layers <= 2 else "auto",
    )
    if edges is not None:
        _shade_outside(axes, edges, pixels)
    if seed_layers:
        axes.axvline(seed_layers - 0.5, color=BLUE, linestyle=(0, (3, 2)), linewidth=0.8)
        place = {"rotation": 90, "ha": "center", "va": "top"}
        axes.text(seed_layers / 2 - 0.5, pixels * 0.97, "seed", color=BLUE, fontsize="small", **place)
    if truth is not None:
        _mark_truth(axes, truth, truth_label)
    axes.set(xlabel="layer", ylabel="pixel", xlim=(-0.5, layers - 0.5), ylim=(-0.5, pixels - 0.5))
    if title:
        axes.set_title(title)
    if colour_bar:
        axes.figure.colorbar(drawn, ax=axes, label=colour_bar, shrink=0.8, aspect=25, pad=0.02)
    return drawn


def input_and_prediction(before, after, arrays, seed_layers, edges=None):
    """Draw what a track finder read and what it answered, side by side.

    Args:
        before: matplotlib `Axes` for the input.
        after: matplotlib `Axes` for the prediction, with the true track marked.
        arrays: dict of arrays: `event` and `scores`, shape (layers, pixels), and `signal`, shape (layers,).
        seed_layers: int.
        edges: as for `event_display`.
    """
    event_display(before, arrays["event"], seed_layers=seed_layers, edges=edges, title="input")
    event_display(
        after, arrays["scores"], truth=arrays["signal"], edges=edges, title="prediction", truth_label="true track"
    )
    legend(after)


@style()
def track_lines(axes, intercepts, slopes, layers, label=None, colour=VERMILION, **options):
    """Draw straight tracks over an `event_display`.

    Args:
        axes: matplotlib `Axes`.
        intercepts: array-like, shape (tracks,). Position in layer 0, in pixels from the lower edge of pixel 0.
        slopes: array-like, shape (tracks,). Pixels per layer.
        layers: int. The lines end in the last one.
        label: str or None. Name of all of them in the legend.
        colour: matplotlib colour.
        **options: passed on to matplotlib's `plot`, as `linestyle`.
    """
    layer = np.array([0, layers - 1])
    for number, (intercept, slope) in enumerate(zip(intercepts, slopes, strict=True)):
        # The display centres pixel 0, which reaches from 0 to 1, at 0.
        position = intercept + slope * layer - 0.5
        name = label if number == 0 else None
        axes.plot(layer, position, **{"color": colour, "linewidth": 0.9, "label": name, **options})


def _shade_outside(axes, edges, pixels):
    low, high = (np.asarray(edge, float) - 0.5 for edge in edges)
    steps = np.arange(len(low) + 1) - 0.5
    for values, outside in ((low, -0.5), (high, pixels - 0.5)):
        axes.stairs(values, steps, baseline=outside, fill=True, color=SKY, alpha=0.25, linewidth=0)
        axes.stairs(values, steps, baseline=None, color=BLUE, linewidth=0.8)


def _mark_truth(axes, truth, label):
    truth = np.asarray(truth)
    layer = np.flatnonzero(truth >= 0)
    axes.plot(
        layer,
        truth[layer],
        linestyle="none",
        marker="s",
        markersize=2.6,
        markerfacecolor="none",
        markeredgewidth=0.6,
        color=VERMILION,
        label=label,
    )


@style()
def display_3d(axes, image, signal, scores=None, threshold=0.01, colour_bar=None, title=None):
    """Draw one event of a detector of pixel planes: background dots, the signal track, predicted cells.

    Args:
        axes: matplotlib 3D `Axes`, of `panels(projection="3d")`.
        image: array-like, shape (layers, pixels, pixels). Hits, signal included.
        signal: int array-like, shape (layers, 2). Pixel of the signal track per layer.
        scores: array-like, shape (layers, pixels, pixels), or None. Cells above `threshold` are drawn translucent,
            coloured by the logarithm of their score.
        threshold: float.
        colour_bar: str or None. Label of a colour bar for the scores; None: no bar.
        title: str or None.

    Raises:
        ValueError: if `signal` has not one pixel pair per layer of `image`.
    """
    image, signal = np.asarray(image), np.asarray(signal)
    if image.ndim != 3 or signal.shape != (len(image), 2):
        raise ValueError(
            f"A 3D display needs an image (layers, pixels, pixels) and a signal (layers, 2), got {image.shape} and "
            f"{signal.shape}: pass one event."
        )
    layers, pixels = image.shape[:2]
    background = image > 0
    background[np.arange(layers), signal[:, 0], signal[:, 1]] = False
    layer, x, y = np.nonzero(background)
    axes.plot(
        layer,
        x + 0.5,
        y + 0.5,
        linestyle="none",
        marker="o",
        markersize=1.8,
        markeredgewidth=0,
        color=BLUE,
        alpha=0.75,
        label="background hit",
    )
    axes.plot(
        np.arange(layers),
        signal[:, 0] + 0.5,
        signal[:, 1] + 0.5,
        color=VERMILION,
        marker="D",
        markersize=2.6,
        linewidth=0.8,
        label="signal track",
    )
    if scores is not None:
        _draw_cells(axes, np.asarray(scores, float), threshold, colour_bar)
    _frame_3d(axes, layers, pixels, title)


def _draw_cells(axes, scores, threshold, colour_bar):
    """Draw each cell above the threshold as a square in the plane of its layer."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LogNorm
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    layer, x, y = np.nonzero(scores > threshold)
    corners = np.array([(0, 0, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1)])
    squares = np.stack([layer, x, y], axis=1)[:, None, :] + corners
    colours = ScalarMappable(LogNorm(threshold, 1.0), "viridis_r")
    axes.add_collection3d(
        Poly3DCollection(list(squares), facecolors=colours.to_rgba(scores[layer, x, y]), alpha=0.45, linewidths=0)
    )
    if colour_bar:
        axes.figure.colorbar(colours, ax=axes, label=colour_bar, shrink=0.6, aspect=25, pad=0.16)


def _frame_3d(axes, layers, pixels, title):
    """Outline the planes and set axes, view and ticks."""
    from matplotlib.ticker import NullLocator

    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * pixels
    for layer in range(layers):
        axes.plot(np.full(5, layer), corners[:, 0], corners[:, 1], color="0.75", linewidth=0.4, zorder=0)
    for artist in (*axes.lines, *axes.collections):  # the zoomed box may use the space around its axes
        artist.set_clip_on(False)
        artist.set_in_layout(False)
    axes.set(xlabel="layer", ylabel="pixel x", zlabel="pixel y")
    axes.set(xlim=(0, layers - 1), ylim=(0, pixels), zlim=(0, pixels))
    axes.set_proj_type("ortho")
    axes.set_box_aspect((2.0, 1.15, 1), zoom=1.28)
    axes.view_init(elev=14, azim=-55)
    axes.grid(False)
    for axis, ticks in (
        (axes.xaxis, range(0, layers, max(1, layers // 5))),
        (axes.yaxis, (0, pixels // 2, pixels)),
        (axes.zaxis, (0, pixels // 2, pixels)),
    ):
        axis.set_ticks(list(ticks))
        axis.set_minor_locator(NullLocator())
        axis.set_tick_params(pad=-2)
        axis.labelpad = -7
        axis.pane.set_visible(False)
    if title:
        axes.set_title(title, y=0.99)
