"""Track candidates of TrackML events: what ought to be found, what is found, and what is said of it."""

import dataclasses

import numpy as np
import pytest

from keras_hep import losses, models, training
from keras_hep.formats import trackml
from keras_hep.simulation.trackml_like import TrackMLLike
from keras_hep.suite import trackml_candidate_measurements as measurements
from keras_hep.suite import trackml_candidates
from keras_hep.suite import trackml_prediction_training as predictions
from keras_hep.suite.trackml_candidate_rules import finders
from keras_hep.suite.trackml_candidates import Evaluation, EventTruth, Found
from keras_hep.tracking.candidates import Candidates
from keras_hep.tracking.direction_coordinates import DirectionCoordinates
from keras_hep.tracking.helix_cell import HelixCell
from keras_hep.tracking.trackml_finder import TrackMLFinder

HITS = {
    "x": np.array([32.0, 72.0, 116.0, 72.0, 116.0, 172.0, 32.0, 72.0, 50.0]),
    "y": np.zeros(9),
    "z": np.array([0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 5.0, 5.0, 0.0]),
    "volume_id": np.full(9, 8),
    "layer_id": np.array([2, 4, 6, 4, 6, 8, 2, 4, 2]),
}
PARTICLE = np.array([5, 5, 5, 9, 9, 9, 7, 7, 0])  # 5 starts on the seed layer, 9 behind it, 7 has two hits
PARTICLES = {"particle_id": np.array([9, 7, 5]), "px": np.array([3.0, 0.0, 0.6]), "py": np.array([4.0, 1.0, 0.8])}


@dataclasses.dataclass
class Fixed:
    """Finds the same candidates in every event."""

    hits: list

    def find(self, hits):
        return Candidates(np.int32(self.hits), np.zeros(len(self.hits), np.float32))


FINDER = TrackMLFinder(HelixCell(0.15, (0.2, 0.06)), DirectionCoordinates())  # what other processes can import


@pytest.fixture(scope="module")
def event():
    return EventTruth.of(HITS, PARTICLE, PARTICLES)


def by_name(quantities):
    return {one.name: one for one in quantities}


def test_particles_with_three_hits_ought_to_be_found(event):
    assert event.slots.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert event.pt.tolist() == [1.0, 5.0]
    assert event.from_seed.tolist() == [True, False]
    assert event.noise == 1


def test_candidates_are_matched_by_double_majority(event):
    (found,) = Evaluation(Fixed([[0, 1, 8], [1, 0, 8], [3, 6, 7], [0, 2, -1]]))([event])
    assert found.found.tolist() == [True, False]
    assert (found.grown, found.candidates) == (4, 2), "two with the same hits, two of one particle"
    assert (found.recall, found.precision) == (50.0, 50.0)
    assert found.seconds > 0


def test_the_time_is_the_best_of_the_repeats(event, monkeypatch):
    times = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0])
    monkeypatch.setattr(trackml_candidates.time, "perf_counter", lambda: next(times))
    (found,) = Evaluation(Fixed([[0, 1, 2]]), repeats=3)([event])
    assert found.seconds == 1.0


def test_nothing_found_in_nothing():
    empty = Found(np.zeros(0, bool), candidates=0, grown=0, seconds=1.0)
    assert (empty.recall, empty.precision) == (0.0, 0.0)


def test_simulated_events_have_numbers_below_the_seed():
    simulation = TrackMLLike(particles=100, noise=0.01)
    events, data, name = trackml_candidates.evaluation_events("simulation", simulation, 2, [3])
    assert (len(events), data, name) == (2, "simulation", "")
    np.testing.assert_array_equal(events[1].hits["x"], simulation.event([3, 1]).hits["x"])
    assert events[1].noise == np.count_nonzero(simulation.event([3, 1]).truth["particle_id"] == 0)


@pytest.mark.parametrize("name", ["event000000001", "event000001000-barrel-partial"])
def test_genuine_events(real_data, name):
    prefix = str(real_data(f"trackml/{name}"))
    (event,), data, events = trackml_candidates.evaluation_events(prefix, None, 1, [3])
    assert (data, events) == ("sample", name)
    table, particles = trackml.load_hits_with_truth(prefix), trackml.load_event_particles(prefix)
    counts = table[table["particle_id"] != 0]["particle_id"].value_counts()
    chosen = particles[particles["particle_id"].isin(counts[counts >= 3].index)]
    assert len(event.slots) == len(chosen) > 100
    np.testing.assert_allclose(np.sort(event.pt), np.sort(np.hypot(chosen["px"], chosen["py"])), rtol=1e-6)
    assert 0.5 < event.from_seed.mean() < 1
    assert event.noise == np.count_nonzero(table["particle_id"] == 0)


def found_of(recalled, candidates, grown, seconds):
    return Found(np.arange(10) < recalled, candidates, grown, seconds)


def test_two_hits_against_one_by_hand():
    found = {
        "k1": [found_of(2, 10, 12, 1.0), found_of(4, 10, 8, 3.0)],
        "k2": [found_of(5, 100, 300, 10.0), found_of(7, 200, 100, 20.0)],
    }
    shape = by_name(measurements.shape(found))
    assert shape["recall_gain"].value == pytest.approx(60 - 30)
    assert shape["precision_ratio"].value == pytest.approx((20 + 40) / (5 + 3.5))
    assert shape["candidates_ratio"].value == pytest.approx(20)
    assert shape["time_ratio"].value == pytest.approx(7.5)
    assert shape["time_ratio"].timed


def test_quality_over_events(event):
    found = [Found(np.array([True, False]), 4, 9, 2.0), Found(np.array([True, True]), 2, 5, 4.0)]
    quality = by_name(measurements.quality("x", found, [event, event]))
    assert quality["recall_x"].value == pytest.approx(75)
    assert quality["recall_x"].error == pytest.approx(25)
    assert quality["precision_x"].value == pytest.approx((25 + 100) / 2)
    assert quality["recall_from_seed_x"].value == 100
    assert quality["candidates_x"].value == 7
    assert quality["seconds_x"].value == 3


def test_the_first_step_by_hand(event):
    """From the first hit, at 32 mm, the next one is expected at 42 mm; nearer than it are noise and the hit itself."""
    far = {name: np.append(values, values[1]) for name, values in HITS.items()}
    far["x"][-1], far["z"][-1] = 45.0, 0.1  # more noise that is nearer
    crowded = EventTruth.of(far, np.append(PARTICLE, 0), PARTICLES)
    for one, expected in ((event, [0, 100, 100]), (crowded, [0, 0, 100])):
        found = measurements.first_step("x", FINDER, [one], ranks=(2, 3, 4))
        assert [quantity.value for quantity in found] == expected
        assert [quantity.name for quantity in found] == ["first_step_2_x", "first_step_3_x", "first_step_4_x"]


def test_recall_in_bins_of_momentum(event):
    curve = measurements.recall_curve("x", [Found(np.array([True, False]), 4, 9, 2.0)], [event])
    assert curve.y == (1.0, 0.0)
    for momentum, middle in zip((1.0, 5.0), curve.x, strict=True):
        assert middle / np.sqrt(2) <= momentum <= middle * np.sqrt(2)


def test_sizes_of_events(event):
    sizes = by_name(measurements.event_sizes([event, event]))
    assert (sizes["particles"].value, sizes["hits"].value, sizes["from_seed"].value) == (2, 9, 50)
    assert sizes["noise"].value == pytest.approx(100 / 9)


@pytest.mark.parametrize("exponent", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_law(exponent):
    x = np.array([1_000, 2_000, 10_000])
    assert measurements.power_law(x, 3e-4 * x**exponent) == pytest.approx(exponent)


def test_time_against_hits():
    simulation = TrackMLLike(particles=300)
    exponent, curve = measurements.cost("x", FINDER, simulation, (0.25, 0.5), [5], repeats=1)
    assert (exponent.name, exponent.timed, curve.timed) == ("exponent_x", True, True)
    assert curve.x == tuple(
        len(simulation.scaled(share).event([5, n]).hits["x"]) for n, share in enumerate((0.25, 0.5))
    )
    assert min(curve.y) > 0


def test_time_of_two_processes(event):
    found = measurements.time_of_processes("x", FINDER, [event], 2, repeats=2)
    assert (found.name, found.unit, found.timed) == ("seconds_x_two_cores", "s", True)
    assert 0 < found.value < 10


def test_the_weight_of_the_loss_goes_with_the_square_of_the_unit():
    alpha = predictions.in_unit(0.9999, 1000)
    for distance in (0.003, 0.2):
        radius = losses.optimal_radius(alpha, distance)
        assert 1000 * radius == pytest.approx(losses.optimal_radius(0.9999, 1000 * distance))
    assert predictions.in_unit(alpha, 1 / 1000) == pytest.approx(0.9999, rel=1e-12)


def test_spheres_balance_where_their_loss_is_least(monkeypatch):
    """A network whose radii are those of the law is balanced; one with radii twice as large is off by 2^3."""
    simulation = TrackMLLike(particles=300)
    alpha = predictions.in_unit(0.9999, 1000)
    for factor in (1.0, 2.0):

        def predict(model, points, factor=factor):
            radius = factor * losses.optimal_radius(alpha, 0.05)
            spheres = np.full((*points.shape[:2], 1, 4), radius)
            spheres[..., :3] = np.roll(points, -1, axis=1)[:, :, None] + np.float32([0.05, 0, 0])
            return spheres

        monkeypatch.setattr(measurements.training, "predict", predict)
        found = by_name(measurements.spheres(training.Training(None, {}), simulation))
        if factor == 1:
            assert found["distance"].value == pytest.approx(50, rel=1e-3)
            assert found["radius"].value == pytest.approx(losses.optimal_radius(0.9999, 50), rel=1e-3)
            assert found["hits_in_spheres"].value == 100
        assert found["alpha_balance"].value == pytest.approx(factor**-3, rel=0.02)
        assert found["alpha"].value == pytest.approx(0.9999)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    simulation = TrackMLLike(particles=300)
    with training.store(training.Store(tmp_path_factory.mktemp("weights"))):
        trains = (predictions.train_published, predictions.train_helix)
        return [train(simulation, 1, 3, seed=1) for train in trains], simulation


def test_trainings_have_a_course(trained):
    fitted, _ = trained
    for one in fitted:
        curves = {curve.name: curve for curve in measurements.learning("x", one)}
        assert set(curves) == {"training_loss_x", "training_hit_efficiency_x", "training_mean_radius_x"}
        assert curves["training_loss_x"].x == (512, 1024, 1536)
        assert all(0 <= share <= 1 for share in curves["training_hit_efficiency_x"].y)
    assert fitted[0].model.count_params() == models.TrackNET().count_params()


def test_every_finder_finds_candidates(trained):
    (published, ours), simulation = trained
    (event,), _, _ = trackml_candidates.evaluation_events("simulation", simulation, 1, [1])
    for way, finder in finders(published.model, ours.model, most=500).items():
        (found,) = Evaluation(finder)([event])
        assert len(found.found) == len(event.slots), way
        assert found.grown >= found.candidates >= 0
