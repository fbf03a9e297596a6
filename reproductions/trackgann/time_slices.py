"""Slides Datasets, Data and Backup of TrackGANN: what a time slice of SPD tracks and one of TrackML-like tracks hold.

Source    TrackGANN slides (2025), Datasets, Data, and both displays of the backup
Data      time slices of SPD tracks and of TrackML-like tracks, simulated here as the authors' generators do; with
          --data tracks of a genuine TrackML event in place of the TrackML-like ones
Cost      smoke 1 s, quick 2 s, full 10 s (2 CPU cores, 0.5 GB), and once 4 s to draw TrackML-like particles
Expect    15 events with 2 to 5 tracks each; 33 hits on an SPD track, 11 on a TrackML-like one
Differs   TrackML-like tracks are not those of the TrackML challenge; the slices shown are others than theirs
Beyond    hits per track against the exact law of the generator, and what the slides say of tracks but no program
          enforces: 2 to 6 tracks, 28 hits or more, and the least and the largest distance from the axis
"""

from keras_hep import displays
from keras_hep.formats.time_slices import COLUMNS
from keras_hep.simulation.spd_slices import STATIONS, SPDSlices
from keras_hep.simulation.time_slice import TimeSlice
from keras_hep.simulation.trackml_slices import TrackMLSlices
from keras_hep.suite import figures, time_slice_contents, trackml_events
from keras_hep.suite.figures.text_tables import text_table
from keras_hep.suite.record import Result

SCALES = {"smoke": {"slices": 20}, "quick": {"slices": 300}, "full": {"slices": 5_000}}
FIELDS = ("hits", "hit_counts", "event", "intervals")
FORMATS = (".2f", ".2f", ".2f", ".0f", ".0f", ".3f", ".3f")


def reproduce(slices, data="simulation", seed=7):
    genuine = None if data == "simulation" else trackml_events.genuine(data)
    trackml = TrackMLSlices(resolution=7, event_files=(data,) if genuine else ())
    simulations = {"spd": SPDSlices(resolution=7), "trackml": trackml}
    quantities, curves, arrays = [], [], {}
    for number, (name, simulation) in enumerate(simulations.items()):
        counts = time_slice_contents.counted(simulation, slices, [seed, number])
        quantities += time_slice_contents.contents(name, counts)
        curves += time_slice_contents.laws(name, counts, most_hits=STATIONS if name == "spd" else 20)
        shown = simulation.slice([seed, number, 0])
        arrays |= {f"{field}_{name}": getattr(shown, field) for field in FIELDS}
        if name == "spd":
            arrays["rows_spd"] = time_slice_contents.rows(shown)
            quantities.append(time_slice_contents.short_tracks("short_tracks_spd", counts))
            quantities.append(time_slice_contents.spacing("spacing_spd", counts))
    origin = {"data": genuine.data, "events": genuine.events} if genuine else {"data": "simulation"}
    return Result(quantities, curves, arrays, **origin)


def draw(result, reference):
    figure, panels = figures.panels(columns=2, rows=3, aspect=0.8)
    spd, spd_beside, trackml, trackml_beside, lengths, table = panels
    labels = {"spd": "SPD", "trackml": "TrackML" if result.events else "TrackML-like"}
    for along, beside, name in ((spd, spd_beside, "spd"), (trackml, trackml_beside, "trackml")):
        shown = shown_slice(result, name)
        figures.time_slice(along, beside, shown, numbers=False)
        along.set_title(f"{labels[name]}: {shown.events} events, {shown.tracks} tracks")
        beside.set_title(f"{labels[name]}, from the side")
    figures.event_legend(figure)
    exact = reference and reference.curves["hits_of_track_spd"]
    if exact:
        lengths.plot(exact.x, exact.y, color="0.3", linestyle=":", label="exact expectation, SPD", zorder=1)
    for index, (name, label) in enumerate(labels.items()):
        figures.overlay(lengths, result.curves[f"hits_of_track_{name}"], label=label, index=index, line=False)
    lengths.set(yscale="log", ylim=(1e-4, 5))
    figures.axis_labels(lengths, "hits of a track", "share of tracks")
    figures.legend(lengths)
    text_table(table, COLUMNS, result.arrays["rows_spd"], FORMATS)
    table.set_title("three SPD tracks as in the files; x, y, z in mm")
    return figure


def explore(result):
    title = "A time slice of SPD tracks"
    return displays.time_slice_view(shown_slice(result, "spd"), title=title, data=figures.origin(result))


def shown_slice(result, name):
    arrays = {field: result.arrays[f"{field}_{name}"] for field in FIELDS}
    return TimeSlice(**arrays, events=int(arrays["event"].max()) + 1)
