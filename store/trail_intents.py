"""Open intents: acts that were announced and whose outcome a crash kept from the trail.

Only what is left behind may be settled, never what another process is in the middle of: give as `before` a moment
older than any request lives, or, where a single process serves the home, its own start.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, exists, literal, select

from audit.entry import Entry, Kind, Operation, Status, leaf_time
from models.trail import ENTRY
from store.trail import EntryId, TrailWriter
from store.trail_reading import reading

SETTLED_NOTE: Final = "settled after an interruption"

_INTENT: Final = literal(Kind.INTENT.value, literal_execute=True)  # spelled out, so that the index of intents serves


@dataclass(frozen=True, slots=True)
class OpenIntent:
    """An intent without an outcome; `fields` are its other part, names in camelCase."""

    entry_id: EntryId
    request_id: str
    operation: Operation
    fields: Mapping[str, Any]


DidItHappen = Callable[[OpenIntent], bool | None]
"""Whether the announced act took place; None when that is not this door's to say."""


def open_intents(engine: Engine, before: datetime) -> list[OpenIntent]:
    """The intents up to that moment (to the second) that no outcome answers, oldest first."""
    outcome = ENTRY.alias("outcome")
    answered = exists().where(outcome.c.request_id == ENTRY.c.request_id, outcome.c.kind == Kind.OUTCOME)
    wanted = (
        select(ENTRY.c.arrival, ENTRY.c.other)
        .where(ENTRY.c.kind == _INTENT, ENTRY.c.time <= leaf_time(before), ~answered)
        .order_by(ENTRY.c.arrival)
    )
    with reading(engine) as connection:
        return [_intent(arrival, json.loads(other)) for arrival, other in connection.execute(wanted)]


def settle(
    engine: Engine, writer: TrailWriter, did_it_happen: DidItHappen, *, before: datetime, now: datetime
) -> list[OpenIntent]:
    """Close every open intent that `did_it_happen` can answer; gives those it closed.

    Raises:
        TrailUnavailable: the trail can be neither read nor written.
    """
    answers = [(intent, did_it_happen(intent)) for intent in open_intents(engine, before)]
    closed = [(intent, happened) for intent, happened in answers if happened is not None]
    writer.append_many([_outcome(intent, now, happened=happened) for intent, happened in closed])
    return [intent for intent, _ in closed]


def _intent(arrival: int, fields: dict[str, Any]) -> OpenIntent:
    return OpenIntent(EntryId(arrival), fields["requestId"], Operation(fields["operation"]), fields)


def _outcome(intent: OpenIntent, now: datetime, *, happened: bool) -> Entry:
    said = intent.fields.get
    return Entry(
        kind=Kind.OUTCOME,
        operation=intent.operation,
        time=now,
        request_id=intent.request_id,
        party=said("party", ""),
        dataset=said("dataset", ""),
        table=said("table", ""),
        release=said("release", ""),
        delivery=said("delivery", ""),
        status=Status.DONE if happened else Status.NOT_DONE,
        note=SETTLED_NOTE,
    )
