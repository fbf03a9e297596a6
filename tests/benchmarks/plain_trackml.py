"""TrackML files and scores the straightforward way: row by row with the csv module, and track by track."""

import collections
import csv

import numpy as np


def read(path, dtypes):
    """Return the columns of one file, a dict of arrays; `dtypes` is a dict of column to dtype."""
    convert = {name: int if dtype.startswith("i") else float for name, dtype in dtypes.items()}
    columns = {name: [] for name in dtypes}
    with open(path, newline="") as stream:
        for row in csv.DictReader(stream):
            for name, values in columns.items():
                if name in row:
                    values.append(convert[name](row[name]))
    return {name: np.array(values, dtypes[name]) for name, values in columns.items() if values}


def score(truth, submission):
    """Return the TrackML score, track by track."""
    particle_nhits = collections.Counter(truth["particle_id"].tolist())
    known = zip(truth["particle_id"].tolist(), truth["weight"].tolist(), strict=True)
    hits = dict(zip(truth["hit_id"].tolist(), known, strict=True))
    tracks = collections.defaultdict(list)
    for hit, track in zip(submission["hit_id"].tolist(), submission["track_id"].tolist(), strict=True):
        if hit in hits:
            tracks[track].append(hits.pop(hit))
    total = 0.0
    for members in [*tracks.values(), *([hit] for hit in hits.values())]:
        counts = collections.Counter(particle for particle, _ in members)
        most = max(counts.values())
        major = min(particle for particle, count in counts.items() if count == most)
        if 2 * most > len(members) and 2 * most > particle_nhits[major]:
            total += sum(weight for particle, weight in members if particle == major)
    return total / truth["weight"].sum(dtype=float)
