"""Matching candidate by candidate, organised as in the evaluation of single events: each against every true track."""


def exact(candidates, slots):
    """Return the index of the track of each candidate, as a list."""
    tracks = {tuple(track): index for index, track in enumerate(slots.tolist())}
    return [tracks.get(tuple(candidate), -1) for candidate in candidates.tolist()]


def fraction(candidates, slots, needed):
    """Return the index of the track that has most slots in common with each candidate, as a list."""
    owner = {hit: index for index, track in enumerate(slots.tolist()) for hit in track if hit >= 0}
    tracks, of = slots.tolist(), []
    for candidate in candidates.tolist():
        best, most = -1, needed - 1
        for hit in candidate:
            track = owner.get(hit, -1)
            if track >= 0:
                same = sum(mine == theirs for mine, theirs in zip(candidate, tracks[track], strict=True))
                if same > most:
                    best, most = track, same
        of.append(best)
    return of


def double_majority(candidates, slots):
    """Return the index of the track that each candidate matches by double majority, as a list."""
    owner = {hit: index for index, track in enumerate(slots.tolist()) for hit in track if hit >= 0}
    sizes, of = (slots >= 0).sum(axis=1).tolist(), []
    for candidate in candidates.tolist():
        hits = {hit for hit in candidate if hit >= 0}
        common = {}
        for hit in hits:
            track = owner.get(hit, -1)
            common[track] = common.get(track, 0) + (track >= 0)
        track = max(common, key=common.get, default=-1)
        right = track >= 0 and 2 * common[track] > max(len(hits), sizes[track])
        of.append(track if right else -1)
    return of
