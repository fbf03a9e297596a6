"""What a network says of generated electrons: means, widths, accuracies, with made-up answers."""

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.suite.generated_showers import reconstructed

RANDOM = np.random.default_rng(1)
TRUE = RANDOM.uniform(100.0, 200.0, 1000)


def answers(mean=1.0, width=0.04, score=5.0):
    return {
        "true": TRUE,
        "simulated_energy": TRUE * RANDOM.normal(1.0, 0.02, 1000),
        "generated_energy": TRUE * RANDOM.normal(mean, width, 1000),
        "simulated_score": RANDOM.normal(5.0, 1.0, 1000),
        "generated_score": RANDOM.normal(score, 1.0, 1000),
    }


def by_name(quantities):
    return {one.name: one for one in quantities}


def test_broader_energies_have_a_larger_width():
    found = by_name(reconstructed.energies(answers(mean=0.9)))
    assert found["mean_ratio"].value == pytest.approx(0.9, abs=0.01)
    for kind in ("width", "half_width"):
        assert abs(found[f"{kind}_ratio"].value - 2) < 4 * found[f"{kind}_ratio"].error
    assert by_name(reconstructed.energies(answers(width=0.01)))["width_ratio"].value < 1


def test_accuracies_and_their_difference():
    found = by_name(reconstructed.accuracies(answers()))
    assert found["accuracy_simulated"].value == found["accuracy_generated"].value == 1
    found = by_name(reconstructed.accuracies(answers(score=0.0)))
    assert found["accuracy_generated"].value == pytest.approx(0.5, abs=0.06)
    assert found["accuracy_difference"].value == pytest.approx(found["accuracy_generated"].value - 1)


def test_energies_in_bins():
    simulated, generated = reconstructed.energy_curves(answers(width=0.2))
    assert simulated.y == pytest.approx(simulated.x, rel=0.03)
    assert np.mean(generated.error) > 3 * np.mean(simulated.error)


def test_the_network_sees_the_image_alone():
    cells = Cells((51, 51, 25), [2, 0], [(25 * 51 + 25) * 25, (25 * 51 + 26) * 25 + 1], [3.0, 3.0])
    seen = reconstructed.on_image(cells, {"energy": [9.0, 9.0], "reco_eta": [7.0, 7.0]})
    assert seen.ecal.shape == (25, 25, 25)
    assert seen.hcal is None
    assert seen["reco_phi"].tolist() == [0.0, 0.0]
    assert seen["reco_eta"] == pytest.approx([0.8814, 0.0], abs=1e-3)  # 45 degrees, and nothing to be seen


def test_the_training_draws_what_images_show():
    class Sample:
        def draw(self, number, seed):
            cells = Cells((25, 25, 25), [1] * number, [0] * number, [1.0] * number)
            labels = {"energy": [5.0] * number, "eta": [0.1] * number, "phi": [0.2] * number}
            return Showers(cells, cells, labels, "simulation")

    drawn = reconstructed.InEcal(Sample()).draw(2, 1)
    assert drawn.hcal is None
    assert drawn["reco_eta"] == pytest.approx([0.0, 0.0], abs=1e-6)
