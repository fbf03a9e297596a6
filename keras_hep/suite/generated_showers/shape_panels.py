"""What Figures 9 and 10 of the article show of generated and simulated showers, as numbers, curves and panels."""

from keras_hep.metrics.showers import AXES, VALIDATION_ANGLES, shower_observables
from keras_hep.suite import figures
from keras_hep.suite.generated_showers import generators, shapes

AT = {f"at_{degrees:.0f}": f"{degrees:.0f}°" for degrees in VALIDATION_ANGLES}
MOMENTS = {f"variance_{axis}": f"second moment {axis}" for axis in AXES}
THIRDS = {"third_1": "layers 0 to 7", "third_2": "layers 8 to 15", "third_3": "layers 16 to 24"}
PLACES = {"across": "x, across", "along": "y, along the beam", "depth": "z, layer"}


def compared(profile, seed):
    """Return simulated showers and those generated with their energies and angles.

    Args:
        profile: str. One of `generators.SIZES`.
        seed: int.

    Returns:
        (`shapes.Pair`, `generators.Generator`).
    """
    showers = generators.tested(profile, seed)
    generator = generators.trained("published", profile, seed)
    true = shower_observables(showers.ecal, showers["energy"])
    return shapes.Pair(true, generator.observables(showers, seed)), generator


def figure_9(pair, seed):
    """Return numbers and curves of Figure 9: sampling fraction, hits and profiles, by angle and by energy.

    Args:
        pair: `shapes.Pair`.
        seed: int.

    Returns:
        (list of `Quantity`, list of `Curve`).
    """
    quantities, curves = shapes.response(pair) + shapes.widening(pair), {}
    for name, near in shapes.bins().items():
        some = pair.near(**near)
        if len(some.true) < 2 * shapes.BINS:  # mean_chi2 needs more showers than places
            continue
        of = f"showers {name.replace('_', ' ')}" if near else "all showers"
        quantities.append(shapes.mean_ratio(f"hits_{name}", some, "hits", f"cells above 3e-4 MeV, {of}"))
        for observable in ("sampling_fraction", "hits"):
            quantities += shapes.difference(some, f"{observable}_{name}", observable, of)
        for axis in AXES:
            quantities += shapes.profile_difference(some, f"{axis}_{name}", axis, seed, of)
        if name in AT or not near:
            curves |= shapes.fraction_curves(some, name)
            curves |= shapes.histogram_curves(some, f"hits_{name}", "hits", "1", f"cells above 3e-4 MeV, {of}")
            for axis in AXES:
                curves |= shapes.profile_curves(some, name, axis)
    quantities.append(shapes.largest("largest_moved", quantities, "_moved", "over axes and bins"))
    return quantities, list(curves.values())


def figure_10(pair, seed):
    """Return numbers and curves of Figure 10: second moments, energy in three parts of the depth, tails of profiles.

    Args:
        pair: `shapes.Pair`.
        seed: int.

    Returns:
        (list of `Quantity`, list of `Curve`).
    """
    quantities, curves = [], {}
    for name, of in {**MOMENTS, **THIRDS}.items():
        quantities.append(shapes.mean_ratio(f"{name}_ratio", pair, name, of))
        quantities += shapes.difference(pair, name, name, of)
        unit = "cells^2" if name in MOMENTS else "1"
        curves |= shapes.histogram_curves(pair, name, name, unit, of)
    for axis in AXES:
        quantities += [shapes.tails(pair, axis), shapes.core(pair, axis)]
        quantities += shapes.profile_difference(pair, axis, axis, seed, "all showers")
        curves |= shapes.profile_curves(pair, "all", axis)
    return quantities, list(curves.values())


# Figures


def draw_figure_9(result):
    """Draw sampling fraction, hits and profiles, a row each, at three angles."""
    rows = ("fraction", "hits", *AXES)
    labels = _names(result)
    figure, panels = figures.panels(columns=len(AT), rows=len(rows), aspect=0.7, share_y="row")
    for row, kind in enumerate(rows):
        for column, (name, angle) in enumerate(AT.items()):
            axes = panels[len(AT) * row + column]
            _pair_of_curves(axes, result, f"{kind}_{name}", labels, steps=kind == "hits")
            if row == 0:
                axes.set_title(f"θ = {angle}")
            _named_axes(axes, kind, first=column == 0)
            _noted(axes, result, {"fraction": "sampling_fraction"}.get(kind, kind), name)
        low, high = panels[len(AT) * row].get_ylim()  # of the whole row
        panels[len(AT) * row].set_ylim(low, high + 0.16 * (high - low))  # room for what is noted
    figures.legend(figure)
    return figure


def draw_figure_10(result):
    """Draw second moments, energies in three parts of the depth, and profiles on a logarithmic axis, a column each."""
    labels = _names(result)
    figure, panels = figures.panels(columns=3, rows=3, aspect=0.74)
    for row, (moment, third, axis) in enumerate(zip(MOMENTS, THIRDS, AXES, strict=True)):
        width, part, tail = panels[3 * row : 3 * row + 3]
        _pair_of_curves(width, result, moment, labels, steps=True)
        figures.axis_labels(width, MOMENTS[moment], "share of showers", "cells$^2$")
        _pair_of_curves(part, result, third, labels, steps=True)
        figures.axis_labels(part, f"share of the deposit in {THIRDS[third]}", "share of showers")
        for axes, name in ((width, moment), (part, third)):
            axes.set_title(f"separation {result.quantities[f'{name}_separation'].value:.2f}")
        _pair_of_curves(tail, result, f"{axis}_all", labels)
        figures.axis_labels(tail, PLACES[axis], "mean deposit", "1" if axis == "depth" else "cells", "GeV")
        tail.set_yscale("log")
        tail.set_title(f"at the edges {result.quantities[f'edge_{axis}'].value:.2g} times the simulated")
    figures.legend(figure)
    return figure


def _names(result):
    return {"true": "simulated", "generated": f"generated by {generators.named(result.scale)}"}


def _pair_of_curves(axes, result, name, labels, steps=False):
    for index, (kind, label) in enumerate(labels.items()):
        curve = result.curves.get(f"{name}_{kind}")
        if curve is None:
            continue
        if steps:
            figures.shares(axes, curve, label=label, index=index)
        else:
            figures.overlay(axes, curve, label=label, index=index, line=len(curve.x) > 12)


def _named_axes(axes, kind, first):
    labels = {"fraction": ("energy", "sampling fraction", "GeV", "1"), "hits": ("hits", "share of showers", "1", "1")}
    places = PLACES.get(kind), "mean deposit", "1" if kind == "depth" else "cells", "GeV"
    x, y, x_unit, y_unit = labels.get(kind, places)
    figures.axis_labels(axes, x, y if first else "", x_unit, y_unit if first else "1")


def _noted(axes, result, kind, name):
    """Write into a panel how far the two are apart."""
    ending = "_moved" if kind in AXES else "_separation"
    found = result.quantities.get(f"{kind}_{name}{ending}")
    if found is not None:
        text = f"{found.value:.0%} of the energy elsewhere" if kind in AXES else f"separation {found.value:.2f}"
        axes.text(0.04, 0.95, text, transform=axes.transAxes, ha="left", va="top", fontsize=6)
