"""The record of processing (GDPR art. 30) and the description of regular flows (OSL 4 kap. 2 § 6), from agreements.

One row an agreement and table, so that what is regularly fetched from and given to others can be read off; one row for
an agreement that is about the trail alone. The trail itself, where readers are named, is part of every row's data.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple

from policies.agreement import Agreement, TableGrant
from policies.agreement_set import AgreementSet
from policies.dataset import Dataset
from policies.reading import Cite, Words
from policies.statutes import GDPR_ART_30, OSL

Language = Literal["sv", "en"]
SOURCES: tuple[Cite, ...] = (GDPR_ART_30, OSL("4 kap. 2 §"), OSL("5 kap. 1 §"))


class Row(NamedTuple):
    """One regular flow, in one language: who gives what to whom, how often, for what, on which ground."""

    agreement: str
    version: int
    title: str
    valid_from: str
    valid_to: str
    controller: str
    processor: str
    operator: str
    purposes: str
    data_categories: str
    recipient_categories: str
    retention: str
    security: str
    contact: str
    table: str
    dataset: str
    given_by: str
    given_to: str
    how_often: str
    secrecy: str
    grounds: str


HEADINGS: Mapping[str, Words] = {
    "agreement": Words(sv="Överenskommelse", en="Agreement"),
    "version": Words(sv="Version", en="Version"),
    "title": Words(sv="Benämning", en="Title"),
    "valid_from": Words(sv="Gäller från", en="Valid from"),
    "valid_to": Words(sv="Gäller till", en="Valid to"),
    "controller": Words(sv="Personuppgiftsansvarig", en="Controller"),
    "processor": Words(sv="Personuppgiftsbiträde", en="Processor"),
    "operator": Words(sv="Driftansvarig", en="Operator"),
    "purposes": Words(sv="Ändamål", en="Purposes"),
    "data_categories": Words(sv="Kategorier av uppgifter", en="Categories of data"),
    "recipient_categories": Words(sv="Kategorier av mottagare", en="Categories of recipients"),
    "retention": Words(sv="Gallring", en="Retention"),
    "security": Words(sv="Säkerhetsåtgärder", en="Security measures"),
    "contact": Words(sv="Kontakt", en="Contact"),
    "table": Words(sv="Tabell", en="Table"),
    "dataset": Words(sv="Datamängd", en="Dataset"),
    "given_by": Words(sv="Lämnas av", en="Given by"),
    "given_to": Words(sv="Lämnas till", en="Given to"),
    "how_often": Words(sv="Hur ofta", en="How often"),
    "secrecy": Words(sv="Sekretess", en="Secrecy"),
    "grounds": Words(sv="Grund", en="Ground"),
}
_EVERY = {
    "week": Words(sv="varje vecka", en="every week"),
    "month": Words(sv="varje månad", en="every month"),
}
_ANYONE = Words(sv="alla", en="everyone")


def register(agreements: AgreementSet, datasets: Mapping[str, Dataset], on: date, lang: Language) -> tuple[Row, ...]:
    """The rows of every agreement in force on a day, by agreement and table."""
    return tuple(
        _row(agreement, table, datasets, lang)
        for agreement in agreements.in_force(on)
        for table in (agreement.tables or (None,))
    )


def _row(agreement: Agreement, table: TableGrant | None, datasets: Mapping[str, Dataset], lang: Language) -> Row:
    record = agreement.record
    flow = _flow(agreement, table, datasets[table.dataset], lang) if table else ("",) * 7
    return Row(
        agreement.id,
        agreement.version,
        _said(table.title if table else agreement.title, lang),
        agreement.valid_from.isoformat(),
        agreement.valid_to.isoformat(),
        record.controller,
        record.processor,
        record.operator,
        _said(record.purposes, lang),
        _said(record.data_categories, lang),
        _said(record.recipient_categories, lang),
        _said(record.retention, lang),
        _said(record.security, lang),
        f"{agreement.contact.name} <{agreement.contact.email}>",
        *flow,
    )


def _flow(
    agreement: Agreement, table: TableGrant, dataset: Dataset, lang: Language
) -> tuple[str, str, str, str, str, str, str]:
    claims = (claim.code for claim in agreement.grounds if set(claim.provisions) & set(dataset.secrecy))
    return (
        table.id,
        dataset.id,
        ", ".join(party.id for party in agreement.parties if dataset.takes_from(party.id, party.kind)),
        _said(_ANYONE, lang) if agreement.public else ", ".join(table.recipients),
        _said(_EVERY[table.calendar.every], lang),
        ", ".join(dataset.secrecy),
        ", ".join(claims),
    )


def _said(words: Words, lang: Language) -> str:
    return words.sv if lang == "sv" else words.en
