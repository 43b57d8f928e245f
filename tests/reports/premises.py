"""A home that takes reports: two sources, some square areas, keys, and agreements as a test gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import uuid4

from sqlmodel import select

from audit.entry import Operation
from intake.area import Area, Areas
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from intake.delivery_dataset import expectation_of
from intake.reports import Kept, ReportReceiver, Sent
from intake.reports_derived import Derived
from intake.reports_keys import FOLDER, Keys, make_keys
from intake.reports_place import Places
from intake.reports_plan import Plan
from models.desk import AgreementStep, AgreementVersion
from models.vault import EventCount, Report
from policies.agreement import parse_agreement
from policies.classification import load_classification
from policies.dataset import load_datasets
from settings import Place
from store.sessions import ReferenceSession, open_engine, transaction

CLASSIFICATION = load_classification()
DATASETS = load_datasets(CLASSIFICATION)
MUNICIPAL, HOUSING = "kommunens-rapporter", "bostadsbolagets-rapporter"
JOINED = "rapporterade-handelser"
HEAD = "rapport,arende,tid,typ,lat,lon,objekt,beskrivning\n"
HOUSING_HEAD = "nummer,kommunens_arende,tid,typ,x,y,hyresgast\n"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WESTS = {"0181C1010": 17.4, "0181C1020": 17.5, "0181C1030": 17.6}
Cells = dict[tuple[str, str, str, str], int]


def square(code: str, west: float) -> Area:
    """An area of a tenth of a degree, from 59.1 degrees north."""
    ring = [[west, 59.1], [west + 0.1, 59.1], [west + 0.1, 59.2], [west, 59.2], [west, 59.1]]
    shape = f'{{"type":"Polygon","coordinates":[{ring}]}}'
    return Area("deso-2018", code, "deso", code, "sverige-2025", code[:4], None, shape)


SQUARES = tuple(square(code, west) for code, west in WESTS.items())


@dataclass
class Premises:
    """Takes reports as the push door would, and says what became of them."""

    place: Place
    told: list[tuple[Operation, Mapping[str, object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        writing, reading = (open_engine(self.place, "pusher", writes=writes) for writes in ("vault", None))
        derived = Derived(DATASETS, CLASSIFICATION)
        self.engines = (writing, reading)
        self.receiver = ReportReceiver(writing, reading, Keys(self.place.keys / FOLDER), derived)

    def send(
        self,
        body: str | bytes,
        dataset: str = MUNICIPAL,
        publisher: str = "sodertalje",
        *,
        at: datetime = NOW,
        kind: str = "text/csv",
        coverage: str | None = None,
        withdrawal: bool = False,
        told: Callable[[int], None] = lambda _: None,
    ) -> Kept:
        """Send reports, or withdraw them."""
        found = DATASETS[dataset]
        expected = expectation_of(found, CLASSIFICATION, dict.fromkeys(WESTS, "deso"), at.date())
        plan = Plan(found, expected, Places((area.code, area.geometry) for area in SQUARES))
        sent = Sent(
            dataset=dataset,
            publisher=publisher,
            client=f"{publisher}-publisher",
            key=str(uuid4()),
            body=body.encode() if isinstance(body, str) else body,
            media_type=kind,
            coverage=coverage,
            request_id=str(uuid4()),
            at=at,
            digest_key=self.receiver.digest_key(),
            withdrawal=withdrawal,
        )
        return self.receiver.receive(sent, plan, self._note, told)

    def withdraw(self, *numbers: str, dataset: str = MUNICIPAL, publisher: str = "sodertalje") -> Kept:
        """Withdraw reports by their own numbers."""
        column = "rapport" if dataset == MUNICIPAL else "nummer"
        return self.send("\n".join((column, *numbers)), dataset, publisher, withdrawal=True)

    def counts(self, dataset: str = MUNICIPAL) -> Cells:
        """The counts of a dataset, by publisher, period, area and category."""
        with transaction(self.engines[1]) as session:
            rows = session.exec(select(EventCount).where(EventCount.dataset == dataset)).all()
        return {(row.publisher, row.period, row.area, row.category): row.count for row in rows}

    def reports(self, dataset: str = MUNICIPAL) -> list[Report]:
        """Its reports, by pseudonym."""
        with transaction(self.engines[1]) as session:
            rows = session.exec(select(Report).where(Report.dataset == dataset).order_by(Report.report))
            return list(rows.all())

    def agree(self, text: str) -> None:
        """Let an agreement of one party bind."""
        agreement = parse_agreement(text.encode(), "prov.toml")
        at = datetime(2026, 1, 1, tzinfo=UTC)
        engine = open_engine(self.place, "owner")
        with transaction(engine) as session:
            session.add(
                AgreementVersion(
                    digest=agreement.digest,
                    agreement=agreement.id,
                    version=agreement.version,
                    body=text.encode(),
                    author="a",
                    author_party="sodertalje",
                    created_at=at,
                )
            )
            session.flush()
            for step, person in (("proposed", "a"), ("approved", "b"), ("approved", "c")):
                party = "bostadsbolaget" if person == "c" else "sodertalje"
                row = AgreementStep(digest=agreement.digest, step=step, party=party, person=person, at=at)
                session.add(row)
                session.flush()
        engine.dispose()

    def close(self) -> None:
        """Let go of the database."""
        for engine in self.engines:
            engine.dispose()

    def _note(self, operation: Operation, *_: object, **said: object) -> None:
        self.told.append((operation, said))


def furnish(place: Place) -> Premises:
    """A home with areas and keys."""
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
        store_areas(ReferenceSession(session), Areas("deso-2018", "Rutor", "prov", SQUARES), NOW)
    engine.dispose()
    make_keys(place.keys, date(2026, 1, 1))
    return Premises(place)
