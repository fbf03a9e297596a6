"""Time slices per second: joining tracks, the network, Louvain; and a step of the training."""

import time

import numpy as np

from keras_hep import losses, training
from keras_hep.event_batches import event_batches
from keras_hep.graphs.time_slice_graphs import overlapping_pairs
from keras_hep.graphs.time_slice_streams import TimeSliceStream, slice_inputs
from keras_hep.suite.record import Quantity
from keras_hep.tracking.grouping.louvain import louvain_groups
from keras_hep.training_steps import fitter

TOGETHER = 8  # slices that the network reads at once


def inference_quantities(model, slices, repeats, name, library=None):
    """Measure how many time slices per second are grouped, from hits and intervals to events.

    Args:
        model: `keras_hep.models.TrackGANN`.
        slices: list of `TimeSlice`.
        repeats: int. The fastest counts.
        name: str. Put behind the names.
        library: str or None. As of `louvain_groups`.

    Returns:
        list of `Quantity`: `slices_per_second_`, and the milliseconds per slice of `joining_`, `network_`, `grouping_`.
    """
    predict = training.compiled(model)
    _parts(predict, slices, library)  # traced and warm
    parts = min((_parts(predict, slices, library) for _ in range(repeats)), key=sum)
    per_slice = {part: 1e3 * seconds / len(slices) for part, seconds in zip(PARTS, parts, strict=True)}
    rate = len(slices) / sum(parts)
    definition = f"best of {repeats}, {len(slices)} slices, {TOGETHER} at once"
    found = [Quantity(f"slices_per_second_{name}", rate, unit="1/s", definition=definition, timed=True)]
    return found + [Quantity(f"{part}_{name}", value, unit="ms", timed=True) for part, value in per_slice.items()]


PARTS = ("joining", "network", "grouping")


def _parts(predict, slices, library):
    """Return the seconds of the parts."""
    seconds = np.zeros(len(PARTS))
    for start in range(0, len(slices), TOGETHER):
        chosen, times = slices[start : start + TOGETHER], [time.perf_counter()]
        inputs, counts = slice_inputs(chosen, padded=True)
        times.append(time.perf_counter())
        scores = 1 / (1 + np.exp(-predict(inputs)[: counts.sum(), 0]))
        times.append(time.perf_counter())
        _grouped(chosen, inputs, counts, scores, library)
        times.append(time.perf_counter())
        seconds += np.diff(times)
    return seconds


def _grouped(slices, inputs, counts, scores, library):
    """Group the tracks of each slice, whose edges stand one behind the other."""
    ends, shift = np.cumsum(counts), 0
    for one, end, count in zip(slices, ends, counts, strict=True):
        edges = slice(end - count, end)
        senders, receivers = inputs["senders"][edges] - shift, inputs["receivers"][edges] - shift
        louvain_groups(senders, receivers, scores[edges], one.tracks, library=library)
        shift += one.tracks


def step_quantities(model, simulation, steps, seed, name):
    """Measure a training step of one time slice, drawing included.

    Args:
        model: `keras_hep.models.TrackGANN`. It is trained on.
        simulation: `SPDSlices` or `TrackMLSlices`.
        steps: int.
        seed: list of int.
        name: str. Put behind the name.

    Returns:
        list of one `Quantity`, the mean milliseconds per step.
    """
    import keras

    compiled = "auto" if keras.backend.backend() == "jax" else False
    model.compile(keras.optimizers.AdamW(1e-3, amsgrad=True), losses.BalancedFocalLoss(), jit_compile=compiled)
    train, stream, seconds = fitter(model), TimeSliceStream(simulation), []
    for number, count in enumerate((3, steps)):  # the first ones compile
        with event_batches(stream, count, 1, [*seed, number]) as batches:
            start = time.perf_counter()
            train(batches)
            seconds.append(time.perf_counter() - start)
    milliseconds = 1e3 * seconds[-1] / steps
    return [Quantity(f"step_{name}", milliseconds, unit="ms", definition=f"mean of {steps} steps", timed=True)]


def joining_quantities(slices):
    """Compare joining tracks by arrays with a loop over pairs of tracks, and check that both give the same edges.

    Args:
        slices: list of `TimeSlice`.

    Returns:
        list of `Quantity`.
    """
    start = time.perf_counter()
    loops = [_joined_by_loop(one) for one in slices]
    of_loop = time.perf_counter() - start
    start = time.perf_counter()
    arrays = [overlapping_pairs(one.intervals) for one in slices]
    of_arrays = time.perf_counter() - start
    differ = sum(
        set(zip(*(ends.tolist() for ends in pairs), strict=True)) != set(loop)
        for pairs, loop in zip(arrays, loops, strict=True)
    )
    return [
        Quantity("joining_ratio", of_loop / of_arrays, definition="loop over pairs of tracks, over arrays", timed=True),
        Quantity("slices_joined_otherwise", differ, unit="slices"),
    ]


def _joined_by_loop(one):
    """Return the directed edges of a time slice, pair by pair: list of (sender, receiver)."""
    intervals, edges = one.intervals.tolist(), []
    for sender in range(one.tracks):
        for receiver in range(one.tracks):
            later, earlier = intervals[sender], intervals[receiver]
            if sender != receiver and later[0] < earlier[1] and later[1] > earlier[0]:
                edges.append((sender, receiver))
    return edges
