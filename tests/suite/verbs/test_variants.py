"""What a run on genuine events leaves is checked, replayed, accepted, drawn and listed beside the simulation's."""

import json

import pytest

from keras_hep.suite import acceptance, catalog, cli, record, request, runner

EVENTS, OTHER = "event000000001", "event000000002"
DRAW = """

def draw(result, reference):
    from keras_hep.suite import figures
    figure, axes = figures.panels()
    axes.plot(result.arrays["hits"])
    return figure
"""


@pytest.fixture
def both(hits, capsys):
    """The item with results of the simulation and of the first of two genuine events."""
    cli.main(["run", "fig09"])
    cli.main(["run", "fig09", "--data", f"trackml/{EVENTS}"])
    capsys.readouterr()
    return hits


def produced(item, events, suffix=".json"):
    return catalog.Item(item.id, item.root, events).produced_path().with_suffix(suffix)


def recorded(item, events, suffix=".json"):
    return catalog.Item(item.id, item.root, events).recorded_path.with_suffix(suffix)


def words(printed):
    return [line.split() for line in printed.splitlines()]


# Which variants there are


def test_variants_are_found_by_their_files(both):
    assert [item.label for item in catalog.variants(both)] == [f"toy/fig09_hits@{EVENTS}"]
    assert catalog.variants(both, recorded=True) == []
    recorded(both, OTHER).parent.mkdir(parents=True)
    recorded(both, OTHER).write_text("")
    for name in ("fig09_hits@", "fig09_hits@a@b", "fig09_hits@sample", "fig09_hitsevent1", "fig09_hits_more@event1"):
        produced(both, "").with_name(f"{name}.json").write_text("")
    assert [item.events for item in catalog.variants(both)] == [EVENTS, OTHER]
    assert [item.events for item in catalog.variants(both, recorded=True)] == [OTHER]


def test_commands_of_a_variant_can_be_typed(hits):
    variant = catalog.Item(hits.id, hits.root, EVENTS)
    assert hits.command("run") == "keras-hep run toy/fig09_hits"
    assert variant.command("run") == f"keras-hep run toy/fig09_hits --data .../{EVENTS}"
    assert variant.command("figure") == f"keras-hep figure toy/fig09_hits --data {EVENTS}"


# check


def test_check_shows_the_item_and_its_variants(both, capsys):
    assert cli.main(["check", "fig09"]) == 0
    printed = capsys.readouterr().out
    assert "toy/fig09_hits (produced, quick)" in printed
    assert f"toy/fig09_hits@{EVENTS} (produced, quick)" in printed
    assert words(printed)[-2:] == [
        ["toy/fig09_hits", "produced,", "quick", "agree"],
        [f"toy/fig09_hits@{EVENTS}", "produced,", "quick", "agree"],
    ]


def test_a_variant_that_differs_fails_the_check(both, capsys):
    cli.main(["run", "fig09", "--data", f"trackml/{OTHER}"])
    capsys.readouterr()
    assert cli.main(["check", "fig09"]) == 1
    assert words(capsys.readouterr().out)[-1] == [f"toy/fig09_hits@{OTHER}", "produced,", "quick", "differ"]
    assert cli.main(["check", "fig09", "--data", EVENTS]) == 0


@pytest.mark.parametrize(
    ("data", "shown", "hidden"),
    [(EVENTS, f"@{EVENTS} (produced", "hits (produced"), ("simulation", "hits (produced", f"@{EVENTS} (produced")],
)
def test_check_of_certain_data(both, capsys, data, shown, hidden):
    assert cli.main(["check", "fig09", "--data", data]) == 0
    printed = capsys.readouterr().out
    assert shown in printed
    assert hidden not in printed


def test_check_of_data_without_a_result_is_missing(both, capsys):
    assert cli.main(["check", "toy", "--data", OTHER]) == 1  # of the three other items none takes data
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].startswith(f"toy/fig09_hits@{OTHER} (no result)")
    assert f"`keras-hep run toy/fig09_hits --data .../{OTHER}` computes it" in printed
    assert "fig01" not in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "fig01", "--data", EVENTS], "an item that can be run on genuine events, got toy/fig01_line"),
        (["figure", "fig01", "--data", EVENTS], "an item that can be run on genuine events, got toy/fig01_line"),
        (["check", "fig09", "--data", "a@b"], "The last part of --data must be a name of letters"),
        (["check", "fig09", "--accept", "--data", OTHER], f"@{OTHER} has no produced result to accept"),
    ],
)
def test_data_that_no_result_can_have_is_misuse(both, capsys, arguments, message):
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_damaged_variant_is_named_and_the_others_are_checked(both, capsys):
    produced(both, EVENTS).write_text("{")
    assert cli.main(["check", "fig09"]) == 1
    printed = capsys.readouterr()
    assert f"toy/fig09_hits@{EVENTS}: " in printed.err
    assert words(printed.out)[-2] == ["toy/fig09_hits", "produced,", "quick", "agree"]


def test_an_unreadable_script_is_told_by_check(hits, add_script, capsys):
    add_script("toy/fig04_bad", "SCALES = ")
    assert request.stored_on([catalog.Item("toy/fig04_bad", hits.root)], EVENTS)[0].events == EVENTS
    assert cli.main(["check", "fig04", "--data", EVENTS]) == 2
    assert "must be readable Python" in capsys.readouterr().err


# list


def test_list_shows_variants_below_their_item(both, capsys):
    assert cli.main(["list", "fig09"]) == 0
    printed = words(capsys.readouterr().out)
    assert [row[0] for row in printed[2:]] == ["toy/fig09_hits", f"toy/fig09_hits@{EVENTS}"]
    assert printed[-1][-4:] == ["genuine", "events", "agree,", "quick"]
    cli.main(["list"])
    assert f"toy/fig09_hits@{EVENTS}" in capsys.readouterr().out


# accept


def test_accept_takes_the_simulation_and_data_selects_a_variant(both, capsys):
    assert cli.main(["check", "fig09", "--accept"]) == 0
    assert recorded(both, "").exists()
    assert not recorded(both, EVENTS).exists()
    assert cli.main(["check", "fig09", "--accept", "--data", EVENTS]) == 0
    assert f"toy/fig09_hits@{EVENTS}: 4 changes" in capsys.readouterr().out
    assert recorded(both, EVENTS).exists()


@pytest.mark.parametrize("data", ["sample", "published"])
def test_arrays_of_genuine_events_are_not_recorded(both, data):
    both.path.write_text(both.path.read_text().replace('"sample"', f'"{data}"'))
    cli.main(["run", "fig09", "--data", f"trackml/{EVENTS}"])
    for events in ("", EVENTS):
        acceptance.accept(catalog.Item(both.id, both.root, events))
    simulated, genuine = (record.Result.read(recorded(both, events)) for events in ("", EVENTS))
    assert list(simulated.arrays) == ["hits"]
    assert "arrays_left_out" not in simulated.provenance
    assert genuine.arrays == {}
    assert genuine.provenance["arrays_left_out"] == ["hits"]
    assert genuine.quantities == record.Result.read(produced(both, EVENTS)).quantities
    assert list(genuine.curves) == ["sorted"]
    assert list(record.Result.read(produced(both, EVENTS)).arrays) == ["hits"]
    assert acceptance.changes(catalog.Item(both.id, both.root, EVENTS)) == []


def test_figure_and_weights_of_a_variant_have_its_name(trained, event_files):
    trained.path.write_text(
        trained.path.read_text()
        .replace("def reproduce(value)", 'def reproduce(value, data="simulation")')
        .replace('weights={"net": weights})', 'weights={"net": weights}, data="sample", events=data.split("/")[-1])')
    )
    item = request.on_events(catalog.Item(trained.id, trained.root), f"trackml/{EVENTS}")
    runner.run(item, "quick")
    produced(item, EVENTS, ".png").write_bytes(b"figure")
    beside = recorded(item, "").with_name("fig08_net.net.weights.h5")
    beside.parent.mkdir(parents=True)
    beside.write_text("of the simulation")
    acceptance.accept(item)
    names = {path.name for path in beside.parent.iterdir()}
    assert names == {beside.name, *(f"fig08_net@{EVENTS}{end}" for end in (".json", ".png", ".net.weights.h5"))}
    assert json.loads(recorded(item, EVENTS).read_text())["weights"]["net"]["file"] in names
    beside.unlink()
    assert {verdict.verdict for verdict in runner.replay(item)} == {"agree"}


# replay


def test_replay_of_a_variant_finds_its_events(both, event_files, capsys):
    cli.main(["check", "fig09", "--accept"])
    cli.main(["check", "fig09", "--accept", "--data", EVENTS])
    capsys.readouterr()
    assert cli.main(["check", "--recorded", "--replay", "fig09"]) == 0
    printed = capsys.readouterr().out
    assert words(printed)[-1] == [f"toy/fig09_hits@{EVENTS}", "recorded,", "quick", "agree", "agree"]
    assert "replay: agree, 4 numbers" in printed  # of the simulation, with its array
    assert "replay: agree, 3 numbers" in printed
    (event_files / "trackml" / f"{EVENTS}-hits.csv").write_text("1\n" * 8)
    assert cli.main(["check", "--recorded", "--replay", "fig09"]) == 1
    assert words(capsys.readouterr().out)[-1][-2:] == ["agree", "differ"]


def test_without_the_events_a_variant_is_checked_and_not_replayed(both, monkeypatch, capsys):
    cli.main(["check", "fig09", "--accept", "--data", EVENTS])
    monkeypatch.delenv("KERAS_HEP_DATA")
    capsys.readouterr()
    assert cli.main(["check", "fig09", "--recorded", "--replay", "--data", EVENTS]) == 0
    assert f"replay: not possible, no files of {EVENTS} below the folder of KERAS_HEP_DATA." in capsys.readouterr().out
    assert cli.main(["check", "fig09", "--recorded", "--replay"]) == 1  # of the simulation nothing is recorded
    assert words(capsys.readouterr().out)[-1][-3:] == ["agree", "no", "data"]


def test_replay_on_a_path_needs_no_folder_of_data(both, event_files, monkeypatch, capsys):
    cli.main(["check", "fig09", "--accept", "--data", EVENTS])
    monkeypatch.delenv("KERAS_HEP_DATA")
    path = str(event_files / "trackml" / EVENTS)
    assert cli.main(["check", "fig09", "--recorded", "--replay", "--data", path]) == 0
    assert "replay: agree, 3 numbers" in capsys.readouterr().out


# figure


def test_figure_of_certain_data(hits, capsys):
    hits.path.write_text(hits.path.read_text() + DRAW)
    cli.main(["run", "fig09", "--data", f"trackml/{EVENTS}"])
    drawn = produced(hits, EVENTS, ".png")
    content = drawn.read_bytes()
    drawn.unlink()
    assert cli.main(["figure", "fig09"]) == 1
    assert "toy/fig09_hits has no stored result to draw" in capsys.readouterr().err
    assert cli.main(["figure", "fig09", "--data", EVENTS]) == 0
    assert drawn.read_bytes() == content


def test_a_recorded_variant_without_arrays_is_not_drawn(hits, capsys):
    hits.path.write_text(hits.path.read_text() + DRAW)
    cli.main(["run", "fig09", "--data", f"trackml/{EVENTS}"])
    cli.main(["check", "fig09", "--accept", "--data", EVENTS])
    assert recorded(hits, EVENTS, ".png").read_bytes() == produced(hits, EVENTS, ".png").read_bytes()
    produced(hits, EVENTS).unlink()
    capsys.readouterr()
    assert cli.main(["figure", "fig09", "--data", EVENTS]) == 1
    error = capsys.readouterr().err
    assert "arrays of genuine events are not recorded (hits)" in error
    assert f"`keras-hep run toy/fig09_hits --data .../{EVENTS}` computes and draws them" in error
    assert error.count("\n") == 1
