"""3DGAN trained by profile: the published recipe, where smaller profiles leave it, and showers of a trained one."""

import keras
import numpy as np
import pytest

from keras_hep import training
from keras_hep.adversarial_steps import PUBLISHED_WEIGHTS, AdversarialSettings
from keras_hep.suite.generated_showers import trainings


def test_the_full_profile_is_the_published_recipe():
    full = trainings.PROFILES["full"]
    assert full.settings == AdversarialSettings()
    assert (full.window, full.showers, full.epochs, full.latent) == ("published", 180_000, 60, 254)
    assert isinstance(full.optimizer, keras.optimizers.RMSprop)
    assert (float(full.optimizer.learning_rate), full.optimizer.rho) == (pytest.approx(1e-3), 0.9)


def test_smaller_profiles_keep_the_losses_the_switched_labels_and_the_steps():
    for name in ("smoke", "quick"):
        settings = trainings.PROFILES[name].settings
        assert settings.weights == PUBLISHED_WEIGHTS
        assert (settings.switched, settings.generator_steps, settings.power) == (0.05, 2, 0.85)


def test_the_rate_falls_to_a_twentieth_at_the_end():
    quick = trainings.PROFILES["quick"]
    rate = quick.optimizer._learning_rate
    steps = 2 * quick.epochs * (quick.showers // quick.batch_size)
    assert float(rate(0)) == pytest.approx(quick.rate)
    assert float(rate(steps)) == pytest.approx(quick.rate / 20)


@pytest.mark.tensorflow  # JAX compiles it for a minute
def test_a_trained_generator_is_found_again_and_makes_showers(tmp_path):
    with training.store(training.Store(tmp_path)):
        first = trainings.published("smoke", 3)
    with training.store(training.Store(tmp_path, train=False)):
        again = trainings.published("smoke", 3)
    assert again.weights == first.weights
    assert np.isfinite([*first.history.values()]).all()
    sample = trainings.sampler(again)
    cells = sample(np.array([100.0, 200.0]), np.array([1.4, 1.6]), [3, 5])
    assert (len(cells), cells.shape) == (2, (25, 25, 25))
    np.testing.assert_array_equal(sample(np.array([100.0, 200.0]), np.array([1.4, 1.6]), [3, 5]).energy, cells.energy)


def test_an_unknown_profile_is_refused():
    with pytest.raises(ValueError, match="profile must be one of smoke, quick, full, got 'large'"):
        trainings.published("large", 3)
