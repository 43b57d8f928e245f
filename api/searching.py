"""Finding tables: by words in what is said of them, by the codes they hold, by what they span, by when they came."""

from collections.abc import Iterator

from api.cells import TableQuery
from api.granted import Granted
from api.shelves import Lying, Shelves


def found(granted: list[Granted], shelves: Shelves, query: TableQuery) -> list[Granted]:
    """The tables, of those a visitor may read, that meet every condition of a query."""
    recent = [each for each in granted if query.updated_since is None or each[1].released_at > query.updated_since]
    spanning = [each for each in recent if _spans(each, query.period)]
    if not (query.q or query.area or query.category):
        return spanning
    return [each for each in spanning if _holds(each, shelves.lying(each[1]), query)]


def _spans(each: Granted, period: str | None) -> bool:
    _, release = each
    if period is None:
        return True
    return len(period) == len(release.last_period) and release.first_period <= period <= release.last_period


def _holds(each: Granted, lying: Lying, query: TableQuery) -> bool:
    if not set(query.area) <= set(lying.dimensions["area"]):
        return False
    if not set(query.category) <= set(lying.dimensions["category"]):
        return False
    text = " ".join(_texts(each, lying)).lower()
    return all(word in text for word in (query.q or "").lower().split())


def _texts(each: Granted, lying: Lying) -> Iterator[str]:
    grant, _ = each
    yield from (grant.id, grant.dataset, grant.title.sv, grant.title.en)
    for notes in lying.said["notes"].values():
        yield from notes
    for name in ("area", "category"):
        for code in lying.dimensions[name].values():
            yield from (code.code, *code.label.values())
