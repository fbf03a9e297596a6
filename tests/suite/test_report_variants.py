"""Results on genuine events stand in the section of their item, in the index and behind the claims."""

import html
import json
import re

import pytest

from keras_hep.suite import acceptance, catalog, report, request, runner

EVENTS = "event000000001"


@pytest.fixture
def genuine(hits):
    """The item on genuine events, with a produced result of these and of the simulation."""
    item = request.on_events(hits, f"trackml/{EVENTS}")
    for entry in (hits, item):
        runner.run(entry, "quick")
    return item


def written(item):
    return report.write(item.root).read_text(encoding="utf-8")


def text_of(page, identifier):
    """Return the text without tags from the element of that id to the end of its section."""
    text = page[page.index(f'id="{identifier}"') :]
    text = re.sub(r"<wbr>", "", text[: text.index("</section>")])
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def test_a_variant_has_its_table_in_the_section_of_its_item(genuine):
    page = written(genuine)
    assert page.count("<section") == 4
    text = text_of(page, genuine.label)
    assert re.match(rf'id="{genuine.label}" .*> On genuine events {EVENTS} agree quick scale, produced result', text)
    assert "genuine events : recorded or simulated elsewhere, not those of the source" in text
    assert "hits 8 text 8 equal agree" in text
    assert "mean - 3.5 - not checked" in text
    assert f"arguments first = 0, data = {EVENTS}, seed = 7" in text


def test_a_variant_that_differs_shows_at_the_top(genuine, publish):
    publish(genuine.id, 5, {"of": "hits", "rule": "equal", "data": EVENTS})
    page = written(genuine)
    (row,) = re.findall(rf'<tr data-verdict="[a-z ]+"><td[^>]*><a href="#{genuine.label}">.*?</tr>', page)
    assert 'data-verdict="differ"' in row
    assert f"the same on genuine events {EVENTS}" in row
    assert '<span class="chip differ">differ</span>' in page[page.index('class="tally"') : page.index("<fieldset")]
    assert f'<span class="dot differ" title="differ"></span>fig09_<wbr>hits@{EVENTS}' in page


def test_checks_of_other_events_are_counted_and_marked(genuine, publish):
    publish(genuine.id, 8, {"of": "hits", "rule": "equal", "data": "event000000002"})
    page = written(genuine)
    text = text_of(page, genuine.label)
    assert "Checks that are asked of other events, or from a larger scale on: 1." in text
    assert "hits - 8 - not checked" in text
    assert "from scale quick, event000000002 only" in text_of(page, genuine.id)
    publish(genuine.id, 8, {"of": "hits", "rule": "equal", "data": "simulation"})
    assert "from scale quick, simulation only" in text_of(written(genuine), genuine.id)


def test_why_a_check_of_a_variant_does_not_agree_is_said(genuine, publish):
    explained = {"text": "Half of the modules are off.", "evidence": "toy/fig01_line"}
    publish(genuine.id, 9, {"of": "hits", "rule": "equal", "explained": explained})
    text = text_of(written(genuine), genuine.label)
    assert "equal not equal Half of the modules are off. explained" in text
    publish(genuine.id, 9, {"of": "clusters", "rule": "equal"})
    assert "The result has no quantity 'clusters'; it has: hits, mean. missing" in text_of(
        written(genuine), genuine.label
    )


def test_figure_and_kind_of_a_recorded_variant(genuine, drawing, line):
    png = line.produced_path().with_suffix(".png")
    runner.draw(line, runner.run(line, "quick"), None)
    genuine.produced_path().with_suffix(".png").write_bytes(png.read_bytes())
    acceptance.accept(genuine)
    for suffix in (".json", ".png"):
        genuine.produced_path().with_suffix(suffix).unlink()
    page = written(genuine)
    assert "quick scale, recorded result" in text_of(page, genuine.label)
    assert "arrays_left_out ['hits']" in text_of(page, genuine.label)
    assert f'alt="Figure of {genuine.label}: Figure 9 of Toy (2020): hits of an event"' in page
    assert "There is no figure yet" not in text_of(page, genuine.label)


def test_a_damaged_variant_is_told_and_does_not_stop_the_page(genuine):
    genuine.produced_path().write_text("{")
    page = written(genuine)
    text = text_of(page, genuine.label)
    assert "unreadable unreadable result" in text
    assert "is not complete JSON" in text
    assert " agree " in text_of(page, genuine.id)


# Claims


def claim_verdict(item, claimed="hits"):
    claim = {"id": "a", "claim": "c", "where": "w", "kind": "number", "item": item.id, "checks": [claimed]}
    path = item.root / "results/references/toy/claims.json"
    path.write_text(json.dumps({"source": "toy", "claims": [claim]}))
    page = written(item)
    return re.findall(r'<tr data-verdict="([a-z ]+)">', page[page.index('id="claims-toy"') :])


@pytest.mark.parametrize(
    ("data", "published", "verdict"),
    [
        ("any", 8, "agree"),
        (EVENTS, 8, "agree"),
        (EVENTS, 5, "differ"),
        ("event000000002", 5, "not asked"),
        ("published", 8, "not comparable"),
        ("simulation", 8, "agree"),
        ("simulation", 5, "differ"),
    ],
)
def test_a_claim_on_certain_events_is_decided_by_them(genuine, publish, data, published, verdict):
    publish(genuine.id, published, {"of": "hits", "rule": "equal", "data": data})
    assert claim_verdict(genuine) == [verdict]


@pytest.mark.parametrize(("published", "verdict"), [(8, "agree"), (5, "differ")])
def test_a_claim_that_published_data_decide(genuine, publish, published, verdict):
    genuine.path.write_text(genuine.path.read_text().replace('"sample"', '"published"'))
    runner.run(genuine, "quick")
    publish(genuine.id, published, {"of": "hits", "rule": "equal", "data": "published"})
    assert claim_verdict(genuine) == [verdict]


def test_a_claim_needs_no_simulation_if_the_events_decide(genuine, publish):
    publish(genuine.id, 8, {"of": "hits", "rule": "equal", "data": EVENTS})
    catalog.Item(genuine.id, genuine.root).produced_path().unlink()
    assert claim_verdict(genuine) == ["agree"]
    genuine.produced_path().unlink()
    assert claim_verdict(genuine) == ["missing"]
