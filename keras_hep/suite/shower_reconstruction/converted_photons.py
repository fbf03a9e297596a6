"""Energies of photons that converted in front, by networks that saw all photons or only such ones."""

from keras_hep.suite.photon_conversions import ABOVE, BELOW, PAIRS
from keras_hep.suite.shower_reconstruction.courses import PHOTON_PI0, Task, headline, repeats
from keras_hep.suite.shower_reconstruction.trained_energies import difference, outcomes, ratio

CONVERTED = Task(("photon",), ("converted",))
NETWORKS = ("dnn", "cnn")


def measured(profile, seed, data=None):
    """Train DNN and CNN on all photons and on converted ones, and measure them.

    Args:
        profile: str.
        seed: int.
        data: str, path or None. As of `Task.on`.

    Returns:
        (dict, dict): of (network, trained on, measured on), the latter two as in `photon_conversions.PAIRS`, to
        `Energies`; and the `Answers` by name.
    """
    photons = PHOTON_PI0.on(data).samples("test", profile, seed)[1]
    converted = CONVERTED.on(data).samples("test", profile, seed)[0]
    if data is not None:  # files have no others that the networks did not see
        converted = photons
    wanted = {}
    for network in NETWORKS:
        tests = {"photon": photons, "converted": converted}
        wanted[f"{network}_all"] = headline(network, profile, seed, data), tests
        own = repeats(CONVERTED.on(data), network, profile, seed)
        wanted[f"{network}_converted"] = own, {"converted": converted}
    answered, answers = outcomes(wanted)
    some = {"all": photons.showers()["energy"] > 0, "unconverted": photons.showers()["conversion"] == 0}
    some["converted"] = converted.showers()["conversion"] > 0
    found = {
        (network, trained, on): answered[f"{network}_{trained}", "converted" if on == "converted" else "photon"].chosen(
            some[on]
        )
        for network in NETWORKS
        for trained, on in PAIRS
    }
    return found, answers


def quantities(network, found):
    """Return what is asked of one network, list of `Quantity`.

    Args:
        network: str. One of `NETWORKS`.
        found: dict, as the first one of `measured`.
    """
    unconverted, mixed, own = (found[network, *pair] for pair in PAIRS[1:])
    listed = []
    for end, limits in {"below_100": BELOW, "above_200": ABOVE}.items():
        for trained, on in PAIRS:
            of, name = f"{on} photons, {network.upper()} trained on {trained}", f"{network}_{trained}_{on}_{end}"
            energies = found[network, trained, on]
            listed += [energies.mean(f"{kind}_{name}", kind, *limits, of) for kind in ("resolution", "bias")]
        of = f"{network.upper()} trained on all, converted / unconverted photons"
        listed += ratio(f"ratio_{network}_converted_{end}", mixed, unconverted, "resolution", *limits, of)
        of = f"converted photons, {network.upper()} trained on them / unconverted photons, trained on all"
        listed += ratio(f"ratio_{network}_own_{end}", own, unconverted, "resolution", *limits, of)
        of = f"converted photons, {network.upper()} trained on all / on converted ones"
        listed += ratio(f"ratio_{network}_trained_{end}", mixed, own, "resolution", *limits, of)
        of = f"converted photons, {network.upper()} trained on all - on converted ones"
        listed += difference(f"bias_excess_{network}_{end}", mixed, own, "bias", *limits, of)
    return listed
