"""The generator of ours: trained once, kept, and sampled by energies and angles."""

import numpy as np
import pytest

from keras_hep import training
from keras_hep.metrics.showers import measured_angle
from keras_hep.suite.generated_showers import ours


def test_it_is_trained_once_and_makes_showers_with_the_angles_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path / "cache"))
    with training.store(training.Store(tmp_path)):
        trained = ours.ours("smoke", seed=3)
        assert ours.ours("smoke", seed=3).weights["sha256"] == trained.weights["sha256"]
    chosen = ours.PROFILES["smoke"]
    assert trained.weights["events"] == chosen.events
    assert set(trained.history) >= {"events", "loss", "layers_term", "portions_term", "latent_term", "cells_term"}
    assert trained.history["loss"][-1] < trained.history["loss"][0]
    angle = np.array([1.2, 1.6, 1.9])
    cells = ours.sampler(trained)([110.0, 150.0, 190.0], angle, [3, 1])
    assert cells.shape == (25, 25, 25)
    assert cells.energy.min() > 0
    np.testing.assert_allclose(measured_angle(cells), angle, atol=0.02)  # of cells, after four corrections


def test_other_profiles_are_refused():
    with pytest.raises(ValueError, match="profile must be one of smoke, quick, full"):
        ours.ours("small", seed=1)
