"""Figure 30 of Belayneh et al.: energies of electrons by the CNN, with and without skip connections.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Appendix G, Figure 30
Data      electrons of 10 to 510 GeV at 60 to 120 degrees, simulated here; with --data genuine files of electrons
Cost      smoke 30 s, quick 1.5 min (2 CPU cores, 3 GB); full for a GPU
Expect    with the energies in ECAL and HCAL given to the first dense layer and to the last, their weights 1 at first,
          the CNN converges sooner and measures energies better after as long a training
Differs   showers of a parametrisation, not of Geant4; at scale quick 256 neurons, 3 filters of 4x4x4 cells, 20,000
          electrons and fewer than one epoch of them, at scale full 400,000 and 6 epochs, where the article trains for
          5 epochs; what "without" leaves out is our reading: both energies at both places
Beyond    three trainings each, with errors; the reading of the authors' code, where the last layer corrects the sum of
          both energies; the course of the trainings
"""

from keras_hep.suite import figures
from keras_hep.suite.record import Result
from keras_hep.suite.shower_reconstruction import skip_connections
from keras_hep.suite.shower_reconstruction.courses import recorded
from keras_hep.suite.shower_reconstruction.trained_energies import outcomes
from keras_hep.suite.shower_samples import origin

SCALES = {"smoke": {"profile": "smoke"}, "quick": {"profile": "quick"}, "full": {"profile": "full"}}


def reproduce(profile, data=None, seed=7):
    sample = skip_connections.ELECTRONS.on(data).samples("test", profile, seed)[0]
    courses = skip_connections.courses(profile, seed, data)
    measured, answers = outcomes({skip: (each, {"electron": sample}) for skip, each in courses.items()})
    found = {skip: measured[skip, "electron"] for skip in courses}
    histories = {
        skip: [answers[f"{skip}_{number}_electron"].history for number in range(len(courses[skip]))] for skip in courses
    }
    quantities = skip_connections.quantities(found)
    for skip in ("init1", "residual"):
        quantities.append(skip_connections.convergence(f"convergence_{skip}", histories[skip], histories["none"]))
    curves = [curve for skip, energies in found.items() for curve in energies.curves(skip)]
    curves += skip_connections.history_curves(histories)
    return Result(quantities, curves, weights=recorded(answers), **origin(data))


def draw(result, reference):
    figure, (bias, resolution, course) = figures.panels(columns=3, aspect=0.95)
    figures.energy_axes(bias, resolution)
    for index, (skip, label) in enumerate(skip_connections.SKIPS.items()):
        figures.bias_and_resolution((bias, resolution), result.curves, skip, label, index, filled=skip != "none")
        figures.overlay(course, result.curves[f"{skip}_loss"], label=label, index=index)
    figures.axis_labels(course, "electrons seen in training", "loss in training")
    course.set(yscale="log")
    figures.legend(figure)
    return figure
