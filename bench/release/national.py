"""A home of many municipalities, to try a national run on.

    python bench/release/national.py HOME --municipalities 20
    SAMSYN_HOME=HOME samsyn release run --workers 2

Every municipality has 20 small areas, 15 categories in 3 groups and 14 weeks (4,200 inner cells, 5,586 published), an
agreement of its own with the police and the rescue service, and drawn counts of mean 1. Nothing in it is a fact.
"""

import argparse
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from intake.area import Area, Areas
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from models.desk import AgreementStep, AgreementVersion
from models.vault import Coverage, Delivery, EventCount
from policies.agreement import parse_agreement
from release.reading import load_rules
from settings import Place
from store import desk
from store.migrate import migrate
from store.sessions import DeskSession, ReferenceSession, VaultSession, open_engine, transaction

DATASET = "kommunens-storningar-deso"
SCHEME = "deso-2018"


@dataclass(frozen=True)
class Size:
    """How large each municipality is."""

    areas: int = 20
    weeks: int = 14

    @property
    def periods(self) -> list[str]:
        """The weeks."""
        return [f"2026-W{week:02}" for week in range(30, 30 + self.weeks)]


PARENT = 'id = "huddinge-storningar"'


def agreement(number: int, code: str) -> bytes:
    """The weekly agreement of one municipality, about its small areas alone."""
    name = f"kommun-{number:03}"
    text = (files("policies") / "agreements" / "huddinge.toml").read_text()
    head, *tables = text.split("[[tables]]")
    table = next(table for table in tables if PARENT in table)
    kept = [line for line in table.splitlines() if not line.startswith(("joins", "own_knowledge"))]
    text = f"{head}[[tables]]" + "\n".join(kept) + "\n"
    text = text.replace('"kommunens-storningar"', f'"{DATASET}"').replace('area_levels = ["kommun"]', LEVELS)
    return text.replace("huddinge", name).replace("0126", code).encode()


LEVELS = 'area_levels = ["kommun", "deso"]'


def furnish(place: Place, municipalities: int, size: Size = Size()) -> None:
    """Make the home."""
    place.home.mkdir(parents=True, mode=0o700)
    at, chance = datetime.now(UTC), np.random.default_rng(1)
    engine = open_engine(place, "owner")
    migrate(engine)
    kommuner = [area for area in sverige().areas if area.level == "kommun"][:municipalities]
    small = [
        Area(SCHEME, f"{kommun.code}D{number:02}", "deso", f"{kommun.name} {number}", kommun.scheme, kommun.code)
        for kommun in kommuner
        for number in range(size.areas)
    ]
    with transaction(engine) as session:
        reference = ReferenceSession(session)
        store_areas(reference, sverige(), at)
        store_areas(reference, Areas(SCHEME, "Small areas", "drawn", tuple(small)), at)
    for number, kommun in enumerate(kommuner):
        with transaction(engine) as session:
            approve(DeskSession(session), agreement(number, kommun.code), at)
            deliver(VaultSession(session), f"kommun-{number:03}", kommun.code, size, chance)
    engine.dispose()


def approve(session: DeskSession, body: bytes, at: datetime) -> None:
    """Put an agreement in force, approved by everyone."""
    read = parse_agreement(body, "bench")
    author = read.parties[0].id
    version = AgreementVersion(
        digest=read.digest,
        agreement=read.id,
        version=1,
        body=body,
        author="author",
        author_party=author,
        created_at=at,
    )
    desk.add_version(session, version)
    taken = [("proposed", "author", author), *(("approved", f"{p.id}-officer", p.id) for p in read.parties)]
    for step, person, party in taken:
        desk.add_step(session, AgreementStep(digest=read.digest, step=step, party=party, person=person, at=at))


def deliver(session: VaultSession, publisher: str, kommun: str, size: Size, chance: np.random.Generator) -> None:
    """One delivery of all weeks."""
    categories = load_rules().datasets[DATASET].categories
    areas = [f"{kommun}D{number:02}" for number in range(size.areas)]
    delivery, weeks = f"delivery-{publisher}", size.periods
    about: dict[str, Any] = {"dataset": DATASET, "publisher": publisher, "received_at": datetime.now(UTC)}
    counts: dict[str, Any] = {"rows": 0, "added": 0, "replaced": 0, "unchanged": 0}
    session.add(Delivery(id=delivery, client=publisher, request_id=delivery, content_digest="drawn", **about, **counts))
    session.flush()
    span: dict[str, Any] = {"areas": areas, "categories": list(categories), "first": weeks[0], "last": weeks[-1]}
    session.add(Coverage(delivery_id=delivery, **about, **span))
    drawn = chance.negative_binomial(0.7, 0.7 / 1.7, (len(areas), len(categories), len(weeks)))
    for a, c, w in np.argwhere(drawn):
        where: dict[str, Any] = {"area": areas[a], "category": categories[c], "period": weeks[w]}
        session.add(EventCount(delivery_id=delivery, count=int(drawn[a, c, w]), **about, **where))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--municipalities", type=int, default=20)
    options = parser.parse_args()
    furnish(Place(options.home), options.municipalities)


if __name__ == "__main__":
    main()
