"""Candidates of TrackML events, found without a network in events of few particles."""

import dataclasses

import numpy as np
import pytest

from keras_hep.metrics.track_candidates import majority_match, true_hits
from keras_hep.simulation.trackml_like import TrackMLLike
from keras_hep.tracking.candidate_evidence import EvidenceRules
from keras_hep.tracking.direction_coordinates import DirectionCoordinates
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.helix_cell import HelixCell
from keras_hep.tracking.space_compression import SpaceCompression
from keras_hep.tracking.trackml_finder import TrackMLFinder
from keras_hep.tracking.trackml_sequences import on_seed_layers

FINDER = TrackMLFinder(HelixCell(0.15, (0.2, 0.06)), DirectionCoordinates())


@pytest.fixture(scope="module")
def event():
    return TrackMLLike(particles=300, noise=0).event(seed=4)


def test_candidates_start_on_seed_layers_and_go_outwards(event):
    found = FINDER.find(event.hits)
    assert len(found) > 20
    assert on_seed_layers(event.hits)[found.hits[:, 0]].all()
    distance = np.sqrt(sum(event.hits[name].astype(float) ** 2 for name in "xyz"))
    along = np.where(found.hits >= 0, distance[found.hits], np.inf)
    assert np.all(along[:, 1:][found.hits[:, 1:] >= 0] > along[:, :-1][found.hits[:, 1:] >= 0])


def test_many_candidates_are_tracks(event):
    particle = np.unique(event.truth["particle_id"], return_inverse=True)[1]
    slots = true_hits(particle, minimum_hits=4)[1]
    several = TrackMLFinder(HelixCell(0.15, (0.3, 0.15)), DirectionCoordinates(), rules=GrowthRules(nearest_first=8))
    grown = majority_match(several.find(event.hits).hits, slots)
    resolved = dataclasses.replace(several, resolution=EvidenceRules()).find(event.hits)
    assert grown.recall > 0.4
    assert majority_match(resolved.hits, slots).recall > 0.35
    assert majority_match(resolved.hits, slots).precision > 0.4 > 2 * grown.precision


def test_resolved_candidates_share_few_hits(event):
    several = dataclasses.replace(FINDER, rules=GrowthRules(nearest_first=8))
    resolved = dataclasses.replace(several, resolution=EvidenceRules()).find(event.hits)
    assert 0 < len(resolved) < len(several.find(event.hits))
    assert len(np.unique(resolved.hits[:, 0])) == len(resolved)


def test_space_is_compressed_before_scaling(event):
    class Recorded:
        def scale(self, positions):
            self.positions = positions
            return DirectionCoordinates().scale(positions)

    scaling = Recorded()
    dataclasses.replace(FINDER, scaling=scaling, space=SpaceCompression()).find(event.hits)
    assert np.hypot(*scaling.positions.T[:2]).max() < 180 + (1020 + 10 - 180) / 2


def test_a_pool_is_given_events(event):
    first, second = FINDER([event.hits, event.hits])
    np.testing.assert_array_equal(first.hits, second.hits)


def test_the_sphere_after_the_first_hit_is_another():
    cell, points = HelixCell(0.15, (0.2, 0.06)), DirectionCoordinates().scale([[30.0, 0.0, 0.0], [70.0, 0.0, 0.0]])
    state, centres, sizes = cell.step(cell.start(points[:1]), points[:1])
    assert (centres.shape, sizes.tolist()) == ((1, 1, 3), [[[np.float32(0.2)]]])
    assert cell.step(state, points[1:])[2].tolist() == [[[np.float32(0.06)]]]


@pytest.mark.parametrize("arguments", [(0.0, (0.1, 0.1)), (0.1, (0.1, -1.0))])
def test_depth_and_radii_are_positive(arguments):
    with pytest.raises(ValueError, match="Depth and radii must be positive"):
        HelixCell(*arguments)
