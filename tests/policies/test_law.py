import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.errors import Stop
from cli.law import app, docs
from policies.classification_file import Sensitivity
from policies.law import BUILT_IN, Law, Rule, load_law
from policies.reading import PolicyError
from tests.policies.scenario import law

SINCE = date(2023, 7, 1)
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("sensitivity", "smallest", "feasible"), [("open", 0, 1), ("normal", 5, 2), ("sensitive", 10, 4)]
)
def test_each_class_has_its_smallest_cell_and_feasible_values(
    sensitivity: Sensitivity, smallest: int, feasible: int
) -> None:
    on = law().at(SINCE)
    assert on.smallest_cell(sensitivity) == smallest
    assert on.feasible_values(sensitivity) == feasible


def test_the_other_numbers_are_these() -> None:
    on = law().at(date(2026, 11, 22))
    assert on.rounding_base == 5
    assert on.release_delay_days == 7
    assert on.vintage_days == 28
    assert on.raw_counts_days == 2192
    assert on.trail_payload_days == 1826
    assert on.idempotency_days == 30
    assert (on.pseudonym_overlap_weeks, on.reversal_days) == (8, 7)
    assert on.pseudonym_key_days == 731
    assert on.lagesbild_months == 24


def test_sensitive_categories_are_not_shown_below_kommun_and_year() -> None:
    on = law().at(SINCE)
    assert on.allows_detail("sensitive", "kommun", "year")
    assert on.allows_detail("sensitive", "lan", "iso-year")
    assert not on.allows_detail("sensitive", "kommun", "quarter")
    assert not on.allows_detail("sensitive", "deso", "year")
    assert on.allows_detail("normal", "deso", "day")
    assert on.allows_detail("open", "omrade", "month")


def test_before_its_first_day_the_law_says_nothing() -> None:
    assert law().since == SINCE
    assert law().at(SINCE).day == SINCE
    with pytest.raises(LookupError, match="formalised from 2023-07-01; 2023-06-30 lies before that"):
        law().at(date(2023, 6, 30))


def test_every_value_has_a_source_in_force_and_a_note_of_who_chose_it() -> None:
    for _, rule in law().rules:
        assert rule.note.sv
        assert all(value.cites for value in rule.values)
    assert law().at(SINCE).cites("lagesbild_months")[0].section == "6 §"


def changed(tmp_path: Path, name: str, old: str, new: str) -> Law:
    for entry in BUILT_IN.iterdir():
        (tmp_path / entry.name).write_bytes(entry.read_bytes())
    text = (tmp_path / name).read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1))
    return load_law(tmp_path)


LATER = """
[[values]]
since = {}
value = 10
cites = [{{ law = "lagen", section = "1 §", href = "https://example.org" }}]
"""


def test_a_value_holds_from_its_day_until_the_next_ones(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    text = (BUILT_IN / "rounding_base.toml").read_text() + LATER.format("2026-03-01")
    later = changed(tmp_path / "new", "rounding_base.toml", (BUILT_IN / "rounding_base.toml").read_text(), text)
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2))
    assert [later.at(day).rounding_base for day in days] == [5, 10, 10]
    assert later.since == SINCE
    assert later.digest != law().digest
    assert later.at(days[1]).cites("rounding_base")[0].law == "lagen"


@pytest.mark.parametrize("day", ["2023-07-01", "2023-06-30"])
def test_values_stand_in_order_of_time_each_day_once(tmp_path: Path, day: str) -> None:
    text = (BUILT_IN / "rounding_base.toml").read_text()
    told = f"rounding_base.toml, line 15: values.1.since: {day} does not come after 2023-07-01: write values in order"
    with pytest.raises(PolicyError, match=told):
        changed(tmp_path, "rounding_base.toml", text, text + LATER.format(day))


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "rounding_base.toml",
            "since = 2023-07-01\n",
            "",
            "law/rounding_base.toml, line 7: values.0.since: this key is",
        ),
        ("rounding_base.toml", "value = 5", "value = -5", "line 9: values.0.value: '-5': input should be greater"),
        ("rounding_base.toml", "value = 5", "value = true", "line 9: values.0.value: 'True': input should be"),
        (
            "rounding_base.toml",
            "value = 5",
            "values = 5",
            "line 9: values.0.values: unknown key; the keys here are since",
        ),
        ("smallest_cell.toml", "normal = 5, ", "", "line 9: values.0.value.normal: this key is missing"),
        (
            "finest_area_level.toml",
            '"kommun"',
            '"by"',
            "line 9: values.0.value.sensitive: 'by': input should be 'riket'",
        ),
        ("finest_period_unit.toml", '"year"', '"decade"', "values.0.value.sensitive: 'decade': input should be 'day'"),
        ("lagesbild_months.toml", 'section = "6 §"', 'section = ""', "values.0.cites.0.section"),
        (
            "lagesbild_months.toml",
            "note =",
            "nota =",
            "line 4: nota: unknown key; the keys here are title, description",
        ),
    ],
)
def test_a_slip_in_a_law_file_is_named_by_file_and_line(
    tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(PolicyError) as raised:
        changed(tmp_path, name, old, new)
    assert told in str(raised.value)


def test_a_value_without_a_citation_does_not_load(tmp_path: Path) -> None:
    text = (BUILT_IN / "rounding_base.toml").read_text()
    bare = text[: text.index("cites")]
    with pytest.raises(PolicyError, match=r"values\.0\.cites: this key is missing"):
        changed(tmp_path, "rounding_base.toml", text, bare)
    with pytest.raises(PolicyError, match=r"values\.0\.cites: this list is empty; name at least one"):
        changed(tmp_path, "rounding_base.toml", text, bare + "cites = []")


def test_a_rule_that_is_missing_or_that_nothing_applies_stops_the_law(tmp_path: Path) -> None:
    changed(tmp_path, "rounding_base.toml", "value = 5", "value = 5")
    (tmp_path / "notes.txt").write_text("not a rule")
    assert load_law(tmp_path).digest == law().digest
    (tmp_path / "smallest_coin.toml").write_text("")
    with pytest.raises(PolicyError, match=r"law/smallest_coin\.toml, line 1: nothing applies this rule; remove it"):
        load_law(tmp_path)
    (tmp_path / "smallest_coin.toml").unlink()
    (tmp_path / "rounding_base.toml").unlink()
    with pytest.raises(PolicyError, match=r"law/rounding_base\.toml, line 1: this rule is missing; write it"):
        load_law(tmp_path)


def test_the_digest_is_over_every_file(tmp_path: Path) -> None:
    assert len(law().digest) == 64
    assert changed(tmp_path, "rounding_base.toml", "title", "# a remark\ntitle").digest != law().digest


def test_a_rule_read_in_code_holds_to_the_same_order() -> None:
    assert all(isinstance(rule, Rule) for _, rule in law().rules)


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_page_of_the_law_is_the_one_the_rules_make() -> None:
    assert (ROOT / "docs" / "law.md").read_text() == docs(), "run: samsyn law --all > docs/law.md"
    assert run("--all") == docs()


def test_the_law_is_printed_in_swedish_and_english() -> None:
    assert run("--on", "2026-01-01").startswith("# Reglerna 2026-01-01\n\nVarje påstående här är till för en jurist")
    english = run("--on", "2026-01-01", "--lang", "en")
    assert english.startswith("# The rules 2026-01-01\n\nEvery statement here is for a jurist to confirm.")
    assert "- from 2023-07-01: open 0, normal 5, sensitive 10 (events). [offentlighets- och sekretesslagen" in english
    assert "- from 2023-07-01: 24 (months). [lagen om kommuners ansvar" in english
    assert "from 2023-07-01: öppen" not in english
    assert "This house's choice: the same as the smallest count of a normal category." in english


def test_a_ground_is_printed_from_the_day_it_holds() -> None:
    assert "`osl-10-15a`" not in run("--on", "2025-11-30", "--lang", "en")
    after = run("--on", "2025-12-01", "--lang", "en")
    assert "(`osl-10-15a`)\n\n> Sekretess enligt 21-40 kap. hindrar inte" in after
    assert "after a weighing of interests. In force from 2025-12-01." in after
    assert "Gäller från 2025-12-01." in run("--on", "2025-12-01")


def test_the_law_is_printed_as_data() -> None:
    told = json.loads(run("--on", "2025-11-30", "--json", "--lang", "en"))
    assert told["on"] == "2025-11-30"
    assert told["digest"] == law().digest
    assert told["status"].startswith("Every statement here is for a jurist")
    values = {value["rule"]: value for value in told["values"]}
    assert values["smallest_cell"]["value"] == {"open": 0, "normal": 5, "sensitive": 10}
    assert values["lagesbild_months"]["value"] == 24
    assert values["lagesbild_months"]["unit"] == "months"
    assert values["lagesbild_months"]["since"] == "2023-07-01"
    assert values["lagesbild_months"]["note"] == "Fixed by statute."
    assert values["lagesbild_months"]["title"] == "Greatest age of the lagesbild"
    assert values["lagesbild_months"]["description"].startswith("The municipality must update")
    assert values["lagesbild_months"]["cites"][0]["section"] == "6 §"
    grounds = {ground["code"]: ground for ground in told["grounds"]}
    assert "osl-10-15a" not in grounds
    assert grounds["osl-35-1"]["kind"] == "secrecy"
    assert grounds["osl-35-1"]["since"] == "2009-06-30"
    assert grounds["osl-35-1"]["cite"]["section"] == "35 kap. 1 §"
    assert grounds["osl-35-1"]["meaning"].startswith("Reverse harm test")
    assert grounds["osl-35-1"]["statute"].startswith("Sekretess gäller för uppgift om en enskilds")
    swedish = json.loads(run("--on", "2025-12-01", "--json"))
    assert {ground["code"] for ground in swedish["grounds"]} == {*grounds, "osl-10-15a"}
    assert swedish["grounds"][0]["meaning"].startswith("Polisen sänder")


def test_the_law_today_is_the_law_on_todays_date() -> None:
    today = date.today().isoformat()  # noqa: DTZ011 - as the command takes it
    assert run() == run("--on", today)


def test_days_before_the_rules_are_formalised_stop_with_one_line() -> None:
    result = CliRunner().invoke(app, ["--on", "2023-06-30"])
    assert result.exit_code == 1
    assert isinstance(result.exception, Stop) or "formalised from 2023-07-01" in result.output
