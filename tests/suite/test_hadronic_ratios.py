"""Shares, spectra and means of showers whose ratios and weights are known."""

import numpy as np
import pytest

from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers
from keras_hep.formats.lcd import write_lcd
from keras_hep.suite.hadronic_ratios import Ratios

PLAIN = Ratios(
    np.array([0.05, 0.5, np.inf, 3.0]), np.array([20.0, 40.0, 120.0, 140.0]), np.ones(4), np.array([20.0, 40, 120, 140])
)
WEIGHTED = Ratios(
    np.array([0.05, 0.05, 0.5]), np.array([20.0, 120.0, 130.0]), np.array([0.5, 0.25, 2.0]), np.linspace(15, 145, 14)
)


def test_share_of_plain_showers_is_binomial():
    share = PLAIN.share("below")
    assert (share.value, share.error) == (0.25, pytest.approx(np.sqrt(0.25 * 0.75 / 4)))
    assert PLAIN.share("all", below=10.0).value == 0.75  # an empty ECAL is in no bin
    low = PLAIN.share("low", energies=(0.0, 100.0))
    assert (low.value, low.error) == (0.5, pytest.approx(np.sqrt(0.125)))
    assert "0 to 100 GeV" in low.definition


def test_share_of_weighted_showers():
    share = WEIGHTED.share("below")
    value = 0.75 / 14
    assert share.value == pytest.approx(value)
    assert share.error == pytest.approx(np.sqrt(((0.25 + 0.0625) / 14 - value**2) / 14))
    assert WEIGHTED.share("high", energies=(100.0, np.inf)).value == pytest.approx(0.25 / 5)


def test_spectrum_is_of_all_showers():
    curve = PLAIN.spectrum("ratio", [0.0, 1.0, 2.0])
    assert (curve.x, curve.y) == ((0.5, 1.5), (0.5, 0.0))
    assert curve.error == pytest.approx((0.25, 0.0))


def test_passing_by_energy():
    curve = PLAIN.passing_by_energy("passing", [0, 100, 200, 300])
    assert (curve.x, curve.y) == ((50, 150, 250), (0.5, 0.0, 0.0))
    assert WEIGHTED.passing_by_energy("passing", [0, 100, 200]).y == pytest.approx((0.5 / 9, 0.25 / 5))


def test_means_of_energies_are_weighted():
    curve = WEIGHTED.mean_energies("means", [0.0, 0.1, 0.2, 1.0])
    assert curve.x == (0.05, 0.6)  # no shower between
    mean = (10 + 30) / 0.75
    assert curve.y == pytest.approx((mean, 130.0))
    error = np.hypot(0.5 * (20 - mean), 0.25 * (120 - mean)) / 0.75
    assert curve.error == pytest.approx((error, 0.0))
    one = WEIGHTED.mean_energy("mean", 0.0, 0.1)
    assert (one.value, one.error, one.unit) == (pytest.approx(mean), pytest.approx(error), "GeV")
    assert np.isnan(WEIGHTED.mean_energy("none", 7.0, 8.0).value)


def test_median_counts_empty_calorimeters():
    assert PLAIN.median("median").value == pytest.approx(1.75)


def test_early_pions_pass_at_the_natural_rate(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HEP_CACHE", str(tmp_path))
    early = Ratios.of_early_pions(1500, seed=4, largest_ratio=1.0)
    natural = Ratios.of("charged_pion", 1500, seed=4)
    assert len(early.energies) == 1500
    assert early.energies.mean() == pytest.approx(260, abs=4 * 500 / np.sqrt(12 * 1500))
    one, other = early.share("early", below=1.0), natural.share("natural", below=1.0)
    assert one.value == pytest.approx(other.value, abs=4 * np.hypot(one.error, other.error))
    assert early.share("early").error < natural.share("natural").error / 1.5


def test_genuine_files_are_read(tmp_path):
    ecal, hcal = (
        Cells((25, 25, 25) if name == "ecal" else (11, 11, 60), [1, 1], [0, 0], energy)
        for name, energy in (("ecal", [40.0, 20.0]), ("hcal", [2.0, 30.0]))
    )
    showers = Showers(ecal, hcal, {"energy": [50.0, 60.0], "pdg_id": [211, 211]}, source="files")
    write_lcd(tmp_path / "ChPiEscan_RandomAngle_1_1.h5", showers)
    found = Ratios.of("charged_pion", 10, seed=1, data=tmp_path)
    np.testing.assert_allclose(found.ratio, [0.05, 1.5], rtol=1e-6)
    assert found.energies.tolist() == [50, 60]
