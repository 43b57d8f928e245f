"""The questions an auditor asks most, each answered from the entries themselves as a list of plain rows.

An answer is as large as what it tells of, so every question takes a span of time; rows come in an order that stays.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select

from audit.entry import Decision, Kind, Operation, Status
from audit.unusual import SWEDEN, Hour, far_above_usual, outside_office_hours
from models.trail import ENTRY
from store.trail_reading import Asked, Logged, TrailReader, reading
from store.trail_selection import matching

Row = dict[str, Any]
Answer = Callable[[TrailReader, Asked], Iterator[Row]]

USUAL_SPAN: Final = timedelta(weeks=8)
"""How far back a person's usual is looked for."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that has a name.

    Attributes:
        sv, en: how a human asks it.
        needs: the filters without which it means nothing.
        answer: the rows of its answer.
    """

    sv: str
    en: str
    answer: Answer
    needs: tuple[str, ...] = ()


def readings(reader: TrailReader, asked: Asked) -> Iterator[Row]:
    """Every reading, permitted or not, one a row."""
    for entry in reader.stream(replace(asked, operation=(Operation.READ, Operation.DENY, Operation.DISCLOSE))):
        yield _brief(entry)


def unusual(reader: TrailReader, asked: Asked) -> Iterator[Row]:
    """Days with readings outside office hours, then days far above the person's usual."""
    end = asked.end or datetime.now(UTC)
    start = asked.start or end - timedelta(weeks=4)
    within = hours(reader, replace(asked, start=start, end=end))
    before = hours(reader, replace(asked, start=start - USUAL_SPAN, end=start - timedelta(seconds=1)))
    for found in (*outside_office_hours(within), *far_above_usual([*before, *within], start.astimezone(SWEDEN).date())):
        row = {"actor": found.actor, "party": found.party, "day": found.day.isoformat(), "why": found.why}
        yield {**row, "readings": found.readings, "usual": found.usual}


def refusals(reader: TrailReader, asked: Asked) -> Iterator[Row]:
    """By reason, how often it was given, to whom, and when first and last."""
    found: dict[str, list[Logged]] = defaultdict(list)
    for entry in reader.stream(replace(asked, decision=(Decision.DENY,))):
        for reason in entry.fields.get("reasons") or ["(none)"]:
            found[reason].append(entry)
    for reason, entries in sorted(found.items(), key=lambda one: (-len(one[1]), one[0])):
        parties = sorted({entry.fields.get("party", "(unknown)") for entry in entries})
        times = [entry.time for entry in entries]
        yield {"reason": reason, "times": len(entries), "parties": parties, "first": min(times), "last": max(times)}


def agreement_changes(reader: TrailReader, asked: Asked) -> Iterator[Row]:
    """Every step of an agreement that was taken or tried, by whom and why."""
    for entry in reader.stream(replace(asked, operation=(Operation.ADMINISTER, Operation.ALTER, Operation.DENY))):
        said = entry.fields
        if said.get("agreement") and said.get("kind") != Kind.INTENT and "table" not in said:
            step = {"agreement": said["agreement"], "version": said.get("agreementVersion"), "step": said.get("note")}
            yield {**_brief(entry), **step, "justification": said.get("justification")}


def combinable(reader: TrailReader, asked: Asked) -> Iterator[Row]:
    """The releases that these parties, taken together as one circle, have had and so could combine."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for entry in reader.stream(replace(asked, operation=(Operation.READ,), decision=(Decision.PERMIT,))):
        said = entry.fields
        if said.get("release") and "rows" in said:
            found[said["table"], said["release"]].setdefault(said.get("party", ""), entry.time)
    for (table, release), parties in sorted(found.items()):
        yield {"table": table, "release": release, "parties": sorted(parties), "first": min(parties.values())}


def readers_of_withdrawn(reader: TrailReader, asked: Asked) -> Iterator[Row]:
    """For each release that was withdrawn, whoever had read its cells, and how often after it was withdrawn."""
    withdrawn = {
        entry.fields["release"]: entry
        for entry in reader.stream(Asked(operation=(Operation.WITHDRAW,), table=asked.table))
        if entry.fields.get("status") == Status.DONE and entry.fields.get("release")
    }
    tables = tuple(sorted({one.fields["table"] for one in withdrawn.values() if one.fields.get("table")}))
    if not withdrawn:
        return
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    wanted = replace(asked, operation=(Operation.READ,), decision=(Decision.PERMIT,), table=tables)
    for entry in reader.stream(wanted):
        said = entry.fields
        if said.get("release") in withdrawn and "rows" in said:
            found[said["release"], said["table"], said.get("party", ""), said.get("actor", "")].append(entry.time)
    for (release, table, party, actor), times in sorted(found.items()):
        at = withdrawn[release].time
        row = {"release": release, "table": table, "withdrawn": at, "party": party, "actor": actor}
        yield {**row, "readings": len(times), "last": max(times), "after": sum(time > at for time in times)}


def hours(reader: TrailReader, asked: Asked) -> list[Hour]:
    """How many permitted readings each actor made in each hour of a span."""
    hour = func.substr(ENTRY.c.time, 1, len("2026-11-22T12"))
    told = {**asked.named(), "operation": (Operation.READ,), "decision": (Decision.PERMIT,)}
    counted = (
        select(ENTRY.c.actor, ENTRY.c.party, hour, func.count())
        .where(*matching(told), *asked.span(), ENTRY.c.actor.is_not(None))
        .group_by(ENTRY.c.actor, ENTRY.c.party, hour)
    )
    with reading(reader.engine) as connection:
        rows = connection.execute(counted).all()
    return [Hour(actor, party or "", datetime.fromisoformat(f"{at}:00Z"), many) for actor, party, at, many in rows]


QUESTIONS: Final[Mapping[str, Question]] = {
    "readings-of-table": Question(
        "Vilka har läst en tabell under en tid?", "Who read a table in a period?", readings, ("table",)
    ),
    "readings-by-actor": Question("Vad har en person läst?", "What did a person read?", readings, ("actor",)),
    "unusual-readings": Question(
        "Vilka läsningar ligger utanför kontorstid eller långt över det vanliga för personen?",
        "Which readings lie outside office hours or far above that person's usual?",
        unusual,
    ),
    "refusals-by-reason": Question("Vad har nekats, och varför?", "What was refused, and why?", refusals),
    "agreement-changes": Question(
        "Vem har ändrat en överenskommelse?", "Who changed an agreement?", agreement_changes
    ),
    "combinable-releases": Question(
        "Vilka utgåvor kan en krets lägga ihop?", "Which releases could a circle combine?", combinable, ("party",)
    ),
    "readers-of-withdrawn": Question(
        "Vem har hämtat en utgåva som dragits tillbaka?", "Who pulled a release that was withdrawn?",
        readers_of_withdrawn,
    ),
}  # fmt: skip


def _brief(entry: Logged) -> Row:
    names = ("operation", "decision", "party", "actor", "role", "purpose", "table", "release", "selection", "reasons")
    said = entry.fields
    return {"index": entry.index, "time": said["time"], **{name: said.get(name) for name in names}}
