"""Energies of particles by networks that were trained on others."""

import dataclasses

from keras_hep.suite.shower_reconstruction.courses import (
    ELECTRON_PION_ENERGY,
    ELECTRONS,
    PHOTON_PI0,
    headline,
    repeats,
)
from keras_hep.suite.shower_reconstruction.trained_energies import KINDS, difference, ratio

TRAININGS = {
    "dnn_electrons": "DNN trained on electrons",
    "cnn_electrons": "CNN trained on electrons",
    "cnn_photons_pi0": "CNN trained on photons and neutral pions",
}
PIONS = "dnn_pions", "DNN trained on charged pions and electrons"
RANGES = {"": (0, 500), "_low": (0, 100), "_high": (200, 500)}  # GeV


def wanted(particle, profile, seed, data=None, pions=False):
    """Return trainings and their tests, as `trained_energies.outcomes` takes them.

    Args:
        particle: str. "photon" or "pi0": on which networks are tested that know electrons.
        profile: str.
        seed: int.
        data: str, path or None.
        pions: bool. Whether all are tested on charged pions too, and a network is trained on these.
    """
    electrons, charged = ELECTRONS.on(data), ELECTRON_PION_ENERGY.on(data)
    found = {"dnn_electrons": repeats(electrons, "dnn", profile, seed)}
    found["cnn_electrons"] = repeats(electrons, "cnn", profile, seed)
    found["cnn_photons_pi0"] = headline("cnn", profile, seed, data)
    of_both = zip(PHOTON_PI0.particles, PHOTON_PI0.on(data).samples("test", profile, seed), strict=True)
    tests = {particle: dict(of_both)[particle]}
    if not pions:
        return {name: (courses, tests) for name, courses in found.items()}
    tested = {"charged_pion": charged.samples("test", profile, seed)[0]}
    return {
        **{name: (courses, tests | tested) for name, courses in found.items()},
        PIONS[0]: (repeats(charged, "dnn", profile, seed), tested),
    }


def quantities(particle, found):
    """Return what is asked of networks trained on electrons, list of `Quantity`.

    Args:
        particle: str. As of `wanted`.
        found: dict of (training, test) to `Energies`.
    """
    own, listed = found["cnn_photons_pi0", particle], []
    for end, limits in RANGES.items():
        for name, label in TRAININGS.items():
            energies = found[name, particle]
            listed += [energies.mean(f"{kind}_{name}{end}", kind, *limits, label) for kind in ("resolution", "bias")]
        for network in ("dnn", "cnn"):
            of = f"{network.upper()} trained on electrons against CNN trained on photons and neutral pions"
            other = found[f"{network}_electrons", particle]
            listed += ratio(f"ratio_{network}{end}", other, own, "resolution", *limits, of)
            listed += difference(f"bias_excess_{network}{end}", other, own, "bias", *limits, of)
    return [*listed, *_largest_excess(listed)]


def pion_quantities(found):
    """Return how networks that know no charged pions fail on them, list of `Quantity`.

    Args:
        found: dict of (training, test) to `Energies`, as of `wanted` with pions.
    """
    own, test, listed = found[PIONS[0], "charged_pion"], "charged_pion", []
    for name, label in [*TRAININGS.items(), PIONS]:
        energies, of = found[name, test], f"charged pions, {label}"
        listed += [energies.mean(f"pions_{kind}_{name}", kind, *RANGES[""], of) for kind in KINDS]
        if name != PIONS[0]:
            of = f"charged pions, {label} / {PIONS[1]}"
            listed += ratio(f"pions_ratio_{name}", energies, own, "deviation", *RANGES[""], of)
    return listed


def _largest_excess(listed):
    """Return the excess of bias of the network for which it is more errors, as "bias_excess_errors"."""
    found = [one for one in listed if one.name in ("bias_excess_dnn_errors", "bias_excess_cnn_errors")]
    largest = max(found, key=lambda one: one.value)
    return [dataclasses.replace(largest, name="bias_excess_errors", definition=f"the larger: {largest.definition}")]
