"""Neighbouring layers of the whole detector: what geometry demands, and what genuine tracks do."""

import itertools

import numpy as np
import pytest

from keras_hep.graphs.segments import segment_graph
from keras_hep.graphs.trackml_layers import trackml_layer_pairs

MIRROR = {7: (9, 16), 9: (7, 16), 12: (14, 14), 14: (12, 14), 16: (18, 14), 18: (16, 14)}
LAYERS = {7: 7, 8: 4, 9: 7, 12: 6, 13: 4, 14: 6, 16: 6, 17: 2, 18: 6}


def mirrored(layer):
    """The layer at -z: discs are numbered from -z to +z on both sides."""
    volume, number = divmod(layer, 100)
    other, total = MIRROR.get(volume, (volume, 2 * number))
    return 100 * other + total - number


def test_all_layers_have_neighbours_on_both_sides_of_the_detector():
    pairs = trackml_layer_pairs()
    layers = {100 * volume + 2 * place for volume, count in LAYERS.items() for place in range(1, count + 1)}
    assert {layer for pair in pairs for layer in pair} == layers
    assert len(layers) == 48
    assert {(mirrored(inner), mirrored(outer)) for inner, outer in pairs} == set(pairs)
    assert not {(outer, inner) for inner, outer in pairs} & set(pairs)


def test_pairs_of_the_middle_are_those_of_the_barrel():
    """One step leads past a layer: between the end of layer 808 and the rim of the first disc there is a gap."""
    barrel = [802, 804, 806, 808, 1302, 1304, 1306, 1308, 1702, 1704]
    inside = {pair for pair in trackml_layer_pairs() if set(pair) <= set(barrel)}
    assert inside == {*itertools.pairwise(barrel), (806, 1302)}
    assert 491 / 172 < 600 / 176
    inside = {pair for pair in trackml_layer_pairs(missed=1) if set(pair) <= set(barrel)}
    assert inside >= {*itertools.pairwise(barrel), *zip(barrel[:-2], barrel[2:], strict=True)}


@pytest.mark.parametrize(
    ("pair", "there"),
    [
        ((802, 902), True),  # out of the first barrel layer over its end, past the second, to the first disc
        ((902, 904), True),
        ((702, 704), False),  # layer 704 is the inner one on that side
        ((704, 702), True),
        ((914, 1412), True),
        ((902, 912), False),
        ((702, 902), False),  # on opposite sides
        ((808, 1304), False),  # skips 1302
    ],
)
def test_pairs_by_hand(pair, there):
    assert (pair in trackml_layer_pairs()) == there


def test_every_line_finds_its_pairs():
    """Straight lines from the luminous region, drawn at random, against the crossings computed for each of them."""
    random = np.random.default_rng(3)
    pairs, slopes, origins = (
        set(trackml_layer_pairs()),
        np.sinh(random.uniform(-4, 4, 300)),
        random.uniform(-16, 16, 300),
    )
    barrels = {802: (32, 491), 804: (72, 491), 806: (116, 491), 808: (172, 491), 1302: (260, 1084), 1304: (360, 1084)}
    barrels |= {1306: (500, 1084), 1308: (660, 1084), 1702: (820, 1084), 1704: (1020, 1084)}
    pixels, strips = (600, 700, 820, 960, 1100, 1300, 1500), (1220, 1500, 1800, 2150, 2550, 2950)
    discs = {900 + 2 * (i + 1): (z, 31, 176) for i, z in enumerate(pixels)}
    for volume, limits in ((1400, (241, 701)), (1800, (752, 1023))):
        discs |= {volume + 2 * (i + 1): (z, *limits) for i, z in enumerate(strips)}
    discs |= {mirrored(layer): (-z, *limits) for layer, (z, *limits) in discs.items()}
    for slope, z0 in zip(slopes, origins, strict=True):
        crossed = {r: layer for layer, (r, half) in barrels.items() if abs(z0 + r * slope) < half}
        crossed |= {(z - z0) / slope: layer for layer, (z, low, high) in discs.items() if low < (z - z0) / slope < high}
        sequence = [crossed[r] for r in sorted(crossed)]
        assert {*itertools.pairwise(sequence)} <= pairs


def test_missed_layers_only_add_pairs():
    assert set(trackml_layer_pairs()) < set(trackml_layer_pairs(missed=1)) < set(trackml_layer_pairs(missed=2))
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        trackml_layer_pairs(missed=-1)


def test_pairs_hold_the_steps_of_genuine_tracks(real_data):
    hits = genuine_hits(real_data("trackml/event000000001"))
    steps, primary = genuine_steps(hits)
    assert len(steps) == 3113
    found = [[step in pairs for step in steps] for pairs in (trackml_layer_pairs(), trackml_layer_pairs(missed=1))]
    near, far = np.array(found)
    assert near.mean() == pytest.approx(0.987, abs=5e-4)
    assert near[primary].mean() == pytest.approx(0.992, abs=5e-4)
    assert far.mean() == pytest.approx(0.996, abs=1e-3)
    assert far[primary].all()


def test_a_graph_of_the_whole_detector(real_data):
    hits = genuine_hits(real_data("trackml/event000000001"))
    with pytest.raises(ValueError, match=r"got hits in \[7, 9, 12, 14, 16, 18\] too: give layer_pairs"):
        segment_graph(hits)
    graph = segment_graph(hits, trackml_layer_pairs(), phi_limit=0.3, z_limit=np.inf)
    layer = graph.nodes["layer"]
    assert set(zip(layer[graph.senders].tolist(), layer[graph.receivers].tolist(), strict=True)) <= {
        *trackml_layer_pairs()
    }
    steps, _ = genuine_steps(hits)
    joined = graph.edges["label"]
    particles = graph.nodes["particle_id"][graph.senders[joined]]
    assert len(np.unique(np.stack([particles, layer[graph.senders[joined]]]), axis=1).T) > 0.95 * len(steps)


def genuine_hits(prefix):
    pandas = pytest.importorskip("pandas")
    hits, truth, particles = (pandas.read_csv(f"{prefix}-{part}.csv.gz") for part in ("hits", "truth", "particles"))
    return hits.merge(truth, on="hit_id").merge(particles, on="particle_id", how="inner")


def genuine_steps(hits):
    """Pairs of layers that particles hit one after the other, by distance from their origin; are they from the beam?"""
    hits = hits.assign(layer=100 * hits.volume_id + hits.layer_id)
    hits = hits.assign(distance=(hits.x - hits.vx) ** 2 + (hits.y - hits.vy) ** 2 + (hits.z - hits.vz) ** 2)
    hits = hits.sort_values(["particle_id", "distance"]).drop_duplicates(["particle_id", "layer"])
    particle, layer = hits.particle_id.to_numpy(), hits.layer.to_numpy()
    same = particle[1:] == particle[:-1]
    primary = np.hypot(hits.vx, hits.vy).to_numpy()[1:][same] < 1
    return [*zip(layer[:-1][same].tolist(), layer[1:][same].tolist(), strict=True)], primary
