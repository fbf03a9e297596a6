"""Slide "Simulation of BM@N Run 7 Data" on the BM@N look-alike: multiplicity, hits per station, fake hits.

Source    Goncharov et al., TrackNET (slides, 2024), "Simulation of BM@N Run 7 Data"; code of the authors
Data      BM@N look-alike, simulated here: three silicon and six GEM stations behind a fixed target
Cost      smoke 1 s, quick 4 s, full 45 s (2 CPU cores, 0.2 GB)
Expect    37 tracks per event, up to 100; 68 % fake hits, or 76 % as in the authors' files; more than 500 hits on a
          station of some events; 7 to 11 tracks per event to be reconstructed
Differs   the authors' million LAQGSM events are not public: a parametric look-alike is set to what is known of them,
          and only checks of the authors' own events could decide the slide's numbers
"""

import numpy as np

from keras_hep import displays
from keras_hep.simulation.bmn import BMNLike
from keras_hep.suite import bmn_measurements, figures
from keras_hep.suite.record import Quantity, Result

SCALES = {"smoke": {"events": 50}, "quick": {"events": 2_000}, "full": {"events": 25_000}}


def reproduce(events, seed=7):
    slide, file, hard = BMNLike("easy", "fakes68"), BMNLike("easy", "fakes76"), BMNLike("hard", "fakes68")
    of_slide, of_file, of_hard = (
        bmn_measurements.event_counts(simulation, events, [seed, stream])
        for stream, simulation in enumerate((slide, file, hard))
    )
    stations = np.count_nonzero(of_slide.true.sum(axis=0))
    multiplicity, spectrum = bmn_measurements.multiplicity(of_slide)
    quantities = [
        Quantity("stations", stations, unit="stations", definition="stations with a true hit"),
        *multiplicity,
        *bmn_measurements.fakes(of_slide, "68"),
        *bmn_measurements.fakes(of_file, "76"),
        bmn_measurements.wanted_tracks(of_slide, "easy"),
        bmn_measurements.wanted_tracks(of_hard, "hard"),
    ]
    curves = [
        spectrum,
        *bmn_measurements.hits_by_station(of_slide, "68"),
        *bmn_measurements.hits_by_station(of_file, "76"),
    ]
    event = bmn_measurements.typical_event(slide, [seed, 3])
    arrays = {name: event.hits[name] for name in ("station", "track")}
    arrays["position"] = np.stack([event.hits[name] for name in "xyz"], axis=1)
    arrays["wanted"] = event.tracks["track"][event.tracks["reconstructable"]]
    return Result(quantities, curves, arrays)


def draw(result, reference):
    figure, (tracks, stations, from_above, from_aside) = figures.panels(columns=2, rows=2, aspect=0.72)
    spectrum = result.curves["multiplicity"]
    figures.histogram(tracks, spectrum.y, bmn_measurements.MULTIPLICITY_EDGES, label="BM@N look-alike")
    if reference:
        mean = reference.quantities["multiplicity"].value
        tracks.axvline(mean, color="0.2", linestyle="--", linewidth=0.9, label=f"published mean, {mean}")
    figures.axis_labels(tracks, "tracks of the collision", "events")
    tracks.margins(y=0.25)
    figures.legend(tracks)

    for offset, preset, shade in ((-0.2, "68", 0.45), (0.2, "76", 0.9)):
        true, fake = (result.curves[f"{kind}_hits_{preset}"] for kind in ("true", "fake"))
        place = np.asarray(true.x) + offset
        stations.bar(place, true.y, 0.38, color="0.35", label="true")
        stations.bar(place, fake.y, 0.38, true.y, color=figures.COLOURS[1], alpha=shade, label=f"fake, {preset} %")
    for kind, ends in (("silicon", (-0.4, 2.4)), ("gem", (2.6, 8.4))):
        if reference:
            true, fake = (reference.quantities[f"{kind}_{which}_of_file"].value for which in ("true", "fake"))
            name = "authors' file, 76 %: true and all, mean of kind"
            stations.hlines([true, true + fake], *ends, color="k", linestyle="--", linewidth=0.9, label=name)
    figures.axis_labels(stations, "station (0 to 2 silicon, 3 to 8 GEM)", "mean hits per event")
    stations.margins(y=0.45)
    figures.legend(stations)

    above, aside = "one event: every fake hit has x of a true one", "the same event, seen from aside"
    for axes, axis, title, range_ in ((from_above, 0, above, (-900, 1250)), (from_aside, 1, aside, (-250, 450))):
        draw_event(axes, result.arrays, axis)
        axes.set(ylim=range_, title=title)
        figures.axis_labels(axes, "z", "xy"[axis], "mm", "mm")
    figures.legend(from_above, loc="upper left", columns=2)
    return figure


def draw_event(axes, arrays, axis):
    z, across = arrays["position"][:, 2], arrays["position"][:, axis]
    fake, found = arrays["track"] < 0, np.isin(arrays["track"], arrays["wanted"])
    looks = {"linestyle": "none", "marker": "o", "markeredgewidth": 0}
    axes.plot(z[fake], across[fake], **looks, markersize=1.8, color=figures.COLOURS[1], alpha=0.5, label="fake hits")
    axes.plot(z[~fake & ~found], across[~fake & ~found], **looks, markersize=1.8, color="0.35", label="other true hits")
    for track in arrays["wanted"]:
        hits = np.flatnonzero(arrays["track"] == track)
        hits = hits[np.argsort(z[hits])]
        looks = {"color": figures.COLOURS[0], "linewidth": 0.8, "marker": "o", "markersize": 2.2, "markeredgewidth": 0}
        axes.plot(z[hits], across[hits], **looks, label="tracks to be found")


def explore(result):
    track = result.arrays["track"]
    kind = np.where(track < 0, "noise", np.where(np.isin(track, result.arrays["wanted"]), "track to find", "other"))
    data = f"BM@N look-alike, {figures.origin(result)}"
    return displays.event_view(result.arrays["position"], kind, title="One event", data=data)
