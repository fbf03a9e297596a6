"""The step in NumPy against the Keras network, and states that can be selected."""

import numpy as np
import pytest

from keras_hep.models import TrackNET
from keras_hep.tracking.track_net_cell import TrackNETCell

PLANES = [-1.0, -0.7, -0.2, 0.1, 0.5, 0.9]
VARIANTS = {
    "TrackNET": {"heads": 1},
    "StepAhead": {"heads": 2},
    "ellipse": {"heads": 1, "shape": "ellipse"},
    "barrel": {
        "heads": 2,
        "frame": {"geometry": "barrel", "first_ratio": 0.94, "step": 0.02, "scales": [0.02, 0.002]},
        "unit": 0.02,
    },
    "helix": {
        "heads": 2,
        "frame": {"geometry": "helix", "depth": 0.15, "residual": 0.002, "scales": [0.05, 0.005]},
        "unit": 0.02,
    },
    "planes": {
        "heads": 2,
        "shape": "ellipse",
        "frame": {
            "geometry": "planes",
            "target": [0.0, 0.0, -1.1],
            "planes": PLANES,
            "slope": 0.3,
            "scales": [0.3, 0.05],
        },
        "unit": 0.1,
    },
}


def network(arguments, seed=1):
    """A network with weights large enough to reach the ends of all gates."""
    random = np.random.default_rng(seed)
    model = TrackNET(**arguments)
    model.set_weights([random.normal(0, 0.4, weight.shape) for weight in model.get_weights()])
    points = random.uniform(-1, 1, (50, len(PLANES), 3)).astype(np.float32)
    points[..., 2] = PLANES
    return model, points


def regions_step_by_step(cell, points):
    state, found = cell.start(points[:, 0]), []
    for step in range(points.shape[1]):
        state, centres, sizes = cell.step(state, points[:, step])
        found.append(np.concatenate([centres, sizes], axis=-1))
    return np.stack(found, axis=1)


@pytest.mark.parametrize("variant", VARIANTS)
def test_equals_the_keras_network(variant):
    model, points = network(VARIANTS[variant])
    found = regions_step_by_step(TrackNETCell.of(model), points)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.asarray(model(points)), atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_selected_states_go_on_alone(variant):
    model, points = network(VARIANTS[variant])
    cell, chosen = TrackNETCell.of(model), np.array([4, 4, 17])
    state, _, _ = cell.step(cell.start(points[:, 0]), points[:, 0])
    whole = cell.step(state, points[:, 1])
    part = cell.step(tuple(array[chosen] for array in state), points[chosen, 1])
    for ours, expected in zip((*part[0], *part[1:]), (*whole[0], *whole[1:]), strict=True):
        np.testing.assert_allclose(ours, expected[chosen], atol=1e-6)


def test_a_step_changes_neither_state_nor_hits():
    model, points = network(VARIANTS["barrel"])
    cell = TrackNETCell.of(model)
    state, _, _ = cell.step(cell.start(points[:, 0]), points[:, 0])
    copies, hits = [array.copy() for array in state], points[:, 1].copy()
    cell.step(state, hits)
    assert all(np.array_equal(array, copy) for array, copy in zip(state, copies, strict=True))
    np.testing.assert_array_equal(hits, points[:, 1])


def test_no_candidates():
    cell = TrackNETCell.of(TrackNET(heads=2))
    none = np.zeros((0, 3), np.float32)
    _, centres, sizes = cell.step(cell.start(none), none)
    assert centres.shape == (0, 2, 3)
    assert sizes.shape == (0, 2, 1)
