"""Beyond TrackGANN: time slices whose intervals do not give the event away, grouped by where tracks come from.

Source    TrackGANN slides (2025), the task; the intervals, network and numbers here are not in them
Data      time slices of SPD tracks and of TrackML-like tracks, simulated here, with the interval of every track shifted
          by up to one spacing of events, r = 5; 15 events on average in training, 15 and 10 in the test
Cost      smoke 1 min, quick 2 min 30 s after the training of curriculum, shared (2 slow CPU cores, 1.5 GB); full: not
          run
Expect    neighbours and distances in time are of little use; tracks that meet in one point within their errors are of
          one event. With SPD tracks limits on that point and on time come to an ARI above 0.9, and weights of five
          parameters, every pair of a group having a say, to nearly 1, as our network; with TrackML-like tracks, many of
          which are secondaries or curl up, and with coarse hits the network is ahead; the published network, at quick,
          rejects all or nearly all edges
Differs   the interval of each track is shifted on its own; the published network goes through its stages, the last one
          with shifted intervals. SPD tracks are exact helices, measured to 0.1 mm, without scattering: a common point
          is worth more here than in a detector
Beyond    the whole item: helices fitted to hits, common points of pairs with their errors, a network that compares the
          points of a track's pairs, greedy merging; what has no network; what each ingredient brings; coarser hits
"""

from keras_hep import models
from keras_hep.suite import figures, vertex_measurements, vertex_training
from keras_hep.suite import time_slice_measurements as measurements
from keras_hep.suite.record import Quantity, Result
from keras_hep.suite.vertex_training import PARTS, PairTask

# published: the stages of curriculum, and the last one again; chosen: slices on which limits are chosen
SCALES = {
    "smoke": {
        "published": {"epochs": (0, 0, 0, 0), "slices": 2, "tested": 2, "shifted_epochs": 1},
        "ours": {"slices": 8, "trainings": 1},
        "test": {"chosen": 4, "judged": 4},
        "blurs": (1.0,),
    },
    "quick": {
        "published": {"epochs": (20, 1, 1, 3), "slices": 125, "tested": 12, "shifted_epochs": 2},
        "ours": {"slices": 400, "trainings": 3},
        "test": {"chosen": 20, "judged": 40},
        "blurs": (0.3, 1.0, 3.0),
    },
    "full": {
        "published": {"epochs": (110, 110, 110, 110), "slices": 800, "tested": 300, "shifted_epochs": 110},
        "ours": {"slices": 16_000, "trainings": 5},
        "test": {"chosen": 200, "judged": 1_000},
        "blurs": (0.3, 1.0, 3.0),
    },
}
TRACKS, EVENTS = {"spd": "SPD", "trackml": "TrackML-like"}, (10, 15)


def reproduce(published, ours, test, blurs, seed=7):
    fitted = vertex_training.side_by_side(vertex_training.trainings(TRACKS, published, ours, blurs, seed))
    quantities = [Quantity("parameters", models.VertexGraphNetwork().count_params())]
    for tracks in TRACKS:
        task = PairTask(tracks)
        ways = {"published": None, "ours": task}
        ways |= {part: PairTask(tracks, **known) for part, (known, _) in PARTS.items()}
        other = vertex_measurements.training_slices(task, test["chosen"], seed)
        for events in EVENTS:
            name = f"{tracks}{events}"
            joined = vertex_measurements.judged_slices(task, events, test["judged"], seed)
            quantities += vertex_measurements.without_hits(name, other, joined)
            quantities += vertex_measurements.by_rules(name, task, other, joined)
            for way, known in ways.items():
                networks = [one for key, one in fitted.items() if key.startswith(f"{way}_{tracks}_")]
                quantities += vertex_measurements.by_networks(f"{way}_{name}", known, networks, other, joined)

    exact = {one.name: one for one in quantities}
    blurred = {blur: fitted[vertex_training.blurred(blur)] for blur in blurs}
    coarser, curves = vertex_measurements.resolution_scan(exact, blurred, **test, seed=seed)
    shown = PairTask("spd").stream(test=True).slice([seed, 15])
    arrays = {"event": shown.event, "intervals": shown.intervals, "points": vertex_measurements.beam_points(shown)}
    return Result(quantities + coarser, curves, arrays, weights={name: one.weights for name, one in fitted.items()})


NAMES = {
    "neighbourhoods": "equal neighbourhoods",
    "distance": "distance in time",
    "published": "published network",
    "point_time": "limits on point and time",
    "merging_weighed": "five parameters, merged",
    "merging_ours": "our network, merged",
}
WITHOUT = {"ours": "ours", "no_messages": "no messages", "no_times": "no times", "no_points": "no points"}


def draw(result, reference):
    figure, (display, ways, parts, scan) = figures.panels(columns=2, rows=2, aspect=0.86)
    figures.times_and_places(display, **result.arrays)
    display.set_title("SPD tracks of one slice; colour: event")
    sets = {f"{tracks}{events}": f"{name},\n{events} events" for tracks, name in TRACKS.items() for events in EVENTS}
    for index, (way, label) in enumerate(NAMES.items()):
        figures.disagreement(ways, along(result, [f"{way}_{one}" for one in sets]), label, index)
    ways.set_xticks(range(len(sets)), sets.values())
    for index, (tracks, name) in enumerate(TRACKS.items()):
        for number, (how, label) in enumerate({"": "Louvain", "merging_": "merged"}.items()):
            found = along(result, [f"{how}{part}_{tracks}15" for part in WITHOUT])
            figures.disagreement(parts, found, f"{name}, {label}", 2 * index + number)
    parts.set_xticks(range(len(WITHOUT)), WITHOUT.values())
    for way in vertex_measurements.SCANNED:
        index = list(NAMES).index(way)
        figures.disagreement(scan, result.curves[f"resolution_{way}"], NAMES[way], index, line=True)
    figures.axis_labels(scan, "resolution of hits, SPD", "1 \N{MINUS SIGN} ARI", "mm")
    scan.set_xscale("log")
    for axes in (ways, parts, scan):
        axes.set_title("on the lower edge: no mistake")
        figures.legend(axes)
    return figure


def along(result, ways):
    found = [result.quantities[f"ari_{way}"] for way in ways]
    return measurements.curve("ari", range(len(ways)), found, "place on the axis")
