"""How the Siamese network of tracks is trained, and how well its groups agree with the events of a slice."""

import dataclasses

import numpy as np

from keras_hep import embedding_losses, models, training
from keras_hep.metrics import estimates
from keras_hep.metrics.clustering import adjusted_rand_index, normalised_mutual_information
from keras_hep.metrics.matched_groups import majority_scores, one_to_one_scores, pair_counts
from keras_hep.simulation.numbered_events import slice_of
from keras_hep.suite.record import Quantity
from keras_hep.tracking.grouping.linkage import best_distance, linkage_groups, ward_linkage
from keras_hep.tracking.track_row_streams import TrackRowStream, track_rows

BATCH = 8  # slices
STEP_SIZE = 1e-3
CUTS = {"embedding": np.geomspace(0.03, 1.5, 18), "z": np.geomspace(1.0, 60.0, 18)}  # distances to choose from; z in mm
SCORES = {
    "precision": "share of tracks called by an event that are of it, mean over events and slices",
    "recall": "share of tracks of an event that are called by it, mean over events and slices",
    "accuracy": "share of tracks called right, mean over slices",
}
AGREEMENT = {
    "ari": "adjusted Rand index, mean over slices",
    "nmi": "normalised mutual information, mean over slices",
    "pair_precision": "pairs of tracks of one event over pairs in one group",
    "pair_recall": "pairs of tracks in one group over pairs of one event",
    "pair_accuracy": "pairs decided right over all pairs",
}

ALL = tuple(SCORES)
# Setting of the number of events, the authors' scores for it, others, and which of the authors' are asked for.
SCORING = (
    ("fixed", majority_scores, one_to_one_scores, ALL),
    ("unfixed", one_to_one_scores, majority_scores, ALL),
    ("known", one_to_one_scores, majority_scores, ("accuracy",)),
)


def train(simulation, reading, steps, seed):
    """Train an embedder.

    Args:
        simulation: `SPDSlices` or `SPDToySlices`, of about 50 tracks in a slice.
        reading: str. "in_order" or "at_radii", of `keras_hep.tracking.track_row_streams.track_rows`.
        steps: int. Batches of 8 new slices.
        seed: int.

    Returns:
        `keras_hep.training.Training`.

    Differs: the authors take steps of 1e-4 on 10,000 slices, each seen 100 times, one a step. Ours fall from 1e-3, for
        the few steps that a processor allows, and no slice is seen twice.
    """
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(STEP_SIZE, steps, alpha=0.01)
    return training.fit(
        models.TrackEmbedder(),
        TrackRowStream(simulation, reading),
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=1e-2),
        events=steps * BATCH,
        seed=seed,
        batch_size=BATCH,
        interval=max(steps // 10, 1) * BATCH,
        loss=embedding_losses.SemihardTripletLoss(margin=0.1, partners=simulation.most_tracks - 1),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Sample:
    """Time slices to be grouped.

    Attributes:
        fixed: list of `TimeSlice` with one number of events.
        unfixed: list of `TimeSlice` with a Poisson number of events.
        choice: list of such, for the choice of the distance at which joining stops.
    """

    fixed: list
    unfixed: list
    choice: list


def drawn(simulation, slices, seed):
    """Draw a `Sample`: as many slices with one number of events as with a Poisson number, and half as many for choice.

    Args:
        simulation: `SPDSlices` or `SPDToySlices`. Its mean number of events is the fixed one, too.
        slices: int.
        seed: int. Of the run: none of these slices is one of a training.
    """
    events = round(simulation.mean_events)
    test = training.seeds(seed, "test")
    fixed = [slice_of(simulation, events, [*test, 0, number]) for number in range(slices)]
    unfixed = [simulation.slice([*test, 1, number]) for number in range(slices)]
    return Sample(fixed, unfixed, [simulation.slice([*test, 2, number]) for number in range(-(-slices // 2))])


def embedded(model, reading):
    """Return the function that embeds the tracks of a time slice.

    Args:
        model: `keras_hep.models.TrackEmbedder`.
        reading: str. What it was trained with.
    """
    predict = training.compiled(model)
    return lambda slice_: predict(track_rows(slice_, reading)[None])[0]


def placed(z):
    """Return the function that gives each track of a slice its z at the beam line, by `z(hits, hit_counts)`."""
    return lambda slice_: z(slice_.hits, slice_.hit_counts)[:, None]


def shuffled(seed):
    """Return the function that puts tracks anywhere."""
    random = np.random.default_rng(training.seeds(seed, "test", 3))
    return lambda slice_: random.random((slice_.tracks, 1))


def grouping_quality(name, points, sample, cuts="embedding"):
    """Group the slices of a sample and compare with their events.

    Three settings: "fixed", where every slice has the same number of events, which is known; "unfixed", where it is
    neither; "known", where it varies and is known. Scores are the authors': groups called by their majority where the
    number is fixed, matched with events one to one where it is not.

    Args:
        name: str. Put before the names of the quantities.
        points: function of a `TimeSlice` that returns the points of its tracks, float array (tracks, features).
        sample: `Sample`.
        cuts: str. Key of `CUTS`.

    Returns:
        list of `Quantity`.
    """
    chosen = [ward_linkage(points(one)) for one in sample.choice]
    cut = best_distance(chosen, [one.event for one in sample.choice], CUTS[cuts])
    unfixed = [points(one) for one in sample.unfixed]
    pairs = list(zip(sample.unfixed, unfixed, strict=True))
    settings = {
        "fixed": [(one.event, linkage_groups(points(one), groups=one.events)) for one in sample.fixed],
        "unfixed": [(one.event, linkage_groups(at, distance=cut)) for one, at in pairs],
        "known": [(one.event, linkage_groups(at, groups=one.events)) for one, at in pairs],
    }
    quantities = [Quantity(f"{name}_cut", cut, unit="mm" if cuts == "z" else "1", definition="where joining stops")]
    for setting, authors, other, kinds in SCORING:
        grouped = settings[setting]
        quantities += _scores(f"{name}_{setting}_", grouped, authors, kinds)
        quantities += _scores(f"{name}_{setting}_{other.__name__}_", grouped, other, ("accuracy",))
        quantities += _agreement(f"{name}_{setting}_", grouped)
    return quantities


def _scores(name, grouped, scores, kinds):
    """Return mean scores of (truth, groups) of each slice as quantities."""
    found = [scores(*one) for one in grouped]
    values = {kind: estimates.mean([getattr(one, kind) for one in found]) for kind in kinds}
    return [Quantity(name + kind, *value, definition=SCORES[kind], count=len(found)) for kind, value in values.items()]


def _agreement(name, grouped):
    """Return what does not depend on which group is called by which event: indices, and pairs of tracks."""
    right, joined, true, pairs = np.transpose([pair_counts(*one) for one in grouped])
    values = {
        "ari": estimates.mean([adjusted_rand_index(*one) for one in grouped]),
        "nmi": estimates.mean([normalised_mutual_information(*one) for one in grouped]),
        "pair_precision": estimates.ratio(right, joined),
        "pair_recall": estimates.ratio(right, true),
        "pair_accuracy": estimates.ratio(pairs - joined - true + 2 * right, pairs),
    }
    return [
        Quantity(name + kind, *value, definition=AGREEMENT[kind], count=len(grouped)) for kind, value in values.items()
    ]
