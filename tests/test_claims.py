"""Every claim of a source is decided by checks that exist, or says why it is not."""

import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
FIELDS = {"id", "claim", "where", "kind", "item", "checks"}
KINDS = ("number", "ordering", "statement")


def claim_faults(content, checks, built):
    """Return what is wrong with the claims of one source.

    Args:
        content: dict with `source` and `claims`, as in a claims file.
        checks: dict of item id to the names of the checks in its reference.
        built: set of ids of the items that have a script.
    """
    faults, seen = [], set()
    for claim in content["claims"]:
        name, item, absent = claim.get("id"), claim.get("item"), claim.get("absent")
        for field in (FIELDS - claim.keys()) | (claim.keys() - FIELDS - {"absent"}):
            faults.append(f"{name}: field {field} is missing or unknown")
        if name in seen:
            faults.append(f"{name}: the id stands twice")
        if claim.get("kind") not in KINDS:
            faults.append(f"{name}: kind must be one of {', '.join(KINDS)}, got {claim.get('kind')!r}")
        seen.add(name)
        if item in built:
            faults += _faults_of_built(name, claim, checks.get(item, ()))
        elif not absent:
            faults.append(f"{name}: item {item} does not exist and no reason (`absent`) is given")
        elif claim.get("checks"):
            faults.append(f"{name}: checks are named, but item {item} does not exist")
    return faults


def _faults_of_built(name, claim, known):
    item = claim["item"]
    if claim.get("absent"):
        return [f"{name}: item {item} exists, remove `absent` and name its checks"]
    if not claim.get("checks"):
        return [f"{name}: no check of {item} is named"]
    return [f"{name}: {item} has no check {check}" for check in claim["checks"] if check not in known]


def check_names(source):
    """Return the names of the checks of every reference of a source, by item id."""
    names = {}
    for path in sorted((ROOT / "results" / "references" / source).glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if path.name != "claims.json":
            names[content["id"]] = {check.get("name", check["of"]) for check in content["checks"]}
    return names


@pytest.mark.parametrize("source", sorted(path.parent.name for path in ROOT.glob("results/references/*/claims.json")))
def test_every_claim_is_decided_or_says_why_not(source):
    path = ROOT / "results" / "references" / source / "claims.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    built = {f"{source}/{script.stem}" for script in (ROOT / "reproductions" / source).glob("*.py")}
    assert content["source"] == source
    assert not claim_faults(content, check_names(source), built)


CLAIM = {
    "id": "reach",
    "claim": "The reach is limited.",
    "where": "Section 5",
    "kind": "ordering",
    "item": "source/figure",
    "checks": ["last_layer"],
}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"item": "source/later", "checks": [], "absent": "not built yet"}, None),
        ({"item": None, "checks": [], "absent": "quoted from elsewhere"}, None),
        ({"item": "source/later", "checks": []}, "source/later does not exist and no reason"),
        ({"item": "source/later", "absent": "not built yet"}, "checks are named, but item source/later"),
        ({"checks": ["first_layer"]}, "source/figure has no check first_layer"),
        ({"checks": []}, "no check of source/figure is named"),
        ({"absent": "not built yet"}, "source/figure exists, remove `absent`"),
        ({"kind": "rumour"}, "kind must be one of number, ordering, statement, got 'rumour'"),
        ({"page": 7}, "field page is missing or unknown"),
    ],
)
def test_faults_of_a_claim(changes, fault):
    faults = claim_faults({"claims": [{**CLAIM, **changes}]}, {"source/figure": {"last_layer"}}, {"source/figure"})
    assert (len(faults) == 1 and fault in faults[0]) if fault else faults == []


def test_an_id_that_stands_twice_is_a_fault():
    (fault,) = claim_faults({"claims": [CLAIM, CLAIM]}, {"source/figure": {"last_layer"}}, {"source/figure"})
    assert "stands twice" in fault
