"""Events against the numbers measured on genuine TrackML events: within 5 %, or within what one event fluctuates.

The genuine numbers come from the particles of 21 events, from the hits of all layers of event 1001, from the barrel of
event 1000 and from 5 % of a third event. A width above 5 % says why it is so wide.
"""

import numpy as np
import pytest

from keras_hep.graphs.segments import barrel_hits, segment_graph
from keras_hep.simulation.solenoid import CURVATURE
from keras_hep.simulation.trackml_detector import modules
from keras_hep.simulation.trackml_like import TrackMLLike

EVENTS = 10
BARREL = (802, 804, 806, 808, 1302, 1304, 1306, 1308, 1702, 1704)
WITHIN = 0.05

# Hits of event 1001 by volume and layer, and barrel signal of event 1000 by layer, one hit per particle.
EVENT_1001 = {
    7: (1258, 1437, 1775, 2057, 2442, 2444, 2486),
    8: (6737, 5673, 4987, 4544),
    9: (2257, 2152, 2039, 1772, 1553, 1282, 1111),
    12: (993, 1040, 1041, 1129, 1149, 1173),
    13: (5273, 5097, 4928, 4597),
    14: (1128, 1085, 1005, 1003, 913, 885),
    16: (413, 369, 345, 361, 458, 450),
    17: (4277, 4411),
    18: (410, 319, 347, 345, 346, 384),
}
EVENT_1000_SIGNAL = np.array((6616, 5948, 4975, 4177, 5290, 4653, 3858, 2974, 2329, 1590))
EXTRA_HITS = np.array((0.316, 0.195, 0.205, 0.232, 0.219, 0.230, 0.256, 0.257, 0.207, 0.235))  # per crossing
EVENT_1000_NOISE = np.array((184, 378, 677, 978, 723, 1075, 1459, 1979, 2427, 3156))


@pytest.fixture(scope="module")
def events():
    return [TrackMLLike(cells=True).event(seed) for seed in range(EVENTS)]


@pytest.fixture(scope="module")
def particles(events):
    """Columns of all particles, with pt, eta, and the transverse distance of the production from the beam."""
    table = {name: np.concatenate([event.particles[name] for event in events]) for name in events[0].particles}
    table = {name: values.astype(float) if name in ("px", "py", "pz") else values for name, values in table.items()}
    pt = np.hypot(table["px"], table["py"])
    return table | {"pt": pt, "eta": np.arcsinh(table["pz"] / pt), "radius": np.hypot(table["vx"], table["vy"])}


@pytest.fixture(scope="module")
def hits(events):
    """Columns of all hits with their truth; particle counts through all events, -1 for noise; layer as 100 v + l."""
    table = {
        name: np.concatenate([getattr(event, part)[name] for event in events])
        for part in ("truth", "hits")
        for name in getattr(events[0], part)
    }
    event = np.repeat(np.arange(len(events)), [len(event.hits["x"]) for event in events])
    _, particle = np.unique(np.stack([event, table["particle_id"]]), axis=1, return_inverse=True)
    signal = table["particle_id"] != 0
    layer = 100 * table["volume_id"] + table["layer_id"]
    return table | {"event": event, "signal": signal, "layer": layer, "particle": np.where(signal, particle, -1)}


def unique_signal(hits, layer, cut=True):
    """Return the number of different particles with a hit in `layer` where `cut` holds."""
    return len(np.unique(hits["particle"][(hits["layer"] == layer) & hits["signal"] & cut]))


def by_layer(hits, select):
    return {
        volume: np.array([np.sum((hits["layer"] == 100 * volume + 2 * number) & select) for number in range(1, n + 1)])
        for volume, n in ((volume, len(counts)) for volume, counts in EVENT_1001.items())
    }


def test_particles_and_hits_of_an_event(events, particles, hits):
    # The number of particles fluctuates by 12 % from event to event, also in the 21 genuine ones.
    counts = [len(TrackMLLike(noise=0).event(seed).particles["q"]) for seed in range(100, 108)]
    counts += [len(event.particles["q"]) for event in events]
    assert np.mean(counts) == pytest.approx(11249, rel=0.05 + 0.12 / np.sqrt(len(counts)))
    assert 0.06 < np.std(counts) / np.mean(counts) < 0.18  # of the 21: from 8,796 to 14,159
    assert particles["nhits"].sum() / len(particles["q"]) == pytest.approx(95779 / 11249, rel=WITHIN)
    assert np.sum(~hits["signal"]) / EVENTS == pytest.approx(17600, rel=WITHIN)


def test_vertices(events, particles):
    prompt = particles["radius"] < 0.1
    position = np.stack([particles[name][prompt] for name in ("vx", "vy", "vz")])
    vertices, count = np.unique(position, axis=1, return_counts=True)
    # Their number fluctuates by 10 % from event to event: 171 to 248 in 21 events.
    assert len(count) / EVENTS == pytest.approx(199, rel=0.05 + 0.1 / np.sqrt(EVENTS))
    assert count.mean() == pytest.approx(39.5, rel=WITHIN + 3 * count.std() / count.mean() / np.sqrt(len(count)))
    assert np.median(count) == pytest.approx(22, rel=0.1)  # whole numbers: one is 5 %
    assert 180 < count.max() < 300  # 253 in 21 events
    np.testing.assert_allclose(vertices.std(axis=1), (0.015, 0.015, 5.58), rtol=WITHIN)


def test_transverse_momenta(particles):
    percentiles = np.percentile(particles["pt"], [1, 5, 25, 50, 75, 90, 95, 99])
    np.testing.assert_allclose(percentiles, [0.105, 0.123, 0.216, 0.360, 0.624, 1.065, 1.481, 2.737], rtol=WITHIN)
    # Of 130,000 particles 130 lie beyond: 9 % of them are 4 % in momentum.
    assert np.percentile(particles["pt"], 99.9) == pytest.approx(7.463, rel=0.15)
    assert particles["pt"].min() >= 0.1
    assert np.mean(particles["pt"] > 1) == pytest.approx(0.113, rel=WITHIN)


def test_pseudorapidities(particles):
    shares = np.histogram(particles["eta"], np.linspace(-4, 4, 17))[0] / len(particles["eta"])
    half = np.array((0.043, 0.047, 0.050, 0.052, 0.055, 0.064, 0.084, 0.105))
    other = np.array((0.104, 0.083, 0.064, 0.056, 0.052, 0.050, 0.046, 0.044))
    np.testing.assert_allclose(shares, np.concatenate([half, other]), rtol=WITHIN)
    assert np.abs(particles["eta"]).max() <= 4
    np.testing.assert_allclose(
        np.percentile(particles["eta"], [1, 25, 75, 99]), [-3.88, -1.48, 1.48, 3.88], rtol=WITHIN
    )


def test_charges_and_places_of_production(particles):
    assert np.mean(particles["q"] == 1) == pytest.approx(0.553, rel=WITHIN)
    assert set(np.unique(particles["q"])) == {-1, 1}
    assert np.mean(particles["radius"] < 1) == pytest.approx(0.705, rel=WITHIN)


def test_hits_of_a_particle(particles):
    shares = np.bincount(particles["nhits"]) / len(particles["nhits"])
    np.testing.assert_allclose(shares[:2], [0.137, 0.052], rtol=WITHIN)
    # A known deviation, 8 %: ours are 2.9 %, as in the third event, though the secondaries with hits in the barrel have
    # two as often as those of event 1000.
    assert shares[2] == pytest.approx(0.027, rel=0.12)
    assert np.argmax(shares[1:]) + 1 == 12
    assert shares[23:].sum() < 1e-3  # at most 22 in 21 events


def test_crossings_of_the_barrel_layers(hits):
    # The share of a layer in the hits of event 1000, one per particle.
    ours = np.array([unique_signal(hits, layer) for layer in BARREL])
    fluctuation = 3 / np.sqrt(EVENT_1000_SIGNAL)
    np.testing.assert_array_less(
        np.abs(ours / ours.sum() / (EVENT_1000_SIGNAL / EVENT_1000_SIGNAL.sum()) - 1), WITHIN + fluctuation
    )


def test_double_hits_of_overlapping_modules(hits):
    ours = [np.sum((hits["layer"] == layer) & hits["signal"]) / unique_signal(hits, layer) - 1 for layer in BARREL]
    fluctuation = 3 / np.sqrt(EXTRA_HITS * EVENT_1000_SIGNAL)
    np.testing.assert_array_less(np.abs(ours / EXTRA_HITS - 1), WITHIN + fluctuation)


def test_noise_of_the_barrel_layers(hits):
    ours = np.array([np.sum((hits["layer"] == layer) & ~hits["signal"]) for layer in BARREL]) / EVENTS
    np.testing.assert_allclose(ours, EVENT_1000_NOISE, rtol=WITHIN)


def test_share_of_pixel_hits_in_the_middle(hits):
    ours = [unique_signal(hits, layer, np.abs(hits["z"]) < 50) / unique_signal(hits, layer) for layer in BARREL[:4]]
    reference = np.array((0.395, 0.236, 0.187, 0.159))
    fluctuation = 3 / np.sqrt(reference * EVENT_1000_SIGNAL[:4])
    np.testing.assert_array_less(np.abs(ours / reference - 1), WITHIN + fluctuation)


def test_radii_of_the_barrel_layers(hits):
    # The genuine file keeps one hit per particle, which prefers rows of modules; these stand up to 1.5 mm off.
    ours = [hits["x"][hits["layer"] == layer] ** 2 + hits["y"][hits["layer"] == layer] ** 2 for layer in BARREL]
    reference = (32.04, 71.98, 115.93, 171.90, 260.68, 360.54, 500.58, 660.47, 820.37, 1020.31)
    np.testing.assert_allclose([np.sqrt(square).mean() for square in ours], reference, atol=0.6)


def test_hits_of_all_layers_against_event_1001(hits):
    # The signal of both ends together, as shares. One genuine event fluctuates: as much as ours do, by the Poisson law
    # of the noise that is taken off, and in its spectra, which is seen where two genuine events are compared.
    signal = by_layer(hits, hits["signal"])
    noise = {volume: counts / EVENTS for volume, counts in by_layer(hits, ~hits["signal"]).items()}
    genuine = {volume: np.array(counts) - noise[volume] for volume, counts in EVENT_1001.items()}
    ours, theirs = shares(folded(signal)), shares(folded(genuine))
    each = [by_layer(hits, hits["signal"] & (hits["event"] == event)) for event in range(EVENTS)]
    own = np.std([shares(folded(event)) for event in each], axis=0) / ours
    spectra = barrel_difference_of_two_genuine_events() / np.sqrt(2)
    spread = np.sqrt(own**2 + folded(noise) / folded(genuine) ** 2 + spectra**2)
    deviation = np.abs(ours / theirs - 1)
    assert np.all(deviation < WITHIN + 3 * spread), deviation.round(3)
    assert np.median(deviation) < WITHIN


def barrel_difference_of_two_genuine_events():
    """Return the relative difference, r.m.s. over the barrel layers, of their shares in events 1000 and 1001."""
    event_1000 = EVENT_1000_SIGNAL * (1 + EXTRA_HITS)
    event_1001 = np.concatenate([EVENT_1001[volume] for volume in (8, 13, 17)]) - EVENT_1000_NOISE
    return np.sqrt(np.mean((shares(event_1001) / shares(event_1000) - 1) ** 2))


def shares(counts):
    return counts / counts.sum()


def test_two_genuine_events_differ_in_their_barrel_layers():
    assert barrel_difference_of_two_genuine_events() == pytest.approx(0.047, abs=0.003)


def folded(counts):
    """Return counts of layers, those at negative z added to those at positive z, barrels first, float array."""
    barrels = [counts[volume] for volume in (8, 13, 17)]
    ends = [counts[volume] + counts[volume + 2][::-1] for volume in (7, 12, 16)]
    return np.concatenate(barrels + ends)


@pytest.mark.parametrize(
    ("volumes", "u", "v", "genuine_hits"),
    [
        ((8,), (0.0045, 0.0001), (0.0040, 0.0001), 1255),
        ((7, 9), (0.016, 0.001), (0.009, 0.001), 1376),
        ((13,), (0.016, 0.001), (0.29, 0.01), 1020),
        ((12, 14), (0.018, 0.001), (0.35, 0.01), 619),
        ((17,), (0.027, 0.001), (3.5, 0.1), 196),
        ((16, 18), (0.025, 0.001), (3.2, 0.1), 232),
    ],
)
def test_resolutions(hits, volumes, u, v, genuine_hits):
    select = np.isin(hits["volume_id"], volumes) & hits["signal"] & (hits["event"] < 4)
    shift = np.stack([hits[name][select].astype(float) - hits[f"t{name}"][select] for name in "xyz"], axis=1)
    local = np.einsum("nij,ni->nj", modules().rotation[module_rows(hits, select)], shift)
    low, high = np.percentile(local[:, :2], [16, 84], axis=0)
    # Half the distance of two quantiles of n hits has an error of 1.2 / sqrt(2 n) if they are Gaussian. The widths are
    # written down with one or two digits.
    (value_u, digit_u), (value_v, digit_v) = u, v
    fluctuation = WITHIN + 3 * 1.2 / np.sqrt(2 * genuine_hits)
    assert (high[0] - low[0]) / 2 == pytest.approx(value_u, abs=fluctuation * value_u + digit_u / 2)
    assert (high[1] - low[1]) / 2 == pytest.approx(value_v, abs=fluctuation * value_v + digit_v / 2)


def module_rows(hits, select):
    """Return the row in the table of modules of each selected hit, int array."""
    every = modules()
    key = (every.volume.astype(np.int64) * 100 + every.layer) * 10_000 + every.module
    return np.searchsorted(key, hits["layer"][select].astype(np.int64) * 10_000 + hits["module_id"][select])


def test_cells_of_a_hit(events):
    ours = sum(len(event.cells["value"]) for event in events) / sum(len(event.hits["x"]) for event in events)
    # 18,564 cells of 5,527 hits; they depend on the angles, that is on 230 particles in the pixel barrel: 7 %.
    assert ours == pytest.approx(18564 / 5527, rel=WITHIN + 0.07)


def test_apparent_field(events):
    # From the turn of the true transverse momentum between hits, without regard to the radial field. 5 % of 2 T.
    field, z = np.concatenate([apparent_fields(event) for event in events[:4]], axis=1)
    ranges = ((0, 300), (300, 600), (600, 1000), (1000, 1500), (1500, 2000), (2000, 2500))
    ours = [np.median(field[(z > low) & (z < high)]) for low, high in ranges]
    np.testing.assert_allclose(ours, [2.00, 1.96, 1.93, 1.75, 1.25, 0.4], atol=WITHIN * 2)
    assert -0.5 < np.median(field[z > 2600]) < -0.1


def apparent_fields(event):
    """Return apparent field (T) and abs(z) (mm) of pairs of neighbouring hits of a particle."""
    truth = {name: values.astype(float) for name, values in event.truth.items() if name[0] == "t"}
    known, row = np.unique(event.particles["particle_id"], return_index=True)
    signal = np.flatnonzero(event.truth["particle_id"])
    owner = row[np.searchsorted(known, event.truth["particle_id"][signal])]
    order = np.lexsort((np.abs(truth["tz"][signal] - event.particles["vz"][owner]), owner))
    signal, owner = signal[order], owner[order]
    pair = np.flatnonzero(owner[1:] == owner[:-1])
    (x, y, z), (px, py) = (
        np.array([truth[name][signal] for name in names]) for names in (("tx", "ty", "tz"), ("tpx", "tpy"))
    )
    turn = np.angle((px + 1j * py)[pair + 1] / (px + 1j * py)[pair])
    chord = np.hypot(np.diff(x)[pair], np.diff(y)[pair])
    arc = chord / np.sinc(turn / 2 / np.pi)
    pt = (np.hypot(px, py)[pair] + np.hypot(px, py)[pair + 1]) / 2
    field = -event.particles["q"][owner[pair]] * turn * pt / (CURVATURE * np.where(arc > 0, arc, 1))
    return np.array([field, np.abs(z[pair] + z[pair + 1]) / 2])[:, chord > 20]


def test_graph_of_the_notebook():
    # Events as large as event 1000: edges grow with the square of the signal, which fluctuates from event to event.
    numbers = [graph_numbers(TrackMLLike(particles=12900, volumes=(8, 13, 17)), seed) for seed in range(8)]
    nodes, edges, true = np.mean(numbers, axis=0)
    assert nodes == pytest.approx(9724, rel=WITHIN)
    assert edges == pytest.approx(617136, rel=WITHIN)
    # Published are 5,813; the genuine hits give 5,570 if all double hits are as frequent as in the third event.
    assert 5570 * (1 - WITHIN) < true < 5813 * (1 + WITHIN)


def graph_numbers(generator, seed):
    """Return nodes, edges and true edges, the signal scaled to that of event 1000 in the barrel."""
    event = generator.event(seed)
    layer = 100 * event.hits["volume_id"].astype(np.int64) + event.hits["layer_id"]
    pairs = np.unique(np.stack([event.truth["particle_id"], layer]), axis=1)
    scale = EVENT_1000_SIGNAL.sum() / np.count_nonzero(pairs[0])
    selected = barrel_hits(event.hits, event.truth)
    graph = segment_graph(selected)
    noise = np.count_nonzero(selected["particle_id"] == 0)
    nodes = noise + scale * (len(selected["x"]) - noise)
    density = nodes / len(selected["x"])
    return nodes, len(graph.senders) * density**2, np.count_nonzero(graph.edges["label"]) * scale
