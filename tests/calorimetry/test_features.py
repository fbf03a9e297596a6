import importlib.util
import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.features import FEATURES, feature_table, shower_features
from keras_hep.calorimetry.projections import depth_summed, layer_energies
from keras_hep.calorimetry.showers import Showers

_SPEC = importlib.util.spec_from_file_location(
    "plain", pathlib.Path(__file__).parents[1] / "benchmarks" / "plain_shower_features.py"
)
plain = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(plain)

ANGLES = ("recoTheta", "recoEta", "recoPhi")
ENERGIES = st.sampled_from([0.0, 0.0, 0.0, 0.05, 0.25, 4.0, 100.0])


def images(side, layers):
    return arrays.arrays(np.float32, st.tuples(st.just(3), *map(st.just, (side, side, layers))), elements=ENERGIES)


def random_showers(number, seed=0):
    """Showers of about 400 cells with energy, as wide as those of electrons."""
    draw = np.random.default_rng(seed)
    cells = []
    for shape, hits in (((25, 25, 25), 400), ((11, 11, 60), 60)):
        place = np.abs(draw.normal([0.5, 0.5, 0.35], 0.15, (number, hits, 3))) % 1
        index = np.ravel_multi_index(np.moveaxis((place * shape).astype(int), -1, 0), shape)
        image = np.zeros((number, np.prod(shape)), np.float32)
        np.put_along_axis(image, index, draw.exponential(1.0, (number, hits)).astype(np.float32), axis=1)
        cells.append(Cells.of_images(image.reshape(number, *shape)))
    labels = {name: draw.normal(0, 0.3, number) for name in ("reco_theta", "reco_eta", "reco_phi")}
    return Showers(*cells, labels, "simulation")


@settings(max_examples=50)
@given(images(5, 4), images(3, 2))
def test_features_are_those_of_the_plain_loop(ecal, hcal):
    showers = Showers(Cells.of_images(ecal), Cells.of_images(hcal), {}, "simulation")
    features = shower_features(showers, angles=False)
    central = shower_features(showers, angles=False, window="barycentre")["R9"]
    for number in range(len(showers)):
        image = ecal[number].astype(float)
        expected = plain.shower_features(image, hcal[number].astype(float))
        assert features.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(features[name][number], value, rtol=1e-9, atol=1e-9, err_msg=name)
        np.testing.assert_allclose(central[number], plain.central_window(image), rtol=1e-12)


def test_many_showers_are_as_each_alone():
    showers = random_showers(1100)
    features = shower_features(showers)
    assert tuple(features) == FEATURES
    for number in (0, 499, 500, 1099):
        for name, values in shower_features(showers.take([number])).items():
            assert values[0] == pytest.approx(features[name][number], rel=1e-9, abs=1e-9), name


def test_fifty_features_and_fewer_where_something_is_missing():
    showers = random_showers(3)
    assert len(shower_features(showers)) == len(set(FEATURES)) == 50
    assert set(FEATURES) - set(shower_features(showers, angles=False)) == set(ANGLES)
    ecal_only = shower_features(Showers(showers.ecal, None, showers.labels, "simulation"))
    assert len(ecal_only) == 26
    assert not [name for name in ecal_only if "HCAL" in name]
    np.testing.assert_array_equal(shower_features(showers)["recoEta"], showers["reco_eta"])
    with pytest.raises(KeyError, match="no label 'reco_theta'"):
        shower_features(Showers(showers.ecal, None, {}, "simulation"))


def test_an_empty_shower_has_features_of_zero():
    empty = Cells((25, 25, 25), [0, 0], [], [])
    features = shower_features(Showers(empty, Cells((11, 11, 60), [0, 0], [], []), {}, "simulation"), angles=False)
    assert not feature_table(features).any()
    none = shower_features(Showers(empty.take([]), None, {}, "simulation"), angles=False)
    assert feature_table(none).shape == (0, 23)


def test_hits_have_more_than_their_threshold():
    image = np.zeros((1, 3, 3, 3), np.float32)
    image[0, 0, 0] = 0.05, 0.11, 3.0
    features = shower_features(Showers(Cells.of_images(image), None, {}, "simulation"), angles=False)
    assert features["ECAL_nHits"].tolist() == [2]
    assert features["ECAL_ratioFirstLayerToSecondLayerE"][0] == pytest.approx(0.05 / 0.11)


def test_projections_are_sums_of_the_image():
    showers = random_showers(5)
    image = showers.hcal.dense().astype(float)
    np.testing.assert_allclose(depth_summed(showers.hcal), image.sum(axis=3))
    np.testing.assert_allclose(layer_energies(showers.hcal), image.sum(axis=(1, 2)))


def test_a_table_has_the_columns_asked_for():
    features = {"ECAL_E": np.array([1.0, 2.0]), "R9": np.array([3.0, 4.0])}
    table = feature_table(features)
    assert (table.dtype, table.tolist()) == (np.float32, [[1.0, 3.0], [2.0, 4.0]])
    with pytest.raises(ValueError, match="columns must be among ECAL_E, R9, got energy"):
        feature_table(features, ["R9", "energy"])
