"""`samsyn trail watch`: somebody outside keeps the log's checkpoints, and alarms when one contradicts another.

This is what makes a rewritten history visible: run it on another machine than the service's, by another body.
"""

import time
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Final

import typer

from audit.checkpoint import Checkpoint, read
from audit.note import NoteError, VerifierKey
from audit.published import NotServed, PublishedLog
from audit.tree import ProofError
from cli.errors import Stop
from cli.trail_keys import log_key, needed
from cli.trail_published import published
from cli.trail_reach import where
from store.durable import write_durably

KEPT: Final = ".checkpoint"
CONTRADICTION: Final = ".contradiction"


class Seen(Enum):
    """What came of looking once."""

    GROWN = "has grown"
    SAME = "has not changed"


def watch(
    url: Annotated[str, typer.Option(envvar="SAMSYN_URL", help="The service, or its log.")],
    into: Annotated[Path, typer.Option(help="The folder to keep checkpoints in.")],
    *,
    key: Annotated[str | None, typer.Option(help="The log's verifier key; the home's own if not given.")] = None,
    every: Annotated[int, typer.Option(min=1, help="Seconds between looking.")] = 60,
    once: Annotated[bool, typer.Option("--once", help="Look once, for a timer to repeat.")] = False,
) -> None:
    """Keep every checkpoint, and end with status 1 as soon as the log did not grow from what was kept."""
    log = needed(log_key(where(), key))
    into.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            with published(url, log) as found:
                _say(into, *look(found, log, into))
        except Contradiction as contradiction:
            raise Stop(f"{contradiction}; what contradicts is in {into}") from None
        except Stop as stop:
            if once:
                raise
            typer.echo(f"{_moment()} {stop.message}", err=True)
        if once:
            return
        time.sleep(every)


class Contradiction(Exception):  # noqa: N818 - read as what it is
    """The log shows something else than it did; both checkpoints are in the folder, each signed by the log."""


def look(found: PublishedLog, key: VerifierKey, into: Path) -> tuple[Seen, Checkpoint]:
    """Compare the log with what was kept of it, and keep its newest checkpoint.

    Raises:
        Stop: what is served could not be checked; nothing is kept then.
        Contradiction: the log did not grow from what was kept.
    """
    before = _newest_kept(into, key)
    try:
        note, new = found.newest()
        if before:
            found.check_growth(before, new)
    except (NoteError, NotServed) as error:
        raise Stop(f"the log could not be checked: {error}") from None
    except ProofError as error:
        write_durably(into / f"{new.size:015}{CONTRADICTION}", note.encode())
        raise Contradiction(f"the log contradicts itself: {error}") from None
    if before == new:
        return Seen.SAME, new
    write_durably(into / f"{new.size:015}{KEPT}", note.encode())
    return Seen.GROWN, new


def _newest_kept(into: Path, key: VerifierKey) -> Checkpoint | None:
    newest = max(into.glob(f"*{KEPT}"), default=None)
    try:
        return read(newest.read_text(), key) if newest else None
    except (OSError, UnicodeDecodeError, NoteError) as error:
        raise Stop(f"{newest}: {error}") from None


def _say(into: Path, seen: Seen, new: Checkpoint) -> None:
    kept = f", kept in {into}" if seen is Seen.GROWN else ""
    typer.echo(f"{_moment()} {new.origin} {seen.value}: {new.size} entries{kept}")


def _moment() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
