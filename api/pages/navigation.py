"""Where one can go from every page, by what one's roles hold."""

from typing import Final, NamedTuple

from api.pages.words import said
from auth.principal import Principal
from auth.scopes import Scope


class Destination(NamedTuple):
    """A page in the head of every page."""

    path: str
    title: str
    scope: Scope | None


DESTINATIONS: Final[tuple[Destination, ...]] = (
    Destination("/laget", said("Läget"), Scope.TABLES),
    Destination("/karta", said("Karta"), Scope.TABLES),
    Destination("/jamforelse", said("Jämförelse"), Scope.TABLES),
    Destination("/insatser", said("Insatser"), Scope.MEASURES),
    Destination("/tabeller", said("Tabeller"), Scope.TABLES),
    Destination("/avtal", said("Avtal"), Scope.AGREEMENTS),
    Destination("/granskning", said("Granskning"), Scope.LOG),
    Destination("/account", said("Konto"), None),
)


def destinations(who: Principal) -> list[Destination]:
    """The pages that somebody's roles lead to; the others are not shown."""
    return [each for each in DESTINATIONS if each.scope is None or who.role_for(each.scope)]
