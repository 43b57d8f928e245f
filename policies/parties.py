"""The parties of an agreement and what they each state: who they are, their grounds, decisions and records."""

from datetime import date
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from policies.reading import Id, Line, Strict, Words, Wrong

PartyKind = Literal["police", "municipality", "rescue", "national", "region", "auditor", "other"]
Purpose = Literal["lagesbild", "atgardsplan", "uppfoljning", "nationell-jamforelse", "granskning"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
GroundCode = Literal[
    "osl-10-2",
    "osl-10-15a",
    "osl-10-17",
    "osl-10-24",
    "osl-10-27",
    "osl-10-28",
    "osl-18-1",
    "osl-21-7",
    "osl-24-8",
    "osl-35-1",
    "sfs-2025-170-6",
]
Provision = Annotated[str, Field(pattern=r"^osl-[0-9]+-[0-9]+[a-z]?$")]
ANY = "*"


class PartyRef(Strict):
    """A party and, where it has independent branches (OSL 8 kap. 2 §), the one that signed.

    `lawful_basis` is where in law the party finds its right to treat what it receives; OSL 21 kap. 7 § asks for it.
    """

    id: Id
    kind: PartyKind
    branch: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    lawful_basis: str = ""


class Decision(Strict):
    """A recorded decision: its number in the register, who took it, and on which day."""

    id: Line
    by: Line
    on: date


class GroundClaim(Strict):
    """The ground on which secrecy is said not to hinder; `policies.grounds` tests whether it does.

    `provisions` are the rules of secrecy it answers; `act` is the duty behind OSL 10 kap. 28 §; `point` is the point of
    10 kap. 15 a §; `balance` is the outcome of weighing the interests, in words.
    """

    code: GroundCode
    provisions: tuple[Provision, ...] = Field(min_length=1)
    note: Line
    decision: Decision | None = None
    act: Literal["", "sfs-2025-170-6"] = ""
    point: int | None = Field(default=None, ge=1, le=5)
    balance: str = ""


class Denied(Strict):
    """Part of what is granted elsewhere: every field that is filled must match, and an empty one always does."""

    tables: tuple[Id, ...] = ()
    area_levels: tuple[Id, ...] = ()
    categories: tuple[Id, ...] = ()
    parties: tuple[Id, ...] = ()
    purposes: tuple[Purpose, ...] = ()

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if not any((self.tables, self.area_levels, self.categories, self.parties, self.purposes)):
            raise Wrong(f"say what is denied: at least one of {', '.join(type(self).model_fields)}")
        return self


class Denial(Strict):
    """What is held back, and why."""

    what: Denied
    reason: Words


class Knowledge(Strict):
    """What a recipient knows already: its own dataset, against which a release must also be safe."""

    party: Id
    dataset: Id


class Register(Strict):
    """The record of this processing (GDPR art. 30; OSL 4 kap. 2 § and 5 kap. 1 §), as its controller keeps it."""

    controller: Id
    processor: Id
    operator: Id
    purposes: Words
    data_categories: Words
    recipient_categories: Words
    retention: Words
    security: Words


class Contact(Strict):
    """Whom to ask."""

    name: Line
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")
