"""What a network that reconstructs particles says of generated electrons, and of the simulated ones beside them.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Appendix B, Figures 21 and 22.
"""

import dataclasses

import numpy as np

from keras_hep import training, training_store
from keras_hep.calorimetry.shower_streams import ShowerStream, shower_inputs
from keras_hep.calorimetry.showers import Showers
from keras_hep.metrics import estimates
from keras_hep.metrics.showers import measured_angle
from keras_hep.suite.generated_showers import generators
from keras_hep.suite.record import Curve, Quantity
from keras_hep.suite.shower_reconstruction import courses, networks
from keras_hep.suite.shower_reconstruction.kept_arrays import kept_arrays

SIDE = 25  # cells of the window that these networks read
NETWORKS = {"smoke": "dnn", "quick": "dnn", "full": "cnn"}  # the article's is the CNN
KINDS = {"simulated": "simulated electrons", "generated": "generated electrons"}
ENERGY_EDGES = np.linspace(100.0, 200.0, 11)  # GeV
_BLOCK = 250  # showers that are predicted at once


@dataclasses.dataclass(frozen=True)
class InEcal:
    """Showers of which a network is told no more than the image in the electromagnetic calorimeter shows.

    Generated showers have no other calorimeter, nor a direction from the origin.

    Args:
        sample: `ShowerSample`.
    """

    sample: object

    def draw(self, number, seed):
        """Return so many `Showers`, drawn at random."""
        showers = self.sample.draw(number, seed)
        return on_image(showers.ecal, showers.labels)


def on_image(cells, labels):
    """Return `Showers` with an eta that is measured on the images, in the window of reconstruction.

    Args:
        cells: `Cells`.
        labels: dict of arrays, with "energy" and perhaps "eta" and "phi".
    """
    cells = cells.cropped(SIDE, SIDE)
    theta = np.nan_to_num(measured_angle(cells), nan=np.pi / 2)
    seen = {"reco_eta": -np.log(np.tan(theta / 2)), "reco_phi": np.zeros(len(cells))}
    kept = {name: labels[name] for name in ("energy", "eta", "phi") if name in labels}
    return Showers(cells, None, {**kept, **seen}, "simulation")


def course(profile, seed):
    """Return model, `ShowerStream` and other arguments of the training: charged pions are class 0, electrons class 1.

    Args:
        profile: str. One of `NETWORKS`.
        seed: int.
    """
    name = NETWORKS[profile]
    recipe = networks.PROFILES[profile].recipes[name]
    model = networks.network(name, ecal_shape=(SIDE, SIDE, SIDE), hcal_shape=None, **recipe.arguments)
    stream = ShowerStream(tuple(InEcal(one) for one in courses.ELECTRON_PION.samples("train", profile, seed)))
    sizes = {"events": recipe.events, "seed": seed, "batch_size": recipe.batch_size}
    return model, stream, {**sizes, "interval": recipe.batch_size * -(-recipe.events // (10 * recipe.batch_size))}


def answers(profile, seed):
    """Return what the network says of simulated and of generated electrons, computed once.

    Args:
        profile: str. One of `NETWORKS`.
        seed: int.

    Returns:
        (`KeptArrays`, `Generator`): the arrays, shape (showers,), are "true", GeV, and of both of `KINDS`
        "<kind>_energy", GeV, and "<kind>_score", logit of electron minus that of charged pion.
    """
    generator = generators.trained("published", profile, seed)
    model, stream, sizes = course(profile, seed)
    described = {"network": training_store.content_key(model, stream, sizes), "sizes": _described(profile, seed)}
    described["generator"] = {name: entry["key"] for name, entry in generator.entries.items()}

    def compute():
        recipe = networks.PROFILES[profile].recipes[NETWORKS[profile]]
        trained = training.fit(
            model,
            stream,
            optimizer=networks.optimizer(recipe),
            loss=networks.LOSS,
            metrics=networks.metrics(),
            **sizes,
        ).model
        showers = generators.tested(profile, seed).take(slice(0, generators.SIZES[profile].predicted))
        images = {"simulated": showers.ecal, "generated": generator.like(showers, seed)}
        arrays = {"true": showers["energy"]}
        for kind, cells in images.items():
            output = predicted(trained, on_image(cells, showers.labels))
            arrays |= {f"{kind}_energy": output[:, 2], f"{kind}_score": output[:, 1] - output[:, 0]}
        return arrays

    return kept_arrays(described, compute), generator


def predicted(model, showers):
    """Return the output of a network, float array of shape (showers, 5), as of `keras_hep.models.ShowerDNN`."""
    starts = range(0, len(showers), _BLOCK)
    return np.concatenate(
        [training.predict(model, shower_inputs(showers.take(slice(one, one + _BLOCK)))) for one in starts]
    )


def _described(profile, seed):
    return [dataclasses.asdict(generators.SIZES[profile]), seed]


# Energies


def energies(found):
    """Return mean and width of predicted over true energies, list of `Quantity`.

    Args:
        found: dict-like, as from `answers`.

    Returns:
        list: "mean_<kind>", "width_<kind>", the standard deviation, and "half_width_<kind>", half of what holds the
        inner 68 %; "mean_ratio", "width_ratio" and "half_width_ratio", generated over simulated.
    """
    quantities, values = [], {}
    for kind, of in KINDS.items():
        relative = found[f"{kind}_energy"].astype(float) / found["true"]
        values[kind] = {
            "mean": (estimates.mean(relative), "mean"),
            "width": (estimates.standard_deviation(relative), "standard deviation"),
            "half_width": (_half_width(relative), "half of the range of the inner 68 %"),
        }
        quantities += [
            Quantity(f"{name}_{kind}", *value, definition=f"{what} of predicted over true energy, {of}")
            for name, (value, what) in values[kind].items()
        ]
    for name, ((value, error), what) in values["generated"].items():
        below, below_error = values["simulated"][name][0]
        ratio = value / below
        error = np.hypot(error, ratio * below_error) / below
        definition = f"{what} of predicted over true energy, generated over simulated electrons"
        quantities.append(Quantity(f"{name}_ratio", ratio, error, definition=definition))
    return quantities


def _half_width(values):
    """Return half the range of the inner 68 %, and its standard error, of halves of the sample that is cut in ten."""
    parts = [np.diff(np.quantile(part, [0.16, 0.84]))[0] / 2 for part in np.array_split(values, 10)]
    return float(np.diff(np.quantile(values, [0.16, 0.84]))[0] / 2), float(np.std(parts, ddof=1) / np.sqrt(10))


def energy_curves(found):
    """Return predicted energies in bins of the true one, list of `Curve`: "<kind>" with the width as error, GeV."""
    place, centres = np.digitize(found["true"], ENERGY_EDGES) - 1, (ENERGY_EDGES[1:] + ENERGY_EDGES[:-1]) / 2
    filled = [number for number in range(len(centres)) if np.count_nonzero(place == number) > 1]
    curves = []
    for kind, of in KINDS.items():
        parts = [found[f"{kind}_energy"][place == number].astype(float) for number in filled]
        means, widths = [part.mean() for part in parts], [part.std(ddof=1) for part in parts]
        definition = f"mean of predicted energies, {of}; the error is their standard deviation"
        curves.append(Curve(kind, centres[filled], means, widths, "GeV", "GeV", definition))
    return curves


# Identity


def accuracies(found):
    """Return which share of the electrons is taken for electrons, list of `Quantity`.

    Args:
        found: dict-like, as from `answers`.

    Returns:
        list: "accuracy_<kind>", and "accuracy_difference", generated minus simulated.
    """
    right = {kind: found[f"{kind}_score"] > 0 for kind in KINDS}
    quantities = []
    for kind, of in KINDS.items():
        value, error = estimates.fraction(np.count_nonzero(right[kind]), len(right[kind]))
        definition = f"share of {of} that the network takes for electrons rather than charged pions"
        quantities.append(Quantity(f"accuracy_{kind}", value, error, definition=definition, count=len(right[kind])))
    difference = right["generated"].astype(float) - right["simulated"]  # pairs of one energy and angle
    return [
        *quantities,
        Quantity("accuracy_difference", *estimates.mean(difference), definition="accuracy, generated - simulated"),
    ]
