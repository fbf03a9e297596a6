"""The simulation of showers against published shower physics.

Source    Review of Particle Physics; Grindhammer and Peters, hep-ex/0001020; code of Belayneh et al., arXiv:1912.06794
Data      showers of single energies at 90 degrees, simulated here
Cost      smoke 2 s, quick 16 s, full 5 min (1 CPU core; 0.2 GB, full 0.9 GB)
Expect    the maximum a radiation length before the Review's rule, which is for homogeneous matter; 90 and 97 % within
          one and two Moliere radii; responses as the authors parametrise theirs to 0.02; 15 % / sqrt(E) from sampling
Differs   what the simulation is compared with is not in the article, but for conversions and the cut on HCAL / ECAL
Beyond    all of it
"""

from keras_hep.suite import figures
from keras_hep.suite import shower_literature as literature
from keras_hep.suite.record import Result

SCALES = {"smoke": {"showers": 100}, "quick": {"showers": 1_500}, "full": {"showers": 20_000}}
DECAYS, PHOTON_BLOCKS = 100_000, 20
MEASURES = (
    literature.depths,
    literature.widths,
    literature.responses,
    literature.resolution,
    literature.leakage,
    literature.hadrons,
)
HALVES = {"one": "photons", "two": "the same in two halves"}


def reproduce(showers, seed=7):
    quantities, curves = [], []
    for number, measure in enumerate(MEASURES):
        found = measure(showers, [seed, number])
        quantities += found[0]
        curves += found[1]
    coincident, arrays = literature.coincident_photons(showers, [seed, 10])
    quantities += coincident + literature.decays_and_conversions(PHOTON_BLOCKS, DECAYS, [seed, 11])
    return Result(quantities, curves, arrays)


def draw(result, reference):
    figure, axes = figures.panels(columns=3, rows=3, aspect=0.88)
    profiles, maxima, widths, responses, resolution, leakage, fractions, hadrons, hits = axes
    draw_depths(profiles, maxima, result.curves, reference)
    draw_responses(responses, resolution, result.curves)
    curves = result.curves
    for index, energy in enumerate((50, 200)):
        figures.overlay(widths, curves[f"within_{energy}"], label=f"photons, {energy} GeV", index=index)
    if reference:
        expected = [reference.quantities[f"expected_within_{number}"].value for number in ("one", "two")]
        widths.plot([1, 2], expected, "D", mfc="white", mec="0.2", label="Review", zorder=4)
    figures.axis_labels(widths, "radius [Moliere radii]", "energy within")
    figures.overlay(leakage, curves["leakage"], label="mean of electrons")
    figures.overlay(leakage, curves["leakage_99"], label="99 % are below", index=1)
    figures.level(leakage, 0.1, "cut of the article")
    figures.axis_labels(leakage, "energy", "HCAL / ECAL", "GeV")
    leakage.set(yscale="log", ylim=(2e-3, 5))
    over_line(fractions, curves, "em_fractions", "published_em_fractions", "charged pions", "Gabriel et al.")
    figures.axis_labels(fractions, "energy", "electromagnetic fraction", "GeV")
    figures.overlay(hadrons, curves["pion_responses"], label="charged pions", index=1)
    figures.level(hadrons, result.quantities["response_electron_100"].value, "electrons, 100 GeV")
    figures.axis_labels(hadrons, "energy", "both calorimeters / true energy", "GeV")
    figures.slice_distributions(hits, {name: result.arrays[f"hits_{key}"] for key, name in HALVES.items()})
    figures.axis_labels(hits, "ECAL hits, photons of 100 GeV", "showers")
    for each in axes:
        figures.legend(each)
    return figure


def draw_depths(profiles, maxima, curves, reference):
    for index, energy in enumerate(literature.PROFILE_ENERGIES):
        figures.overlay(profiles, curves[f"profile_{energy}"], label=f"{energy} GeV", index=index)
        if reference:
            expected = reference.quantities[f"expected_maximum_{energy}"].value
            name = "maximum, Review" if index == 0 else None
            profiles.axvline(expected, color=figures.COLOURS[index], linestyle="--", linewidth=0.8, label=name)
    figures.axis_labels(profiles, "depth [radiation lengths]", "energy per length / true energy")
    profiles.set(title="electrons", ylim=(0, 0.19))
    for index, particle in enumerate(("electron", "photon")):
        names = f"maxima_{particle}", f"expected_maxima_{particle}"
        over_line(maxima, curves, *names, f"{particle}s", f"{particle}s, Review", index)
    figures.axis_labels(maxima, "energy", "maximum [radiation lengths]", "GeV")


def draw_responses(responses, resolution, curves):
    for index, (particle, label) in enumerate((("electron", "electrons"), ("pi0", "neutral pions"))):
        names = f"responses_{particle}", f"published_responses_{particle}"
        over_line(responses, curves, *names, label, f"{label}, authors' code", index)
    figures.axis_labels(responses, "energy", "ECAL response / that at 100 GeV", "GeV")
    label = r"15.6 % / $\sqrt{E}$ $\oplus$ 1 %"
    over_line(resolution, curves, "resolutions", "published_resolutions", "sampling, no constant term", label)
    figures.axis_labels(resolution, "energy", "ECAL resolution of electrons", "GeV", "%")
    resolution.set(xscale="log", ylim=(0, 7))


def over_line(axes, curves, ours, published, label, published_label, index=0):
    figures.overlay(axes, curves[ours], label=label, index=index, line=False)
    line = curves[published]
    axes.plot(line.x, line.y, color=figures.COLOURS[index], linestyle="--", linewidth=0.8, label=published_label)
