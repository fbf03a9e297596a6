"""Where boxes, arrows and frames of block diagrams stand."""

import pytest

from keras_hep.suite import figures

pytest.importorskip("matplotlib")
pytest.importorskip("mplhep")

BLOCKS = {"encoder": [("hits", "x"), ("dense", "")], "classifier": [("edges", ""), ("score", "7"), ("answer", "")]}


def extents(axes):
    return [patch.get_window_extent().transformed(axes.transData.inverted()) for patch in axes.patches]


def test_boxes_stand_above_each_other_and_frames_hold_those_repeated():
    _, axes = figures.panels()
    figures.block_diagram(axes, BLOCKS, [(1, 0, 1, "twice")])
    *boxes, frame = extents(axes)
    assert len(boxes) == 5
    assert [round((box.y0 + box.y1) / 2) for box in boxes] == [0, 1, 0, 1, 2]
    assert boxes[0].x0 == pytest.approx(boxes[1].x0)
    assert boxes[2].x0 > boxes[0].x1
    inside = [frame.x0 < box.x0 < box.x1 < frame.x1 and frame.y0 < box.y0 < box.y1 < frame.y1 for box in boxes]
    assert inside == [False, False, True, True, False]
    words = [text.get_text() for text in axes.texts if text.get_text()]
    assert words == ["encoder", "hits", "x", "dense", "classifier", "edges", "score", "7", "answer", "twice"]
    assert sum(not text.get_text() for text in axes.texts) == 1 + 2 + 1  # arrows: in both columns, and between them


def test_a_single_column_leads_nowhere():
    _, axes = figures.panels()
    figures.block_diagram(axes, {"a": [("b", "")]})
    assert not axes.lines
    assert len(axes.patches) == 1


@pytest.mark.parametrize("place", [(2, 0, 0), (0, 0, 2), (0, 1, 0), (0, -1, 0)])
def test_repeated_boxes_that_are_not_there(place):
    _, axes = figures.panels()
    with pytest.raises(ValueError, match="Repeated boxes must be in the diagram"):
        figures.block_diagram(axes, BLOCKS, [(*place, "twice")])
