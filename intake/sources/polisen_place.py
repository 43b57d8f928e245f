"""Where a police notice belongs: its location's name, or for one that only says the län, the title's place."""

from collections.abc import Iterable

from intake.area import Area


class Places:
    """Kommuner and län by name, whatever the case the name is written in (the police write `Lilla edet`)."""

    def __init__(self, areas: Iterable[Area]) -> None:
        known = list(areas)
        self.codes = frozenset(area.code for area in known if area.level == "kommun")
        self._kommun = {area.name.casefold(): area.code for area in known if area.level == "kommun"}
        self._lan = {area.name.casefold(): area.code for area in known if area.level == "lan"}

    def is_lan(self, name: str) -> bool:
        """Whether `name` is a län's."""
        return name.casefold() in self._lan

    def kommun(self, location: str, title_place: str) -> str | None:
        """The kommun code, or None if neither name tells it.

        A län is no place to count at: then the title's place must be a kommun of that län, unless the län has only
        one (Gotland).
        """
        if location.casefold() in self._kommun:
            return self._kommun[location.casefold()]
        lan = self._lan.get(location.casefold())
        if lan is None:
            return None
        within = [code for code in self.codes if code.startswith(lan)]
        if len(within) == 1:
            return within[0]
        named = self._kommun.get(title_place.casefold())
        return named if named in within else None
