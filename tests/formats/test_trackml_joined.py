"""Hits joined with their truth, in both layouts of the files; the modules of the detector."""

import numpy as np
import pytest

from keras_hep.formats import trackml

pandas = pytest.importorskip("pandas")

HITS = ["hit_id", "x", "y", "z", "volume_id", "layer_id", "module_id"]
TRUTH = ["particle_id", "tx", "ty", "tz", "tpx", "tpy", "tpz"]
MERGED = """hit_id,x,y,z,volume_id,layer_id,module_id,particle_id,tx,ty,tz,tpx,tpy,tpz
16874,-32.5544,-3.64871,-469.865,8,2,1,824163129872097282,-32.5551,-3.6468,-469.869,-0.177629,-0.141668,-0.372036
16875,-33.1537,-1.93474,-423.517,8,2,1,0,-33.1524,-1.93819,-423.513,-541134,-118776,-832506
"""
DETECTORS = (
    "volume_id,layer_id,module_id,cx,cy,cz,rot_xu,rot_xv,rot_xw,rot_yu,rot_yv,rot_yw,rot_zu,rot_zv,rot_zw,"
    "module_t,module_minhu,module_maxhu,module_hv,pitch_u,pitch_v\n"
    "7,2,1,-65.7965,-5.1783,-1502.5,0.0784591,-0.996917,0,-0.996917,-0.0784591,0,0,0,-1,0.15,8.4,8.4,36,0.05,0.05625\n"
    "7,2,2,-139.851,-6.46568,-1502,0.0461835,-0.998933,0,-0.998933,-0.0461835,0,0,0,-1,0.15,8.4,8.4,36,0.05,0.05625\n"
)


def test_join_is_by_hit_and_keeps_every_digit_of_the_particle():
    hits = {"hit_id": np.array([4, 1, 3], "i4"), "x": np.float32([0.5, 1.5, 2.5])}
    truth = pandas.DataFrame({"hit_id": [1, 2, 4], "particle_id": [2**62 + 1, 5, 0], "weight": [0.25, 0.5, 0.0]})
    joined = trackml.hits_with_truth(hits, truth)
    assert joined["hit_id"].tolist() == [4, 1]
    assert joined["x"].tolist() == [0.5, 1.5]
    assert joined["particle_id"].tolist() == [0, 2**62 + 1]
    assert joined["particle_id"].dtype == np.int64
    assert len(trackml.hits_with_truth({"hit_id": []}, truth)) == 0


@pytest.mark.parametrize(
    ("hits", "truth", "message"),
    [
        ({"hit_id": [1, 1]}, {"hit_id": [1], "particle_id": [7]}, "hits: every row .* got hit_id 1 twice"),
        ({"hit_id": [1]}, {"hit_id": [3, 1, 3], "particle_id": [7, 7, 7]}, "truth: every row .* got hit_id 3 twice"),
        ({"x": [1]}, {"hit_id": [1], "particle_id": [7]}, "hits: must have the columns hit_id; hit_id not found"),
        ({"hit_id": [1]}, {"hit_id": [1]}, "truth: must have the columns hit_id, particle_id; particle_id not found"),
        ({"hit_id": [1]}, {"hit_id": [1], "particle_id": [7.0]}, "particle_id of truth: must hold 64-bit integers"),
        (
            {"hit_id": [1], "particle_id": [7]},
            {"hit_id": [1], "particle_id": [7]},
            "share hit_id alone, got 'particle_id'",
        ),
    ],
)
def test_no_join_of_what_does_not_fit(hits, truth, message):
    with pytest.raises(trackml.InvalidEvent, match=message):
        trackml.hits_with_truth(hits, truth)


def test_separate_files_are_joined(event_texts, write_texts):
    joined = trackml.load_hits_with_truth(write_texts(event_texts))
    assert list(joined) == [*HITS, *TRUTH, "weight"]
    assert joined["particle_id"].tolist() == [0, 968283538485993472, 968283538485993472, 4503668346847232]


def test_merged_file(write_texts):
    joined = trackml.load_hits_with_truth(write_texts({"hits-truth": MERGED}))
    assert list(joined) == [*HITS, *TRUTH]
    assert joined["particle_id"].tolist() == [824163129872097282, 0]
    assert joined["z"].tolist() == np.float32([-469.865, -423.517]).tolist()


def test_both_layouts_or_none(event_texts, write_texts):
    prefix = write_texts({**event_texts, "hits-truth": MERGED})
    with pytest.raises(trackml.InvalidEvent, match=r"hits must be in one file, got .*hits.csv and .*hits-truth.csv"):
        trackml.load_hits_with_truth(prefix)
    with pytest.raises(trackml.InvalidEvent, match=r"hits must be in one file, .*neither is there"):
        trackml.load_hits_with_truth(f"{prefix}0")


def test_a_fault_of_a_merged_file(write_texts):
    with pytest.raises(trackml.InvalidEvent, match=r"hits-truth.csv: every row .* got hit_id 16874 twice"):
        trackml.load_hits_with_truth(write_texts({"hits-truth": MERGED.replace("16875", "16874")}))


def test_genuine_files_of_both_layouts(real_data):
    merged = trackml.load_hits_with_truth(real_data("trackml/event000001000-barrel-partial"))
    assert len(merged) == 31592
    assert (merged["particle_id"] == 0).sum() == 7414
    assert set(merged["volume_id"]) == {8, 13, 17}
    particles = trackml.load_event_particles(real_data("trackml/event000001000-barrel-partial"))
    assert set(merged["particle_id"]) - {0} == set(particles["particle_id"])
    separate = trackml.load_hits_with_truth(real_data("trackml/event000000001"))
    assert len(separate) == 5527


def test_detectors_with_and_without_an_index_column(tmp_path):
    plain, indexed = tmp_path / "detectors.csv", tmp_path / "indexed.csv"
    plain.write_text(DETECTORS)
    lines = DETECTORS.splitlines()
    indexed.write_text("\n".join(f"{index},{line}" for index, line in zip(["", 0, 1], lines, strict=True)))
    modules = trackml.load_detectors(plain)
    assert list(modules) == lines[0].split(",")
    assert modules["module_id"].tolist() == [1, 2]
    assert modules["rot_xv"].tolist() == [-0.996917, -0.998933]
    assert [modules[name].dtype.name for name in ("volume_id", "cx", "pitch_v")] == ["int32", "float64", "float64"]
    pandas.testing.assert_frame_equal(modules, trackml.load_detectors(indexed))


def test_detectors_that_are_none(tmp_path):
    with pytest.raises(trackml.InvalidEvent, match=r"detectors.csv: must be a readable file, got: No such file"):
        trackml.load_detectors(tmp_path / "detectors.csv")
    twice = tmp_path / "twice.csv"
    twice.write_text(DETECTORS.replace("7,2,2,", "7,2,1,"))
    with pytest.raises(trackml.InvalidEvent, match="got volume_id 7, layer_id 2, module_id 1 twice"):
        trackml.load_detectors(twice)


def test_genuine_detectors(real_data):
    modules = trackml.load_detectors(real_data("trackml/detectors.csv").with_suffix(".csv.gz"))
    assert len(modules) == 18728
    counts = modules.groupby("volume_id").size()
    assert counts.to_dict() == {7: 756, 8: 2492, 9: 756, 12: 1020, 13: 5796, 14: 1020, 16: 588, 17: 5712, 18: 588}
