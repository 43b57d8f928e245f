"""What holds for people who sign in on a day: lengths, times and tries, each dated and with whose advice it follows."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from auth.rights import Role

V = TypeVar("V")


class _Value(BaseModel, Generic[V]):
    model_config = ConfigDict(frozen=True, extra="forbid")

    since: date
    value: V
    follows: str = Field(min_length=1)


_Number = tuple[_Value[Annotated[int, Field(ge=1)]], ...]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    password_characters: _Number
    idle_minutes: _Number
    session_hours: _Number
    half_minutes: _Number
    free_tries: _Number
    longest_wait_minutes: _Number
    tries_from_everywhere: _Number
    place_days: _Number
    first_password_days: _Number
    second_factor_roles: tuple[_Value[frozenset[Role]], ...]


@dataclass(frozen=True)
class SignInRules:
    """The rules of one day.

    Attributes:
        shortest: characters of a password, at least.
        idle: a session unused for so long is over.
        lasting: a session is over so long after it began, however busy.
        half: how long a sign-in may wait for its second half.
        free_tries: wrong tries from one place before the next has to wait.
        longest_wait: what the wait doubles up to.
        tries_from_everywhere: wrong tries at one name, beyond which only browsers let in before are heard at once.
        place_lasting: how long a browser that was let in is remembered.
        first_password: how long a password that somebody else has set may be used to choose another.
        second_factor: the roles that need a second factor.
    """

    shortest: int
    idle: timedelta
    lasting: timedelta
    half: timedelta
    free_tries: int
    longest_wait: timedelta
    tries_from_everywhere: int
    place_lasting: timedelta
    first_password: timedelta
    second_factor: frozenset[Role]

    def need_second_factor(self, roles: Iterable[Role]) -> bool:
        """Whether somebody with these roles needs more than a password."""
        return not self.second_factor.isdisjoint(roles)


def rules_on(day: date) -> SignInRules:
    """The rules of a day; those of the first day for any before it, since there is no day without rules."""
    file = _file()
    return SignInRules(
        shortest=_on(file.password_characters, day),
        idle=timedelta(minutes=_on(file.idle_minutes, day)),
        lasting=timedelta(hours=_on(file.session_hours, day)),
        half=timedelta(minutes=_on(file.half_minutes, day)),
        free_tries=_on(file.free_tries, day),
        longest_wait=timedelta(minutes=_on(file.longest_wait_minutes, day)),
        tries_from_everywhere=_on(file.tries_from_everywhere, day),
        place_lasting=timedelta(days=_on(file.place_days, day)),
        first_password=timedelta(days=_on(file.first_password_days, day)),
        second_factor=_on(file.second_factor_roles, day),
    )


def _on(values: tuple[_Value[V], ...], day: date) -> V:
    begun = [each for each in values if each.since <= day] or [min(values, key=lambda each: each.since)]
    return max(begun, key=lambda each: each.since).value


@cache
def _file() -> _File:
    return _File.model_validate(tomllib.loads((files("auth") / "rules.toml").read_text("utf-8")))
