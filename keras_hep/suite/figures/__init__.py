"""The one style of the suite's figures: ours over theirs, event displays, diagrams.

A script's `draw(result, reference)` makes a figure with `panels`, fills it with the functions below and plain
matplotlib calls, labels it and returns it; the runner saves it. Importing this module is cheap: matplotlib and mplhep
are imported when the first figure is made. Figures live outside pyplot, so nothing needs a display or has to be closed.

    figure, axes = figures.panels()
    figures.overlay(axes, result.curves["accuracy"], reference.curves["accuracy"] if reference else None)
    figures.axis_labels(axes, "training events", "pixel accuracy")
    figures.legend(axes)
    figures.label(figure, result)
    return figure

Published numbers are open markers on a dashed line (or a dashed level), ours are filled points with error bars. No plot
carries the logo or the name of a collaboration: these are reproductions, not their results.
"""

from keras_hep.suite.figures.block_diagrams import block_diagram
from keras_hep.suite.figures.calorimeters import cell_sizes, shower_3d, shower_image
from keras_hep.suite.figures.candidate_plots import (
    compare_categories,
    compare_speeds,
    efficiency_in_bins,
    radius_law,
)
from keras_hep.suite.figures.candidates import slice_display, sphere_search_display, step_ahead_display
from keras_hep.suite.figures.classification import precision_recall, reliability, roc, score_histogram
from keras_hep.suite.figures.comparison_tables import comparison_table
from keras_hep.suite.figures.diagrams import nested_boxes, network_diagram
from keras_hep.suite.figures.disagreements import disagreement
from keras_hep.suite.figures.distributions import over_steps, ratio, shares
from keras_hep.suite.figures.energy_regressions import bars, bias_and_resolution, energy_axes, published_range
from keras_hep.suite.figures.events import display_3d, event_display, input_and_prediction, track_lines
from keras_hep.suite.figures.finders import compare_finders
from keras_hep.suite.figures.graphs import component_sizes, graph_display, tracks_display
from keras_hep.suite.figures.heat_maps import heat_map
from keras_hep.suite.figures.learning_curves import learning_curves
from keras_hep.suite.figures.neighbourhoods import interval_display, neighbourhood_display
from keras_hep.suite.figures.page import (
    COLOURS,
    DOUBLE,
    MARKERS,
    SINGLE,
    axis_labels,
    label,
    legend,
    origin,
    panels,
    save,
    style,
)
from keras_hep.suite.figures.plane_candidates import plane_candidates
from keras_hep.suite.figures.plots import bands, histogram, level, over_expected, overlay
from keras_hep.suite.figures.shower_reconstruction import accuracy_in_bins, training_course
from keras_hep.suite.figures.slice_plots import slice_distributions, stacked_hits
from keras_hep.suite.figures.time_slices import event_legend, event_looks, time_slice
from keras_hep.suite.figures.times_and_places import times_and_places
from keras_hep.suite.figures.track_graphs import track_graph_display

__all__ = [
    "COLOURS",
    "DOUBLE",
    "MARKERS",
    "SINGLE",
    "accuracy_in_bins",
    "axis_labels",
    "bands",
    "bars",
    "bias_and_resolution",
    "block_diagram",
    "cell_sizes",
    "compare_categories",
    "compare_finders",
    "compare_speeds",
    "comparison_table",
    "component_sizes",
    "disagreement",
    "display_3d",
    "efficiency_in_bins",
    "energy_axes",
    "event_display",
    "event_legend",
    "event_looks",
    "graph_display",
    "heat_map",
    "histogram",
    "input_and_prediction",
    "interval_display",
    "label",
    "learning_curves",
    "legend",
    "level",
    "neighbourhood_display",
    "nested_boxes",
    "network_diagram",
    "origin",
    "over_expected",
    "over_steps",
    "overlay",
    "panels",
    "plane_candidates",
    "precision_recall",
    "published_range",
    "radius_law",
    "ratio",
    "reliability",
    "roc",
    "save",
    "score_histogram",
    "shares",
    "shower_3d",
    "shower_image",
    "slice_display",
    "slice_distributions",
    "sphere_search_display",
    "stacked_hits",
    "step_ahead_display",
    "style",
    "time_slice",
    "times_and_places",
    "track_graph_display",
    "track_lines",
    "tracks_display",
    "training_course",
]
