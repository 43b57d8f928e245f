"""Entries of the trail in the names of the Elastic Common Schema, which SIEMs understand unasked.

What ECS has no name for stands below `samsyn`, as it is named in the log itself.
Source: Elastic Common Schema 8.11, field reference; custom fields by its rule of a proper-noun top level.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

ECS_VERSION: Final = "8.11.0"

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "time": ("@timestamp",),
    "index": ("event", "sequence"),
    "operation": ("event", "action"),
    "requestId": ("http", "request", "id"),
    "method": ("http", "request", "method"),
    "note": ("message",),
    "actor": ("user", "id"),
    "client": ("client", "user", "id"),
    "party": ("organization", "id"),
}
_LISTS: Final[Mapping[str, tuple[str, ...]]] = {"role": ("user", "roles")}
_FAILURES: Final = frozenset({"deny", "failed", "not-done"})


def ecs(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An entry's members as an ECS event; what is empty is left out."""
    event: dict[str, Any] = {
        "ecs": {"version": ECS_VERSION},
        "event": {"kind": "event", "dataset": "samsyn.trail", "outcome": _outcome(fields)},
    }
    for name, value in fields.items():
        if value is not None and name in _LISTS:
            _put(event, _LISTS[name], [value])
        elif value is not None:
            _put(event, _NAMES.get(name, ("samsyn", name)), value)
    return event


def ecs_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """One event a line (NDJSON)."""
    for fields in entries:
        yield json.dumps(ecs(fields), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _outcome(fields: Mapping[str, Any]) -> str:
    """ECS knows success, failure and unknown; an intent's outcome is not known yet."""
    if {fields.get("decision"), fields.get("status")} & _FAILURES:
        return "failure"
    return "unknown" if fields.get("kind") == "intent" else "success"


def _put(event: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for name in path[:-1]:
        event = event.setdefault(name, {})
    event[path[-1]] = value
