"""The classification holds together, says how sensitive a count is, and is read strictly."""

import csv
from pathlib import Path

import pytest

from policies.classification import Classification, UnknownCode, load_classification
from policies.reading import PolicyError

SCHEME = 'id = "prov"\nsv = "Prov"\nen = "Trial"\nsections = ["a.toml"]\n'
SECTION = """
[groups]
alla = { sv = "Alla", en = "All" }
vald = { parent = "alla", sv = "Våld", en = "Violence" }
tema = { sv = "Tema", en = "Theme", members = ["slag", "bo"] }

[leaves]
slag = { group = "vald", sv = "Slag", en = "Blow", sensitivity = "normal", source = "oss" }
hot = { group = "vald", sv = "Hot", en = "Threat", sensitivity = "sensitive", source = "oss" }
bo = { group = "alla", sv = "Bo", en = "Nest", sensitivity = "open", source = "oss" }

[sources.oss]
text = "Vi"
href = "https://example.org/"
"""


def written(folder: Path, section: str = SECTION, scheme: str = SCHEME) -> Path:
    (folder / "scheme.toml").write_text(scheme, encoding="utf-8")
    (folder / "a.toml").write_text(section, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def events() -> Classification:
    return load_classification()


def test_a_group_adds_up_the_leaves_below_it_each_once(tmp_path: Path) -> None:
    trial = load_classification(written(tmp_path))
    assert trial.leaves_of("slag") == ("slag",)
    assert sorted(trial.leaves_of("vald")) == ["hot", "slag"]
    assert sorted(trial.leaves_of("alla")) == ["bo", "hot", "slag"]
    assert sorted(trial.leaves_of("tema")) == ["bo", "slag"]


def test_a_group_is_as_sensitive_as_its_strictest_leaf(tmp_path: Path) -> None:
    trial = load_classification(written(tmp_path))
    told = {code: trial.sensitivity(code) for code in ("bo", "tema", "vald", "alla")}
    assert told == {"bo": "open", "tema": "normal", "vald": "sensitive", "alla": "sensitive"}


def test_codes_have_a_parent_and_a_name_in_two_languages(tmp_path: Path) -> None:
    trial = load_classification(written(tmp_path))
    assert (trial.parent("slag"), trial.parent("vald"), trial.parent("alla"), trial.parent("tema")) == (
        "vald",
        "alla",
        None,
        None,
    )
    assert (trial.label("slag", "sv"), trial.label("vald", "en")) == ("Slag", "Violence")
    assert trial.tops == ("alla", "tema")
    assert trial.group("tema").theme
    assert trial.leaf("slag").source.text == "Vi"


@pytest.mark.parametrize("ask", ["leaf", "group", "leaves_of", "parent", "sensitivity"])
def test_an_unknown_code_is_named(tmp_path: Path, ask: str) -> None:
    trial = load_classification(written(tmp_path))
    with pytest.raises(UnknownCode, match="'okand'"):
        getattr(trial, ask)("okand")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('sv = "Slag", ', "", "a.toml, line 8.*missing"),
        ('sensitivity = "open"', 'sensitivity = "hidden"', "a.toml, line 10"),
        ('source = "oss" }\nhot', 'source = "oss", kod = 1 }\nhot', "a.toml, line 8.*kod: unknown key"),
        ('slag = { group = "vald"', 'slag = { group = "tema"', "a.toml, line 8: leaves.slag: its group 'tema'"),
        ('slag = { group = "vald"', 'slag = { group = "nej"', "line 8.*its group 'nej' is no group"),
        ('source = "oss" }\nhot', 'source = "dem" }\nhot', "line 8.*its source 'dem'"),
        ('parent = "alla"', 'parent = "nej"', "line 4: groups.vald: its parent 'nej'"),
        ("alla = { sv", 'alla = { parent = "vald", sv', "its own ancestor"),
        ('members = ["slag", "bo"]', 'members = ["slag", "nej"]', "line 5.*its member 'nej'"),
        ('members = ["slag", "bo"]', "members = []", "line 5.*a theme has members"),
        ("[leaves]", 'tom = { sv = "Tom", en = "Empty" }\n[leaves]', "groups.tom: nothing belongs to it"),
        ("bo = { group", "vald = { group", "line 10: leaves.vald: this code stands twice"),
        ("bo = { group", "slag = { group", "a.toml, line 10.*not TOML"),
        ("bo = { group", "B_o = { group", "a.toml, line 10"),
    ],
)
def test_a_file_that_does_not_hold_is_refused_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SECTION
    with pytest.raises(PolicyError, match=f"(?s){told}"):
        load_classification(written(tmp_path, SECTION.replace(old, new, 1)))


def test_a_code_may_not_stand_in_two_sections(tmp_path: Path) -> None:
    written(tmp_path, scheme=SCHEME.replace('["a.toml"]', '["a.toml", "b.toml"]'))
    (tmp_path / "b.toml").write_text(SECTION, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"b\.toml, line 8: leaves\.slag: this code stands twice"):
        load_classification(tmp_path)


def test_a_missing_section_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"b\.toml: no such file"):
        load_classification(written(tmp_path, scheme=SCHEME.replace("a.toml", "b.toml")))


def test_the_digest_follows_every_byte(tmp_path: Path) -> None:
    before = load_classification(written(tmp_path)).digest
    assert load_classification(written(tmp_path, SECTION + "\n")).digest != before
    assert load_classification(written(tmp_path)).digest == before


def test_every_section_of_the_house_has_its_leaves_and_classes(events: Classification) -> None:
    classes = {
        top: {events.sensitivity(leaf) for leaf in events.leaves_of(top)}
        for top in events.tops
        if not events.group(top).theme
    }
    assert classes == {
        "anmald": {"normal", "sensitive"},
        "bra": {"open"},
        "notis": {"open"},
        "notis-sammanfattning": {"open"},
        "storning": {"normal"},
        "upprepad": {"normal"},
        "insats": {"normal"},
    }


def test_sexual_crimes_and_close_relations_are_sensitive(events: Classification) -> None:
    for code in (*events.leaves_of("anmald-6-kap"), *events.leaves_of("tema-vald-nara-relation")):
        assert events.sensitivity(code) == "sensitive", code


def test_every_leaf_lies_under_exactly_one_top(events: Classification) -> None:
    tops = [top for top in events.tops if not events.group(top).theme]
    held = [leaf for top in tops for leaf in events.leaves_of(top)]
    assert sorted(held) == sorted(events.leaves)


def test_every_type_the_police_have_used_has_a_leaf_of_that_name(events: Classification, shared: Path) -> None:
    names = {leaf.sv for code, leaf in events.leaves.items() if code.startswith("notis-")}
    with (shared / "data" / "polisen_event_types.csv").open(encoding="utf-8") as file:
        seen = {row["type"].strip() for row in csv.DictReader(file)}
    assert len(seen) == 97
    assert seen <= names
