"""Area schemes and areas in the database."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import delete, insert
from sqlmodel import select

from models.reference import Area, AreaScheme
from store.sessions import ReferenceSession

Place = tuple[str, str]
"""An area anywhere: (scheme, code)."""


def schemes(session: ReferenceSession) -> list[AreaScheme]:
    """Every scheme, by id."""
    return list(session.exec(select(AreaScheme).order_by(AreaScheme.id)))


def scheme(session: ReferenceSession, scheme_id: str) -> AreaScheme | None:
    """The scheme of an id."""
    return session.get(AreaScheme, scheme_id)


def areas(session: ReferenceSession, scheme_id: str, level: str | None = None) -> list[Area]:
    """The areas of a scheme, or of one of its levels, by code."""
    every = select(Area).where(Area.scheme == scheme_id).order_by(Area.code)
    return list(session.exec(every if level is None else every.where(Area.level == level)))


def levels_of(session: ReferenceSession, scheme_id: str) -> list[str]:
    """The levels of a scheme's areas, by name."""
    return list(session.exec(select(Area.level).where(Area.scheme == scheme_id).distinct().order_by(Area.level)))


def geometries(session: ReferenceSession, scheme_id: str) -> dict[str, str]:
    """The GeoJSON geometry of every area of a scheme that has one, by code."""
    drawn = select(Area.code, Area.geometry).where(Area.scheme == scheme_id)
    return {code: text for code, text in session.exec(drawn) if text}


def codes(session: ReferenceSession, scheme_id: str, level: str) -> list[str]:
    """The codes of one level of a scheme, in order: what a delivery may name."""
    where = select(Area.code).where(Area.scheme == scheme_id, Area.level == level).order_by(Area.code)
    return list(session.exec(where))


def parents(session: ReferenceSession) -> dict[Place, Place | None]:
    """Where every area of every scheme lies: (scheme, code) → (scheme, code) of its parent, None for a root."""
    columns = select(Area.scheme, Area.code, Area.parent_scheme, Area.parent_code)
    return {(own, code): (up, above) if up and above else None for own, code, up, above in session.exec(columns)}


def lineage(start: Place, above: Mapping[Place, Place | None]) -> Iterator[Place]:
    """From an area up to its root, itself first; stops at a loop rather than going round."""
    seen: set[Place] = set()
    here: Place | None = start
    while here is not None and here not in seen:
        seen.add(here)
        yield here
        here = above.get(here)


def put_scheme(session: ReferenceSession, new: AreaScheme, holds: Sequence[Area]) -> bool:
    """Put a scheme with all its areas in place; False if the very same areas were there already."""
    known = session.get(AreaScheme, new.id)
    if known is not None and known.digest == new.digest:
        return False
    if known is not None:
        session.exec(delete(Area).where(Area.scheme == new.id))  # type: ignore[arg-type]
        known.title, known.source, known.digest, known.imported_at = new.title, new.source, new.digest, new.imported_at
    else:
        session.add(new)
    session.flush()
    if holds:
        session.execute(insert(Area), [area.model_dump() for area in holds])
    return True
