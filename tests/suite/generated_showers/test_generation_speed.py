"""Times per shower: what is made of measured seconds, and that folded and plain networks make the same images."""

import keras
import numpy as np
import pytest

from keras_hep.models import ShowerGenerator, fold_upsampling
from keras_hep.suite.generated_showers import generation_speed as speed


def test_times_are_those_of_the_best_round():
    found = {("folded", 4): [0.02, 0.01], ("plain", 4): [0.08, 0.1], ("simulation", None): [0.5, 0.5]}
    sizes = {("folded", 4): 4, ("plain", 4): 4, ("simulation", None): 100}
    named = {one.name: one for one in speed.described(found, sizes, (4,), 2)}
    assert (named["folded_4"].value, named["folded_4"].unit) == (2.5, "ms")
    assert named["folded_4_spread"].value == pytest.approx(0.5)
    assert named["folding_ratio_4"].value == pytest.approx(8)
    assert named["simulation"].value == 5
    assert named["speed_up_4"].value == 6800
    assert all(one.timed for one in named.values())


def test_calls_take_turns_and_the_first_round_does_not_count():
    order = []
    found = speed.seconds({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=2)
    assert order == ["a", "b"] * 3
    assert {name: len(times) for name, times in found.items()} == {"a": 2, "b": 2}


def test_folded_networks_make_the_same_images_and_others_do_not():
    keras.utils.set_random_seed(1)
    plain, other = ShowerGenerator("cropped"), ShowerGenerator("cropped")
    for model in (plain, other):
        speed.settle(model, speed.inputs(4, 1))
    (same,) = speed.same_images({"plain": plain, "folded": fold_upsampling(plain)}, 1)
    assert same.value < 1e-5
    (apart,) = speed.same_images({"plain": plain, "folded": fold_upsampling(other)}, 1)
    assert apart.value > 0.01


def test_settled_normalisations_have_the_statistics_of_a_batch():
    model = ShowerGenerator("cropped")
    layer = model.get_layer("normalisation_1")
    momentum = layer.momentum
    speed.settle(model, speed.inputs(4, 1))
    assert layer.momentum == momentum > 0
    assert not np.allclose(layer.moving_mean, 0)
