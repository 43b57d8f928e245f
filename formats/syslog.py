"""Entries of the trail as syslog messages (RFC 5424) for a SIEM: facility 13, the log audit, and ECS as JSON."""

import json
from collections.abc import Mapping
from typing import Any, Final

from formats.ecs import ecs

MOST_BYTES: Final = 8192
"""Longer messages leave out what was selected, and say so: receivers cut them anywhere (RFC 5424 section 6.1)."""

_FACILITY: Final = 13 * 8
_NOTICE: Final = 5
_WARNING: Final = 4
_SEQUENCE_IDS: Final = 2**31 - 1


def message(fields: Mapping[str, Any], arrival: int, host: str) -> bytes:
    """One entry; its `sequenceId` goes up by one from entry to entry, so a receiver sees what it lacks.

    Args:
        arrival: the entry's number in order of arrival, from 1.
        host: the sender's name, printable ASCII without spaces.
    """
    severity = _WARNING if fields.get("decision") == "deny" else _NOTICE
    sequence = (arrival - 1) % _SEQUENCE_IDS + 1
    time, kind = fields.get("time") or "-", fields.get("operation") or "-"
    head = f'<{_FACILITY + severity}>1 {time} {host} samsyn - {kind} [meta sequenceId="{sequence}"] '
    return head.encode() + body(fields, arrival)


def body(fields: Mapping[str, Any], arrival: int) -> bytes:
    """One entry as ECS on one line."""
    said = {**fields, "arrival": arrival}
    text = _written(said)
    if len(text) > MOST_BYTES:
        text = _written({**said, "selection": None, "selectionLeftOut": True})
    return text


def gap(first: int, last: int, time: str) -> dict[str, Any]:
    """What is told in place of entries that were not forwarded; they are in the trail all the same."""
    return {
        "time": time,
        "operation": "gap",
        "note": f"entries {first} to {last} in order of arrival were not forwarded",
    }


def counted(text: bytes) -> bytes:
    """A message on a stream, after its length (RFC 6587 section 3.4.1)."""
    return f"{len(text)} ".encode() + text


def _written(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(ecs(fields), ensure_ascii=False, separators=(",", ":")).encode()
