from dataclasses import replace
from datetime import date

from policies.agreement_set import AgreementSet
from policies.register import HEADINGS, SOURCES, Row, register
from tests.policies.scenario import agreement, datasets, real_datasets
from tests.policies.test_folder import examples

DAY = date(2026, 11, 22)


def test_each_flow_in_force_is_a_row_of_the_record() -> None:
    rows = register(examples(), real_datasets(), DAY, "en")
    flows = [(row.agreement, row.table) for row in rows]
    assert [agreement for agreement, _ in flows] == sorted(agreement for agreement, _ in flows)
    assert len(flows) == len(set(flows)) == 5 * 3 + 3 + 1 + 1 + 1 + 1
    row = next(row for row in rows if row.table == "sodertalje-anmalda-brott")
    assert row._asdict() | {"data_categories": "", "recipient_categories": "", "security": "", "retention": ""} == {
        "agreement": "sodertalje",
        "version": 1,
        "title": "Reported crimes by week, Södertälje",
        "valid_from": "2024-01-01",
        "valid_to": "2027-12-31",
        "controller": "sodertalje",
        "processor": "sodertalje",
        "operator": "sodertalje",
        "purposes": "Situational picture, action plan and follow-up in crime prevention",
        "data_categories": "",
        "recipient_categories": "",
        "retention": "",
        "security": "",
        "contact": "Brottsförebyggande samordnaren, Södertälje kommun <trygghet@sodertalje.example>",
        "table": "sodertalje-anmalda-brott",
        "dataset": "polisens-anmalda-brott",
        "given_by": "polisen",
        "given_to": "sodertalje, polisen, raddningstjansten",
        "how_often": "every week",
        "secrecy": "osl-18-1, osl-35-1",
        "grounds": "osl-18-1, osl-35-1",
    }
    assert row.data_categories.startswith("Counts of events")
    assert row.recipient_categories.startswith("Coordinators and analysts")
    assert row.retention.startswith("By the retention periods")
    assert row.security.startswith("Disclosure control before release")


def test_the_record_is_kept_in_swedish_too() -> None:
    rows = {row.table or row.agreement: row for row in register(examples(), real_datasets(), DAY, "sv")}
    assert rows["bra-anmalda-brott"].given_to == "alla"
    assert rows["bra-anmalda-brott"].how_often == "varje månad"
    assert rows["sodertalje-storningar"].title == "Störningar per vecka, Södertälje"
    assert rows["sodertalje-storningar"].how_often == "varje vecka"
    assert rows["sodertalje-storningar"].grounds == ""
    assert rows["sodertalje-storningar"].given_by == "sodertalje"


def test_an_agreement_about_the_trail_alone_is_a_row_without_a_flow() -> None:
    row = next(row for row in register(examples(), real_datasets(), DAY, "en") if row.agreement == "granskning")
    assert row.title == "Independent audit of the trail"
    assert (row.table, row.dataset, row.given_by, row.given_to) == ("", "", "", "")
    assert (row.how_often, row.secrecy, row.grounds) == ("", "", "")


def test_only_what_is_in_force_stands_in_the_record() -> None:
    held = AgreementSet.of([agreement()])
    assert len(register(held, datasets(), date(2027, 12, 31), "sv")) == 1
    assert register(held, datasets(), date(2028, 1, 1), "sv") == ()


def test_a_monthly_open_table_says_so_in_english() -> None:
    rows = {row.table: row for row in register(examples(), real_datasets(), DAY, "en")}
    assert rows["bra-anmalda-brott"].given_to == "everyone"
    assert rows["bra-anmalda-brott"].how_often == "every month"


def test_every_column_has_a_heading_and_the_record_its_sources() -> None:
    assert tuple(HEADINGS) == Row._fields
    assert "; ".join(words.sv for words in HEADINGS.values()) == (
        "Överenskommelse; Version; Benämning; Gäller från; Gäller till; Personuppgiftsansvarig; Personuppgiftsbiträde; "
        "Driftansvarig; Ändamål; Kategorier av uppgifter; Kategorier av mottagare; Gallring; Säkerhetsåtgärder; "
        "Kontakt; Tabell; Datamängd; Lämnas av; Lämnas till; Hur ofta; Sekretess; Grund"
    )
    assert "; ".join(words.en for words in HEADINGS.values()) == (
        "Agreement; Version; Title; Valid from; Valid to; Controller; Processor; Operator; Purposes; "
        "Categories of data; Categories of recipients; Retention; Security measures; Contact; Table; Dataset; "
        "Given by; Given to; How often; Secrecy; Ground"
    )
    assert [cite.section for cite in SOURCES] == ["artikel 30", "4 kap. 2 §", "5 kap. 1 §"]


def test_every_publisher_that_is_a_party_gives() -> None:
    data = {"datamangden": replace(datasets()["datamangden"], publishers=("polisen", "orebro", "sodertalje"))}
    assert register(AgreementSet.of([agreement()]), data, DAY, "en")[0].given_by == "sodertalje, polisen"
