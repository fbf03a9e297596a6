import pathlib

from keras_hep.suite import catalog, cli

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_list_shows_every_item_within_the_terminal(project, add_script, capsys):
    name = "fig09_a_name_that_is_longer_than_one_would_like"
    card = f'"""Figure 9: {"many words " * 20}.\n\nData      {"data " * 30}\nCost      {"cost " * 30}\n"""'
    add_script(f"toy/{name}", f"{card}\nSCALES = {{}}")
    cli.main(["run", "fig01"])
    capsys.readouterr()
    assert cli.main(["list"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 120
    for item in catalog.items(project):
        assert item.id in printed
    (line,) = [line for line in printed.splitlines() if line.startswith("toy/fig01_line")]
    assert "agree, quick" in line
    assert "normal" in line


def test_list_of_one_source(project, add_script, capsys):
    add_script("other/fig01_plane", '"""Figure 1: plane."""\nSCALES = {}')
    assert cli.main(["list", "--source", "other"]) == 0
    printed = capsys.readouterr().out
    assert "other/fig01_plane" in printed
    assert "toy/" not in printed


def test_list_goes_on_after_an_unreadable_script(project, add_script, capsys):
    add_script("toy/fig00_bad", "SCALES = ")
    assert cli.main(["list"]) == 1
    printed = capsys.readouterr()
    assert "toy/fig01_line" in printed.out
    assert "fig00_bad.py must be readable Python" in printed.err


def test_cite_prints_each_publication_once_and_the_project(project, capsys):
    assert cli.main(["cite", "fig01"]) == 1
    assert "source.bib" in capsys.readouterr().err
    (project / "results/references/toy/source.bib").write_text("@article{Toy2020,\n}\n")
    assert cli.main(["cite", "fig01", "table01"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("@article{Toy2020") == 1
    assert printed.count("@software{keras_hep") == 1


def test_every_bibtex_file_has_entries_with_balanced_braces():
    for path in (ROOT / "results" / "references").glob("*/source.bib"):
        text = path.read_text(encoding="utf-8")
        assert text.lstrip().startswith("@")
        assert text.count("{") == text.count("}")
