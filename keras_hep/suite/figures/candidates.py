"""Time slices, and the search of track candidates for their next hits, in millimetres."""

import numpy as np

from keras_hep.suite.figures.page import BLUE, COLOURS, GREEN, ORANGE, PURPLE, VERMILION, style

_FAKE, _TRUE = "0.62", "0.25"
_NO_LINE = {"linestyle": "none", "markeredgewidth": 0}
_SPHERES = (
    ("solid", BLUE, "sphere of the next station"),
    ((0, (4, 2)), PURPLE, "sphere of the next station but one"),
)


@style()
def slice_display(axes, positions, track_ids, highlighted=6, view="xy", least_hits=10, seed=0, title=None):
    """Draw hits of a time slice: fake ones grey, true ones dark, and a few tracks as coloured lines.

    Args:
        axes: matplotlib `Axes`.
        positions: array-like, shape (hits, 3). x, y, z in mm.
        track_ids: int array-like, shape (hits,). Track of each hit, negative for a fake one.
        highlighted: int or int array-like. Number of tracks to highlight, chosen at random, or which ones.
        view: str. "xy", along the beam, or "rz", from the side.
        least_hits: int. A track chosen at random has at least so many hits.
        seed: int. Of the random choice.
        title: str or None.

    Raises:
        ValueError: if positions are not (hits, 3) with at least one hit, lengths differ, or the view is unknown.
    """
    positions, track_ids = np.asarray(positions, float), np.asarray(track_ids)
    if positions.shape != (len(track_ids), 3) or not len(track_ids):
        raise ValueError(
            f"A slice display needs positions (hits, 3) and one track per hit, got {positions.shape} and "
            f"{track_ids.shape}: take both from the same hits."
        )
    seen = _seen(positions, view)
    fake = track_ids < 0
    shown = _highlighted(track_ids, highlighted, least_hits, seed)
    kinds = ((fake, "fake", _FAKE, 0.8, 0.8, 1), (~fake, "true", _TRUE, 0.55, 0.7, 2))
    for chosen, kind, colour, size, alpha, order in kinds:
        looks = {**_NO_LINE, "marker": "o", "color": colour, "zorder": order}
        axes.plot(*seen[chosen].T, markersize=size, alpha=alpha, rasterized=True, **looks)
        axes.plot([], [], markersize=3, label=f"{kind} hits ({np.count_nonzero(chosen):,})", **looks)
    radius = np.hypot(positions[:, 0], positions[:, 1])
    for number, track in enumerate(shown):
        hits = np.flatnonzero(track_ids == track)
        hits = hits[np.argsort(radius[hits])]
        name = f"{len(shown)} of {len(np.unique(track_ids[~fake])):,} true tracks" if number == 0 else None
        looks = {"color": COLOURS[number % len(COLOURS)], "linewidth": 1.0, "marker": "o", "markersize": 1.8}
        axes.plot(*seen[hits].T, markeredgewidth=0, zorder=3, label=name, **looks)
    axes.set(xlabel="x [mm]", ylabel="y [mm]") if view == "xy" else axes.set(xlabel="z [mm]", ylabel="r [mm]")
    if view == "xy":
        axes.set_aspect("equal")
    axes.margins(0.02)
    if title:
        axes.set_title(title)


@style()
def sphere_search_display(axes, hits, centre, semi_axes, nearest, accepted=None, reach=5.0, title=None):
    """Draw one step of the search on the surface of a station: sphere, nearest hits, and the hit that is taken.

    A barrel station is unrolled around the predicted centre; the ellipse is where the station cuts the ellipsoid, that
    the sphere of scaled coordinates is in millimetres, so that hits inside are those within reach. Where the station
    misses the ellipsoid, nothing is within reach, and its outline is dotted.

    Args:
        axes: matplotlib `Axes`.
        hits: array-like, shape (hits, 3), of a barrel station: x, y, z in mm; or (hits, 2), of a plane: x, y in mm.
        centre: array-like, shape (3,) or (2,) as the hits. Predicted centre in mm.
        semi_axes: array-like of that shape. Semi-axes along x, y, z, or x, y, in mm; those in x and y of a barrel
            are equal.
        nearest: int array-like. Which hits are looked at, nearest first.
        accepted: int, int array-like or None. Which of the hits are taken; None: none is.
        reach: float. The panel shows at most so many of the largest semi-axis to each side; to nearest hits outside
            only a dotted line leads.
        title: str or None.

    Raises:
        ValueError: if shapes do not fit or semi-axes in x and y of a barrel differ.
    """
    hits, centre, semi_axes = (np.asarray(values, float) for values in (hits, centre, semi_axes))
    nearest = np.atleast_1d(np.asarray(nearest, int))
    points, middle, size = _on_surface(hits, centre, semi_axes)
    _draw_searched(axes, points, nearest, [] if accepted is None else accepted)
    for hit in points[nearest]:
        axes.plot(*np.stack([middle, hit]).T, color="0.6", linewidth=0.6, linestyle=(0, (1, 1.5)), zorder=1)
    cross = {"linestyle": "none", "marker": "+", "color": BLUE, "markersize": 6, "zorder": 4}
    axes.plot(*middle[:, None], **cross, label="predicted centre")
    if size is None:
        looks = {"color": "#999999", "linestyle": (0, (1, 1)), "label": "sphere, beside the station"}
        _ellipse(axes, middle, semi_axes[[0, -1]], **looks)
    else:
        _ellipse(axes, middle, size, color=BLUE, label="search region")
    _window(axes, middle, points[nearest], semi_axes.max(), reach)
    names = ("x [mm]", "y [mm]") if hits.shape[1] == 2 else (r"$r\,\Delta\phi$ [mm]", "z [mm]")
    axes.set(xlabel=names[0], ylabel=names[1])
    if title:
        axes.set_title(title)


@style()
def step_ahead_display(
    axes, path, centres, semi_axes, hits, found=None, missing=None, unused=None, radii=None, title=None
):
    """Draw how a candidate steps over a station without a hit: both spheres, the virtual point, the hit found behind.

    Seen from the side, with distance from the beam and z. Event hits whose azimuth no sphere reaches are pale: they are
    not inside, wherever they seem to lie.

    Args:
        axes: matplotlib `Axes`.
        path: array-like, shape (points, 3). Hits of the candidate so far in mm.
        centres: array-like, shape (2, 3). Predicted centres on the next station and the next but one, in mm.
        semi_axes: array-like, shape (2, 3). Of the spheres, along x, y, z in mm.
        hits: array-like, shape (hits, 3). Hits of the event in mm.
        found: array-like, shape (3,), or None. Hit found in the second sphere. The candidate is then drawn on through
            the virtual point, the centre of the first sphere.
        missing: array-like, shape (3,), or None. Where the track passed the station without a hit.
        unused: (centre, semi_axes), both of shape (3,), or None. A sphere predicted from the virtual point, that a
            candidate set aside does not use.
        radii: array-like or None. Of the stations in mm; those in view are drawn and numbered.
        title: str or None.

    Raises:
        ValueError: if there are not two centres and two sizes.
    """
    path, centres, semi_axes, hits = (np.asarray(values, float) for values in (path, centres, semi_axes, hits))
    if centres.shape != (2, 3) or semi_axes.shape != (2, 3):
        raise ValueError(
            f"A step ahead has two centres and semi-axes, shape (2, 3), got {centres.shape} and {semi_axes.shape}: "
            "pass what both heads predict."
        )
    near = _within_azimuth(hits, centres, semi_axes)
    for chosen, name, colour in ((~near, "hits at other azimuths", "0.85"), (near, "hits at the same azimuth", "0.4")):
        looks = {**_NO_LINE, "marker": "o", "color": colour, "markersize": 2.5, "zorder": 1}
        axes.plot(*_side(hits[chosen]).T, **looks, label=name)
    for centre, size, (line, colour, name) in zip(_side(centres), semi_axes, _SPHERES, strict=True):
        _ellipse(axes, centre, size[[0, 2]], color=colour, linestyle=line, label=name)
        axes.plot(*centre[:, None], linestyle="none", marker="+", color=colour, markersize=5, zorder=4)
    drawn = [(centres, semi_axes)]
    if unused is not None:
        centre, size = (np.asarray(values, float) for values in unused)
        name = "sphere from the virtual point, not used"
        _ellipse(axes, _side(centre[None])[0], size[[0, 2]], color=ORANGE, linestyle=(0, (1, 1)), label=name)
        drawn.append((centre[None], size[None]))
    _draw_path(axes, _side(path), _side(centres)[0], None if found is None else _side(np.asarray(found)[None])[0])
    if missing is not None:
        looks = {"marker": "x", "color": VERMILION, "linestyle": "none", "markersize": 5, "zorder": 5}
        axes.plot(*_side(np.asarray(missing, float)[None]).T, **looks, label="missing hit")
    _frame_side(axes, _side(path), drawn, radii)
    if title:
        axes.set_title(title)


def _seen(positions, view):
    radius = np.hypot(positions[:, 0], positions[:, 1])
    if view not in ("xy", "rz"):
        raise ValueError(f'A slice is seen along the beam, "xy", or from the side, "rz", got {view!r}.')
    return positions[:, :2] if view == "xy" else np.stack([positions[:, 2], radius], axis=1)


def _side(positions):
    """Return (r, z)."""
    return _seen(positions, "rz")[:, ::-1]


def _highlighted(track_ids, highlighted, least_hits, seed):
    """Return the tracks to highlight."""
    if np.ndim(highlighted):
        return np.asarray(highlighted)
    numbers, lengths = np.unique(track_ids[track_ids >= 0], return_counts=True)
    long = numbers[lengths >= least_hits]
    return np.random.default_rng(seed).choice(long, min(highlighted, len(long)), replace=False)


def _on_surface(hits, centre, semi_axes):
    """Return hits, centre and semi-axes (or None) on the flat surface of the station, all of two coordinates."""
    if hits.ndim != 2 or hits.shape[1] not in (2, 3) or not centre.shape == semi_axes.shape == hits.shape[1:]:
        raise ValueError(
            "A search needs hits (hits, 3) of a barrel or (hits, 2) of a plane, with centre and semi-axes alike, got "
            f"{hits.shape}, {centre.shape} and {semi_axes.shape}: pass the hits of one station."
        )
    if hits.shape[1] == 2:
        return hits, centre, semi_axes
    if not np.isclose(semi_axes[0], semi_axes[1]):
        raise ValueError(f"Semi-axes in x and y of a barrel are equal, got {semi_axes[0]} and {semi_axes[1]}.")
    radii = np.hypot(hits[:, 0], hits[:, 1])
    station = np.median(radii)
    turn = np.arctan2(hits[:, 1], hits[:, 0]) - np.arctan2(centre[1], centre[0])
    points = np.stack([station * np.arctan2(np.sin(turn), np.cos(turn)), hits[:, 2]], axis=1)
    off = (station - np.hypot(centre[0], centre[1])) / semi_axes[0]
    size = semi_axes[[0, 2]] * np.sqrt(1 - off**2) if abs(off) < 1 else None
    return points, np.array([0.0, centre[2]]), size


def _within_azimuth(hits, centres, semi_axes):
    """Return which hits one of the spheres reaches in azimuth."""
    turn = np.arctan2(hits[:, 1], hits[:, 0])[:, None] - np.arctan2(centres[:, 1], centres[:, 0])
    turn = np.arctan2(np.sin(turn), np.cos(turn))
    return (np.hypot(hits[:, 0], hits[:, 1])[:, None] * np.abs(turn) < semi_axes[:, 0]).any(axis=1)


def _ellipse(axes, centre, size, color, label, linestyle="solid"):
    from matplotlib.patches import Ellipse

    looks = {"edgecolor": color, "linestyle": linestyle, "linewidth": 0.9, "zorder": 2}
    face = (*_rgb(color), 0.10)
    axes.add_patch(Ellipse(centre, 2 * size[0], 2 * size[1], facecolor=face, label=label, **looks))


def _rgb(colour):
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))


def _draw_searched(axes, points, nearest, accepted):
    """Draw the hits of a station by what the search makes of them."""
    index = np.arange(len(points))
    taken = np.isin(index, accepted)
    looked_at = np.isin(index, nearest) & ~taken
    for chosen, name, looks in (
        (~looked_at & ~taken, "other hits of the station", {"color": "0.55", "marker": "o", "markersize": 3}),
        (looked_at, "nearest hits, not taken", {"color": VERMILION, "marker": "s", "markersize": 4}),
        (taken, "accepted hit", {"color": GREEN, "marker": "o", "markersize": 4.5}),
    ):
        if chosen.any():
            axes.plot(*points[chosen].T, label=name, zorder=3, **_NO_LINE, **looks)


def _window(axes, middle, points, semi_axis, reach):
    """Show a square around the centre with all of the sphere and the nearest hits, as far as the reach."""
    half = min(max(1.15 * np.abs(points - middle).max(initial=0.0), 1.5 * semi_axis), reach * semi_axis)
    axes.set(xlim=middle[0] + np.array([-half, half]), ylim=middle[1] + np.array([-half, half]))
    axes.set_aspect("equal")


def _draw_path(axes, path, virtual, found):
    """Draw the hits of a candidate, and its way on through the virtual point where there is one."""
    looks = {"color": "black", "marker": "o", "markersize": 4, "markeredgewidth": 0, "linewidth": 0.9, "zorder": 4}
    axes.plot(*path.T, label="candidate", **looks)
    if found is None:
        return
    onwards = np.stack([path[-1], virtual, found])
    axes.plot(*onwards.T, color="black", linewidth=0.9, linestyle=(0, (2, 1.5)), zorder=3)
    looks = {"linestyle": "none", "marker": "D", "markerfacecolor": "white", "markersize": 4.5, "color": BLUE}
    axes.plot(*virtual[:, None], label="virtual point", zorder=5, **looks)
    axes.plot(
        *found[:, None], **_NO_LINE, marker="o", color=GREEN, markersize=5, zorder=5, label="hit in the second sphere"
    )


def _frame_side(axes, path, spheres, radii):
    """Set limits around path and spheres, and draw the stations in view."""
    ends = [path]
    for centres, semi_axes in spheres:
        ends += [_side(centres) - semi_axes[:, [0, 2]], _side(centres) + semi_axes[:, [0, 2]]]
    low, high = np.min(np.concatenate(ends), axis=0), np.max(np.concatenate(ends), axis=0)
    air = 0.08 * (high - low)
    axes.set(xlim=(low[0] - air[0], high[0] + air[0]), ylim=(low[1] - air[1], high[1] + 2.2 * air[1]))
    axes.set(xlabel="r [mm]", ylabel="z [mm]")
    for number, radius in enumerate([] if radii is None else radii):
        if low[0] - air[0] < radius < high[0] + air[0]:
            axes.axvline(radius, color="0.8", linewidth=0.6, zorder=0)
            place = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "top", "zorder": 5}
            box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
            axes.text(radius, 0.955, f"{number}", color="0.35", fontsize="small", bbox=box, **place)
