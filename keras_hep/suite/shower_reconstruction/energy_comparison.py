"""Energies of all four particles, by networks and by baselines on the same test showers.

Reference: Belayneh et al., Eur. Phys. J. C 80 (2020) 688, Figures 15, 32 and 33.
"""

import dataclasses

import numpy as np

from keras_hep.suite import energy_regressions as regressions
from keras_hep.suite import figures
from keras_hep.suite.energy_regressions import HIGH, LOW
from keras_hep.suite.shower_reconstruction import baselines, courses, measurements, networks
from keras_hep.suite.shower_reconstruction.samples import prepare

PARTICLES = ("electron", "charged_pion", "photon", "pi0")  # in the order of the article's figures
BASELINES = {"linear": "linear regression", "boosted": "XGBoost"}
RANGES = {"low": LOW, "high": HIGH}
FIRST, LAST = (0, 25), (475, 500)  # GeV
PARTS = "train", "test"


@dataclasses.dataclass(frozen=True, eq=False)
class EnergyComparison:
    """What several methods measure of the same test showers.

    Attributes:
        regressions: dict of (method, particle) to `EnergyRegression`; of a network the mean of its trainings.
        answers: dict of "<network>_<training>_<particle>" to `Answers`.
    """

    regressions: dict
    answers: dict

    @property
    def methods(self):
        """Names of the methods, list: baselines first."""
        return list(dict.fromkeys(method for method, _ in self.regressions))

    @property
    def networks(self):
        """Names of the networks, list."""
        return [method for method in self.methods if method not in BASELINES]

    def curves(self):
        """Return bias, resolution and its fit of all methods and particles, list of `Curve`: "<method>_<particle>_"."""
        return [
            curve
            for (method, particle), measured in self.regressions.items()
            for curve in regressions.curves(f"{method}_{particle}", measured)
        ]


def compared(angles, names, profile, seed, data=None):
    """Train networks and baselines, and measure them on the same test showers.

    Photons and neutral pions are learnt by one network, electrons and charged pions by another one, as in the article;
    baselines learn one particle each.

    Args:
        angles: str. "random", 60 to 120 degrees, where networks for photons are the trainings that most items share;
            or "fixed", 90 degrees.
        names: sequence of str. Networks.
        profile: str. One of `networks.PROFILES`.
        seed: int.
        data: str, path or None. As of `courses.Task.on`.

    Returns:
        `EnergyComparison`.
    """
    tasks = [
        dataclasses.replace(task.on(data), angles=angles) for task in (courses.ELECTRON_PION_ENERGY, courses.PHOTON_PI0)
    ]
    wanted = [
        (course, task.samples("test", profile, seed))
        for network in names
        for task in tasks
        for course in trainings(task, network, profile, seed)
    ]
    found = [(course, answers) for (course, _), answers in zip(wanted, courses.carried_out(wanted), strict=True)]
    predicted, true = _baselines(tasks, profile, seed)
    for course, answers in found:
        for particle, answer in zip(course.task.particles, answers, strict=True):
            predicted.setdefault((course.network, particle), []).append(answer.energy)
    of_all = {
        (method, particle): measurements.energies(true[particle], predicted[method, particle])
        for method in (*BASELINES, *names)
        for particle in PARTICLES
    }
    return EnergyComparison(of_all, _named(found))


def _baselines(tasks, profile, seed):
    """Return energies by the baselines, dict of (method, particle) to list of one array, and the true ones."""
    predicted, true = {}, {}
    samples = {part: [sample for task in tasks for sample in task.samples(part, profile, seed)] for part in PARTS}
    prepare([*samples["train"], *samples["test"]])
    for train, test in zip(samples["train"], samples["test"], strict=True):
        simple = baselines.energies(train, test, eta=train.angles == "random")
        predicted |= {(method, test.particle): [getattr(simple, method)] for method in BASELINES}
        true[test.particle] = test.showers()["energy"]
    return predicted, true


def trainings(task, network, profile, seed):
    """Return the `Course`s of a network, list: where others train the same, theirs."""
    shared = task.angles == "random" and task.particles == courses.PHOTON_PI0.particles
    return (courses.headline if shared else _alone)(network, profile, seed, task.data, task)


def _alone(network, profile, seed, data, task):
    return courses.repeats(task.on(data), network, profile, seed)


def _named(found):
    return {
        f"{course.network}_{course.repeat}_{particle}": answer
        for course, answers in found
        for particle, answer in zip(course.task.particles, answers, strict=True)
    }


# What is asked


def resolutions(comparison):
    """Return resolutions at low and high energies, and the bias at high ones, list of `Quantity`.

    Their names are "<method>_<particle>_low", "..._high" and "..._bias". Of boosted trees there are the first and the
    last bin too, "boosted_<particle>_first" and "..._last", where they have showers.
    """
    found = []
    for (method, particle), measured in comparison.regressions.items():
        name = f"{method}_{particle}"
        found += [regressions.resolution(f"{name}_{end}", measured, *energies) for end, energies in RANGES.items()]
        found.append(regressions.absolute_bias(f"{name}_bias", measured, *HIGH))
        if method == "boosted":
            found += ends(name, measured)
    return found


def ends(name, measured):
    """Return the resolutions of the first and of the last bin that have showers, list of `Quantity`."""
    found = {"first": FIRST, "last": LAST}
    bins = {"first": 0, "last": -1}
    filled = [end for end, place in bins.items() if measured.resolution[place] > 0]
    return [regressions.resolution(f"{name}_{end}", measured, *found[end]) for end in filled]


def over_boosted(comparison):
    """Return resolutions above 300 GeV over those of boosted trees, list of `Quantity`: "<method>_<particle>_ratio"."""
    found = []
    for (method, particle), measured in comparison.regressions.items():
        if method != "boosted":
            of = f"resolution of {name_of(method)} / of {BASELINES['boosted']}, above {HIGH[0]} GeV"
            trees = comparison.regressions["boosted", particle]
            found.append(regressions.ratio(f"{method}_{particle}_ratio", measured, trees, *HIGH, of))
    return found


def bias_shares(comparison):
    """Return absolute biases over resolutions above 300 GeV, list of `Quantity`: "<method>_<particle>_bias_share"."""
    found = []
    for (method, particle), measured in comparison.regressions.items():
        bias = regressions.absolute_bias("", measured, *HIGH)
        spread = regressions.resolution("", measured, *HIGH).value
        of = f"absolute bias / resolution, bins above {HIGH[0]} GeV"
        found.append(
            regressions.Quantity(f"{method}_{particle}_bias_share", bias.value / spread, bias.error / spread, "1", of)
        )
    return found


def pions_worse(comparison):
    """Return by how much the resolution of charged pions is wider than that of the worst other particle.

    Returns:
        list of `Quantity`: of each method "<method>_pions_worse_<low|high>" in percent, and the same with "_errors".
    """
    found = []
    for method in comparison.methods:
        for end, energies in RANGES.items():
            several = {
                particle: regressions.resolution("", comparison.regressions[method, particle], *energies)
                for particle in PARTICLES
            }
            pions = several.pop("charged_pion")
            of = f"resolution of charged pions - of the worst other particle, {name_of(method)}"
            found += _excess(f"{method}_pions_worse_{end}", pions, several.values(), f"{of}, {_gev(energies)}")
    return found


def similar(name, comparison, names):
    """Return the largest over the smallest resolution above 300 GeV of some networks, list of `Quantity`.

    Args:
        name: str. The quantities are "<name>_<particle>".
        comparison: `EnergyComparison`.
        names: sequence of str. Networks.
    """
    high = resolutions(comparison)
    return [
        regressions.largest_over_smallest(f"{name}_{particle}", high, f"{{}}_{particle}_high", names)
        for particle in PARTICLES
    ]


def worse_for_pions(network, comparison):
    """Return by how much a network's resolution of charged pions above 300 GeV is wider than that of the worst other.

    Returns:
        list of three `Quantity`: "<network>_worse_for_pions" in percent, the same with "_errors", and with "_ratio".
    """
    several = {
        one: regressions.resolution(one, comparison.regressions[one, "charged_pion"], *HIGH)
        for one in comparison.networks
    }
    ours = several.pop(network)
    worst = max(several.values(), key=lambda one: one.value)
    name, of = f"{network}_worse_for_pions", f"charged pions, {name_of(network)}, worst other network"
    value = ours.value / worst.value
    error = value * np.hypot(ours.error / ours.value, worst.error / worst.value)
    ratio = regressions.Quantity(f"{name}_ratio", value, error, "1", f"ratio of resolutions, {of}, {_gev(HIGH)}")
    return [*_excess(name, ours, [worst], f"difference of resolutions, {of}, {_gev(HIGH)}"), ratio]


def _excess(name, ours, others, definition):
    """Return the difference to the largest of other quantities, and how many of its errors it is."""
    worst = max(others, key=lambda one: one.value)
    error = np.hypot(ours.error, worst.error)
    excess, errors = measurements.with_errors(name, ours.value - worst.value, error, definition)
    return [dataclasses.replace(excess, unit="%"), errors]


def design_resolution(stochastic, constant, energy):
    """Return the resolution in percent that a calorimeter is designed for, a / sqrt(E) (+) b.

    Args:
        stochastic: float. a, percent GeV^0.5.
        constant: float. b, percent.
        energy: float or array. GeV.

    Example:

    >>> round(float(design_resolution(15.6, 1.0, 487.5)), 3)
    1.224
    """
    return np.hypot(stochastic / np.sqrt(energy), constant)


def over_design(comparison, stochastic, constant):
    """Return resolutions in the first and last bin over `design_resolution`, list of `Quantity`.

    They are "<method>_<particle>_first_over_design" and "..._last_over_design", where the bin has showers.
    """
    found = []
    for (method, particle), measured in comparison.regressions.items():
        for one in ends(f"{method}_{particle}", measured):
            centre = np.mean(FIRST if one.name.endswith("first") else LAST)
            design = design_resolution(stochastic, constant, centre)
            of = f"resolution / design, {stochastic} %/sqrt(E) (+) {constant} % = {design:.2f} % at {centre} GeV"
            name = f"{one.name}_over_design"
            found.append(regressions.Quantity(name, one.value / design, one.error / design, "1", of))
    return found


# Figures


def name_of(method, profile="full"):
    """Return what a method is called in a figure: networks that are reduced at a scale say how.

    Args:
        method: str. One of `BASELINES`, or "dnn", "cnn" or "gn".
        profile: str. One of `networks.PROFILES`.

    Example:

    >>> name_of("gn"), name_of("gn", "smoke")
    ('GN', 'GN 1/64 wide, 100 showers')
    """
    if method in BASELINES:
        return BASELINES[method]
    if profile == "full":
        return networks.LABELS[method]
    return f"{networks.sized(method, profile)}, {networks.PROFILES[profile].recipes[method].events:,} showers"


@figures.style()
def draw_particles(result, methods, reference=None):
    """Draw bias and resolution of several methods, a row for each particle.

    Args:
        result: `Result` with the curves of an `EnergyComparison`.
        methods: sequence of str.
        reference: `Reference` or None. Its "boosted_<particle>_first" and "..._last" are marked.

    Returns:
        matplotlib `Figure`.
    """
    figure, axes = figures.panels(columns=2, rows=len(PARTICLES), aspect=0.6)
    for row, particle in enumerate(PARTICLES):
        bias, resolution = axes[2 * row : 2 * row + 2]
        figures.energy_axes(bias, resolution)
        for index, method in enumerate(methods):
            label = name_of(method, result.scale or "full")
            looks = {"index": index, "filled": method not in BASELINES}
            figures.bias_and_resolution((bias, resolution), result.curves, f"{method}_{particle}", label, **looks)
        mark_published(resolution, particle, reference)
        wide_biases(bias)
        bias.set_title(regressions.LABELS[particle])
    axes[1].set_title("tails included; lines: fits of Eq. 3")
    figures.legend(figure, columns=3)
    return figure


def mark_published(axes, particle, reference):
    """Mark the published resolutions of boosted trees in the first and the last bin, where a reference has them."""
    for end, energies in {"first": FIRST, "last": LAST}.items():
        name = f"boosted_{particle}_{end}"
        if reference and name in reference.quantities:
            label = f"published, {BASELINES['boosted']}"
            figures.published_range(axes, np.mean(energies), reference.quantities[name], label)


@figures.style()
def wide_biases(axes):
    """Scale an axis of biases in percent so that small and large ones are seen: logarithmic beyond 10 %."""
    axes.set_yscale("symlog", linthresh=10, linscale=1)
    largest = max(abs(limit) for limit in axes.get_ylim())
    axes.set_ylim(-max(largest, 20), max(largest, 20))
    axes.set_yticks([-100, -50, -20, -10, -5, 0, 5, 10, 20, 50, 100])
    axes.set_ylim(-max(largest, 20), max(largest, 20))  # ticks widen the limits
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()


def _gev(energies):
    return f"{energies[0]} to {energies[1]} GeV"
