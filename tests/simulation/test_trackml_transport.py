import numpy as np
import pytest

from keras_hep.simulation.solenoid import CURVATURE
from keras_hep.simulation.trackml_material import CYLINDERS, FIELD, LAYERS
from keras_hep.simulation.trackml_transport import LOWEST_PT, transport

LAYER = {(layer.volume, layer.layer): number for number, layer in enumerate(LAYERS)}
PIXEL_BARREL = [LAYER[8, layer] for layer in (2, 4, 6, 8)]


def followed(pt, eta, phi=0.3, charge=1, start=(0.0, 0.0, 0.0), seed=0, material=False):
    """Return crossings and interactions of particles that are given by broadcast arrays."""
    pt, eta, phi, charge = np.broadcast_arrays(*map(np.atleast_1d, (pt, eta, phi, charge)))
    momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
    position = np.broadcast_to(np.asarray(start, float), momentum.shape)
    return transport(np.arange(len(pt)), position, momentum, charge, np.random.default_rng(seed), material)


def layers_of(crossings, particle=0):
    return [(LAYERS[layer].volume, LAYERS[layer].layer) for layer in crossings.layer[crossings.particle == particle]]


def many(count=2000, seed=1):
    random = np.random.default_rng(seed)
    pt, eta = 0.15 + random.exponential(0.5, count), random.uniform(-4, 4, count)
    return {"pt": pt, "eta": eta, "phi": random.uniform(-np.pi, np.pi, count), "charge": random.choice([-1, 1], count)}


def test_a_central_particle_crosses_the_ten_barrel_layers():
    crossings, interactions = followed(pt=5.0, eta=0.1)
    assert layers_of(crossings) == [
        (8, 2),
        (8, 4),
        (8, 6),
        (8, 8),
        (13, 2),
        (13, 4),
        (13, 6),
        (13, 8),
        (17, 2),
        (17, 4),
    ]
    assert len(interactions.particle) == 0
    np.testing.assert_allclose(np.hypot(crossings.helix.x, crossings.helix.y), CYLINDERS.radius[CYLINDERS.layer >= 0])


def test_a_forward_particle_crosses_the_discs():
    crossings, _ = followed(pt=2.0, eta=2.5)
    assert layers_of(crossings)[:2] == [(8, 2), (8, 4)]
    assert layers_of(crossings)[2:] == [(9, layer) for layer in (2, 4, 6, 8, 10)] + [
        (14, layer) for layer in (4, 6, 8, 10, 12)
    ]


def test_the_innermost_layer_is_not_hit_beyond_eta_of_three():
    crossings, _ = followed(pt=1.0, eta=[2.95, 3.05])
    assert (8, 2) in layers_of(crossings, 0)
    assert (8, 2) not in layers_of(crossings, 1)


def test_without_material_the_momentum_is_constant_and_angular_momentum_follows_the_field():
    particles = many()
    crossings, _ = followed(**particles, start=(0.01, -0.02, 3.0))
    pt, eta, phi, charge = (particles[name][crossings.particle] for name in ("pt", "eta", "phi", "charge"))
    np.testing.assert_allclose(crossings.momentum, pt * np.cosh(eta), rtol=1e-9)
    helix = crossings.helix
    transverse = crossings.momentum / np.sqrt(1 + helix.slope**2)
    angular = transverse * (helix.x * helix.ty - helix.y * helix.tx)
    # Disc crossings are in front of an edge of the field, as are those of barrels.
    field = FIELD.field(helix.z * (1 - 1e-9))
    canonical = angular + charge * CURVATURE * field * (helix.x**2 + helix.y**2) / 2
    start = pt * (0.01 * np.sin(phi) + 0.02 * np.cos(phi)) + charge * CURVATURE * 2.0 * 0.0005 / 2
    np.testing.assert_allclose(canonical, start, atol=1e-6 * crossings.momentum.max())


def test_in_the_middle_the_way_is_one_helix():
    pt, eta, phi, charge = 0.5, 0.4, 1.1, -1
    crossings, _ = followed(pt, eta, phi, charge)
    inside = np.abs(crossings.helix.z) < 300
    radius = pt / (CURVATURE * 2.0)
    turn = crossings.travelled[inside] / radius  # anticlockwise for negative charge
    np.testing.assert_allclose(crossings.helix.x[inside], radius * (np.sin(phi + turn) - np.sin(phi)), atol=1e-8)
    np.testing.assert_allclose(crossings.helix.y[inside], radius * (np.cos(phi) - np.cos(phi + turn)), atol=1e-8)
    np.testing.assert_allclose(crossings.helix.z[inside], crossings.travelled[inside] * np.sinh(eta), atol=1e-8)


def test_the_other_charge_bends_to_the_other_side():
    particles = many()
    crossings, _ = followed(**particles)
    mirrored, _ = followed(particles["pt"], particles["eta"], -particles["phi"], -particles["charge"])
    np.testing.assert_array_equal(mirrored.layer, crossings.layer)
    np.testing.assert_allclose(mirrored.helix.x, crossings.helix.x, atol=1e-6)
    np.testing.assert_allclose(mirrored.helix.y, -crossings.helix.y, atol=1e-6)
    np.testing.assert_allclose(mirrored.helix.z, crossings.helix.z, atol=1e-6)


@pytest.mark.parametrize("angle", [0.3, 2.0])
def test_rotation_about_the_beam_rotates_all_crossings(angle):
    particles = many()
    crossings, _ = followed(**particles)
    rotated, _ = followed(**(particles | {"phi": particles["phi"] + angle}))
    cosine, sine = np.cos(angle), np.sin(angle)
    np.testing.assert_array_equal(rotated.layer, crossings.layer)
    np.testing.assert_allclose(rotated.helix.x, cosine * crossings.helix.x - sine * crossings.helix.y, atol=1e-6)
    np.testing.assert_allclose(rotated.helix.y, cosine * crossings.helix.y + sine * crossings.helix.x, atol=1e-6)


def test_a_particle_that_turns_back_leaves_no_second_crossings():
    # Its circle has 340 mm radius: it turns at 680 mm, in the short strips, behind all their layers.
    crossings, _ = followed(pt=0.204, eta=0.05)
    assert layers_of(crossings) == [(8, 2), (8, 4), (8, 6), (8, 8), (13, 2), (13, 4), (13, 6), (13, 8)]


def test_a_particle_that_starts_inwards_crosses_layers_inwards_in_its_volume_only():
    # From the support of the pixels towards the beam, passing it: then outwards again through the strips.
    crossings, _ = followed(pt=0.8, eta=0.2, phi=np.pi + 0.02, start=(200.0, 0.0, 0.0))
    assert layers_of(crossings) == [
        (8, 8),
        (8, 6),
        (8, 4),
        (8, 2),
        (13, 2),
        (13, 4),
        (13, 6),
        (13, 8),
        (17, 2),
        (17, 4),
    ]


def test_modules_behind_a_start_on_a_support_are_crossed():
    outwards, _ = followed(pt=1.0, eta=0.0, phi=0.0, start=(255.39, 0.0, 0.0))
    assert layers_of(outwards)[0] == (13, 2)  # strips lie outside of their support
    assert outwards.travelled[0] == 0
    pixels, _ = followed(pt=1.0, eta=0.0, phi=0.0, start=(74.96, 0.0, 0.0))
    assert layers_of(pixels)[:2] == [(8, 4), (8, 6)]  # where pixels are behind: there are no modules left to hit


def test_material_takes_momentum_and_turns_directions():
    calm, _ = followed(pt=np.full(4000, 0.6), eta=0.3)
    crossings, _ = followed(pt=np.full(4000, 0.6), eta=0.3, material=True)
    start = 0.6 * np.cosh(0.3)
    first, second = (crossings.layer == LAYER[13, layer] for layer in (2, 4))
    # Genuine pions lose 0.80 MeV between the short strips, the slower half of a percent ten times as much.
    loss = 1e3 * (crossings.momentum[first] - crossings.momentum_behind[first])
    assert np.percentile(loss, [5, 50, 75, 95]) == pytest.approx([0.65, 0.81, 0.97, 1.9], rel=0.1)
    # The median of a sum of such losses is above the sum of the medians: beam pipe, four layers, tube.
    lost = 1e3 * (start - np.median(crossings.momentum[first]))
    assert 0.25 + 4 * 0.57 + 0.5 < lost < 1.25 * (0.25 + 4 * 0.57 + 0.5)
    assert np.all(crossings.momentum_behind <= crossings.momentum)
    here, there = (set_.helix.z[set_.layer == LAYER[13, 4]] for set_ in (crossings, calm))
    assert there.std() < 1e-9
    # Angles times momentum of 1.47 MeV in a layer of pixels at 35 to 175 mm, seen at 355 mm.
    low, high = np.percentile(here, [16, 84])
    arms = np.array([355 - radius for radius in (35.5, 75, 118.8, 174.7)])
    expected = np.hypot(np.sqrt(np.sum(arms**2)) * 1.47, 155 * 1.4) / 1e3 / start * np.cosh(0.3) ** 2
    assert (high - low) / 2 == pytest.approx(expected, rel=0.15)
    assert second.sum() < first.sum()


def test_particles_end_where_they_interact():
    crossings, interactions = followed(pt=np.full(4000, 0.6), eta=0.3, material=True)
    assert 0.05 < len(interactions.particle) / 4000 < 0.15
    assert len(set(interactions.particle.tolist())) == len(interactions.particle)
    end = np.full(4000, np.inf)
    end[interactions.particle] = np.hypot(interactions.position[:, 0], interactions.position[:, 1])
    radius = np.hypot(crossings.helix.x, crossings.helix.y)
    assert np.all(radius < end[crossings.particle] + 1e-9)


def test_slow_particles_end_in_the_first_material():
    crossings, interactions = followed(pt=np.full(100, LOWEST_PT - 0.01), eta=0.5, material=True)
    assert len(crossings.particle) == 0
    assert len(interactions.particle) < 10
    crossings, _ = followed(pt=np.full(100, LOWEST_PT - 0.01), eta=0.5, material=True, start=(30.0, 0.0, 0.0))
    assert set(crossings.layer) <= {LAYER[8, 2], LAYER[8, 4]}


def test_interactions_name_the_crossing_of_their_layer():
    crossings, interactions = followed(**many(20_000), material=True)
    at_layer = interactions.crossing >= 0
    assert 0 < at_layer.mean() < 1
    crossing = interactions.crossing[at_layer]
    np.testing.assert_array_equal(crossings.particle[crossing], interactions.particle[at_layer])
    np.testing.assert_array_equal(crossings.helix.x[crossing], interactions.position[at_layer, 0])


def test_no_particles_give_no_crossings():
    crossings, interactions = followed(pt=np.empty(0), eta=np.empty(0), phi=np.empty(0), charge=np.empty(0))
    assert len(crossings.particle) == len(interactions.particle) == 0
