"""Interactive views of hits, segments, tracks and showers in space: one HTML page each, that loads nothing else.

Each function returns the text of a page, to be written with `keras_hep.files.write_text` and opened in a browser. The
page carries plotly's script and the drawing inside, both compressed, so that it works without a network and stays
within 5 MB. The same input gives the same bytes, with the same release of plotly.
"""

from keras_hep.displays.shower_views import shower_view
from keras_hep.displays.time_slices import time_slice_view
from keras_hep.displays.views import event_view, graph_view, slice_view, tracks_view

__all__ = ["event_view", "graph_view", "shower_view", "slice_view", "time_slice_view", "tracks_view"]
