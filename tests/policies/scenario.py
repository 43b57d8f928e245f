"""One small world in which every case is asked: seven parties, one agreement, one table. A case says what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from policies.agreement import Agreement, Written
from policies.agreement_set import AgreementSet
from policies.ask import Ask
from policies.classification import Classification, load_classification
from policies.dataset import Dataset, load_datasets
from policies.decide import decide
from policies.law import Law, load_law
from policies.reading import _frozen
from policies.verdict import Verdict

Value = Any  # what a TOML file can hold; each case decides
Said = Mapping[str, Value]

KINDS = {
    "sodertalje": "municipality",
    "polisen": "police",
    "raddningstjansten": "rescue",
    "regionen": "region",
    "bra": "national",
    "granskaren": "auditor",
    "bolaget": "other",
}
WORDS = {"sv": "ord", "en": "words"}
RECORD = {
    "controller": "sodertalje",
    "processor": "sodertalje",
    "operator": "sodertalje",
    "purposes": WORDS,
    "data_categories": WORDS,
    "recipient_categories": WORDS,
    "retention": WORDS,
    "security": WORDS,
}
TABLE: dict[str, Any] = {
    "id": "tabellen",
    "title": WORDS,
    "dataset": "datamangden",
    "area_levels": ["kommun"],
    "areas": ["0181"],
    "categories": ["*"],
    "category_levels": ["leaf", "group", "total"],
    "period_unit": "iso-week",
    "first": "2024-W01",
    "recipients": list(KINDS),
    "purposes": ["lagesbild", "atgardsplan", "uppfoljning", "nationell-jamforelse", "granskning"],
    "method": {"kind": "suppress"},
    "delay_days": 7,
    "calendar": {"every": "week", "weekday": "tuesday"},
}
AGREEMENT: dict[str, Any] = {
    "id": "overenskommelsen",
    "version": 1,
    "title": WORDS,
    "circle": ["sodertalje", "polisen", "raddningstjansten"],
    "valid_from": date(2024, 1, 1),
    "valid_to": date(2027, 12, 31),
    "purposes": TABLE["purposes"],
    "contact": {"name": "Samordnaren", "email": "samordnaren@sodertalje.example"},
    "record": RECORD,
}
DAY = date(2026, 11, 22)


@cache
def law() -> Law:
    return load_law()


@cache
def classification() -> Classification:
    return load_classification()


@cache
def real_datasets() -> Mapping[str, Dataset]:
    return load_datasets(classification())


def agreement(differs: Said | None = None, /, **table: Value) -> Agreement:
    """The agreement, with what `differs` in it and in its one table; `bases` and `branches` are by party."""
    said = dict(differs or {})
    bases, branches = said.pop("bases", {}), said.pop("branches", {})
    parties = [
        {"id": party, "kind": kind, "branch": branches.get(party, ""), "lawful_basis": bases.get(party, "lag")}
        for party, kind in KINDS.items()
    ]
    written = {**AGREEMENT, "parties": parties, "tables": [{**TABLE, **table}], **said}
    return Agreement(**dict(Written.model_validate(_frozen(written))), digest=f"digest-{written['version']}")


def datasets(
    secrecy: Sequence[str] = (), source: str = "polisen", like: str = "polisens-anmalda-brott"
) -> dict[str, Dataset]:
    """The one dataset: counted as `like` is, published by `source`, under `secrecy`."""
    dataset = replace(real_datasets()[like], id="datamangden", secrecy=tuple(secrecy), publishers=(source,))
    return {"datamangden": dataset}


def ask(**differs: Value) -> Ask:
    """A reader at the municipality asks for the whole table on an ordinary day."""
    said = {"party": "sodertalje", "role": "reader", "purpose": "lagesbild", "table": "tabellen", "on": DAY, **differs}
    return Ask(**{"party_kind": KINDS.get(said["party"], "other"), **said})


def answer(question: Ask, held: Agreement, data: Mapping[str, Dataset]) -> Verdict:
    return decide(question, AgreementSet.of([held]), law(), data, classification())
