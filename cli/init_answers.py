"""Answers to the questions of `samsyn init`, read: what each may be, and what is said of any other."""

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date

import typer

from intake.areas_builtin import sverige


def one_of(known: Collection[str]) -> Callable[[str], str]:
    """One of these words."""

    def read(text: str) -> str:
        if text.strip() not in known:
            raise typer.BadParameter(f"{text!r} is none of {', '.join(known)}")
        return text.strip()

    return read


def some_of(known: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """Some of these words, with commas between."""

    def read(text: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if not found or not set(found) <= set(known):
            raise typer.BadParameter(f"name some of {', '.join(known)}, with commas between")
        return found

    return read


def kommun(text: str) -> tuple[str, str]:
    """The code and the name of a kommun, by either."""
    wanted = text.strip().casefold().removesuffix(" kommun")
    for area in sverige().areas:
        if area.level == "kommun" and wanted in (area.code, area.name.casefold()):
            return area.code, area.name
    raise typer.BadParameter(f"{text!r} is no kommun: write its name, or its code such as 0181")


def party_id(text: str) -> str:
    """An id."""
    if not re.fullmatch("[a-z0-9-]+", text.strip()):
        raise typer.BadParameter(f"{text!r} is no id: use a-z, 0-9 and hyphens")
    return text.strip()


def words(text: str) -> str:
    """Anything but nothing."""
    if not text.strip():
        raise typer.BadParameter("write a name")
    return text.strip()


def day(text: str) -> date:
    """A day, as 2026-11-22."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day: write it like 2026-11-22") from None


def after(first: date) -> Callable[[str], date]:
    """A day that does not come before `first`."""

    def read(text: str) -> date:
        last = day(text)
        if last < first:
            raise typer.BadParameter(f"{last} comes before {first}")
        return last

    return read


def contact_of(text: str) -> tuple[str, str]:
    """A name and an address, as Anna Ek <anna.ek@nykoping.se>."""
    found = re.fullmatch(r"\s*(\S.*?)\s*<([^@\s<>]+@[^@\s<>]+\.[a-z]+)>\s*", text)
    if found is None:
        raise typer.BadParameter(f"{text!r}: write it like Anna Ek <anna.ek@nykoping.se>")
    return found[1], found[2]


def slug(name: str) -> str:
    """A name as an id: nykoping for Nyköping."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def genitive(place: str) -> str:
    """A place's name before "kommun": Nyköpings, but Huddinge, Västerås and Örebro as they are."""
    return place if place[-1].casefold() in "aeiouyåäösxz" else f"{place}s"
