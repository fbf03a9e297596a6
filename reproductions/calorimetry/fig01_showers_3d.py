"""Figure 1 of Belayneh et al.: a photon and a neutral pion in both calorimeters.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Figure 1
Data      showers of 27 to 32 GeV at 90 degrees, simulated here; with --data genuine files of photons and neutral pions
Cost      smoke 1 s, quick 2 s, full 30 s (1 CPU core; 0.2 GB, full 0.9 GB)
Expect    two clusters of the pion, one of the photon; two of most such pions, and of few photons
Differs   showers of a parametrisation, not of Geant4; the text calls the two electron and charged pion, the caption
          photon and neutral pion
Beyond    how often the two photons can be told apart; an interactive display
"""

from keras_hep import displays
from keras_hep.calorimetry.projections import depth_summed
from keras_hep.calorimetry.showers import Showers
from keras_hep.suite import figures, photon_clusters
from keras_hep.suite.record import Result
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"showers": 500}, "quick": {"showers": 6_000}, "full": {"showers": 40_000}}
NAMES = "photon", "neutral pion"


def reproduce(showers, data=None, seed=7):
    photons, pions = (photon_clusters.drawn(particle, showers, seed, data) for particle in ("photon", "pi0"))
    quantities = [
        photon_clusters.clusters("photon_clusters", photons.take([0])),
        photon_clusters.clusters("pi0_clusters", pions.take([0])),
        photon_clusters.resolved("resolved_photon", photons),
        photon_clusters.resolved("resolved_pi0", pions),
    ]
    shown = Showers.joined([photons.take([0]), pions.take([0])])
    arrays = photon_clusters.to_arrays(shown) | {"shown_energy": shown["energy"]}
    return Result(quantities, arrays=arrays, **origin(data))


def draw(result, reference):
    projections = ("3d", "3d", None) * 2
    figure, axes = figures.panels(columns=3, rows=2, aspect=1.0, projection=projections)
    shown = photon_clusters.from_arrays(result.arrays)
    for row, (name, energy) in enumerate(zip(NAMES, result.arrays["shown_energy"], strict=True)):
        ecal, hcal, image = axes[3 * row : 3 * row + 3]
        figures.shower_3d(ecal, shown.ecal.take([row]), title=f"{name}, {energy:.0f} GeV, ECAL")
        figures.shower_3d(hcal, shown.hcal.take([row]), title="HCAL")
        summed = depth_summed(shown.ecal.take([row]))[0]
        clusters = result.quantities[("photon_clusters", "pi0_clusters")[row]].value
        figures.shower_image(image, summed, title=f"clusters: {clusters}", colour_bar="energy in all layers [GeV]")
        image.set(xlim=(-8, 8), ylim=(-8, 8))
    return figure


def explore(result):
    shown = photon_clusters.from_arrays(result.arrays)
    names = [f"{name}, {energy:.0f} GeV" for name, energy in zip(NAMES, result.arrays["shown_energy"], strict=True)]
    return displays.shower_view(shown, names, title="A photon and a neutral pion", data=figures.origin(result))
