"""Quantities and curves of graphs of segments and of scores of their edges, alike in all items that have them."""

import numpy as np

from keras_hep.metrics import edge_scores, estimates
from keras_hep.suite.record import Curve, Quantity
from keras_hep.suite.trackml_events import FEWEST_HITS

BARREL_LAYERS = (802, 804, 806, 808, 1302, 1304, 1306, 1308, 1702, 1704)


def over_events(name, values, unit="1", definition=""):
    """Describe one number per event: the mean with its standard error, or the plain number of a single event.

    Args:
        name: str.
        values: sequence of numbers, one for each event.
        unit: str.
        definition: str.

    Returns:
        `Quantity`.
    """
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    if len(values) == 1:
        return Quantity(name, values[0], unit=unit, definition=definition)
    mean, error = estimates.mean(values)
    return Quantity(name, mean, error, unit, f"{definition}; mean of {len(values)} events", count=len(values))


def graph_counts(graphs):
    """Describe the sizes of graphs (list of `Graph` with edge feature label), as a list of `Quantity`."""
    nodes = [graph.number_of_nodes for graph in graphs]
    edges = [graph.number_of_edges for graph in graphs]
    true = [int(np.count_nonzero(graph.edges["label"])) for graph in graphs]
    false = [all_ - some for all_, some in zip(edges, true, strict=True)]
    return [
        over_events("nodes", nodes, "hits", "selected hits"),
        over_events("edges", edges, "edges", "pairs of hits on neighbouring layers within the windows"),
        over_events("true_edges", true, "edges", "edges whose hits are of one particle"),
        over_events("false_edges", false, "edges", "all other edges"),
        over_events("class_weight", np.divide(false, true), definition="false over true edges"),
        over_events("true_fraction", np.divide(true, edges), definition="true over all edges"),
    ]


def layer_shares(hits, name="layer_share", chosen=None, of=None):
    """Return the share of each barrel layer in the hits of all events, as a `Curve`.

    Args:
        hits: list of dict of arrays, one for each event: hits that are counted.
        name: str.
        chosen: int or None. Only so many layers, from the beam outwards; None: all ten.
        of: list of dict of arrays, or None. Share in the hits of the same layer among these; None: in all hits.
    """
    layers = BARREL_LAYERS[:chosen]
    counted = _per_layer(hits, layers)
    total = counted.sum() if of is None else _per_layer(of, layers)
    share = counted / total
    error = np.sqrt(share * (1 - share) / total)
    whole = "in all selected hits" if of is None else "of the hits of particles within 50 mm of the centre, by layer"
    return Curve(name, range(len(layers)), share, error, "layer", "1", f"share {whole}")


def _per_layer(hits, layers):
    layer = np.concatenate([100 * event["volume_id"] + event["layer_id"] for event in hits])
    return np.array([np.count_nonzero(layer == number) for number in layers])


def edges_per_layer(graphs):
    """Return edges, true edges and their quotient by the layer of the inner hit, per event, as a list of `Curve`."""
    all_, true = (
        np.array([_edges_by_inner_layer(graph, chosen) for graph in graphs])
        for chosen in (lambda graph: slice(None), lambda graph: graph.edges["label"])
    )
    events, layers = len(graphs), range(len(BARREL_LAYERS) - 1)
    curves = [
        Curve(name, layers, counts.mean(axis=0), _spread(counts), "layer", "edges", "edges per event, by inner layer")
        for name, counts in (("edges_per_layer", all_), ("true_edges_per_layer", true))
    ]
    with np.errstate(invalid="ignore"):
        share = np.nan_to_num(true.sum(axis=0) / all_.sum(axis=0))
        error = np.nan_to_num(np.sqrt(share * (1 - share) / all_.sum(axis=0)))
    definition = f"true edges over all edges of {events} events, by inner layer"
    return [*curves, Curve("true_fraction_per_layer", layers, share, error, "layer", "1", definition)]


def _edges_by_inner_layer(graph, chosen):
    layer = graph.nodes["layer"][graph.senders[chosen(graph)]]
    return [np.count_nonzero(layer == number) for number in BARREL_LAYERS[:-1]]


def _spread(values):
    """Return the standard error of the mean over events, or None of a single one."""
    return values.std(axis=0, ddof=1) / len(values) ** 0.5 if len(values) > 1 else None


def drawn_edges(graph, arrays):
    """Describe what is drawn of a graph (as from `trackml_events.drawn_graph`), as a list of `Quantity`."""
    true, drawn = (int(np.count_nonzero(labels)) for labels in (graph.edges["label"], arrays["labels"]))
    return [
        Quantity("true_edges_left_out", true - drawn, unit="edges", definition="true edges that are not drawn"),
        Quantity("false_edges_drawn", len(arrays["labels"]) - drawn, unit="edges", definition="false edges drawn"),
    ]


def selected_particles(graph):
    """Describe what the selection leaves of particles, as a list of `Quantity`."""
    hits, layers = _per_particle(graph)
    long_enough = np.count_nonzero(hits >= FEWEST_HITS)
    return [
        Quantity("particles", len(hits), unit="particles", definition="particles with a selected hit"),
        Quantity("particles_with_three_hits", long_enough, unit="particles", definition="three selected hits or more"),
        Quantity("hits_per_particle", hits.mean(), hits.std(ddof=1) / len(hits) ** 0.5, "hits", "selected hits, mean"),
        Quantity("layers_of_longest", int(layers.max()), unit="layers", definition="layers that one particle hits"),
    ]


def hits_per_particle(graph):
    """Return the distribution of selected hits per particle, as a `Curve`."""
    hits, _ = _per_particle(graph)
    counts = np.bincount(np.minimum(hits, 15), minlength=16)[1:]
    definition = "particles with so many selected hits; 15 stands for more too"
    return Curve("hits_per_particle", range(1, 16), counts, np.sqrt(counts), "hits", "particles", definition)


def _per_particle(graph):
    """Return hits and layers of each particle, int arrays of shape (particles,)."""
    known = graph.nodes["particle_id"] != 0
    particle, layer = graph.nodes["particle_id"][known], graph.nodes["layer"][known]
    index = np.unique(particle, return_inverse=True)[1]
    pairs = np.unique(np.stack([index, layer]), axis=1)[0]
    return np.bincount(index), np.bincount(pairs)


def edge_classification(prefix, graphs, scores):
    """Describe how well scores tell true from false edges, as a list of `Quantity`.

    Args:
        prefix: str. Put before every name.
        graphs: list of `Graph`, one for each event.
        scores: list of float array, shape (edges,), any increasing function of the probability.
    """
    labels = [graph.edges["label"] for graph in graphs]
    pairs = list(zip(labels, scores, strict=True))
    return [
        over_events(
            f"{prefix}auc",
            [edge_scores.roc_auc(*pair)[0] for pair in pairs],
            definition="area under the ROC curve",
        ),
        over_events(
            f"{prefix}average_precision",
            [edge_scores.average_precision(*pair) for pair in pairs],
            definition="area under the precision-recall curve",
        ),
    ]


def precision_at_efficiency(labels, scores, efficiency):
    """Return the fraction of true edges at the highest threshold that keeps `efficiency` (float) of the true ones."""
    true = np.sort(scores[labels])[::-1]
    threshold = true[int(np.ceil(efficiency * len(true) - 1e-9)) - 1]
    return float(labels[scores >= threshold].mean())


def roc_curve(name, graphs, scores, points=200):
    """Return the ROC curve of the edges of all events, as a `Curve`: true-positive against false-positive rate."""
    x, y = edge_scores.roc_curve(*_pooled(graphs, scores), points)
    return Curve(name, x, y, definition="true-positive rate against false-positive rate, edges of all events")


def precision_recall(name, graphs, scores, points=100):
    """Return precision against recall of the edges of all events, as a `Curve`."""
    x, y = edge_scores.precision_recall_curve(*_pooled(graphs, scores), points)
    return Curve(name, x, y, definition="precision against recall, edges of all events")


def _pooled(graphs, scores):
    return np.concatenate([graph.edges["label"] for graph in graphs]), np.concatenate(scores)


def meaning_of_score(score, labels, scores, probabilities, half_width=0.05):
    """Compare a score with how often edges of about that score are true, as a list of `Quantity`.

    Args:
        score: float.
        labels: bool array, shape (edges,).
        scores: float array, shape (edges,).
        probabilities: float array, shape (edges,): calibrated scores.
        half_width: float. Of the window around `score`.
    """
    near = np.abs(scores - score) < half_width
    name, trials = f"at_{round(100 * score)}", int(near.sum())
    true = np.count_nonzero(labels[near])
    observed, error = estimates.fraction(true, max(trials, 1))
    window = f"held-out edges with a score within {half_width} of {score}"
    return [
        Quantity(f"observed_{name}", observed, error, definition=f"true ones among {window}", count=trials),
        Quantity(f"calibrated_{name}", probabilities[near].mean() if trials else 0.0, definition=f"mean of {window}"),
        Quantity(
            f"overconfidence_{name}",
            (true and scores[near].mean() / observed) or float("inf"),
            definition=f"mean score over fraction of true ones, {window}",
        ),
    ]


def fraction_near(score, labels, scores, half_width=0.05):
    """Return the fraction of true edges among those with about a score (float), 0 where there are none."""
    near = np.abs(scores - score) < half_width
    return np.count_nonzero(labels[near]) / max(np.count_nonzero(near), 1)


def calibration_errors(labels, scores, probabilities):
    """Return the expected calibration errors of scores and of calibrated scores, as a list of `Quantity`."""
    definition = "mean distance of predicted probability and fraction of true edges, bins of equal numbers, held-out"
    return [
        Quantity(f"error_of_{name}", _reliability(labels, values).expected_error, definition=definition)
        for name, values in (("scores", scores), ("calibrated", probabilities))
    ]


def calibration_error(prefix, graphs, probabilities):
    """Return the expected calibration error of the edges of all events, as a `Quantity`."""
    error = _reliability(*_pooled(graphs, probabilities)).expected_error
    definition = "mean distance of predicted probability and fraction of true edges, bins of equal numbers"
    return Quantity(f"{prefix}calibration_error", error, definition=definition)


def reliability(name, labels, probabilities):
    """Return the fraction of true edges against the predicted probability, as a `Curve`."""
    found = _reliability(labels, probabilities)
    error = estimates.fraction(found.observed.count, found.observed.total)[1]
    definition = "fraction of true edges against predicted probability, bins of equal numbers of edges"
    return Curve(name, found.predicted, found.observed.value, error, definition=definition)


def _reliability(labels, probabilities):
    edges = np.unique(np.quantile(probabilities, np.concatenate([np.linspace(0, 0.9, 10), np.linspace(0.91, 1, 10)])))
    edges[0], edges[-1] = 0.0, 1.0
    return edge_scores.reliability(labels, probabilities, edges)
