"""Who has had a release: the readings of its cells that the trail knows of."""

from collections.abc import Collection
from dataclasses import dataclass

from audit.entry import Decision, Operation
from models.shelf import Release
from store.trail_reading import Asked, Logged, TrailReader


@dataclass(frozen=True, slots=True)
class Reader:
    """A party's client that has read cells of a release.

    Attributes:
        client: empty where a retention rule has erased who it was.
        readings: how many times.
        last: when, RFC 3339 UTC.
    """

    party: str
    client: str
    table: str
    release: str
    readings: int
    last: str


def readers_of(trail: TrailReader, releases: Collection[Release]) -> list[Reader]:
    """Everyone who has read cells of one of these releases, by table, party and client.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    if not releases:
        return []
    wanted = {release.id for release in releases}
    readings: dict[tuple[str, ...], list[str]] = {}
    for entry in trail.stream(_about(releases)):
        said = entry.fields
        if said.get("release") in wanted and _gave_cells(entry):
            key = (said["table"], said["party"], said.get("client", ""), said["release"])
            readings.setdefault(key, []).append(entry.time)
    return [
        Reader(party, client, table, release, len(times), max(times))
        for (table, party, client, release), times in sorted(readings.items())
    ]


def _about(releases: Collection[Release]) -> Asked:
    return Asked(
        operation=(Operation.READ,),
        decision=(Decision.PERMIT,),
        table=tuple({release.table_id for release in releases}),
        start=min(release.released_at for release in releases),
    )


def _gave_cells(entry: Logged) -> bool:
    """A description or an unchanged answer counts no rows."""
    return "rows" in (entry.other or {})
