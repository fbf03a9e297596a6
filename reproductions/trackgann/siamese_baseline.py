"""Results of a Siamese neural network: tracks are embedded one by one and grouped by distance, with no time read.

Source    TrackGANN slides (2025), "Results of a Siamese Neural Network with an encoder" (M. Borisov et al., 2024);
          encoder, loss, grouping and scores from the authors' public code (t3hseus/spd-timeslice-unravelling)
Data      time slices of SPD tracks, simulated here; their drift-time intervals are not used
Cost      smoke 15 s, quick 41 s, full 40 min (2 CPU cores, 1 GB)
Expect    scores are lower where the number of events is not known, mostly because they are other scores; a network
          trained on complete tracks fails where hits are missing, one trained with missing hits does not; high scores
          need vertices on the axis, as the authors' code had them first, and there a fitted helix has higher ones
Differs   "fixed" is taken to mean a number of events that is the same in all slices and known to the grouping,
          "unfixed" a Poisson number that is not known, as in the code; joining by Ward's method in both, where the code
          has k-means for a fixed number, of unit vectors, and to a distance chosen on further slices; 15 events of 2 to
          5 tracks, stations from 150 mm on; as in the code of 2023, 40 events of 1 to 9 tracks from vertices on the
          axis, and as in that of 2024, but for the stations, 30 of 2 to 9 tracks; trained on 1,600 (quick) or 80,000
          slices (full) of 50 tracks, where the code sees 10,000 of 150 or 200 tracks a hundred times
Beyond    the same network trained with missing hits, and reading tracks at fixed radii; grouping by z without learning,
          by chance, and by the untrained network; the scores for fixed numbers where they are not fixed, and vice versa
"""

import keras

from keras_hep import models
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.spd_toy_slices import SPDToySlices
from keras_hep.suite import figures
from keras_hep.suite import siamese_measurements as measurements
from keras_hep.suite.record import Quantity, Result
from keras_hep.tracking.beam_line_z import z_by_helix, z_by_line

SCALES = {
    "smoke": {"steps": 4, "slices": 6},
    "quick": {"steps": 200, "slices": 60},
    "full": {"steps": 10_000, "slices": 1_000},
}
TRAININGS = {
    "complete": (SPDSlices(efficiency=1.0), "in_order"),
    "gaps": (SPDSlices(efficiency=0.95), "in_order"),
    "radii": (SPDSlices(efficiency=0.95), "at_radii"),
    "axis": (SPDToySlices(mean_events=10.0), "in_order"),
}
SAMPLES = {
    "": (SPDSlices(efficiency=1.0), ("complete", "untrained", "helix", "chance")),
    "_missing": (SPDSlices(efficiency=0.95), ("complete", "gaps", "radii", "line", "helix")),
    "_code_2023": (SPDToySlices(mean_events=40.0), ("axis", "helix")),
    "_code_2024": (SPDSlices(30.0, most_tracks=9, efficiency=1.0), ("complete", "helix")),
}


def reproduce(steps, slices, seed=7):
    fitted = {name: measurements.train(*how, steps, seed) for name, how in TRAININGS.items()}
    keras.utils.set_random_seed(seed)
    places = {name: measurements.embedded(one.model, TRAININGS[name][1]) for name, one in fitted.items()}
    places["untrained"] = measurements.embedded(models.TrackEmbedder(), "in_order")
    places |= {"line": measurements.placed(z_by_line), "helix": measurements.placed(z_by_helix)}
    places["chance"] = measurements.shuffled(seed)

    quantities = [Quantity("parameters", fitted["complete"].model.count_params())]
    for sample, (simulation, ways) in SAMPLES.items():
        drawn = measurements.drawn(simulation, slices if simulation.mean_events < 30 else -(-slices // 3), seed)
        for way in ways:
            cuts = "z" if way in ("line", "helix") else "embedding"
            quantities += measurements.grouping_quality(way + sample, places[way], drawn, cuts)
    return Result(quantities, weights={name: one.weights for name, one in fitted.items()})


CATEGORIES = {
    "": "all hits",
    "_missing": "5 % of hits missing",
    "_code_2023": "code of 2023: 40 events,\nvertices on the axis",
    "_code_2024": "code of 2024: 30 events,\nvertices off the axis",
}
WAYS = {
    "complete": "network as published",
    "axis": "network, vertices on the axis",
    "gaps": "trained with missing hits",
    "radii": "same, read at fixed radii",
    "line": "z by straight line",
    "helix": "z by helix",
}


def draw(result, reference):
    figure, (table, indices) = figures.panels(rows=2, width=figures.DOUBLE, aspect=0.38)
    kinds = ("precision", "recall", "accuracy")
    columns = {
        "fixed": ("complete_fixed", "fixed"),
        "unfixed": ("complete_unfixed", "unfixed"),
        "fixed, code of 2023": ("axis_code_2023_fixed", "fixed"),
        "unfixed, code of 2024": ("complete_code_2024_unfixed", "unfixed"),
    }
    ours = {(kind, name): result.quantities[f"{way}_{kind}"] for kind in kinds for name, (way, _) in columns.items()}
    theirs = reference and {
        (kind, name): reference.quantities[f"{setting}_{kind}"]
        for kind in kinds
        for name, (_, setting) in columns.items()
    }
    figures.comparison_table(table, kinds, list(columns), ours, theirs)
    found = {}
    for way, label in WAYS.items():
        places = [result.quantities.get(f"{way}{sample}_fixed_ari") for sample in CATEGORIES]
        found[label] = [place and (place.value, place.error) for place in places]
    figures.compare_categories(indices, list(CATEGORIES.values()), found)
    indices.set(ylim=(0, 1.35), yticks=[0, 0.2, 0.4, 0.6, 0.8, 1])
    figures.axis_labels(indices, "time slices", "adjusted Rand index,\nnumber of events known")
    figures.legend(indices, columns=3, loc="upper center")
    return figure
