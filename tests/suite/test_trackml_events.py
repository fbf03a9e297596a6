"""Where the events of the TrackML items come from, and what is said of them."""

import dataclasses

import numpy as np
import pytest

from keras_hep import files
from keras_hep.formats import trackml, trackml_known_events
from keras_hep.graphs.segments import segment_graph
from keras_hep.simulation.trackml_like import TrackMLLike
from keras_hep.suite import trackml_events


@dataclasses.dataclass(frozen=True)
class Cloud:
    """Hits anywhere in four volumes, of particles with two hits each."""

    density: float = 1.0

    def scaled(self, density):
        return dataclasses.replace(self, density=density * self.density)

    def event(self, seed):
        random, number = np.random.default_rng(seed), round(400 * self.density)
        x, y, z = random.uniform(-200, 200, (3, number)).astype(np.float32)
        hits = {"hit_id": np.arange(1, number + 1), "x": x, "y": y, "z": z}
        hits |= {"volume_id": random.choice([7, 8, 13, 17], number), "layer_id": np.full(number, 2)}
        truth = {"hit_id": hits["hit_id"], "particle_id": hits["hit_id"] // 2, "weight": np.full(number, 1 / number)}
        return dataclasses.make_dataclass("Event", ["hits", "truth"])(hits, truth)


def test_simulated_events_are_selected_and_named_by_their_seeds():
    drawn = trackml_events.simulated(Cloud(), 2, [7, 0])
    assert (drawn.data, drawn.events) == ("simulation", "")
    assert drawn.identity == [{"simulation": "Cloud", "density": 1.0, "seed": [7, 0, number]} for number in range(2)]
    for hits, every in zip(drawn.hits, drawn.every, strict=True):
        assert set(hits["volume_id"]) == {8, 13, 17}
        assert np.abs(hits["z"]).max() < 50 < np.abs(every["z"]).max()
    assert np.any(drawn.hits[0]["x"][:5] != drawn.hits[1]["x"][:5])


def test_data_decides_between_simulation_and_files(tmp_path):
    assert trackml_events.barrel_events("simulation", Cloud(), 3, [1]).data == "simulation"
    with pytest.raises(ValueError, match="event000000001"):
        trackml_events.barrel_events(str(tmp_path / "event000000001"), Cloud(), 3, [1])


def test_held_out_events_have_the_hits_of_a_genuine_one():
    event = trackml_events.simulated(Cloud(0.25), 1, [3])
    same = trackml_events.held_out(event, Cloud(), 1, [4])
    assert len(same.hits[0]["x"]) == pytest.approx(4 * len(event.hits[0]["x"]), rel=0.5)
    genuine = dataclasses.replace(event, data="sample", events="event000000001")
    like = trackml_events.held_out(genuine, Cloud(), 20, [4])
    assert np.mean([len(hits["x"]) for hits in like.hits]) == pytest.approx(len(event.hits[0]["x"]), rel=0.25)


@pytest.mark.parametrize(
    ("name", "hits", "edges", "true"),
    [("event000000001", 466, 1_548, 219), ("event000001000-barrel-partial", 4_547, 139_689, 2_208)],
)
def test_genuine_events(real_data, name, hits, edges, true):
    event = trackml_events.genuine(real_data(f"trackml/{name}"))
    assert (event.data, event.events) == ("sample", name)
    assert len(event.hits[0]["hit_id"]) == hits
    graph = segment_graph(event.hits[0])
    assert (graph.number_of_edges, np.count_nonzero(graph.edges["label"])) == (edges, true)
    weight = trackml_events.scored_truth(event.hits[0])["weight"]
    assert weight.sum() > 0
    assert not weight[event.hits[0]["particle_id"] == 0].any()
    assert list(event.identity[0]) == ["events", "sha256"]


def test_drawn_edges_are_all_true_and_some_false():
    hits = trackml_events.simulated(Cloud(2.0), 1, [5]).hits[0]
    graph = segment_graph(hits, z_limit=100.0)
    drawn = trackml_events.drawn_graph(graph, 7, seed=1)
    true = np.count_nonzero(graph.edges["label"])
    assert np.count_nonzero(drawn["labels"]) == true
    assert len(drawn["labels"]) == true + 7
    np.testing.assert_array_equal(drawn["senders"], trackml_events.drawn_graph(graph, 7, seed=1)["senders"])
    assert len(trackml_events.drawn_graph(graph, 10**9, seed=1)["labels"]) == graph.number_of_edges


def test_hits_of_particles_leave_the_noise():
    hits = {"particle_id": np.array([0, 5, 0, 6]), "z": np.arange(4.0)}
    assert trackml_events.of_particles(hits)["z"].tolist() == [1, 3]


def test_the_complete_event_1000_is_recognised(tmp_path, monkeypatch):
    pytest.importorskip("pandas")
    event = TrackMLLike(particles=60, noise=0.01).event(seed=1)
    prefix = tmp_path / "event000001000"
    trackml.write_event(prefix, {"hits": event.hits, "truth": event.truth, "particles": event.particles})
    assert trackml_events.genuine(prefix).data == "sample"
    for part in ("hits", "truth"):
        path = tmp_path / f"event000001000-{part}.csv"
        monkeypatch.setitem(trackml_known_events.EVENT_1000, part, (path.stat().st_size, files.sha256(path)))
    read = trackml_events.genuine(prefix)
    assert (read.data, read.events) == ("published", "event000001000")
    np.testing.assert_array_equal(read.every[0]["particle_id"], _barrel(event)["particle_id"])


def _barrel(event):
    kept = np.isin(event.hits["volume_id"], (8, 13, 17))
    return {"particle_id": event.truth["particle_id"][kept]}
