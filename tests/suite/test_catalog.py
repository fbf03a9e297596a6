import sys

import pytest

from keras_hep.suite import catalog


def test_the_tree_is_the_registry(project):
    (project / "reproductions" / "toy" / "_draft.py").write_text("")
    (project / "reproductions" / "loose.py").write_text("")
    assert [item.id for item in catalog.items(project)] == ["toy/fig01_line", "toy/fig02_broken", "toy/table01_sum"]


def test_an_item_knows_its_files(project):
    item = catalog.Item("toy/fig01_line", project)
    assert (item.source, item.name) == ("toy", "fig01_line")
    assert item.path == project / "reproductions/toy/fig01_line.py"
    assert item.reference_path == project / "results/references/toy/fig01_line.json"
    assert item.recorded_path == project / "results/recorded/toy/fig01_line.json"
    assert item.produced_path() == project / "results/produced/toy/fig01_line.json"
    assert item.produced_path(project / "elsewhere") == project / "elsewhere/toy/fig01_line.json"


def test_the_card_is_read_without_importing_the_script(project, add_script):
    add_script(
        "toy/fig03_loud",
        '''
        """Figure 3: title of its own.

        Free text before the fields.

        Source    somewhere
        Data      one,
                  two

        Data is mentioned again in prose only if indented.
        """
        SCALES = {"smoke": {"events": 2_560, "layers": (1, 2)}}
        raise RuntimeError("imported")
        ''',
    )
    item = catalog.Item("toy/fig03_loud", project)
    with pytest.raises(catalog.InvalidScript, match="each field of its card once, got Data twice"):
        _ = item.card
    text = item.path.read_text().replace("Data is mentioned", "It is mentioned")
    item.path.write_text(text)
    item = catalog.Item("toy/fig03_loud", project)
    assert item.title == "Figure 3: title of its own"
    assert item.card == {"Source": "somewhere", "Data": "one, two"}
    assert item.scales == {"smoke": {"events": 2560, "layers": (1, 2)}}
    assert "toy.fig03_loud" not in sys.modules


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("SCALES = {}", "first line is the title"),
        ('"""Title."""', "must define SCALES"),
        ('"""Title."""\nSCALES = dict(smoke={})', "must be literals"),
        ('"""Title."""\nSCALES = {"smoke": 3}', "dict of dicts"),
        ('"""Title."""\nSCALES = {', "readable Python"),
    ],
)
def test_an_unreadable_script_is_named(project, add_script, script, message):
    add_script("toy/fig04_bad", script)
    with pytest.raises(catalog.InvalidScript, match=message) as caught:
        _ = catalog.Item("toy/fig04_bad", project).scales
    assert "fig04_bad.py" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("toy/fig01_line", ["fig01_line"]),
        ("fig01", ["fig01_line"]),
        ("toy/fig01", ["fig01_line"]),
        ("fig01_li", ["fig01_line"]),
        ("line", ["fig01_line"]),
        ("fig01_line", ["fig01_line"]),
        ("reproductions/toy/fig01_line.py", ["fig01_line"]),
        ("toy", ["fig01_line", "fig02_broken", "table01_sum"]),
        ("toy/", ["fig01_line", "fig02_broken", "table01_sum"]),
        ("toy/fig*", ["fig01_line", "fig02_broken"]),
        ("*", ["fig01_line", "fig02_broken", "table01_sum"]),
    ],
)
def test_names_stand_for_items(project, name, found):
    assert [item.name for item in catalog.find(project, [name])] == found


def test_each_item_is_found_once_and_in_order(project):
    names = [item.name for item in catalog.find(project, ["table01", "fig01", "toy"])]
    assert names == ["table01_sum", "fig01_line", "fig02_broken"]
    assert len(catalog.find(project)) == 3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fig01_lime", "did you mean toy/fig01_line"),
        ("toi", "did you mean toy"),
        ("fig", "stand for one item, got toy/fig01_line, toy/fig02_broken"),
        ("fig0", "did you mean toy/fig01_line or toy/fig02_broken"),
        ("qqqqqq", r"No item is called 'qqqqqq': \(`keras-hep list`"),
        ("", "No item is called ''"),
        ("lepton/*", "No item is called"),
    ],
)
def test_an_unknown_or_ambiguous_name_lists_near_matches(project, name, message):
    with pytest.raises(catalog.UnknownItem, match=message):
        catalog.find(project, [name])


def test_a_number_is_not_cut_in_two(project, add_script):
    add_script("toy/fig10_ten", '"""Figure 10."""\nSCALES = {}')
    with pytest.raises(catalog.UnknownItem):
        catalog.find(project, ["fig1"])
    assert [item.name for item in catalog.find(project, ["fig10"])] == ["fig10_ten"]


def test_load_imports_by_path(project):
    script = catalog.load(catalog.Item("toy/table01_sum", project))
    assert script.reproduce([1, 2, 3]).quantities["sum"].value == 6


def test_load_requires_reproduce(project, add_script):
    add_script("toy/fig05_empty", '"""Figure 5."""\nSCALES = {}')
    with pytest.raises(catalog.InvalidScript, match="must define reproduce"):
        catalog.load(catalog.Item("toy/fig05_empty", project))


def test_the_root_is_named_by_the_environment(project):
    assert catalog.find_root() == project.resolve()


def test_a_wrong_environment_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HEP_ROOT", str(tmp_path))
    with pytest.raises(catalog.NoRoot, match="KERAS_HEP_ROOT"):
        catalog.find_root()


def test_the_root_is_found_above_a_folder(project):
    assert catalog.find_root(project / "reproductions" / "toy") == project.resolve()


def test_no_root_is_an_error(tmp_path):
    with pytest.raises(catalog.NoRoot, match="go to a checkout"):
        catalog.find_root(tmp_path)


def test_the_checkout_beside_the_package_is_found(monkeypatch, tmp_path):
    monkeypatch.delenv("KERAS_HEP_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    assert (catalog.find_root() / "keras_hep" / "suite" / "catalog.py").is_file()
