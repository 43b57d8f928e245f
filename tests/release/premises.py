"""A small home in which a municipality and its neighbour have delivered some weeks of counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count

import numpy as np

from api.expectations import Expectations
from formats.shelved import unpack
from formats.table import CellTable
from intake.area import Areas
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from intake.delivery_expectation import Limits
from intake.receive import Incoming, Receiver
from models.shelf import Release
from policies.disclosing import may_release
from policies.verdict import Permit
from release.cell_key import CellKey
from release.due import Due, Engines, look
from release.outcome import Outcome
from release.reading import Rules, load_rules
from release.reattack import Report, holdings, reattack
from release.run import Releaser
from settings import Place
from store import shelf
from store.sessions import ReferenceSession, ShelfSession, VaultSession, open_engine, transaction
from store.trail import TrailWriter
from tests.api.shelf import AGREEMENT, approve

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DATASET = "kommunens-storningar"
TABLE = "huddinge-storningar"
KEY = CellKey(b"0123456789abcdef0123456789abcdef")
SUPPRESS = b'method = { kind = "suppress" }'


def under(method: str, body: bytes = AGREEMENT) -> bytes:
    """The agreement with the disturbances under another method."""
    before, table = body.split(b'id = "huddinge-storningar"\n', 1)
    return before + b'id = "huddinge-storningar"\n' + table.replace(SUPPRESS, f"method = {method}".encode(), 1)


def with_a_neighbour(body: bytes = AGREEMENT) -> bytes:
    """The agreement with Södertälje as a party to it."""
    party = b'[[parties]]\nid = "sodertalje"\nkind = "municipality"\nlawful_basis = "GDPR art. 6.1 e"\n\n[contact]'
    circle = b'circle = ["huddinge", "polisen", "raddningstjansten", "sodertalje"]'
    return body.replace(b'circle = ["huddinge", "polisen", "raddningstjansten"]', circle).replace(b"[contact]", party)


@dataclass
class Premises:
    """A home and what a test does with it."""

    place: Place
    now: datetime = NOW
    _ids: Iterator[int] = field(default_factory=count)

    def agree(self, body: bytes = AGREEMENT) -> str:
        """Put an agreement in force; gives its digest."""
        return approve(self.place, body)

    def push(self, publisher: str, weeks: tuple[str, str], *, mean: float = 4.0, seed: int = 1) -> None:
        """Deliver drawn counts of every category for one kommun from the first to the last of these weeks."""
        rules = the_rules()
        first, last = (int(week[-2:]) for week in weeks)
        periods = [f"{weeks[0][:6]}{number:02}" for number in range(first, last + 1)]
        chance = np.random.default_rng(seed)
        rows = [
            f"0126,{category},{period},{drawn}"
            for category in rules.datasets[DATASET].categories
            for period in periods
            if (drawn := chance.poisson(mean * chance.gamma(0.5)))
        ]
        self.deliver(publisher, "\n".join(["area,category,period,count", *rows, ""]), f"{weeks[0]}..{weeks[1]}")

    def deliver(self, publisher: str, body: str, span: str | None) -> None:
        """Deliver rows, with a coverage of a span that makes what they leave out 0, or with none."""
        engines = [open_engine(self.place, "pusher", writes="vault"), open_engine(self.place, "pusher")]
        receiver = Receiver(engines[0], engines[1])
        rules = the_rules()
        expected = Expectations(rules.datasets, rules.classification, engines[1], Limits())
        incoming = Incoming(
            dataset=DATASET,
            publisher=publisher,
            client=f"{publisher}-publisher",
            key=self.new_id(),
            body=body.encode(),
            media_type="text/csv",
            coverage=f"areas=0126;categories=*;period={span}" if span else None,
            request_id=self.new_id(),
            at=self.now,
        )
        wanted = expected.of(DATASET, publisher, self.now.date())
        assert wanted is not None
        receiver.receive(incoming, wanted, lambda *_, **__: None)
        for engine in engines:
            engine.dispose()

    def release(self, table: str = TABLE, key: CellKey | None = KEY) -> Outcome:
        """Release one table."""
        with self.releaser(key) as releaser:
            return next(iter(releaser.run(only=table)))

    def due(self, table: str = TABLE) -> Due:
        """A granted table on this day, with its raw counts."""
        with self.releaser() as releaser:
            agreement, granted = next(each for each in releaser.granted(self.now.date()) if each[1].id == table)
        scope = the_rules().scope(agreement, granted, self.now.date())
        permit = may_release(scope)
        assert isinstance(permit, Permit)
        engine = open_engine(self.place, "releaser")
        found = look(engine, the_rules(), scope, permit, self.now)
        engine.dispose()
        return found

    @contextmanager
    def releaser(self, key: CellKey | None = KEY) -> Iterator[Releaser]:
        """The releaser of this home."""
        trail = open_engine(self.place, "releaser", writes="trail")
        written = [open_engine(self.place, "releaser", writes=schema) for schema in (None, "shelf", "vault")]
        with TrailWriter(trail) as writer:
            yield Releaser(Engines(*written), writer, the_rules(), lambda: self.now, self.new_id, key=key)
        for engine in (trail, *written):
            engine.dispose()

    def shelved(self, table: str = TABLE) -> tuple[Release, CellTable, dict[str, object]]:
        """The newest release of a table, its cells and its structure."""
        engine = open_engine(self.place, "puller")
        with transaction(engine) as opened:
            session = ShelfSession(opened)
            release = shelf.latest(session, table)
            assert release is not None
            lying = shelf.table_of(session, release.id)
            assert lying is not None
        engine.dispose()
        return release, unpack(lying.cells), lying.structure

    def new_id(self) -> str:
        """A fresh id."""
        return f"id-{next(self._ids)}"


def attack_all(premises: Premises, only: tuple[str, ...] | None = None) -> list[Report]:
    """What each circle, or these parties, could work out from all that was released."""
    engine = open_engine(premises.place, "releaser")
    with transaction(engine) as session:
        held = holdings(VaultSession(session), ShelfSession(session), only)
    engine.dispose()
    rules, time = the_rules(), count().__next__
    return [reattack(each, rules.classification, rules.law.at(premises.now.date()), time) for each in held]


def furnish(place: Place) -> Premises:
    """A migrated home with areas."""
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), kommuner(), NOW)
    engine.dispose()
    return Premises(place)


@cache
def kommuner() -> Areas:
    """Län and kommuner, drawn once."""
    return sverige()


@cache
def the_rules() -> Rules:
    """The rules in the house, read once."""
    return load_rules()
