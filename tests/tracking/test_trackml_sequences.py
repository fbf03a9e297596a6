import dataclasses
import json

import numpy as np
import pytest

from keras_hep.simulation.trackml_like import TrackMLLike
from keras_hep.tracking.space_compression import SpaceCompression
from keras_hep.tracking.trackml_sequences import (
    MOST_HITS,
    TrackMLSequences,
    on_seed_layers,
    one_hit_per_layer,
    track_sequences,
)


def hits_of(rows):
    """Return hits and their particles from rows of x, y, z, volume, layer, particle."""
    columns = np.array(rows, float).T
    hits = dict(zip(("x", "y", "z"), columns[:3], strict=True))
    hits |= dict(zip(("volume_id", "layer_id"), columns[3:5].astype(int), strict=True))
    return hits, columns[5].astype(int)


def test_seed_layers_are_named_by_volume_and_layer():
    hits = {"volume_id": np.array([8, 7, 9, 8, 7, 9]), "layer_id": np.array([2, 14, 2, 4, 2, 14])}
    assert on_seed_layers(hits).tolist() == [True, True, True, False, False, False]


def test_of_overlapping_modules_the_inner_one_counts():
    rows = [
        (32.5, 0, 0, 8, 2, 7),
        (31.5, 0, 0, 8, 2, 7),
        (0, 31.0, 0, 8, 2, 9),
        (72, 0, 0, 8, 4, 7),
        (30, 0, 0, 8, 2, 0),
    ]
    assert one_hit_per_layer(*hits_of(rows)).tolist() == [1, 2, 3]


def test_one_layer_number_in_two_volumes_is_two_layers():
    rows = [(32, 0, 0, 8, 2, 7), (260, 0, 0, 13, 2, 7), (262, 0, 0, 13, 2, 7)]
    assert one_hit_per_layer(*hits_of(rows)).tolist() == [0, 1]


def test_tracks_are_ordered_outwards():
    rows = [(116, 0, 5, 8, 6, 7), (32, 0, 1, 8, 2, 7), (72, 0, 3, 8, 4, 7), (31, 0, 1, 8, 2, 0)]
    particles, slots = track_sequences(*hits_of(rows), SpaceCompression())
    assert particles.tolist() == [7]
    assert slots.tolist() == [[1, 2, 0] + [-1] * (MOST_HITS - 3)]


@pytest.mark.parametrize(
    "rows",
    [
        [(32, 0, 0, 8, 2, 7), (72, 0, 0, 8, 4, 7)],
        [(32, 0, 0, 8, 2, 7), (72, 0, 0, 8, 4, 7), (72.5, 0, 0, 8, 4, 7)],
        [(72, 0, 0, 8, 4, 7), (116, 0, 0, 8, 6, 7), (172, 0, 0, 8, 8, 7)],
    ],
    ids=["two hits", "two layers", "no seed layer"],
)
def test_other_particles_are_no_tracks(rows):
    particles, slots = track_sequences(*hits_of(rows), SpaceCompression())
    assert len(particles) == 0
    assert slots.shape == (0, MOST_HITS)


def test_a_longer_particle_is_cut():
    rows = [(32 + 10 * number, 0, 0, 8, 2 * (number + 1), 7) for number in range(MOST_HITS + 3)]
    assert track_sequences(*hits_of(rows), SpaceCompression())[1].tolist() == [list(range(MOST_HITS))]


@pytest.fixture(scope="module")
def event():
    return TrackMLLike(particles=600).event(seed=2)


def test_the_order_of_hits_does_not_matter(event):
    order = np.random.default_rng(1).permutation(len(event.hits["x"]))
    particle = event.truth["particle_id"]
    shuffled = {name: values[order] for name, values in event.hits.items()}
    numbers, slots = track_sequences(event.hits, particle, SpaceCompression())
    others, other_slots = track_sequences(shuffled, particle[order], SpaceCompression())
    np.testing.assert_array_equal(numbers, others)
    np.testing.assert_array_equal(slots, np.where(other_slots < 0, -1, order[other_slots]))


def test_simulated_tracks_agree_with_a_plain_search(event):
    particle, space = event.truth["particle_id"], SpaceCompression()
    positions = space.compress(np.stack([event.hits[name] for name in "xyz"], axis=1))
    layer = 100 * event.hits["volume_id"] + event.hits["layer_id"]
    radius = np.hypot(event.hits["x"], event.hits["y"])
    expected = {}
    for number in np.unique(particle[particle != 0]).tolist():
        nearest = {}
        for hit in np.flatnonzero(particle == number).tolist():
            held = nearest.get(layer[hit])
            nearest[layer[hit]] = hit if held is None or radius[hit] < radius[held] else held
        ordered = sorted(nearest.values(), key=lambda hit: np.linalg.norm(positions[hit]))
        if len(ordered) >= 3 and layer[ordered[0]] in (802, 714, 902):
            expected[number] = ordered
    numbers, slots = track_sequences(event.hits, particle, space)
    assert {number: row[row >= 0].tolist() for number, row in zip(numbers.tolist(), slots, strict=True)} == expected


@pytest.fixture(scope="module")
def sequences():
    return TrackMLSequences(TrackMLLike(particles=400), events=2)


def test_tracks_are_padded_at_their_end(sequences):
    positions, present = sequences.every_track()
    assert positions.shape == (*present.shape, 3) == (len(present), MOST_HITS, 3)
    assert positions.dtype == np.float32
    assert np.all(np.diff(present.astype(int), axis=1) <= 0)
    assert np.all(positions[~present] == 0)
    distance = np.linalg.norm(positions, axis=2)
    assert np.all(np.diff(distance, axis=1)[present[:, 1:]] > 0)


def test_tracks_start_near_the_beam_in_compressed_space(sequences):
    first = sequences.every_track()[0][:, 0]
    barrel = np.abs(first[:, 2]) < 590
    np.testing.assert_allclose(np.hypot(first[barrel, 0], first[barrel, 1]), 32, atol=2.5)
    assert np.all(np.abs(first[~barrel, 2]) < 605)


def test_the_seed_decides_which_tracks_are_drawn(sequences):
    positions, present = sequences.tracks(200, [3, 1])
    again, _ = sequences.tracks(200, [3, 1])
    others, _ = sequences.tracks(200, [3, 2])
    np.testing.assert_array_equal(positions, again)
    assert not np.array_equal(positions, others)
    known = {row.tobytes() for row in sequences.every_track()[0]}
    assert {row.tobytes() for row in positions} <= known
    assert np.all(present[:, :3])


def test_other_events_give_other_tracks(sequences):
    known = {row.tobytes() for row in sequences.every_track()[0]}
    others = dataclasses.replace(sequences, first_event=2, events=1).every_track()[0]
    second = dataclasses.replace(sequences, first_event=1, events=1).every_track()[0]
    assert not known & {row.tobytes() for row in others}
    assert {row.tobytes() for row in second} < known


def test_the_arguments_can_name_a_training(sequences):
    assert json.loads(json.dumps(dataclasses.asdict(sequences)))["simulation"]["particles"] == 400


def test_shared_tracks_are_not_changed_by_accident(sequences):
    with pytest.raises(ValueError, match="read-only"):
        sequences.every_track()[0][0] = 1


def test_events_without_tracks_are_an_error():
    with pytest.raises(ValueError, match=r"some particle must hit 3 layers .* got none in 1 events of 0 particles"):
        TrackMLSequences(TrackMLLike(particles=0), events=1).tracks(5, seed=1)


def test_the_number_of_events_is_positive():
    with pytest.raises(ValueError, match="events must be at least 1, got 0"):
        TrackMLSequences(events=0)
