"""What the pages of tables say of a table besides its cells: its source, release, agreement, method and grounds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from api.pages.words import Language, language_of
from api.reading import Reading
from api.sign_in_cookies import LANGUAGE
from api.sign_in_lobby import lobby_of
from policies.reading import Cite


@dataclass(frozen=True)
class Facts:
    """A table's receipt, in the language of the page."""

    id: str
    title: str
    release: str
    released_at: datetime
    known_on: str
    releases: int
    controller: str
    agreement: str
    version: int
    method: str
    secrecy: str
    cites: tuple[Cite, ...]


def language_here(request: Request) -> Language:
    """The language that a page is read in."""
    return language_of(request, lobby_of(request).cookies.read(request, LANGUAGE))


def facts_of(reading: Reading, language: Language) -> Facts:
    """What is said of a reading's table.

    Raises:
        NotFound, Gone: nothing stands on the shelf.
    """
    shown, permit, grant = reading.shown, reading.permit, reading.grant
    method: dict[str, Any] = shown.part.lying.said["method"]
    secrecy = permit.secrecy_transferred
    agreement = next(each for each in reading.rules.agreements if each.id == permit.agreement)
    return Facts(
        id=grant.id,
        title=getattr(grant.title, language),
        release=shown.release.id[:8],
        released_at=shown.release.released_at,
        known_on=shown.release.known_on,
        releases=len(reading.releases),
        controller=reading.rules.datasets[permit.dataset].controller,
        agreement=getattr(agreement.title, language),
        version=permit.version,
        method=method["words"][language],
        secrecy=f"{secrecy.source}: {', '.join(secrecy.provisions)}" if secrecy else "",
        cites=permit.cites,
    )
