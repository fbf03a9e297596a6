from keras_hep.suite import cli


def test_figure_draws_again_from_the_stored_result(drawing, capsys):
    assert cli.main(["figure", "fig01"]) == 1
    assert "has no stored result to draw" in capsys.readouterr().err
    cli.main(["run", "fig01"])
    path = drawing / "results/produced/toy/fig01_line.png"
    content = path.read_bytes()
    path.unlink()
    assert cli.main(["figure", "fig01"]) == 0
    assert path.read_bytes() == content


def test_report_prints_where_the_page_is(project, capsys):
    assert cli.main(["report"]) == 0
    assert capsys.readouterr().out == f"report: {project / 'results/produced/report.html'}\n"
    assert "toy/fig01_line" in (project / "results/produced/report.html").read_text()
