"""Bit fields and derived columns by hand."""

import numpy as np
import pytest

from keras_hep.formats import trackml
from keras_hep.formats.trackml_quantities import PARTICLE_ID_FIELDS


def test_fields_fill_the_64_bits_without_overlap():
    bits = sorted((low, low + size) for low, size in PARTICLE_ID_FIELDS.values())
    assert [start for start, _ in bits] == [0, *(end for _, end in bits[:-1])]
    assert bits[-1][1] == 64


def test_particle_ids_by_hand():
    # 0x 0040 00c0 0100 2003: vertex 4, primary 12, generation 1, secondary 2, process 3; then every bit set.
    data = {"particle_id": np.array([0x004000C001002003, 0, -1])}
    assert trackml.decode_particle_id(data) is data
    assert data["vertex_id"].tolist() == [4, 0, 0xFFF]
    assert data["primary_id"].tolist() == [12, 0, 0xFFFF]
    assert data["generation"].tolist() == [1, 0, 0xFFF]
    assert data["secondary_id"].tolist() == [2, 0, 0xFFF]
    assert data["process"].tolist() == [3, 0, 0xFFF]
    assert data["process"].dtype == np.uint64


def test_positions_by_hand_and_in_place():
    data = {"tx": np.float32([3, 0]), "ty": np.float32([-4, 2]), "tz": np.float32([12, 0])}
    assert trackml.add_position_quantities(data, prefix="t") is data
    assert data["trho"].tolist() == [5, 2]
    assert data["tr"].tolist() == [13, 2]
    assert data["tphi"].tolist() == pytest.approx([np.arctan2(-4, 3), np.pi / 2])
    assert data["trho"].dtype == np.float32


def test_momenta_by_hand_and_in_place():
    data = {"px": np.array([3.0, 1.0, 0.0, 0.0]), "py": np.array([4.0, 0.0, 0.0, 0.0])}
    data["pz"] = np.array([12.0, np.sinh(1.5), -2.0, 0.0])
    assert trackml.add_momentum_quantities(data) is data
    assert data["pt"].tolist() == [5, 1, 0, 0]
    assert data["p"][:2].tolist() == pytest.approx([13, np.cosh(1.5)])
    assert data["pphi"][0] == pytest.approx(np.arctan2(4, 3))
    assert data["peta"][:3].tolist() == pytest.approx([np.arctanh(12 / 13), 1.5, -np.inf])
    assert np.isnan(data["peta"][3])


def test_frames_are_changed_in_place(event_texts, write_texts):
    pytest.importorskip("pandas")
    particles = trackml.load_event_particles(write_texts(event_texts))
    for add in (trackml.add_momentum_quantities, trackml.decode_particle_id):
        assert add(particles) is particles
    trackml.add_position_quantities(particles, "v")
    assert {"pt", "peta", "vrho", "vphi", "vr", "vertex_id"} <= set(particles)


def test_genuine_ids_count_vertices_from_one(real_data):
    pytest.importorskip("pandas")
    particles = trackml.decode_particle_id(trackml.load_event_particles(real_data("trackml/event000000001")))
    assert particles["vertex_id"].min() == 1
    primary = particles[particles["generation"] == 0]
    assert (primary["secondary_id"] == 0).mean() > 0.9
    spread = primary.groupby("vertex_id")["vz"].agg(np.ptp)
    assert spread.median() == 0  # primaries of one vertex come from one point
