"""Hits, segments and tracks as plotly's traces: few of them, since a browser is slow with thousands."""

import base64
import html

import numpy as np

# Okabe and Ito's palette, which readers with any colour vision tell apart, and a brown
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F5539")
_COORDINATES = "x %{x:.1f} mm<br>y %{y:.1f} mm<br>z %{z:.1f} mm<extra></extra>"


def hits(positions, name, colour, size=2.2):
    """Return a trace of hits."""
    return {
        "type": "scatter3d",
        "mode": "markers",
        "name": f"{html.escape(name)} ({len(positions):,})",
        "marker": {"size": size, "color": colour, "opacity": 0.8, "line": {"width": 0}},
        "hovertemplate": f"{html.escape(name)}<br>{_COORDINATES}",
        **_coordinates(positions),
    }


def segments(positions, senders, receivers, name, colour, width, opacity=1.0):
    """Return one trace of all segments: the two ends of each, and a gap behind."""
    points = np.full((len(senders), 3, 3), np.nan, np.float32)
    points[:, 0], points[:, 1] = positions[senders], positions[receivers]
    return {
        "type": "scatter3d",
        "mode": "lines",
        "name": html.escape(name),
        "line": {"color": colour, "width": width},
        "opacity": opacity,
        "connectgaps": False,
        "hoverinfo": "skip",
        **_coordinates(points.reshape(-1, 3)),
    }


def tracks(positions, track_ids):
    """Return one trace per colour of the palette, that all tracks take in turn; the legend names them together."""
    ids, index, lengths = np.unique(track_ids, return_inverse=True, return_counts=True)
    order = np.lexsort((np.hypot(positions[:, 0], positions[:, 1]), index))
    positions, index = positions[order], index[order]
    words = np.array([f"track {track}, {length} hits" for track, length in zip(ids, lengths, strict=True)], object)
    traces = []
    for number, colour in enumerate(PALETTE[: len(ids)]):
        taken = index % len(PALETTE) == number
        trace = track_trace(positions[taken], index[taken], words, colour)
        traces.append(trace | {"name": f"tracks ({len(ids):,}, in {len(PALETTE)} colours)", "showlegend": not number})
    return traces


def track_trace(positions, index, words, colour):
    """Return lines through hits that are sorted by track, with a gap between tracks."""
    place = np.arange(len(index)) + np.cumsum(np.diff(index, prepend=index[:1]) != 0)
    points = np.full((place[-1] + 1, 3), np.nan, np.float32)
    points[place] = positions
    hover = np.full(len(points), "", object)
    hover[place] = words[index]
    return {
        "type": "scatter3d",
        "mode": "lines+markers",
        "line": {"color": colour, "width": 4},
        "marker": {"size": 2.5, "color": colour},
        "connectgaps": False,
        "legendgroup": "tracks",
        "hovertext": hover.tolist(),
        "hovertemplate": f"%{{hovertext}}<br>{_COORDINATES}",
        **_coordinates(points),
    }


def _coordinates(points):
    return {axis: _packed(points[:, column]) for column, axis in enumerate("xyz")}


def _packed(values):
    """Return an array of float32 in plotly's binary form."""
    return {"dtype": "f4", "bdata": base64.b64encode(values.astype("<f4").tobytes()).decode("ascii")}
