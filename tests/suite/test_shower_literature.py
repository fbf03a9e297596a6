"""What is measured of simulated showers has the names, units and errors that are asked for."""

import json
import pathlib

import numpy as np
import pytest

from keras_hep.suite import shower_literature as literature

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = [5]


@pytest.fixture(scope="module")
def found():
    measures = (
        literature.depths,
        literature.widths,
        literature.responses,
        literature.resolution,
        literature.leakage,
        literature.hadrons,
    )
    parts = [measure(60, SEED) for measure in measures]
    quantities = [quantity for part in parts for quantity in part[0]]
    coincident, arrays = literature.coincident_photons(60, SEED)
    quantities += [*coincident, *literature.decays_and_conversions(2, 20_000, SEED)]
    curves = {curve.name: curve for part in parts for curve in part[1]}
    return {quantity.name: quantity for quantity in quantities}, curves, arrays


def test_every_check_is_answered(found):
    path = ROOT / "results" / "references" / "calorimetry" / "shower_validation.json"
    reference = json.loads(path.read_text(encoding="utf-8"))
    for check in reference["checks"]:
        names = check["of"] if isinstance(check["of"], list) else [check["of"]]
        for name in names:
            assert np.isfinite(found[0][name].value)
        if "against" in check:
            assert found[0][check["of"]].unit == reference["quantities"][check["against"]]["unit"]


def test_numbers_are_those_of_showers(found):
    quantities = found[0]
    assert 6.5 < quantities["maximum_50"].value < quantities["maximum_200"].value < 9.5
    assert quantities["within_one_moliere_radius_50"].value == pytest.approx(0.9, abs=0.03)
    assert quantities["response_electron_10"].value > quantities["response_electron_500"].value
    assert quantities["stochastic_term"].value == pytest.approx(16, abs=4 * quantities["stochastic_term"].error + 1)
    assert quantities["converted"].value == pytest.approx(0.09, abs=4 * quantities["converted"].error)
    assert quantities["em_fraction_10"].value < quantities["em_fraction_500"].value
    assert quantities["response_charged_pion_100"].value < 0.95 * quantities["response_electron_100"].value
    assert quantities["smallest_angle"].value == pytest.approx(2.6995, abs=1e-3)


def test_errors_are_of_means(found):
    small = found[0]["em_fraction_100"].error
    (large,) = (quantity.error for quantity in literature.hadrons(15, SEED)[0] if quantity.name == "em_fraction_100")
    assert large == pytest.approx(2 * small, rel=0.3)
    ours = found[1]["responses_electron"]
    assert ours.error[ours.x.index(100)] == 0  # the ratio to itself
    assert ours.y[ours.x.index(100)] == 1


def test_published_lines_pass_through_published_numbers(found):
    lines = found[1]
    response = lines["published_responses_electron"]
    assert np.interp(200, response.x, response.y) == pytest.approx(0.9584, abs=1e-3)
    resolution = lines["published_resolutions"]
    assert np.interp(100, resolution.x, resolution.y) == pytest.approx(np.hypot(1.56, 1), abs=1e-2)
    fraction = lines["published_em_fractions"]
    assert np.interp(100, fraction.x, fraction.y) == pytest.approx(0.5635, abs=1e-3)


def test_halves_are_drawn_as_the_whole(found):
    quantities, _, arrays = found
    assert quantities["hit_count_p_value"].value > 1e-3
    assert quantities["r9_p_value"].value > 1e-3
    assert arrays["hits_one"].shape == arrays["hits_two"].shape == (60,)
    assert not np.array_equal(arrays["hits_one"], arrays["hits_two"])
