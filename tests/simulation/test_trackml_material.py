import numpy as np

from keras_hep.simulation.trackml_detector import Barrel
from keras_hep.simulation.trackml_material import CYLINDERS, FIELD, LAYERS, PLANES, volume_of


def test_volumes():
    x = np.array([10.0, 10.0, 10.0, 300.0, 300.0, 900.0, 900.0])
    z = np.array([0.0, -600.0, 600.0, 600.0, -1300.0, 0.0, 1300.0])
    assert volume_of(x, 0 * x, z).tolist() == [0, 1, 2, 3, 4, 6, 8]


def test_every_layer_has_a_surface():
    assert {*CYLINDERS.layer, *PLANES.layer.ravel()} == {-1, *range(48)}


def test_surfaces_lie_beside_their_modules():
    for radius, layer, inside in zip(CYLINDERS.radius, CYLINDERS.layer, CYLINDERS.support_inside, strict=True):
        if layer >= 0:
            assert isinstance(LAYERS[layer], Barrel)
            assert 2.5 < abs(LAYERS[layer].radius - radius) < 6
            assert inside == (radius < LAYERS[layer].radius)
    for z, layers in zip(PLANES.z, PLANES.layer, strict=True):
        assert all(LAYERS[layer].z == z for layer in layers if layer >= 0)


def test_the_field_falls_towards_the_ends_by_its_jumps():
    assert FIELD.field(np.zeros(1))[0] == 2.0
    inner, outer = PLANES.z[0] - 1, 0.0
    below = PLANES.z < outer
    assert FIELD.field(np.array([inner]))[0] + PLANES.jump[below].sum() == 2.0
    np.testing.assert_allclose(PLANES.jump, -PLANES.jump[::-1], atol=1e-12)


def test_material_is_that_of_both_ends():
    for material in (PLANES.loss, PLANES.interactions):
        np.testing.assert_array_equal(material, material[::-1])
        assert np.all((PLANES.layer >= 0) <= (material > 0))
