"""How the network of common points is trained on time slices with shifted intervals, and how its pairs are scored."""

import dataclasses

import numpy as np

from keras_hep import models, training
from keras_hep.graphs.graph import merge
from keras_hep.graphs.track_pair_graphs import TrackPairGraphs
from keras_hep.graphs.track_pair_streams import TrackPairStream, pair_inputs
from keras_hep.simulation.spd import RESOLUTION as HIT_RESOLUTION
from keras_hep.suite import time_slice_training
from keras_hep.suite.parallel_training import train_together
from keras_hep.suite.time_slice_measurements import TOGETHER
from keras_hep.training_metrics import EdgePrecision, EdgeRecall

RESOLUTION = 5  # r of the drift-time intervals
JITTER = 1.0  # spacings of events by which the interval of a track is shifted at most
BATCH = 4  # slices of a step
STEP_SIZE = 6e-3  # of the first step
# TrackML-like events are shifted uniformly by up to 20 mm; and beyond the first hits scattering says more than the fit.
BEAM_WIDTH = {"spd": 10.0, "trackml": 12.0}  # mm
INNERMOST = {"spd": None, "trackml": 8}
# What the network is without: what it is not told, and its rounds of messages.
PARTS = {"no_points": ({"vertices": False}, 2), "no_times": ({"intervals": False}, 2), "no_messages": ({}, 0)}


@dataclasses.dataclass(frozen=True)
class PairTask:
    """Which tracks are grouped, and what of their pairs is known.

    Args:
        tracks: str. "spd" or "trackml".
        intervals: bool. As of `keras_hep.graphs.track_pair_graphs.TrackPairGraphs`.
        vertices: bool.
        blur: float. Standard deviation of a further shift of all hits, mm.
    """

    tracks: str
    intervals: bool = True
    vertices: bool = True
    blur: float = 0.0

    @property
    def resolution(self):
        """Standard deviation of a hit of SPD tracks, blurred, mm: what the fit assumes."""
        return float(np.hypot(HIT_RESOLUTION, self.blur))

    @property
    def pairs(self):
        """`TrackPairGraphs`."""
        how = {"innermost": INNERMOST[self.tracks], "beam_width": BEAM_WIDTH[self.tracks]}
        return TrackPairGraphs(self.intervals, self.vertices, resolution=self.resolution, **how)

    def stream(self, mean_events=time_slice_training.MEAN_EVENTS, test=False):
        """Return the `TrackPairStream` of slices with shifted intervals; test slices have particles of their own."""
        slices = time_slice_training.simulation(self.tracks, RESOLUTION, mean_events, test, jitter=JITTER)
        return TrackPairStream(slices, self.pairs, self.blur)

    def graphs(self, joined):
        """Return the `Graph` of each of a list of `keras_hep.suite.time_slice_measurements.JoinedSlice`."""
        return [self.pairs.graph(one.slice) for one in joined]


def train(task, slices, seed, rounds=2):
    """Train `keras_hep.models.VertexGraphNetwork` on new slices of 15 events on average, with a falling step.

    Args:
        task: `PairTask`.
        slices: int.
        seed: int.
        rounds: int. 0: every pair is seen alone.

    Returns:
        `keras_hep.training.Training`.
    """
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(STEP_SIZE, -(-slices // BATCH))
    return training.fit(
        models.VertexGraphNetwork(rounds=rounds, beam_width=BEAM_WIDTH[task.tracks]),
        task.stream(),
        optimizer=keras.optimizers.Adam(schedule, global_clipnorm=1.0),
        loss=keras.losses.BinaryCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
        metrics=[EdgePrecision(), EdgeRecall()],
        events=slices,
        seed=seed,
        batch_size=BATCH,
        interval=max(slices // 8, 1),
    )


def train_published(tracks, epochs, shifted_epochs, slices, tested, seed):
    """Train the published network through the published stages, the last one with shifted intervals.

    Args:
        tracks: str. "spd" or "trackml".
        epochs: sequence of int. As of `keras_hep.suite.time_slice_training.curriculum`, whose trainings are used.
        shifted_epochs: int. Of the last stage.
        slices: int. Of an epoch.
        tested: int. Test slices after each epoch.
        seed: int.

    Returns:
        `keras_hep.training.Training`.
    """
    fitted = time_slice_training.curriculum(tracks, epochs, slices, tested, seed)
    last = time_slice_training.STAGES[tracks][-1]
    sizes = shifted_epochs, slices, tested, seed
    return time_slice_training.train_stage(tracks, last, fitted[last.start], *sizes, jitter=JITTER)


def trainings(tracks, published, ours, blurs, seed):
    """List all trainings for slices with shifted intervals.

    Args:
        tracks: sequence of str. "spd", "trackml".
        published: dict. Sizes, as of `train_published`.
        ours: dict of "slices", of each training of our network, and "trainings", which differ in the seed.
        blurs: sequence of float. Further shifts of the hits of SPD tracks, mm.
        seed: int.

    Returns:
        dict of name to (function, dict of its arguments): "published_spd_0"; "ours_spd_0", "ours_spd_1", ...; one that
        lacks one of `PARTS`, as "no_points_spd_0"; "blurred_1000um", by the shift in micrometres.
    """
    jobs, slices = {}, ours["slices"]
    for one in tracks:
        jobs[f"published_{one}_0"] = train_published, {"tracks": one, **published, "seed": seed}
    for one in tracks:
        for number in range(ours["trainings"]):
            jobs[f"ours_{one}_{number}"] = train, {"task": PairTask(one), "slices": slices, "seed": seed + number}
        for part, (known, rounds) in PARTS.items():
            arguments = {"task": PairTask(one, **known), "slices": slices, "seed": seed, "rounds": rounds}
            jobs[f"{part}_{one}_0"] = train, arguments
    for blur in blurs:
        jobs[blurred(blur)] = train, {"task": PairTask("spd", blur=blur), "slices": slices, "seed": seed}
    return jobs


def blurred(blur):
    """Return the name of the training with hits shifted by so many mm: 0.3 is "blurred_300um"."""
    return f"blurred_{micrometres(blur)}"


def micrometres(length):
    """Return a length in mm as it stands in names: 0.3 is "300um"."""
    return f"{round(1000 * length)}um"


def side_by_side(jobs):
    """Carry out trainings side by side.

    Args:
        jobs: dict of name to (function, dict of its arguments), as `keras_hep.suite.parallel_training.train_together`
            takes them.

    Returns:
        dict of name to `keras_hep.training.Training`.
    """
    train_together(list(jobs.values()))
    return {name: function(**arguments) for name, (function, arguments) in jobs.items()}


def pair_scores(model, graphs):
    """Score the edges of graphs by a `keras_hep.models.VertexGraphNetwork`.

    Args:
        model: Keras model.
        graphs: list of `Graph`, as from `PairTask.graphs`.

    Returns:
        list of float arrays, one of shape (edges,) per graph, between 0 and 1.
    """
    predict, scores = training.compiled(model), []
    for start in range(0, len(graphs), TOGETHER):
        graph = merge(graphs[start : start + TOGETHER])
        logits = predict(pair_inputs(graph, padded=True))[: graph.number_of_edges, 0].astype(float)
        scores += np.split(1 / (1 + np.exp(-logits)), np.cumsum(graph.edge_counts)[:-1])
    return scores
