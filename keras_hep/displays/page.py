"""The HTML page around a drawing: plotly's script and the traces compressed, and unpacked by the browser."""

import base64
import functools
import gzip
import html
import json
import string

import numpy as np

PAGE_BYTES = 5_000_000
# Where the camera stands, in units of the longest axis: above the end of the barrel, or, where the detector is longer
# than wide, beside it, with the beam from left to right
_ABOVE = {"eye": {"x": 0.75, "y": -1.15, "z": 0.95}}
_BESIDE = {"eye": {"x": -1.25, "y": 0.5, "z": -0.6}, "up": {"x": 0, "y": 1, "z": 0}}


def html_page(positions, title, data, caption, traces):
    """Return the page of one drawing.

    Args:
        positions: array, shape (hits, 3). In mm; the axes reach as far as these.
        title: str.
        data: str. Where the hits come from; on the page and in every image exported from it.
        caption: str. What is drawn, and how much of it.
        traces: list of dict. As plotly's script reads them.

    Returns:
        str.

    Raises:
        ValueError: if `data` is empty or the page would exceed 5 MB.
        ModuleNotFoundError: if plotly is not installed.
    """
    if not data.strip():
        raise ValueError(f'data must say where the hits come from, got {data!r}: name the events, or "simulation".')
    figure = {"data": traces, "layout": _layout(positions, title, data)}
    drawing = json.dumps(figure, separators=(",", ":"), allow_nan=False).encode("utf-8")
    page = _TEMPLATE.substitute(
        title=html.escape(title),
        data=html.escape(data),
        caption=html.escape(caption),
        library=_library(),
        figure=_compressed(drawing),
    )
    size = len(page.encode("utf-8"))
    if size > PAGE_BYTES:
        raise ValueError(f"A display must stay within {PAGE_BYTES:,} bytes, got {size:,}: draw fewer hits or segments.")
    return page


def plotly():
    """Return the package plotly, or raise with the extra to install."""
    try:
        import plotly
        import plotly.colors
        import plotly.offline
    except ModuleNotFoundError as error:
        message = "Interactive displays need plotly, which is not installed: pip install 'keras_hep[displays]'."
        raise ModuleNotFoundError(message, name=error.name) from error
    return plotly


@functools.cache
def _library():
    """Return plotly's script, compressed."""
    return _compressed(plotly().offline.get_plotlyjs().encode("utf-8"))


def _compressed(content):
    return base64.b64encode(gzip.compress(content, mtime=0)).decode("ascii")


def _layout(positions, title, data):
    """Return plotly's layout: axes in mm of one scale, a legend, and a line that exported images keep."""
    low, high = positions.min(axis=0).astype(float), positions.max(axis=0).astype(float)
    reach = np.maximum(0.52 * (high - low), 1.0)  # half an axis: a little air around, and never flat
    axes = {
        f"{name}axis": _axis(name, low[column], high[column], reach[column], reach.max())
        for column, name in enumerate("xyz")
    }
    scale = {name: round(float(length / reach.max()), 6) for name, length in zip("xyz", reach, strict=True)}
    camera = _BESIDE if reach[2] > 1.5 * reach[:2].max() else _ABOVE
    line = {"text": html.escape(f"{title} | {data}"), "font": {"size": 11, "color": "#5B636B"}, "showarrow": False}
    return {
        "scene": {**axes, "aspectmode": "manual", "aspectratio": scale, "camera": camera},
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "legend": {"itemsizing": "constant", "x": 0.01, "y": 0.98, "bgcolor": "rgba(255, 255, 255, 0.8)"},
        "showlegend": True,
        "font": {"family": "Helvetica, Arial, sans-serif", "size": 13, "color": "#1C2024"},
        "annotations": [
            {**line, "xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left", "yanchor": "bottom"}
        ],
    }


def _axis(name, low, high, reach, longest):
    """Return one axis; one too short for several ticks has one, where the hits end."""
    middle = (low + high) / 2
    return {
        "title": {"text": f"{name} [mm]"},
        "range": [round(middle - reach, 3), round(middle + reach, 3)],
        "tickvals": [round(high)] if reach < 0.15 * longest else _ticks(middle, reach),
        "backgroundcolor": "#F4F5F6",
        "gridcolor": "#D5D9DD",
        "showspikes": False,
    }


def _ticks(middle, reach):
    """Return round numbers along an axis, away from its ends, where those of two axes would collide."""
    power = 10.0 ** np.floor(np.log10(reach / 2))
    step = power * max(factor for factor in (1, 2, 5) if factor * power <= reach / 2)
    first, last = np.ceil((middle - 0.93 * reach) / step), np.floor((middle + 0.93 * reach) / step)
    return [round(float(number * step), 6) for number in np.arange(first, last + 1)]


_TEMPLATE = string.Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:;
  base-uri 'none'; form-action 'none'">
<title>$title</title>
<style>
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; color: #1c2024; background: #fff;
  font: 15px/1.4 Helvetica, Arial, sans-serif; }
header { padding: 0.7rem 1rem 0.5rem; border-bottom: 1px solid #e0ddd8; }
h1 { margin: 0; font-size: 1.25rem; }
p { margin: 0.2rem 0 0; }
.data { display: inline-block; padding: 0 0.6rem; border: 1px solid #8a4b00; border-radius: 1rem; color: #8a4b00;
  background: #fdeed6; font-weight: 600; }
#state { padding: 1rem; max-width: 44rem; }
#display { flex: 1; min-height: 0; }
</style>
</head>
<body>
<header><h1>$title</h1><p><span class="data">$data</span> $caption</p></header>
<noscript><p>This display is drawn by a script: allow JavaScript for this page.</p></noscript>
<p id="state" role="status">The display is being unpacked. If this text stays, the browser is too old: use Chrome or
Edge 80, Firefox 113, Safari 16.4, or a later one.</p>
<main id="display"></main>
<script type="text/plain" id="library">$library</script>
<script type="text/plain" id="figure">$figure</script>
<script>
// No button that would send the events to plotly's servers
const SETTINGS = {responsive: true, displaylogo: false, showSendToCloud: false, plotlyServerURL: ""};
async function unpacked(id) {
  const packed = Uint8Array.from(atob(document.getElementById(id).textContent), letter => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
async function show() {
  const state = document.getElementById("state");
  if (!("DecompressionStream" in window)) return;
  try {
    const library = document.createElement("script");
    library.textContent = await unpacked("library");
    document.head.append(library);
    const figure = JSON.parse(await unpacked("figure"));
    state.hidden = true;
    await Plotly.newPlot("display", figure.data, figure.layout, SETTINGS);
  } catch (error) {
    state.hidden = false;
    state.textContent = "The display cannot be drawn: " + error.message;
  }
}
show();
</script>
</body>
</html>
""")
