"""A script's interactive display is written beside the figure, whole or not at all."""

import os
import sys

import pytest

from keras_hep.suite import catalog, cli, report, request, runner

EXPLORE = """

def explore(result):
    return f"<html>{result.quantities['hits'].value} hits</html>"
"""
PLOTLY = """

def explore(result):
    import plotly
    return "<html></html>"
"""


@pytest.fixture
def explorable(hits):
    hits.path.write_text(hits.path.read_text() + EXPLORE)
    return hits


@pytest.fixture
def page(explorable):
    return explorable.produced_path().with_suffix(".html")


def test_run_writes_the_display_and_says_where(explorable, page, capsys):
    assert cli.main(["run", "fig09"]) == 0
    assert f"      display: {page}\n" in capsys.readouterr().out
    assert page.read_text() == "<html>8 hits</html>"


def test_a_display_of_genuine_events_has_their_name(explorable, page):
    assert cli.main(["run", "fig09", "--data", "trackml/event000000002"]) == 1
    assert page.with_name("fig09_hits@event000000002.html").read_text() == "<html>5 hits</html>"
    assert not page.exists()


def test_figure_writes_the_display_again(explorable, page, capsys):
    cli.main(["run", "fig09"])
    page.unlink()
    assert cli.main(["figure", "fig09"]) == 0
    assert page.read_text() == "<html>8 hits</html>"


def test_without_a_function_there_is_no_display(hits, capsys):
    assert cli.main(["run", "fig09"]) == 0
    assert "display" not in capsys.readouterr().out
    assert not hits.produced_path().with_suffix(".html").exists()


def test_without_plotly_one_line_says_how_to_install_it(hits, monkeypatch, capsys):
    hits.path.write_text(hits.path.read_text() + PLOTLY)
    monkeypatch.setitem(sys.modules, "plotly", None)
    assert cli.main(["run", "fig09"]) == 0
    error = capsys.readouterr().err
    assert "toy/fig09_hits: no display. The package plotly is needed" in error
    assert "pip install 'keras_hep[displays]'" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("hits</html>", "{1 / 0}", ["ZeroDivisionError", "explore() failed with ZeroDivisionError"]),
        ("return f", "return 3 or f", ["must return a text of HTML, got int", "explore() failed with TypeError"]),
    ],
)
def test_a_bug_in_explore_keeps_the_numbers_and_the_old_display(explorable, page, capsys, old, new, words):
    cli.main(["run", "fig09"])
    explorable.path.write_text(explorable.path.read_text().replace(old, new))
    assert cli.main(["run", "fig09"]) == 1
    error = capsys.readouterr().err
    assert all(word in error for word in [*words, "`keras-hep figure toy/fig09_hits` repeats it"])
    assert page.read_text() == "<html>8 hits</html>"
    assert [path for path in page.parent.iterdir() if path.name.startswith(".writing")] == []
    assert runner.stored(explorable)[0].quantities["hits"].value == 8


def test_the_display_is_not_recorded(explorable, page):
    cli.main(["run", "fig09"])
    cli.main(["check", "fig09", "--accept"])
    assert [path.name for path in explorable.recorded_path.parent.iterdir()] == ["fig09_hits.json"]


# The report


def test_the_report_links_to_displays(explorable, page):
    for item in (explorable, request.on_events(explorable, "trackml/event000000001")):
        runner.explore(item, runner.run(item, "quick"))
    text = report.write(explorable.root).read_text()
    for name in ("fig09_hits", "fig09_hits@event000000001"):
        assert f'<a href="toy/{name}.html">Interactive display</a>' in text
        assert (page.parents[1] / "toy" / f"{name}.html").is_file()


def test_an_old_or_absent_display_is_not_linked(explorable, page):
    cli.main(["run", "fig09"])
    os.utime(page, (1, 1))
    text = report.write(explorable.root).read_text()
    assert "Interactive display" not in text
    assert "fig09_hits.html is older than the result" in text
    page.unlink()
    text = report.write(explorable.root).read_text()
    assert "Interactive display" not in text
    assert "older" not in text


def test_a_display_drawn_from_a_recorded_result_is_linked(explorable, page):
    cli.main(["run", "fig09"])
    cli.main(["check", "fig09", "--accept"])
    catalog.Item(explorable.id, explorable.root).produced_path().unlink()
    assert 'href="toy/fig09_hits.html"' in report.write(explorable.root).read_text()
