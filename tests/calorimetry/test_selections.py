import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_hep.calorimetry import selections
from keras_hep.calorimetry.cells import Cells
from keras_hep.calorimetry.showers import Showers


def showers(ecal, hcal=None, **labels):
    """Showers with one cell in each calorimeter."""
    ecal, hcal = (None if sums is None else Cells.of_images(np.reshape(sums, (-1, 1, 1, 1))) for sums in (ecal, hcal))
    return Showers(ecal, hcal, labels, "simulation")


def test_the_ratio_of_hcal_and_ecal():
    drawn = showers([100.0, 100.0, 100.0, 0.0, 0.0], [9.0, 10.5, 300.0, 0.0, 4.0])
    assert selections.little_hcal_energy(drawn).tolist() == [True, False, False, False, False]
    assert selections.little_hcal_energy(drawn, most=0.2).tolist() == [True, True, False, False, False]


def test_the_opening_angle_counts_for_neutral_pions_only():
    drawn = showers([1.0] * 6, pdg_id=[111] * 4 + [22, 11], opening_angle=[0.009, 0.011, -1, 0, -1, -1])
    assert selections.merged_photons(drawn).tolist() == [True, False, False, False, True, True]
    assert selections.merged_photons(drawn, most=0.02).tolist() == [True, True, False, False, True, True]


def test_the_energy_in_the_window():
    drawn = showers([20.0, 20.0, 0.0], [5.0, 15.0, 0.0], energy=[100.0, 100.0, 100.0])
    assert selections.energy_in_window(drawn).tolist() == [False, True, False]
    assert selections.energy_in_window(showers([20.0, 35.0], energy=[100.0, 100.0])).tolist() == [False, True]


def test_a_whole_electromagnetic_shower():
    drawn = showers([90.0, 60.0, 60.0, 40.0], [1.0, 3.0, 30.0, 14.0], energy=[100.0] * 4)
    assert selections.whole_electromagnetic(drawn).tolist() == [True, False, False, False]
    assert selections.whole_electromagnetic(drawn, least=0.5).tolist() == [True, True, False, True]


def test_selections_of_both_calorimeters_need_both():
    drawn = showers([1.0], energy=[1.0])
    for selection in (selections.little_hcal_energy, selections.whole_electromagnetic):
        with pytest.raises(ValueError, match=f"{selection.__name__}: showers must have an HCAL, got none"):
            selection(drawn)
    with pytest.raises(KeyError, match="no label 'opening_angle'"):
        selections.merged_photons(drawn)


@given(st.lists(st.tuples(st.floats(0, 100, width=32), st.floats(0, 100, width=32)), min_size=1))
def test_a_cut_flow_falls_and_adds_up(sums):
    ecal, hcal = np.transpose(sums)
    drawn = showers(ecal, hcal)
    cuts = (selections.energy_in_ecal, selections.little_hcal_energy)
    kept, flow = selections.select(drawn, *cuts)
    assert (flow.total, flow.kept) == (len(sums), len(kept))
    assert flow.total >= flow.together[0] >= flow.together[1]
    assert flow.alone.tolist() == [cut(drawn).sum() for cut in cuts]
    parts = [selections.select(drawn.take(part), *cuts)[1] for part in (slice(0, 1), slice(1, None))]
    summed = parts[0] + parts[1]
    assert summed.together.tolist() == flow.together.tolist()
    assert summed.fraction().low == flow.fraction().low


def test_a_cut_flow_names_its_selections():
    drawn = showers([5.0, 8.0, 20.0])
    kept, flow = selections.select(drawn, functools.partial(selections.energy_in_ecal, least=6.0))
    assert (flow.names, kept.ecal.sums().tolist()) == (("energy_in_ecal",), [8.0, 20.0])
    everything, none = selections.select(drawn)
    assert (len(everything), none.kept, none.names) == (3, 3, ())
    with pytest.raises(ValueError, match="only flows of the same selections are added"):
        flow + none
