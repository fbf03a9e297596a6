"""Slides Simulated Toy Data and Statistics of TrackNET: what a time slice of the SPD toy holds.

Source    Goncharov et al., TrackNET slides (2024), Simulated Toy Data and Statistics
Data      time slices of the SPD toy, simulated here as the authors' generator does
Cost      smoke 2 s, quick 6 s, full 2 min (2 CPU cores, 1 GB)
Expect    200 tracks and 40,000 hits per time slice, 83 % of them fake; the slide's 38,200 hits and 82.26 % are well
          within the spread of single slices
Differs   nothing: where generator and description differ, the generator is followed
Beyond    every number is compared with its exact expectation, computed from the generator's law, and with the sizes of
          the authors' files; the generator as described (1 to 10 tracks, displaced vertices, shifts along the
          cylinders) beside the authors'
"""

import numpy as np

from keras_hep.simulation.spd import SPDToy
from keras_hep.suite import figures, slice_measurements
from keras_hep.suite import spd_geometry_measurements as geometry
from keras_hep.suite.record import Result

SLIDE = {"hits": 38_200, "fraction": 0.8226}
DISTANCES = np.linspace(-40, 40, 81)  # mm
SCALES = {
    "smoke": {"slices": 20, "tracks": 2_000},
    "quick": {"slices": 200, "tracks": 20_000},
    "full": {"slices": 5_000, "tracks": 200_000},
}


def reproduce(slices, tracks, seed=7):
    nine = slice_measurements.counted(SPDToy(), slices, [seed, 0])
    ten = slice_measurements.counted(SPDToy(most_tracks=10), slices, [seed, 1])
    quantities, arrays = slice_measurements.laws(nine), {}
    for counts, suffix in ((nine, ""), (ten, "_ten")):
        quantities += slice_measurements.contents(counts, suffix)
        quantities += slice_measurements.single_slices(counts, **SLIDE, suffix=suffix)
        arrays |= {f"hits{suffix}": counts.hits, f"tracks{suffix}": counts.tracks.sum(axis=1)}
        arrays |= {f"fake_fraction{suffix}": counts.fake_fraction}
    for percent in (99, 98):
        toy, own_seed = SPDToy(efficiency=percent / 100, fakes=False), [seed, percent]
        quantities.append(slice_measurements.tracks_to_find(f"tracks_to_find_{percent}", toy, slices, own_seed, 3))
    curves = [slice_measurements.events_by_tracks(nine, most=10), *slice_measurements.by_station(nine)]

    published = SPDToy().tracks(tracks, [seed, 2])
    for name, drawn in (("published", published), ("described", SPDToy(vertex="exact").tracks(tracks, [seed, 3]))):
        spread, distances = geometry.impact_parameters(f"impact_{name}", *drawn)
        quantities.append(spread)
        arrays[f"impact_{name}"] = np.histogram(distances, DISTANCES)[0]
    described = SPDToy(smearing="azimuthal").tracks(tracks, [seed, 2])
    for name, drawn in (("off_cylinder", published), ("off_cylinder_described", described)):
        numbers, curve = geometry.radial_shifts(name, *drawn)
        quantities, curves = quantities + numbers, [*curves, curve]
    return Result(quantities, curves, arrays, data="simulation")


def draw(result, reference):
    figure, (hits, fractions, tracks, stations, off, impact) = figures.panels(columns=3, rows=2, aspect=0.86)
    known, curves, arrays = reference.quantities if reference else {}, result.curves, result.arrays
    for axes, name, title in (
        (hits, "hits", "hits of a time slice"),
        (fractions, "fake_fraction", "fraction of fakes of a slice"),
        (tracks, "tracks", "tracks of a time slice"),
    ):
        samples = {"as generated": arrays[name], "as described": arrays[f"{name}_ten"]}
        figures.slice_distributions(axes, samples, known.get(name), known.get(f"{name}_exact"))
        figures.axis_labels(axes, title, "time slices")
        axes.set_title("1 to 9, or 1 to 10, tracks per event")

    by_station = curves["real_hits_by_station"], curves["fake_hits_by_station"]
    figures.stacked_hits(stations, *by_station, known.get("hits_per_station"))
    figures.axis_labels(stations, "station", "hits per time slice")
    figures.overlay(off, curves["off_cylinder_by_azimuth"], label="as generated", line=False)
    figures.overlay(off, curves["off_cylinder_described_by_azimuth"], label="as described", index=1, line=False)
    if reference:
        exact = reference.curves["off_cylinder_by_azimuth"]
        off.plot(exact.x, exact.y, color="0.2", linestyle=":", label="exact expectation", zorder=1)
    off.set(ylim=(-0.005, 0.115), title="shift of hits off, or along, cylinders")
    figures.axis_labels(off, "azimuth of the hit", "r.m.s. off cylinder", "degree", "mm")
    for index, (name, label) in enumerate((("published", "as generated"), ("described", "as described"))):
        figures.histogram(impact, arrays[f"impact_{name}"], DISTANCES, label, index, errors=False)
    figures.axis_labels(impact, "distance of a track to the axis", "tracks", "mm")
    impact.set(yscale="log", xlim=DISTANCES[[0, -1]], title="vertices on, or around, the axis")
    figures.legend(figure, columns=6)
    return figure
