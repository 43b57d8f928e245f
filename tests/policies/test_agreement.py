from datetime import date
from hashlib import sha256
from importlib.resources import files

import pytest

from policies.agreement import parse_agreement
from policies.reading import PolicyError
from tests.policies.scenario import agreement

SODERTALJE = (files("policies") / "agreements" / "sodertalje.toml").read_bytes()


def fault(old: str, new: str, count: int = 1) -> str:
    assert old.encode() in SODERTALJE
    with pytest.raises(PolicyError) as raised:
        parse_agreement(SODERTALJE.replace(old.encode(), new.encode(), count), "a.toml")
    return str(raised.value)


def line(text: str) -> int:
    return SODERTALJE.decode().splitlines().index(text) + 1


def test_the_digest_is_that_of_the_bytes() -> None:
    digest = sha256(SODERTALJE).hexdigest()
    assert parse_agreement(SODERTALJE, "a.toml").digest == digest
    assert parse_agreement(SODERTALJE, "a.toml", digest).digest == digest


def test_a_table_and_a_party_are_found_by_id_or_not_at_all() -> None:
    held = parse_agreement(SODERTALJE, "a.toml")
    assert [held.party(party.id) for party in held.parties] == list(held.parties)
    assert [held.table(table.id) for table in held.tables] == list(held.tables)
    assert held.party("orebro") is None
    assert held.table("orebro") is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("version = 1", "version = 0", "version: '0': input should be greater than or equal to 1"),
        ("valid_to = 2027-12-31", "valid_to = 2023-12-31", "valid_to: 2023-12-31 comes before valid_from (2024-01-01)"),
        ("valid_to = 2027-12-31", "", "valid_to: this key is missing; write it"),
        ('kind = "police"', 'kind = "polis"', "parties.1.kind: 'polis': input should be 'police', 'municipality', "),
        ('id = "polisen"', 'id = "sodertalje"', "parties: 'sodertalje' stands twice; write it once"),
        (
            'circle = ["sodertalje", "polisen"',
            'circle = ["orebro", "polisen"',
            "circle.0: 'orebro' is no party to this",
        ),
        ('circle = ["sodertalje"', 'circle = ["polisen"', "circle: 'polisen' stands twice; write it once"),
        ('controller = "sodertalje"', 'controller = "bra"', "record.controller: 'bra' is no party to this agreement"),
        ('processor = "sodertalje"', 'processor = "bra"', "record.processor: 'bra' is no party to this agreement"),
        ('operator = "sodertalje"', 'operator = "bra"', "record.operator: 'bra' is no party to this agreement"),
        ('recipients = ["sodertalje"', 'recipients = ["bra"', "tables.0.recipients: 'bra' is no party to this"),
        (
            'recipients = ["sodertalje"',
            'recipients = ["*"',
            'tables.0.recipients: recipients = ["*"] and public = true',
        ),
        ('party = "sodertalje"', 'party = "bra"', "tables.1.own_knowledge: 'bra' is no party to this agreement"),
        ('purposes = ["lagesbild"', 'purposes = ["uppfoljning"', "purposes: 'uppfoljning' stands twice; write it once"),
        (
            'purposes = ["lagesbild", "atgardsplan", "uppfoljning"]\n\n#',
            'purposes = ["lagesbild", "uppfoljning"]\n\n#',
            "tables.0.purposes: 'atgardsplan' is no purpose of the agreement (lagesbild, uppfoljning)",
        ),
        (
            'id = "sodertalje-storningar"',
            'id = "sodertalje-anmalda-brott"',
            "tables: 'sodertalje-anmalda-brott' stands",
        ),
        ('code = "osl-18-1"', 'code = "osl-18-2"', "grounds.0.code: 'osl-18-2': input should be 'osl-10-2', "),
        (
            'provisions = ["osl-18-1"]',
            'provisions = ["OSL 18:1"]',
            "grounds.0.provisions.0: 'OSL 18:1' is not of the form",
        ),
        ('provisions = ["osl-18-1"]', "provisions = []", "grounds.0.provisions: this list is empty; name at least one"),
        ('first = "2024-W01"', 'first = "2024-01"', "tables.0.first: '2024-01' is no iso-week: write it like 2026-W07"),
        ('first = "2024-W01"', 'first = "2024-W10"\nlast = "2024-W09"', "tables.0.last: comes before first (2024-W10)"),
        ('first = "2024-W01"', 'first = "2024-W10"\nlast = "2024-W99"', "tables.0.last: '2024-W99' does not exist"),
        ('areas = ["0181"]', 'areas = ["0181", "0181"]', "tables.0.areas: '0181' stands twice; write it once"),
        (
            'category_levels = ["leaf"',
            'category_levels = ["leaves"',
            "tables.0.category_levels.0: 'leaves': input should",
        ),
        (
            'method = { kind = "suppress" }',
            'method = { kind = "suppress", rounding_base = 3 }',
            "tables.0.method.rounding_base: no parameter of 'suppress'; its parameters are: smallest_cell",
        ),
        (
            'method = { kind = "suppress" }',
            'method = { kind = "open", smallest_cell = 3 }',
            "tables.0.method.smallest_cell: no parameter of 'open'; its parameters are: none",
        ),
        (
            "# The police's",
            '[[denials]]\nwhat = { parties = ["bra"] }\nreason = { sv = "a", en = "b" }\n# The',
            "denials.0.what: 'bra' is no party to this agreement; its parties are sodertalje, polisen, ",
        ),
        (
            "# The police's",
            '[[denials]]\nwhat = { tables = ["bort"] }\nreason = { sv = "a", en = "b" }\n# The',
            "denials.0.what: 'bort' is no table of this agreement",
        ),
        ("delay_days = 7", "delay_days = -1", "tables.0.delay_days: '-1': input should be greater than or equal to 0"),
        ("delay_days = 7", "delay_days = 7.0", "tables.0.delay_days: '7.0': input should be a valid integer"),
        ('weekday = "tuesday"', 'weekday = "tisdag"', "tables.0.calendar.weekday: 'tisdag': input should be"),
        ('weekday = "tuesday", ', "", "tables.0.calendar.weekday: a weekly calendar names its weekday"),
        (
            'every = "week", weekday = "tuesday"',
            'every = "month"',
            "tables.0.calendar.day: a monthly calendar names its day",
        ),
        (
            'weekday = "tuesday"',
            'weekday = "tuesday", day = 3',
            "tables.0.calendar.day: a monthly calendar names its day",
        ),
        ('"01-31"', '"02-29"', "tables.0.calendar.vintages.0: '02-29' is no day of every year: write it like 01-31"),
        ('"01-31"', '"1-31"', "tables.0.calendar.vintages.0: '1-31' is no day of every year: write it like 01-31"),
        ('"01-31"', '"08-31"', "tables.0.calendar.vintages: write each vintage once, in the order of the year"),
        ('"01-31"', '"07-31"', "tables.0.calendar.vintages: write each vintage once, in the order of the year"),
        ('email = "trygghet@', 'email = "trygghet.', "contact.email: 'trygghet.sodertalje.example' is not of the form"),
    ],
)
def test_what_does_not_hold_together_is_named(old: str, new: str, told: str) -> None:
    assert told in fault(old, new)


def test_a_fault_names_the_line_of_the_key() -> None:
    assert fault("delay_days = 7", "delay_days = -1").startswith(f"a.toml, line {line('delay_days = 7')}: ")


@pytest.mark.parametrize("key", ["area_levels", "areas", "categories", "category_levels", "recipients", "purposes"])
def test_no_list_of_a_table_may_be_empty(key: str) -> None:
    with pytest.raises(ValueError, match="at least 1 item"):
        agreement(**{key: []})


@pytest.mark.parametrize(
    "key", ["area_levels", "areas", "categories", "category_levels", "recipients", "purposes", "joins"]
)
def test_no_list_of_a_table_may_name_a_thing_twice(key: str) -> None:
    twice = {"category_levels": "leaf", "recipients": "polisen", "purposes": "lagesbild"}.get(key, "x")
    with pytest.raises(ValueError, match=f"'{twice}' stands twice; write it once"):
        agreement(**{key: [twice, twice]})


def test_denials_name_tables_and_parties_of_the_agreement() -> None:
    reason = {"sv": "skäl", "en": "reason"}
    with pytest.raises(ValueError, match="'annan' is no table of this agreement"):
        agreement({"denials": [{"what": {"tables": ["annan"]}, "reason": reason}]})
    with pytest.raises(ValueError, match="'orebro' is no party to this agreement"):
        agreement({"denials": [{"what": {"parties": ["orebro"]}, "reason": reason}]})
    with pytest.raises(ValueError, match="say what is denied: at least one of tables, area_levels, categories"):
        agreement({"denials": [{"what": {}, "reason": reason}]})


def test_a_public_agreement_is_for_everyone_and_no_other_is() -> None:
    with pytest.raises(ValueError, match="go together"):
        agreement({"public": True})
    with pytest.raises(ValueError, match="go together"):
        agreement(recipients=["*"])
    assert agreement({"public": True}, recipients=["*"]).public


def test_both_its_first_and_its_last_day_are_covered() -> None:
    held = agreement({"valid_from": date(2026, 1, 1), "valid_to": date(2026, 1, 31)})
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
    assert [held.covers(day) for day in days] == [False, True, True, False]


def test_an_agreement_may_last_one_day() -> None:
    assert agreement({"valid_from": date(2026, 1, 1), "valid_to": date(2026, 1, 1)}).covers(date(2026, 1, 1))


def test_a_table_may_hold_one_period() -> None:
    assert agreement(first="2026-W01", last="2026-W01").tables[0].last == "2026-W01"
