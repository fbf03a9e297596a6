"""The events of the TrackML items: simulated here, or read from the user's own files."""

import dataclasses
import hashlib
import pathlib

import numpy as np

from keras_hep.graphs.segments import barrel_hits
from keras_hep.suite.event_files import SIMULATION

FEWEST_HITS = 3  # a particle with fewer selected hits is no track
# The particles file of event 1000 has 991,329 bytes, and 81.2 bytes a row in the 4,674 rows that are known.
EVENT_1000_PARTICLES = 12_200


@dataclasses.dataclass(frozen=True)
class BarrelEvents:
    """Selected hits of one or several events.

    Args:
        hits: list of dict of arrays, one for each event: the columns of hits with particle_id and weight, volumes 8,
            13, 17 within 50 mm of the centre along z.
        every: list of dict of arrays: all hits of the three volumes.
        data: str. "simulation"; "published" for the complete event 1000; "sample" for other genuine events.
        events: str. Name of the genuine events, else empty.
        identity: list of dict. What names each event in the key of a training.
    """

    hits: list
    every: list
    data: str
    events: str
    identity: list


def like_event_1000(density=1.0):
    """Return the simulation with as many particles as event 1000 of the challenge, on average.

    Args:
        density: float. Share of them, and of the noise.

    Returns:
        `keras_hep.simulation.trackml_like.TrackMLLike`.
    """
    from keras_hep.simulation.trackml_like import TrackMLLike

    return TrackMLLike(particles=density * EVENT_1000_PARTICLES, noise=density)


def barrel_events(data, simulation, number, seed):
    """Draw events, or read the one that the user names.

    Args:
        data: str. "simulation", or the prefix of event files.
        simulation: `keras_hep.simulation.trackml_like.TrackMLLike`.
        number: int. Simulated events.
        seed: sequence of int.

    Returns:
        `BarrelEvents`.
    """
    return simulated(simulation, number, seed) if data == SIMULATION else genuine(data)


def simulated(simulation, number, seed):
    """Draw `number` events below a seed (sequence of int), as `BarrelEvents`."""
    seeds = [[*np.ravel(seed).tolist(), event] for event in range(number)]
    every = []
    for one in seeds:
        event = simulation.event(one)
        every.append(barrel_hits(event.hits, event.truth, z_limit=np.inf))
    described = {"simulation": type(simulation).__name__, **dataclasses.asdict(simulation)}
    return BarrelEvents(_central(every), every, SIMULATION, "", [{**described, "seed": one} for one in seeds])


def genuine(prefix):
    """Read one event from the user's files, as `BarrelEvents`.

    Args:
        prefix: str or path. What the names of the files begin with. Truth weights that the files lack are computed
            from truth and particles.
    """
    from keras_hep.formats import trackml

    table = trackml.load_hits_with_truth(prefix)
    hits = {name: table[name].to_numpy() for name in table}
    if "weight" not in hits:
        hits["weight"] = _weights(hits, trackml.load_event_particles(prefix))
    every = [barrel_hits(hits, z_limit=np.inf)]
    content = b"".join(np.ascontiguousarray(every[0][name]).tobytes() for name in ("hit_id", "x", "y", "z"))
    name = pathlib.Path(prefix).name
    identity = {"events": name, "sha256": hashlib.sha256(content).hexdigest()[:16]}
    return BarrelEvents(_central(every), every, _kind(prefix), name, [identity])


def held_out(event, simulation, number, seed):
    """Draw events like one that a network was trained on, with about as many selected hits.

    Args:
        event: `BarrelEvents` of one event.
        simulation: `keras_hep.simulation.trackml_like.TrackMLLike` that simulated events are drawn from; for a genuine
            event its particles and noise are scaled by the hits.
        number: int. Events.
        seed: sequence of int.

    Returns:
        `BarrelEvents`.
    """
    if event.data != SIMULATION:
        hits = len(simulated(simulation, 1, seed).hits[0]["hit_id"])
        simulation = simulation.scaled(len(event.hits[0]["hit_id"]) / hits)
    return simulated(simulation, number, seed)


def drawn_graph(graph, most_false, seed):
    """Return what a display draws of a graph: all true edges, and so many of the false ones, chosen at random.

    Returns:
        dict of arrays: positions, float32, in mm, of all hits; senders, receivers and labels of the edges drawn.
    """
    label = graph.edges["label"]
    false = np.flatnonzero(~label)
    chosen = np.random.default_rng(seed).choice(false, min(most_false, len(false)), replace=False)
    shown = np.sort(np.concatenate([np.flatnonzero(label), chosen]))
    return {
        "positions": graph.nodes["position"],
        "senders": graph.senders[shown],
        "receivers": graph.receivers[shown],
        "labels": label[shown],
    }


def positions(hits):
    """Return x, y, z in mm of hits (dict of arrays), float32 array of shape (hits, 3)."""
    return np.stack([hits["x"], hits["y"], hits["z"]], axis=1)


def of_particles(hits):
    """Return the hits (dict of arrays) that belong to particles."""
    kept = hits["particle_id"] != 0
    return {name: values[kept] for name, values in hits.items()}


def scored_truth(hits):
    """Return truth as `keras_hep.metrics.tracking.score_event` reads it, with weight on long enough particles alone.

    Args:
        hits: dict of arrays with hit_id, particle_id and weight. Hits of particles that have fewer than `FEWEST_HITS`
            hits among them weigh nothing: every such hit would else be a perfect track by itself.
    """
    particle, count = np.unique(hits["particle_id"], return_inverse=True, return_counts=True)[1:]
    weight = np.where(count[particle] >= FEWEST_HITS, hits["weight"], 0.0)
    return {"hit_id": hits["hit_id"], "particle_id": hits["particle_id"], "weight": weight}


def _central(every):
    return [barrel_hits(hits) for hits in every]


def _weights(hits, particles):
    from keras_hep.metrics.tracking import hit_weights

    columns = ("hit_id", "particle_id", "tx", "ty", "tz", "tpx", "tpy", "tpz")
    return hit_weights({name: hits[name] for name in columns}, particles)


def _kind(prefix):
    from keras_hep.formats import trackml_known_events
    from keras_hep.formats.trackml import InvalidEvent

    try:
        complete = trackml_known_events.verify_event_1000(prefix, ("hits", "truth")).genuine
    except InvalidEvent:  # the files of a part of an event have other names
        complete = False
    return "published" if complete else "sample"
