"""The same scores and weights as the challenge's own library, where that is importable (it is not on PyPI)."""

import warnings

import numpy as np
import pytest

from keras_hep.metrics import tracking

pandas = pytest.importorskip("pandas")
with warnings.catch_warnings(action="ignore"):  # the library is of 2018
    score = pytest.importorskip("trackml.score", reason="the challenge's library is not importable")
if not hasattr(score, "score_event"):
    pytest.skip("The importable trackml is another project.", allow_module_level=True)
pytestmark = pytest.mark.filterwarnings(
    "ignore:The inplace keyword:DeprecationWarning", "ignore:A value is trying to be set on a copy:FutureWarning"
)


def event(seed, particles=60):
    """Return truth, particles and hits shuffled: hits in float32 as in the files, some of them noise."""
    random = np.random.default_rng(seed)
    nhits = random.integers(0, 25, particles)
    ids = np.sort(random.choice(2**59, particles, replace=False)) & ~np.int64(0xFFF << 24)
    ids |= random.integers(0, 2, particles) << 24
    particle_id = np.concatenate([np.repeat(ids, nhits), np.zeros(80, np.int64)])
    hits = len(particle_id)
    truth = {"hit_id": np.arange(1, hits + 1, dtype="i4"), "particle_id": particle_id}
    truth["tz"] = random.normal(0, 300, hits).round(-1).astype("f4")  # rounded: there are equal distances
    table = {"particle_id": ids, "vz": random.normal(0, 5, particles).round().astype("f4")}
    table |= {name: random.normal(0, 1, particles).astype("f4") for name in ("px", "py", "pz")}
    truth, table = pandas.DataFrame(truth), pandas.DataFrame({**table, "nhits": nhits.astype("i4")})
    truth["weight"] = tracking.hit_weights(truth, table).astype("f4")
    return truth.sample(frac=1, random_state=seed).reset_index(drop=True), table


def submissions(truth, seed):
    """Yield submissions from nearly right to random, some with missing hits."""
    random = np.random.default_rng(seed)
    _, right = np.unique(truth["particle_id"], return_inverse=True)
    for wrong, missing in ((0, 0), (0.1, 0), (0.3, 0.1), (0.6, 0.3), (1, 0)):
        track = np.where(random.random(len(right)) < wrong, random.integers(0, 40, len(right)), right)
        kept = random.random(len(right)) >= missing
        yield pandas.DataFrame({"hit_id": truth["hit_id"][kept], "track_id": track[kept]})


@pytest.mark.parametrize("seed", range(6))
def test_scores_and_tables_of_tracks(seed):
    truth, _ = event(seed)
    for submission in submissions(truth, seed):
        assert tracking.score_event(truth, submission) == pytest.approx(score.score_event(truth, submission), abs=2e-6)
        ours, theirs = (
            pandas.DataFrame(tracking.analyze_tracks(truth, submission)),
            score._analyze_tracks(truth, submission),
        )
        names = ["track_id", "nhits", "major_particle_id", "major_particle_nhits", "major_nhits"]
        np.testing.assert_array_equal(ours[names].to_numpy(), theirs[names].fillna(-1).to_numpy(np.int64))
        np.testing.assert_allclose(ours["major_weight"], theirs["major_weight"], atol=2e-6)


@pytest.mark.parametrize("phase", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_weights(seed, phase):
    if int(pandas.__version__.split(".")[0]) >= 3:
        pytest.skip("The library's weights fail with pandas 3, where filling a column in place changes a copy.")
    weights = pytest.importorskip("trackml.weights")
    truth, particles = event(seed)
    truth = truth.drop(columns="weight")
    theirs = getattr(weights, f"weight_hits_phase{phase}")(truth, particles)
    np.testing.assert_allclose(tracking.hit_weights(truth, particles, phase), theirs["weight"], rtol=1e-12, atol=0)
    factors = tracking.hit_weight_factors(truth, particles)
    for name in ("particle_nhits", "ihit", "weight_order", "weight_pt"):
        np.testing.assert_array_equal(factors[name], theirs[name])


def test_a_genuine_event(real_data):
    from keras_hep.formats import trackml

    (truth,) = trackml.load_event(real_data("trackml/event000000001"), ("truth",))
    for submission in submissions(truth, seed=1):
        assert tracking.score_event(truth, submission) == pytest.approx(score.score_event(truth, submission), abs=2e-6)
