"""Layers of the published networks, counted by hand."""

import pytest

from keras_hep.models import ShowerGenerator
from keras_hep.suite.generated_showers import architectures


def by_name(quantities):
    return {one.name: one.value for one in quantities}


@pytest.fixture(scope="module")
def networks():
    return architectures.built()


def test_parameters_and_multiplications(networks):
    found = by_name(architectures.counts("cropped", networks["cropped"]))
    weights = networks["cropped"].input.shape[1] * 1400, 8 * 80 * 16, 16 * 150 * 6, 6 * 27 * 4, 4 * 8
    biases_and_normalisations = 1400 + 16 + 6 + 4 + 4 * 16 + 4 * 6
    assert found["cropped_parameters"] == sum(weights) + biases_and_normalisations
    assert found["cropped_trainable"] == found["cropped_parameters"] - 2 * 16 - 2 * 6
    cells = 1, 5 * 5 * 7, 13**3, 26**3, 25**3
    assert found["cropped_multiplications"] == sum(one * each for one, each in zip(weights, cells, strict=True))


def test_kernels_and_kinds(networks):
    found = by_name(architectures.convolutions("generator", networks["generator"]))
    assert [found[f"generator_conv_2_{axis}"] for axis in ("filters", "across", "along", "depth")] == [6, 5, 8, 8]
    found = by_name(architectures.kinds("discriminator", networks["discriminator"]))
    assert found["discriminator_leaky"] == 4
    assert found["discriminator_normalisations"] == 3


def test_ends(networks):
    found = by_name(architectures.ends(networks))
    assert [found[f"image_{axis}"] for axis in ("across", "along", "depth")] == [51, 51, 25]
    assert found["latent"] == 254
    assert found["generator_rectified"] is found["reality_sigmoid"] is found["energy_linear"] is True
    smaller = by_name(architectures.ends({**networks, "generator": ShowerGenerator("cropped", latent=9)}))
    assert (smaller["latent"], smaller["image_across"]) == (9, 25)


def test_boxes_of_the_figure(networks):
    boxes = architectures.boxes("discriminator", networks["discriminator"])
    assert boxes[0] == ("image", "51 x 51 x 25 x 1")
    assert boxes[-1] == ("true or fake, and energy", "2 x 19,153")
    assert architectures.boxes("generator", networks["generator"])[-1] == (
        "1 filter, 2 x 2 x 2",
        "51 x 51 x 25 x 1: 48",
    )
