import pytest

from keras_hep.suite import acceptance, record, runner


def test_acceptance_takes_the_figure_along(line):
    runner.run(line, "quick")
    drawn, recorded = line.produced_path().with_suffix(".png"), line.recorded_path.with_suffix(".png")
    drawn.write_bytes(b"figure")
    acceptance.accept(line)
    assert recorded.read_bytes() == b"figure"
    drawn.unlink()
    acceptance.accept(line)
    assert not recorded.exists()


def test_acceptance_removes_weights_of_before(trained):
    runner.run(trained, "quick")
    acceptance.accept(trained)
    trained.path.write_text(trained.path.read_text().replace('"net":', '"graph":'))
    runner.run(trained, "quick")
    acceptance.accept(trained)
    assert [path.name for path in trained.recorded_path.parent.glob("*.h5")] == ["fig08_net.graph.weights.h5"]


@pytest.mark.parametrize(
    ("size", "kept"), [(acceptance.LARGEST_WEIGHTS, True), (acceptance.LARGEST_WEIGHTS + 1, False)]
)
def test_large_weights_are_not_recorded(trained, size, kept):
    trained.path.write_text(trained.path.read_text().replace('"bytes": 1', f'"bytes": {size}'))
    runner.run(trained, "quick")
    assert ("weights net" in {change.name for change in acceptance.changes(trained)}) is kept
    recorded = record.Result.read(acceptance.accept(trained))
    assert bool(recorded.weights) is kept
    assert len(list(trained.recorded_path.parent.glob("*.h5"))) == kept


def test_changed_weights_are_not_accepted(trained):
    runner.run(trained, "quick")
    (trained.root / "results" / "produced" / "weights" / "net.weights.h5").write_text("2")
    with pytest.raises(acceptance.NotAcceptable, match="must have sha256"):
        acceptance.accept(trained)
    assert not trained.recorded_path.exists()


def test_changes_name_old_and_new(line):
    runner.run(line, "quick")
    assert [(change.name, change.old) for change in acceptance.changes(line)][:2] == [("scale", None), ("slope", None)]
    acceptance.accept(line)
    assert acceptance.changes(line) == []
    runner.run(line, "full")
    changes = {change.name: (change.old, change.new) for change in acceptance.changes(line)}
    assert changes["scale"] == ("quick", "full")
    assert changes["points"] == ((1000, None), (4000, None))
    assert set(changes) == {"scale", "slope", "points", "curve line"}


def test_smoke_and_absent_results_are_not_accepted(line):
    with pytest.raises(acceptance.NotAcceptable, match="no produced result"):
        acceptance.accept(line)
    runner.run(line, "smoke")
    with pytest.raises(acceptance.NotAcceptable, match="got smoke"):
        acceptance.accept(line)
    with pytest.raises(acceptance.NotAcceptable, match="got smoke"):
        acceptance.changes(line)
    assert not line.recorded_path.exists()


def test_answers_of_large_networks_are_recorded_instead_of_weights(trained):
    script = trained.path.read_text()
    trained.path.write_text(script.replace("net.weights.h5", "net.answers.npz"))
    runner.run(trained, "quick")
    acceptance.accept(trained)
    assert [path.name for path in trained.recorded_path.parent.glob("*.npz")] == ["fig08_net.net.answers.npz"]
    trained.path.write_text(script)
    runner.run(trained, "quick")
    acceptance.accept(trained)
    assert not list(trained.recorded_path.parent.glob("*.npz"))
