"""Simulated showers beside what is published of showers: depth, width, response, resolution, leakage, hadrons.

Unless said otherwise showers are in the large window at 90 degrees, without conversions and bremsstrahlung in front.
"""

import dataclasses

import numpy as np

from keras_hep.calorimetry import shower_shapes
from keras_hep.calorimetry.features import shower_features
from keras_hep.calorimetry.selections import little_hcal_energy
from keras_hep.metrics.two_samples import same_law
from keras_hep.simulation.pi0_decays import decay
from keras_hep.simulation.shower_deposits import Deposits
from keras_hep.simulation.shower_physics import ShowerPhysics
from keras_hep.simulation.showers import ShowerSimulation
from keras_hep.suite.record import Curve, Quantity

PLAIN = ShowerPhysics(conversion=0.0, bremsstrahlung=0.0)
SAMPLING_ONLY = dataclasses.replace(PLAIN, profile_fluctuation=0.0)
# Sampling fraction in per cent against the energy in 100 GeV. Reference: plotting code of the authors' 3DGAN.
PUBLISHED_RESPONSE = {"electron": (2.21, -0.28, 0.11, -0.023, 0.0018), "pi0": (2.051, -0.094, 0.0085)}
# Terms of the resolution, per cent. Reference: the authors' code, drawn over their figures at fixed angle.
PUBLISHED_RESOLUTION = 15.6, 1.0
DEPTH_ENERGIES, PROFILE_ENERGIES = (20, 50, 100, 200, 400), (50, 100, 200)  # GeV
RESPONSE_ENERGIES = {"electron": (10, 20, 50, 100, 200, 350, 500), "pi0": (20, 50, 100, 200, 350, 500)}
SAMPLING_ENERGIES, HADRON_ENERGIES = (10, 30, 100, 400), (10, 20, 50, 100, 200, 500)
RADII = np.arange(0.25, 3.01, 0.25)  # Moliere radii
_TOYS = 100  # of resolutions, whose spread gives the errors of fitted terms
_GROUPS = 10  # of showers, whose spread gives the error of what is no mean
_LINE = np.geomspace(10, 510, 60)  # GeV


def of_one_energy(particle, energy, number, seed, physics=PLAIN, window="large"):
    """Draw showers of one energy (GeV) at 90 degrees; other arguments as of `ShowerSimulation`."""
    simulation = ShowerSimulation(particle, window, energies=(float(energy),) * 2, physics=physics)
    return simulation.showers(number, [*seed, energy])


def depths(number, seed):
    """Return depths of the maximum, its shift with energy, and the delay of photons: quantities and curves."""
    profiles = {
        (particle, energy): [
            shower_shapes.depth_profile(part) for part in _groups(of_one_energy(particle, energy, number, seed))
        ]
        for particle in ("electron", "photon")
        for energy in DEPTH_ENERGIES
    }
    maxima = {key: _spread(map(shower_shapes.depth_of_maximum, each)) for key, each in profiles.items()}
    middles = {key: _spread(map(shower_shapes.centroid, each)) for key, each in profiles.items()}
    quantities = [
        Quantity(f"maximum_{energy}", *maxima["electron", energy], definition="maximum of the mean profile")
        for energy in PROFILE_ENERGIES
    ]
    shift = _difference(middles["electron", 200], middles["electron", 50])
    delay = _difference(middles["photon", 100], middles["electron", 100])
    quantities += [
        Quantity("shift_per_octave", shift[0] / 2, shift[1] / 2, definition="centroids at 200 and 50 GeV, half of it"),
        Quantity("photon_delay", *delay, definition="centroid of photons minus that of electrons, 100 GeV"),
    ]
    curves = [_depth_curve(f"maxima_{name}", name, maxima) for name in ("electron", "photon")]
    curves += [_expected_depths(name) for name in ("electron", "photon")]
    curves += [_profile(energy, profiles["electron", energy]) for energy in PROFILE_ENERGIES]
    return quantities, curves


def widths(number, seed):
    """Return the energy of photons within radii: quantities and curves."""
    quantities, curves = [], []
    for energy in (50, 200):
        parts = _groups(of_one_energy("photon", energy, number, seed))
        within = np.array([shower_shapes.containment(part, RADII) for part in parts])
        value, error = within.mean(axis=0), within.std(axis=0, ddof=1) / np.sqrt(len(parts))
        for name, radius in (("one_moliere_radius", 1.0), ("two_moliere_radii", 2.0)):
            place = np.flatnonzero(radius == RADII)[0]
            definition = f"energy of photons within {radius:g} Moliere radii of the barycentre"
            quantities.append(Quantity(f"within_{name}_{energy}", value[place], error[place], definition=definition))
        curves.append(Curve(f"within_{energy}", RADII, value, error, "1", "1", "energy within radii of the barycentre"))
    return quantities, curves


def responses(number, seed):
    """Return responses over that at 100 GeV in the window of reconstruction, with all that is in front."""
    quantities, curves = [], []
    for particle, energies in RESPONSE_ENERGIES.items():
        found = [_response(particle, energy, number, seed)[:2] for energy in energies]
        whole = found[energies.index(100)]
        ratios = [_ratio(each, whole) for each in found]
        for energy, ratio in zip(energies, ratios, strict=True):
            if energy != 100:
                definition = f"ECAL over true energy of {particle}s, over that at 100 GeV"
                quantities.append(Quantity(f"response_{particle}_{energy}", *ratio, definition=definition))
        values, errors = zip(*ratios, strict=True)
        definition = "ECAL over true energy, over that at 100 GeV"
        curves.append(Curve(f"responses_{particle}", energies, values, errors, "GeV", "1", definition))
        curves.append(_published_response(particle))
    return quantities, curves


def resolution(number, seed):
    """Return the resolution of electrons of sampling alone, all profiles being the mean one."""
    found = [of_one_energy("electron", energy, number, seed, SAMPLING_ONLY) for energy in SAMPLING_ENERGIES]
    widths = 100 * np.array([shower_shapes.response(each)[2] for each in found])
    errors = widths / np.sqrt(2 * number)
    toys = np.random.default_rng([*seed, 3]).normal(widths, errors, (_TOYS, len(widths)))
    spread = np.std([shower_shapes.resolution_terms(SAMPLING_ENERGIES, toy) for toy in toys], axis=0)
    definition = "of sqrt(s^2 / E + c^2) fitted to resolutions of electrons, profiles without fluctuations"
    terms = zip(
        ("stochastic", "constant"), shower_shapes.resolution_terms(SAMPLING_ENERGIES, widths), spread, strict=True
    )
    quantities = [
        Quantity(f"{name}_term", term, error, "%", f"{name} term {definition}") for name, term, error in terms
    ]
    published = np.hypot(PUBLISHED_RESOLUTION[0] / np.sqrt(_LINE), PUBLISHED_RESOLUTION[1])
    definition = "standard deviation of the ECAL energy over its mean"
    return quantities, [
        Curve("resolutions", SAMPLING_ENERGIES, widths, errors, "GeV", "%", definition),
        Curve("published_resolutions", _LINE, published, None, "GeV", "%", "15.6 % / sqrt(E) and 1 %, in quadrature"),
    ]


def leakage(number, seed):
    """Return the share of electrons below the article's cut on HCAL / ECAL, and their mean ratio against energy."""
    simulation = ShowerSimulation("electron")
    passed = little_hcal_energy(simulation.showers(number, [*seed, 1]))
    share = passed.mean()
    error = np.sqrt(share * (1 - share) / number)
    quantities = [Quantity("electron_pass", share, error, definition="electrons of 10 to 510 GeV, HCAL / ECAL < 0.1")]
    values, errors, highest = [], [], []
    for energy in HADRON_ENERGIES:
        physics, window = ShowerPhysics(), "reconstruction"
        ratio = shower_shapes.hadronic_ratio(of_one_energy("electron", energy, number // 5, seed, physics, window))
        highest.append(np.quantile(ratio, 0.99))
        ratio = ratio[np.isfinite(ratio)]  # an electron that curls up in the field leaves nothing
        values.append(ratio.mean())
        errors.append(ratio.std() / np.sqrt(len(ratio)))
    return quantities, [
        Curve(
            "leakage",
            HADRON_ENERGIES,
            values,
            errors,
            "GeV",
            "1",
            "mean HCAL / ECAL of electrons",
        ),
        Curve("leakage_99", HADRON_ENERGIES, highest, None, "GeV", "1", "what 99 % of electrons are below"),
    ]


def hadrons(number, seed):
    """Return electromagnetic fractions and responses of charged pions, and the response of electrons beside them."""
    fractions = [_neutral_fraction(energy, 10 * number, seed) for energy in HADRON_ENERGIES]
    found = [_total_response("charged_pion", energy, number, seed) for energy in HADRON_ENERGIES]
    definition = "mean electromagnetic fraction of showers of charged pions, charge exchange included"
    quantities = [
        Quantity(f"em_fraction_{energy}", *fraction, definition=definition)
        for energy, fraction in zip(HADRON_ENERGIES, fractions, strict=True)
    ]
    quantities += [
        Quantity(
            f"response_charged_pion_{energy}", *response, definition="energy in both calorimeters over true energy"
        )
        for energy, response in zip(HADRON_ENERGIES, found, strict=True)
    ]
    electrons = _total_response("electron", 100, number, seed)
    quantities.append(Quantity("response_electron_100", *electrons, definition="as of charged pions"))
    law = 1 - _LINE ** (PLAIN.hadrons.neutral_power - 1)
    return quantities, [
        Curve("em_fractions", HADRON_ENERGIES, *zip(*fractions, strict=True), "GeV", "1", definition),
        Curve("published_em_fractions", _LINE, law, None, "GeV", "1", "1 - (E / 1 GeV)^(k - 1), k = 0.82"),
        Curve("pion_responses", HADRON_ENERGIES, *zip(*found, strict=True), "GeV", "1", "energy in both over true one"),
    ]


class SplitParts(ShowerSimulation):
    """Photons each part of which is drawn as two coincident ones of half the energy with one profile."""

    def _spots(self, random, electromagnetic, rest, energy):
        half = dataclasses.replace(electromagnetic, energy=electromagnetic.energy / 2)
        return super()._spots(random, Deposits.joined([half, half]), rest, energy)


def coincident_photons(number, seed):
    """Return whether numbers of hits and R9 tell a photon from two halves of it: quantities and arrays."""
    one, two = (
        shower_features(simulation("photon", energies=(100.0, 100.0), physics=PLAIN).showers(number, [*seed, part]))
        for part, simulation in enumerate((ShowerSimulation, SplitParts))
    )
    definition = "Kolmogorov-Smirnov, photons of 100 GeV against the same in two halves"
    quantities = [
        Quantity(name, same_law(one[feature], two[feature]), definition=definition, count=2 * number)
        for name, feature in (("hit_count_p_value", "ECAL_nHits"), ("r9_p_value", "R9"))
    ]
    return quantities, {"hits_one": one["ECAL_nHits"].astype(np.int32), "hits_two": two["ECAL_nHits"].astype(np.int32)}


def decays_and_conversions(blocks, decays, seed):
    """Return the share of photons that convert, of so many thousand, and the smallest opening angle of pions."""
    simulation = ShowerSimulation("photon")
    converted = np.concatenate([simulation.incoming(seed, block)[0]["conversion"] for block in range(blocks)]) > 0
    share = converted.mean()
    error = np.sqrt(share * (1 - share) / len(converted))
    angles = decay(np.full(decays, 100.0), np.random.default_rng([*seed, 2]))[1].sum(axis=1)
    return [
        Quantity("converted", share, error, definition="photons that convert in front", count=len(converted)),
        Quantity("smallest_angle", 1000 * angles.min(), unit="mrad", definition="of pions of 100 GeV", count=decays),
    ]


def _groups(showers):
    return [showers.take(slice(start, None, _GROUPS)) for start in range(_GROUPS)]


def _spread(values):
    values = np.array(list(values))
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


def _difference(one, other):
    return one[0] - other[0], np.hypot(one[1], other[1])


def _ratio(one, other):
    ratio = one[0] / other[0]
    return (1.0, 0.0) if one is other else (ratio, ratio * np.hypot(one[1] / one[0], other[1] / other[0]))


def _depth_curve(name, particle, depths):
    values, errors = zip(*(depths[particle, energy] for energy in DEPTH_ENERGIES), strict=True)
    return Curve(name, DEPTH_ENERGIES, values, errors, "GeV", "1", "maximum of the mean profile, radiation lengths")


def _expected_depths(particle):
    definition = "ln(E / Ec) - 0.5 (electron) or + 0.5 (photon)"
    expected = shower_shapes.expected_maximum(_LINE, particle)
    return Curve(f"expected_maxima_{particle}", _LINE, expected, None, "GeV", "1", definition)


def _profile(energy, profiles):
    mean, error = np.mean(profiles, axis=0) / energy, np.std(profiles, axis=0, ddof=1) / energy / np.sqrt(len(profiles))
    definition = "energy per radiation length over true energy, thick layers doubled"
    return Curve(f"profile_{energy}", shower_shapes.DEPTHS, mean, error, "1", "1", definition)


def _response(particle, energy, number, seed):
    return shower_shapes.response(of_one_energy(particle, energy, number, seed, ShowerPhysics(), "reconstruction"))


def _published_response(particle):
    polynomial = np.polynomial.Polynomial(PUBLISHED_RESPONSE[particle])
    ratio = polynomial(_LINE / 100) / polynomial(1.0)
    return Curve(f"published_responses_{particle}", _LINE, ratio, None, "GeV", "1", "polynomial of the authors' code")


def _total_response(particle, energy, number, seed):
    showers = of_one_energy(particle, energy, number, seed)
    ratio = (showers.ecal.sums() + showers.hcal.sums()) / energy
    return ratio.mean(), ratio.std() / np.sqrt(len(ratio))


def _neutral_fraction(energy, number, seed):
    simulation = ShowerSimulation("charged_pion", energies=(float(energy),) * 2)
    blocks = range(-(-number // 1000))
    fraction = np.concatenate([simulation.incoming([*seed, energy], block)[1].neutral for block in blocks])[:number]
    return fraction.mean(), fraction.std() / np.sqrt(len(fraction))
