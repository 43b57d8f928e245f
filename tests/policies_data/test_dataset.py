"""Datasets say who may deliver what, in leaves of the classification, and are read strictly."""

import pytest

from policies.classification import Classification, load_classification
from policies.dataset import Dataset, load_datasets, read_dataset
from policies.period import parse_period
from policies.reading import PolicyError

FILE = """kind = "counts"
title = { sv = "Prov", en = "Trial" }
publishers = ["polisen"]
granularity = "iso-week"
area_scheme = "sverige-2025"
area_level = "kommun"
classification = "handelser-2026"
categories = ["storning-klotter", "anmald-5-kap", "insats-brand-*"]
first = "2024-W01"
last = "2024-W52"
secrecy = ["osl-18-1"]
controller = "Polismyndigheten"

[source]
text = "Vi"

[notes]
sv = "Inga"
en = "None"
"""


@pytest.fixture(scope="module")
def events() -> Classification:
    return load_classification()


@pytest.fixture(scope="module")
def datasets(events: Classification) -> dict[str, Dataset]:
    return dict(load_datasets(events))


def test_leaves_groups_and_patterns_name_the_categories(events: Classification) -> None:
    dataset = read_dataset(FILE.encode(), "prov.toml", events)
    assert dataset.id == "prov"
    assert dataset.categories == (
        "storning-klotter",
        "anmald-arekrankning",
        "insats-brand-byggnad",
        "insats-brand-fordon",
        "insats-brand-utomhus",
    )


@pytest.mark.parametrize(
    ("period", "inside"), [("2023-W52", False), ("2024-W01", True), ("2024-W52", True), ("2025-W01", False)]
)
def test_a_dataset_knows_its_span(events: Classification, period: str, *, inside: bool) -> None:
    dataset = read_dataset(FILE.encode(), "prov.toml", events)
    assert dataset.spans(parse_period(period, "iso-week")) is inside


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('controller = "Polismyndigheten"\n', "", "controller: this key is missing"),
        ("[source]", "colour = 1\n[source]", "line 14: colour: unknown key"),
        ('["polisen"]', "[]", "line 3: publishers"),
        ('["polisen"]', '["polisen", "polisen"]', "line 3: publishers: name each once"),
        ('"iso-week"', '"week"', "line 4: granularity"),
        ('"2024-W01"', '"2024-01"', "line 9: first: '2024-01' is no iso-week"),
        ('"2024-W52"', '"2023-W52"', "line 10: last: the span ends before it begins"),
        ('"handelser-2026"', '"handelser-1999"', "line 7: classification: 'handelser-1999' is unknown"),
        ('"insats-brand-*"', '"insats-eld-*"', "line 8: categories: 'insats-eld-\\*' is no leaf"),
        ('kind = "counts"', 'kind = "opinions"', "line 1: kind"),
    ],
)
def test_a_file_that_does_not_hold_is_refused(events: Classification, old: str, new: str, told: str) -> None:
    assert old in FILE
    with pytest.raises(PolicyError, match=rf"prov\.toml, {told}" if told.startswith("line") else told):
        read_dataset(FILE.replace(old, new, 1).encode(), "prov.toml", events)


def test_the_datasets_of_the_house(datasets: dict[str, Dataset]) -> None:
    told = {
        dataset.id: (dataset.publishers[0], str(dataset.first), dataset.area_scheme, dataset.area_level)
        for dataset in datasets.values()
    }
    assert told == {
        "polisens-handelser": ("polisen", "2022-W35", "sverige-2025", "kommun"),
        "bra-anmalda-brott": ("bra", "2020-01", "bra-2020", "omrade"),
        "polisens-anmalda-brott": ("polisen", "2020-W01", "sverige-2025", "kommun"),
        "polisens-anmalda-brott-deso": ("polisen", "2020-W01", "deso-2018", "deso"),
        "kommunens-storningar": ("sodertalje", "2020-W01", "sverige-2025", "kommun"),
        "kommunens-storningar-deso": ("sodertalje", "2020-W01", "deso-2018", "deso"),
        "raddningsinsatser": ("raddningstjansten", "2020-W01", "sverige-2025", "kommun"),
        "kommunens-rapporter": ("sodertalje", "2020-W01", "deso-2018", "deso"),
        "bostadsbolagets-rapporter": ("bostadsbolaget", "2020-W01", "deso-2018", "deso"),
        "rapporterade-handelser": ("sodertalje", "2020-W01", "deso-2018", "deso"),
        "upprepade-platser": ("sodertalje", "2020-W01", "deso-2018", "deso"),
    }


def test_only_the_police_counts_carry_secrecy_and_open_ones_carry_none(
    events: Classification, datasets: dict[str, Dataset]
) -> None:
    for dataset in datasets.values():
        classes = {events.sensitivity(code) for code in dataset.categories}
        secret = dataset.id.startswith("polisens-anmalda-brott")
        assert dataset.secrecy == (("osl-18-1", "osl-35-1") if secret else ()), dataset.id
        assert ("sensitive" in classes) is secret, dataset.id
        assert ("open" in classes) is (dataset.id in ("polisens-handelser", "bra-anmalda-brott")), dataset.id


def test_no_dataset_counts_summary_notices(events: Classification, datasets: dict[str, Dataset]) -> None:
    summaries = set(events.leaves_of("notis-sammanfattning"))
    assert not summaries & {code for dataset in datasets.values() for code in dataset.categories}
    assert len(datasets["polisens-handelser"].categories) == 97 - len(summaries) + 1
