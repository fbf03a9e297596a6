"""Beyond TrackGANN: time slices whose intervals do not give the event away, grouped by where tracks come from.

Source    TrackGANN slides (2025), the task; the intervals, network and numbers here are not in them
Data      time slices of SPD tracks and of TrackML-like tracks, simulated here, with the interval of every track shifted
          by up to one spacing of events, r = 5; 15 events on average in training, 15 and 10 in the test
Cost      smoke 1 min, quick 5 min after the training of curriculum, shared (2 CPU cores, 1.5 GB); full: not run
Expect    neighbours and distances in time are of little use; tracks that meet in one point within their errors are of
          one event. With SPD tracks limits on that point and on time come to an ARI above 0.9, and weights of five
          parameters, every pair of a group having a say, to nearly 1, as our network; with TrackML-like tracks, many of
          which are secondaries or curl up, and with coarse hits the network is ahead
Differs   the interval of each track is shifted on its own; the published network goes through its stages, the last one
          with shifted intervals. SPD tracks are exact helices, measured to 0.1 mm, without scattering: a common point
          is worth more here than in a detector
Beyond    the whole item: helices fitted to hits, common points of pairs with their errors, a network that compares the
          points of a track's pairs, greedy merging; what has no network; what each ingredient brings; coarser hits
"""

from keras_hep import models
from keras_hep.suite import figures, vertex_measurements, vertex_training
from keras_hep.suite import time_slice_measurements as measurements
from keras_hep.suite.record import Curve, Quantity, Result
from keras_hep.suite.vertex_training import PairTask

# published: the stages of curriculum, and the last one again; chosen: slices on which limits are chosen
SCALES = {
    "smoke": {
        "published": {"epochs": (0, 0, 0, 0), "slices": 2, "tested": 2, "shifted_epochs": 1},
        "ours": {"slices": 8, "trainings": 1},
        "test": {"chosen": 4, "judged": 4},
        "blurs": (1.0,),
    },
    "quick": {
        "published": {"epochs": (20, 4, 4, 6), "slices": 125, "tested": 40, "shifted_epochs": 4},
        "ours": {"slices": 800, "trainings": 3},
        "test": {"chosen": 40, "judged": 100},
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
# What our network is without: what it is not told, and its rounds of messages.
PARTS = {"no_points": ({"vertices": False}, 2), "no_times": ({"intervals": False}, 2), "no_messages": ({}, 0)}
SCANNED = {
    "point_time": "limits on point and time",
    "merging_weighed": "five parameters, merged",
    "merging_ours": "our network, merged",
}


def reproduce(published, ours, test, blurs, seed=7):
    fitted = vertex_training.side_by_side(trainings(published, ours, blurs, seed))
    quantities = [Quantity("parameters", models.VertexGraphNetwork().count_params())]
    for tracks in TRACKS:
        task = PairTask(tracks)
        ways = {"published": None, "ours": task} | {
            part: PairTask(tracks, **known) for part, (known, _) in PARTS.items()
        }
        other = measurements.drawn(task.stream(), test["chosen"], [seed, 13])
        for events in EVENTS:
            name = f"{tracks}{events}"
            joined = measurements.drawn(task.stream(events, test=True), test["judged"], [seed, 14, events])
            quantities += vertex_measurements.without_hits(name, other, joined)
            quantities += vertex_measurements.by_rules(name, task, other, joined)
            for way, known in ways.items():
                networks = [one for key, one in fitted.items() if key.startswith(f"{way}_{tracks}_")]
                quantities += vertex_measurements.by_networks(f"{way}_{name}", known, networks, other, joined)

    found = {one.name: one for one in quantities}
    scan = {way: [found[f"ari_{way}_spd15"]] for way in SCANNED}
    for blur in blurs:
        task, coarser = PairTask("spd", blur=blur), micrometres(blur)
        other = measurements.drawn(task.stream(), test["chosen"], [seed, 13])
        joined = measurements.drawn(task.stream(15, test=True), test["judged"], [seed, 14, 15])
        coarse = vertex_measurements.by_rules(coarser, task, other, joined)
        coarse += vertex_measurements.by_networks(
            f"ours_{coarser}", task, [fitted[f"blurred_{coarser}"]], other, joined
        )
        coarse = {one.name: one for one in coarse}
        quantities += [Quantity(key, coarse[key].value, coarse[key].error) for key in coarse_keys(coarser)]
        for way, key in zip(SCANNED, coarse_keys(coarser), strict=True):
            scan[way].append(coarse[key])
    sizes = [PairTask("spd", blur=blur).resolution for blur in (0.0, *blurs)]
    label = "adjusted Rand index against the resolution of hits, SPD tracks, 15 events"
    curves = [measurements.curve(f"resolution_{way}", sizes, points, label, "mm") for way, points in scan.items()]
    shown = PairTask("spd").stream(test=True).slice([seed, 15])
    arrays = {"event": shown.event, "intervals": shown.intervals, "points": vertex_measurements.beam_points(shown)}
    return Result(quantities, curves, arrays, weights={name: one.weights for name, one in fitted.items()})


def trainings(published, ours, blurs, seed):
    """Return all trainings by name: function and arguments."""
    jobs, train = {}, vertex_training.train
    for tracks in TRACKS:
        jobs[f"published_{tracks}_0"] = vertex_training.train_published, {"tracks": tracks, **published, "seed": seed}
    for tracks in TRACKS:
        for number in range(ours["trainings"]):
            arguments = {"task": PairTask(tracks), "slices": ours["slices"], "seed": seed + number}
            jobs[f"ours_{tracks}_{number}"] = train, arguments
        for part, (known, rounds) in PARTS.items():
            arguments = {"task": PairTask(tracks, **known), "slices": ours["slices"], "seed": seed, "rounds": rounds}
            jobs[f"{part}_{tracks}_0"] = train, arguments
    for blur in blurs:
        arguments = {"task": PairTask("spd", blur=blur), "slices": ours["slices"], "seed": seed}
        jobs[f"blurred_{micrometres(blur)}"] = train, arguments
    return jobs


def micrometres(length):
    return f"{round(1000 * length)}um"


def coarse_keys(coarser):
    return [f"ari_{way}_{coarser}" for way in SCANNED]


NAMES = {
    "neighbourhoods": "equal neighbourhoods",
    "distance": "distance in time",
    "published": "published network",
    "point_time": SCANNED["point_time"],
    "merging_weighed": SCANNED["merging_weighed"],
    "merging_ours": SCANNED["merging_ours"],
}
WITHOUT = {"ours": "ours", "no_messages": "no messages", "no_times": "no times", "no_points": "no points"}


def draw(result, reference):
    figure, (display, ways, parts, scan) = figures.panels(columns=2, rows=2, aspect=0.86)
    figures.times_and_places(display, **result.arrays)
    display.set_title("tracks of one slice; colour: event")
    kinds = [f"{tracks}{events}" for tracks in TRACKS for events in EVENTS]
    for index, (way, label) in enumerate(NAMES.items()):
        keys = [f"ari_{way}_{kind}" for kind in kinds]
        curve = vertex_measurements.disagreement(way, result.quantities, keys)
        figures.overlay(ways, curve, label=label, index=index, line=False)
    ways.set_xticks(range(4), [f"{name},\n{events} events" for name in TRACKS.values() for events in EVENTS])
    for index, (tracks, name) in enumerate(TRACKS.items()):
        for number, (how, label) in enumerate({"": "Louvain", "merging_": "merged"}.items()):
            keys = [f"ari_{how}{part}_{tracks}15" for part in WITHOUT]
            curve = vertex_measurements.disagreement(how, result.quantities, keys)
            figures.overlay(parts, curve, label=f"{name}, {label}", index=2 * index + number, line=False)
    parts.set_xticks(range(len(WITHOUT)), WITHOUT.values())
    for index, (way, label) in enumerate(SCANNED.items()):
        curve = result.curves[f"resolution_{way}"]
        points = [max(1 - value, vertex_measurements.LEAST) for value in curve.y]
        curve = Curve(way, curve.x, points, curve.error)
        figures.overlay(scan, curve, label=label, index=index + 3)
    figures.axis_labels(scan, "resolution of hits, SPD", "1 \N{MINUS SIGN} ARI", "mm")
    scan.set_xscale("log")
    for axes in (ways, parts, scan):
        axes.set(yscale="log", ylim=(vertex_measurements.LEAST, 100), ylabel="1 \N{MINUS SIGN} ARI")
        figures.legend(axes)
    return figure
