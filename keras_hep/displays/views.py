"""The views of an event: its hits, the segments of its graph, its tracks, its true tracks beside candidates."""

import numpy as np

from keras_hep.displays import traces
from keras_hep.displays.page import html_page, plotly

MOST_GROUPS = 60
HIT, TRUE, FALSE, OTHER, DIMMED = "#0072B2", "#00875A", "#D62F1F", "#7A828A", "#C3C9CE"


def event_view(positions, groups=None, *, title, data, group_name=""):
    """Return a page with the hits of one event in space, coloured by group.

    Args:
        positions: array-like, shape (hits, 3). x, y, z in mm.
        groups: int or str array-like, shape (hits,), or None. Layer, volume, or the kind of each hit; the group
            "noise" is grey. None: all hits are one group.
        title: str. Heading of the page.
        data: str. Where the hits come from, as "simulation" or the name of the events; always visible.
        group_name: str. Stands before each group in the legend, as "layer".

    Returns:
        str.

    Raises:
        ValueError: if there are no hits, a coordinate is not finite, lengths differ, there are more than 60 groups, or
            the page would exceed 5 MB.
        ModuleNotFoundError: if plotly is not installed.

    Example:

    >>> page = event_view([[30, 0, 5], [0, 70, 9]], [2, 4], title="Two hits", data="simulation", group_name="layer")
    >>> "2 hits." in page, len(page) < 5_000_000
    (True, True)
    """
    positions = _positions(positions)
    groups = np.full(len(positions), "hits") if groups is None else _one_per_hit(positions, groups, "groups")
    names, index = np.unique(groups, return_inverse=True)
    if len(names) > MOST_GROUPS:
        raise ValueError(
            f"An event view tells at most {MOST_GROUPS} groups apart, got {len(names)}: merge them, as particles with "
            "np.where(particle_id == 0, 'noise', 'particle')."
        )
    drawn = [
        traces.hits(positions[index == number], f"{group_name} {name}".strip(), colour)
        for number, (name, colour) in enumerate(zip(names, _group_colours(names), strict=True))
    ]
    return html_page(positions, title, data, f"{len(positions):,} hits.", drawn)


def graph_view(positions, senders, receivers, labels=None, *, title, data, most_false=20_000, seed=0, all_false=None):
    """Return a page with the hits of a graph and the segments between them: true ones green and thick, false ones red.

    Args:
        positions: array-like, shape (hits, 3). x, y, z in mm.
        senders: int array-like, shape (segments,). Index of the hit where each segment starts.
        receivers: int array-like, shape (segments,). Index of the hit where it ends.
        labels: bool array-like, shape (segments,), or None. Whether both hits are of one particle. None: nothing is
            known of the segments; they are drawn as the false ones are, in blue.
        title: str. Heading of the page.
        data: str. Where the hits come from, as "simulation" or the name of the events; always visible.
        most_false: int. At most so many false segments are drawn, or of all where there are no labels; which ones is
            drawn at random. True ones are drawn all.
        seed: int. Of the random choice.
        all_false: int or None. Number of false segments of the graph, where not all of them are handed over.

    Returns:
        str.

    Raises:
        ValueError: if there are no hits, a coordinate is not finite, lengths differ, a segment ends at no hit, or the
            page would exceed 5 MB.
        ModuleNotFoundError: if plotly is not installed.

    Example:

    >>> hits = [[30, 0, 0], [70, 0, 0], [70, 9, 0]]
    >>> page = graph_view(hits, [0, 0], [1, 2], [True, False], title="Two segments", data="simulation")
    >>> "1 true segment and 1 of 1 false segments" in page
    True
    """
    positions = _positions(positions)
    senders, receivers, labels = _segments(positions, senders, receivers, labels)
    true = np.flatnonzero(labels) if labels is not None else np.empty(0, int)
    others = np.flatnonzero(~labels) if labels is not None else np.arange(len(senders))
    shown = _some(others, most_false, seed)
    kind, colour = ("segments", HIT) if labels is None else ("false segments", FALSE)
    counted = f"{shown.size:,} of {others.size if all_false is None else all_false:,}"
    drawn = [traces.hits(positions, "hits", HIT, size=1.8)]
    for chosen, name, looks in (
        (shown, f"{kind} ({counted})", {"colour": colour, "width": 1, "opacity": 0.3}),
        (true, f"true segments ({true.size:,})", {"colour": TRUE, "width": 3}),
    ):
        if chosen.size:
            drawn.append(traces.segments(positions, senders[chosen], receivers[chosen], name, **looks))
    caption = f"{counted} {kind}{_choice(shown, others, seed)}"
    if labels is not None:
        caption = f"{true.size:,} true segment{'s' * (true.size != 1)} and {caption}"
    return html_page(positions, title, data, f"{len(positions):,} hits, {caption}.", drawn)


def tracks_view(positions, track_ids, *, title, data, most=200, least_hits=3, most_hits=None, seed=0):
    """Return a page with tracks, each a coloured line through its hits from the beam outwards.

    Args:
        positions: array-like, shape (hits, 3). x, y, z in mm.
        track_ids: int array-like, shape (hits,). Track of each hit; negative: none.
        title: str. Heading of the page.
        data: str. Where the hits come from, as "simulation" or the name of the events; always visible.
        most: int. At most so many tracks are drawn, chosen at random.
        least_hits: int. Tracks with fewer hits are not drawn.
        most_hits: int or None. Nor are tracks with more hits, where a number is given.
        seed: int. Of the random choice.

    Returns:
        str.

    Raises:
        ValueError: if there are no hits, a coordinate is not finite, lengths differ, track ids are no integers, or the
            page would exceed 5 MB.
        ModuleNotFoundError: if plotly is not installed.

    Example:

    >>> hits = [[30, 0, 0], [70, 1, 0], [110, 2, 0], [0, 30, 0]]
    >>> page = tracks_view(hits, [8, 8, 8, -1], title="One track", data="simulation")
    >>> "1 of 1 tracks with at least 3 hits" in page
    True
    """
    positions, track_ids = _positions(positions), np.asarray(track_ids)
    _one_per_hit(positions, track_ids, "track_ids")
    if track_ids.dtype.kind not in "iu":
        raise ValueError(f"track_ids must be integers, got {track_ids.dtype}: number the tracks, -1 for no track.")
    ids, lengths = np.unique(track_ids[track_ids >= 0], return_counts=True)
    fitting = ids[(lengths >= least_hits) & (lengths <= (most_hits or len(track_ids)))]
    chosen = _some(fitting, most, seed)
    on_track = np.isin(track_ids, chosen)
    drawn = [] if on_track.all() else [traces.hits(positions[~on_track], "other hits", OTHER, size=1.4)]
    drawn += traces.tracks(positions[on_track], track_ids[on_track])
    limit = f"at least {least_hits} hits" if most_hits is None else f"{least_hits} to {most_hits} hits"
    caption = (
        f"{chosen.size:,} of {fitting.size:,} tracks with {limit}{_choice(chosen, fitting, seed)}; "
        f"{on_track.sum():,} of {len(positions):,} hits are on them."
    )
    return html_page(positions, title, data, caption, drawn)


def slice_view(positions, slots, candidates=None, correct=None, *, title, data):
    """Return a page with a time slice: fake hits dimmed, true tracks as broad lines, candidates as thin ones over them.

    A click on a name in the legend switches its lines or hits off and on.

    Args:
        positions: array-like, shape (hits, 3). x, y, z in mm.
        slots: int array-like, shape (true tracks, any). Indices of the hits of each, in order along the track; -1 for
            none. All other hits are dimmed.
        candidates: int array-like, shape (candidates, any), of the same kind, or None.
        correct: bool array-like, shape (candidates,), or None. Which of them are right: they are blue, the others red.
            None: nothing is known of them, all are blue.
        title: str. Heading of the page.
        data: str. Where the hits come from, as "simulation" or the name of the events; always visible.

    Returns:
        str.

    Raises:
        ValueError: if there are no hits, a coordinate is not finite, an index is no hit's, lengths differ, or the page
            would exceed 5 MB.
        ModuleNotFoundError: if plotly is not installed.

    Example:

    >>> hits = [[270, 0, 0], [287, 0, 1], [304, 0, 2], [0, 270, 9]]
    >>> page = slice_view(hits, [[0, 1, 2]], [[0, 1, 2], [3, 1, -1]], [True, False], title="A", data="simulation")
    >>> "1 true track, 1 right and 1 wrong candidates" in page
    True
    """
    positions = _positions(positions)
    slots = _hit_indices(positions, slots, "slots")
    candidates = None if candidates is None else _hit_indices(positions, candidates, "candidates")
    kinds = [("true tracks", slots, {"colour": TRUE, "width": 7, "opacity": 0.45})]
    caption = f"{len(slots):,} true track{'s' * (len(slots) != 1)}"
    if candidates is not None and correct is None:
        kinds.append(("candidates", candidates, {"colour": HIT, "width": 2}))
        caption += f", {len(candidates):,} candidates"
    elif candidates is not None:
        right = _right(candidates, correct)
        kinds.append(("right candidates", candidates[right], {"colour": HIT, "width": 2}))
        kinds.append(("wrong candidates", candidates[~right], {"colour": FALSE, "width": 2}))
        caption += f", {right.sum():,} right and {(~right).sum():,} wrong candidates"
    on_track = np.isin(np.arange(len(positions)), slots)
    drawn = [
        traces.hits(positions[chosen], name, colour, size)
        for chosen, name, colour, size in (
            (~on_track, "fake and other hits", DIMMED, 1.2),
            (on_track, "hits of true tracks", TRUE, 1.8),
        )
        if chosen.any()
    ]
    for name, tracks, looks in kinds:
        if len(tracks):
            drawn.append(traces.segments(positions, *_steps(tracks), f"{name} ({len(tracks):,})", **looks))
    return html_page(positions, title, data, f"{len(positions):,} hits, {caption}.", drawn)


def _hit_indices(positions, tracks, name):
    tracks = np.asarray(tracks)
    if tracks.ndim != 2 or tracks.dtype.kind not in "iu":
        raise ValueError(f"{name} is a table of hit indices, got {tracks.dtype} of shape {tracks.shape}.")
    if tracks.size and not -1 <= tracks.min() <= tracks.max() < len(positions):
        raise ValueError(
            f"{name} holds hits 0 to {len(positions) - 1}, or -1 for none, got {tracks.min()} to {tracks.max()}: pass "
            "the positions of all hits."
        )
    return tracks


def _right(candidates, correct):
    correct = np.asarray(correct)
    if correct.shape != (len(candidates),) or correct.dtype != bool:
        raise ValueError(
            f"correct is one bool for each of the {len(candidates)} candidates, got {correct.dtype} of shape "
            f"{correct.shape}: take both from the same matching."
        )
    return correct


def _steps(tracks):
    """Return both ends of the steps from each hit of a track to its next one."""
    track, slot = np.nonzero(tracks >= 0)
    hit = tracks[track, slot]
    same = track[1:] == track[:-1]
    return hit[:-1][same], hit[1:][same]


def _positions(positions):
    positions = np.asarray(positions, np.float32)
    if positions.ndim != 2 or positions.shape[1] != 3 or not len(positions):
        raise ValueError(
            f"positions must have shape (hits, 3) with at least one hit, got {positions.shape}: pass x, y, z."
        )
    if not np.isfinite(positions).all():
        rows = np.flatnonzero(~np.isfinite(positions).all(axis=1))
        raise ValueError(f"positions must be finite, got {positions[rows[0]]} for hit {rows[0]}: leave such hits out.")
    return positions


def _one_per_hit(positions, values, name):
    values = np.asarray(values)
    if values.shape != (len(positions),):
        raise ValueError(
            f"{name} must hold one value for each of the {len(positions)} hits, got shape {values.shape}: take both "
            "from the same hits."
        )
    return values


def _segments(positions, senders, receivers, labels):
    """Return the ends of the segments and their labels (or None) as arrays, checked."""
    senders, receivers = np.asarray(senders, int), np.asarray(receivers, int)
    labels = None if labels is None else np.asarray(labels)
    shapes = {senders.shape, receivers.shape} | ({labels.shape} if labels is not None else set())
    if len(shapes) > 1 or senders.ndim != 1:
        raise ValueError(
            f"senders, receivers and labels must have one value per segment, got shapes {sorted(shapes)}: take all "
            "from the same graph."
        )
    ends = np.concatenate([senders, receivers])
    if ends.size and not 0 <= ends.min() <= ends.max() < len(positions):
        raise ValueError(
            f"Segments must end at hits 0 to {len(positions) - 1}, got {ends.min()} to {ends.max()}: pass the "
            "positions of all nodes of the graph."
        )
    return senders, receivers, None if labels is None else labels.astype(bool)


def _some(values, most, seed):
    """Return at most so many of the values, chosen at random and kept in their order."""
    if len(values) <= most:
        return values
    return values[np.sort(np.random.default_rng(seed).choice(len(values), most, replace=False))]


def _choice(shown, all_of_them, seed):
    """Return what a caption says of a choice, if there was one."""
    return f", chosen at random with seed {seed}" if 0 < len(shown) < len(all_of_them) else ""


def _group_colours(names):
    """Return a colour for each group: of the palette where it suffices, else along a scale; grey for noise."""
    coloured = np.flatnonzero(names.astype(str) != "noise")
    scale = traces.PALETTE
    if len(coloured) > len(traces.PALETTE):
        scale = plotly().colors.sample_colorscale("Viridis", np.linspace(0, 0.92, len(coloured)).tolist())
    colours = np.full(len(names), OTHER, object)
    colours[coloured] = scale[: len(coloured)]
    return colours
