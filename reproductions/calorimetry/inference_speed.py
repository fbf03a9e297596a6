"""Time per shower of 3DGAN's generator, plain and with its upsampling folded, and of the simulation.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 4.2: 13 ms per particle on a Xeon
          8180, 4 ms on a GTX 1080, 17 s by Geant4
Data      none: untrained weights compute as fast as trained ones; electrons of 100 to 200 GeV for the simulation
Cost      smoke 20 s, quick 1 min, full 3 min (2 CPU cores, 4 GB)
Expect    the folded network makes the same images in less than 5 ms each on two cores, less than the published 13 ms of
          a whole Xeon
Differs   other machines and TensorFlow: published times stand beside ours, only plain, folded and simulation are of one
          run; the simulation is a parametrisation, ten thousand times as fast as Geant4 and faster than the generator:
          what the generator saves can be said of Geant4 only
Beyond    folding, which is exact; the times at three sizes of batches; the cropped generator, ours
"""

from keras_hep.suite import figures
from keras_hep.suite.generated_showers import generation_speed as speed
from keras_hep.suite.record import Result

SCALES = {
    "smoke": {"batches": (1, 2), "rounds": 1, "simulated": 50},
    "quick": {"batches": (1, 32, 128), "rounds": 5, "simulated": 200},
    "full": {"batches": (1, 32, 128), "rounds": 20, "simulated": 1_000},
}
PUBLISHED = {"xeon": "Xeon 8180", "gtx": "GTX 1080", "geant4": "Xeon 8180"}


def reproduce(batches, rounds, simulated, seed=7):
    models = speed.generators(seed)
    quantities = speed.same_images(models, seed)
    return Result(quantities + speed.measured(models, batches, rounds, simulated, seed))


def draw(result, reference):
    figure, axes = figures.panels(columns=1, width=5.0, aspect=0.75)
    ours = {}
    for form, label in speed.FORMS.items():
        names = [name for name in result.quantities if name.removeprefix(f"{form}_").isdigit()]
        ours[label] = {f"{name.rpartition('_')[2]} at once": result.quantities[name].value for name in names}
    ours["parametrised simulation"] = {"simulation": result.quantities["simulation"].value}
    published = {
        f"3DGAN, {PUBLISHED[name]}": {"published": reference.quantities[name].value}
        for name in ("xeon", "gtx")
        if reference is not None
    }
    if reference is not None:
        published["Geant4, Xeon 8180"] = {"simulation": 1000 * reference.quantities["geant4"].value}
    figures.compare_speeds(axes, ours, published)
    axes.set_xlabel("time per shower [ms]")
    axes.set_xlim(right=6 * axes.get_xlim()[1])  # room for the numbers
    figures.legend(figure, columns=2)
    return figure
