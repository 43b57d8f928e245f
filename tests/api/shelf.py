"""An agreement approved by all its parties, and a table on the shelf that was made under it."""

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

from formats.shelved import pack
from formats.table import CellTable, cells
from models.desk import AgreementStep, AgreementVersion
from models.shelf import Release, ReleasedTable
from policies.agreement import parse_agreement
from settings import Place
from store import desk, shelf
from store.sessions import DeskSession, ShelfSession, open_engine, transaction
from tests.api.house import NOW

TABLE = "huddinge-storningar"
AGREEMENT = (files("policies") / "agreements" / "huddinge.toml").read_bytes()
DENIAL = b"""
[[denials]]
what = { tables = ["huddinge-storningar"], categories = ["storning-klotter"], parties = ["polisen"] }
reason = { sv = "Polisen behover inte klottret", en = "The police do not need the graffiti" }
"""
CATEGORIES = {
    "total": ("total", None),
    "storning-fysisk-miljo": ("group", "total"),
    "storning-ordning": ("group", "total"),
    "storning-klotter": ("leaf", "storning-fysisk-miljo"),
    "storning-nedskrapning": ("leaf", "storning-fysisk-miljo"),
    "storning-buskorning": ("leaf", "storning-ordning"),
}
PERIODS = ("2026-W44", "2026-W45", "2026-W46")
SECRET_COUNT = 3
"""What the withheld cells hold in the vault; it was never on the shelf."""


def approve(place: Place, body: bytes = AGREEMENT, at: datetime = NOW) -> str:
    """Keep a version and let one person of every party approve it; gives its digest."""
    agreement = parse_agreement(body, "test")
    author = ("the-author", agreement.parties[0].id)
    taken = [("proposed", *author), *(("approved", f"{party.id}-officer", party.id) for party in agreement.parties)]
    version = AgreementVersion(
        digest=agreement.digest,
        agreement=agreement.id,
        version=agreement.version,
        body=body,
        author=author[0],
        author_party=author[1],
        created_at=at,
    )
    engine = open_engine(place, "owner")
    with transaction(engine) as opened:
        session = DeskSession(opened)
        desk.add_version(session, version)
        for step, person, party in taken:
            desk.add_step(session, AgreementStep(digest=agreement.digest, step=step, party=party, person=person, at=at))
    engine.dispose()
    return agreement.digest


def put(place: Place, made_under: str, release_id: str = "release-1", at: datetime = NOW) -> CellTable:
    """Put a release of `TABLE` on the shelf: each period has a shown, a withheld and a missing cell."""
    table = a_table()
    release = Release(
        id=release_id,
        table_id=TABLE,
        dataset="kommunens-storningar",
        agreement="huddinge",
        agreement_digest=made_under,
        policy_digest="of the rules",
        circle=["huddinge", "polisen", "raddningstjansten"],
        method="suppress",
        period_unit="iso-week",
        first_period=PERIODS[0],
        last_period=PERIODS[-1],
        known_on=at.date().isoformat(),
        released_at=at,
        request_id=f"request-{release_id}",
    )
    lying = ReleasedTable(
        release_id=release_id,
        structure=structure(),
        cells=pack(table),
        cell_count=len(table),
        withheld_count=table.withheld,
        digest="of the cells",
    )
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        shelf.put(ShelfSession(session), release, lying)
    engine.dispose()
    return table


def withdraw(place: Place, release_id: str) -> None:
    """Withdraw a release."""
    engine = open_engine(place, "owner")
    with transaction(engine) as opened:
        session = ShelfSession(opened)
        found = shelf.release_of(session, release_id)
        assert found is not None
        shelf.withdraw(session, found, NOW, "a wrong figure")
    engine.dispose()


def a_table() -> CellTable:
    """Every category and period of one kommun."""
    rows = [(category, period) for category in CATEGORIES for period in PERIODS]
    status = {"storning-klotter": "withheld", "storning-nedskrapning": "withheld", "storning-buskorning": "missing"}
    statuses = [status.get(category, "shown") for category, _ in rows]
    return cells(
        ["0126"] * len(rows),
        [category for category, _ in rows],
        [period for _, period in rows],
        [40 + at if status == "shown" else None for at, status in enumerate(statuses)],
        statuses,
    )


def structure() -> dict[str, object]:
    """The codes of the table, as a release writes them."""
    categories = [code(each, level, parent) for each, (level, parent) in CATEGORIES.items()]
    return {
        "title": {"sv": "Störningar", "en": "Disturbances"},
        "dimensions": [
            {"id": "area", "label": words("Område"), "codes": [code("0126", "kommun", "01")]},
            {"id": "category", "label": words("Kategori"), "codes": categories},
            {"id": "period", "label": words("Period"), "codes": [code(each, "iso-week", None) for each in PERIODS]},
        ],
        "method": {"kind": "suppress", "words": words("Små antal döljs")},
        "knownOn": "2026-11-22",
        "notes": {"sv": ["Uppgifter som de var kända 2026-11-22"], "en": ["Figures as known on 2026-11-22"]},
    }


def code(name: str, level: str, parent: str | None) -> dict[str, object]:
    return {"code": name, "label": words(name), "parent": parent, "level": level}


def words(text: str) -> Mapping[str, str]:
    return {"sv": text, "en": text}
