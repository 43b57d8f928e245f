"""The one table of who may do what: a row a role, a column a kind of errand, in each place how far it reaches.

The program reads this very text, the tests hold every route to it, and `samsyn user rights` prints it (docs/roles.md).
Which tables and areas *agreed* comes to is for `policies` to decide, reading by reading. Duties are kept apart: who
audits does nothing else, and who operates the service reads no counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from auth.scopes import Scope

TABLE: Final = """
role            deliveries  tables  measures  agreements  log      own-log  operations  alone
publisher       own         -       -         -           -        self     -           -
reader          -           agreed  -         -           -        self     -           -
analyst         -           agreed  own       -           -        self     -           -
policy-officer  -           -       -         signed      -        self     -           -
auditor         -           -       -         -           mandate  self     -           alone
operator        -           -       -         -           -        self     all         alone
"""


class Role(StrEnum):
    """A role that a party gives to a client or a person."""

    PUBLISHER = "publisher"
    READER = "reader"
    ANALYST = "analyst"
    POLICY_OFFICER = "policy-officer"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Reach(StrEnum):
    """How far a right reaches, from nothing to every party's."""

    NONE = "-"
    SELF = "self"
    OWN = "own"
    SIGNED = "signed"
    AGREED = "agreed"
    MANDATE = "mandate"
    ALL = "all"


@dataclass(frozen=True)
class Span:
    """A reach in words: what of one's own party's, and what of another's."""

    own: str
    other: str


SPANS: Final[Mapping[Reach, Span]] = {
    Reach.NONE: Span("nothing", "nothing"),
    Reach.SELF: Span("what concerns the caller itself", "nothing"),
    Reach.OWN: Span("everything", "nothing"),
    Reach.SIGNED: Span("the agreements that it signs", "agreed ones that are public, to read"),
    Reach.AGREED: Span("what an agreement in force grants", "what an agreement in force grants"),
    Reach.MANDATE: Span("what concerns it", "everything as an independent body, else what a mandate says"),
    Reach.ALL: Span("everything", "everything"),
}

SENTENCES: Final[Mapping[Role, str]] = {
    Role.PUBLISHER: "delivers its party's counts and reads its own receipts",
    Role.READER: "pulls the tables its party's agreements grant",
    Role.ANALYST: "reads the tables and follows up measures",
    Role.POLICY_OFFICER: "proposes and approves its party's agreements",
    Role.AUDITOR: "reads the log of who read what; pushes and pulls nothing",
    Role.OPERATOR: "keeps parties, clients and keys; reads no counts",
}

ERRANDS: Final[Mapping[Scope, str]] = {
    Scope.DELIVERIES: "deliver counts and reports, and read one's receipts",
    Scope.TABLES: "read released tables and their signals",
    Scope.MEASURES: "write down measures and follow them up",
    Scope.AGREEMENTS: "read, propose, approve, return and terminate agreements",
    Scope.LOG: "read who read what",
    Scope.OWN_LOG: "read what the log says of oneself",
    Scope.OPERATIONS: "keep parties, clients, people and keys",
}


@dataclass(frozen=True)
class Rights:
    """What a role may do, in words and by how far; `alone` when it may be joined with no other role."""

    sentence: str
    reach: Mapping[Scope, Reach]
    alone: bool = False

    @property
    def scopes(self) -> frozenset[Scope]:
        """The errands that it may do at all."""
        return frozenset(self.reach)


def read_rights(text: str) -> dict[Role, Rights]:
    """The table as rights.

    Raises:
        ValueError: a role or a scope that is missing, stands twice or does not exist, or a reach that is none.
    """
    head, *rows = (line.split() for line in text.strip().splitlines())
    if sorted(head[1:]) != sorted([*Scope, "alone"]) or sorted(row[0] for row in rows) != sorted(Role):
        raise ValueError("the table needs one column for each scope and one row for each role")
    return {Role(row[0]): _rights(Role(row[0]), dict(zip(head[1:], row[1:], strict=True))) for row in rows}


def _rights(role: Role, cells: dict[str, str]) -> Rights:
    alone = cells.pop("alone")
    if alone not in ("alone", "-"):
        raise ValueError(f"{role} is alone or not, and not {alone!r}")
    reach = {Scope(name): Reach(cell) for name, cell in cells.items()}
    return Rights(
        SENTENCES[role], {scope: far for scope, far in reach.items() if far is not Reach.NONE}, alone == "alone"
    )


RIGHTS: Final[Mapping[Role, Rights]] = read_rights(TABLE)


def as_markdown() -> str:
    """The table as `docs/roles.md` has it: by role, then what each right reaches of one's own party's and others'."""
    lines = ["# Roles and rights", "", "Generated: `samsyn user rights > docs/roles.md`", ""]
    lines += ["| role | does | may be joined with others |", "|---|---|---|"]
    lines += [f"| {role} | {held.sentence} | {'no' if held.alone else 'yes'} |" for role, held in RIGHTS.items()]
    lines += ["", "| role | errand | its own party's | other parties' |", "|---|---|---|---|"]
    for role, held in RIGHTS.items():
        for scope, reach in held.reach.items():
            span = SPANS[reach]
            lines.append(f"| {role} | `{scope}`: {ERRANDS[scope]} | {span.own} | {span.other} |")
    lines += ["", "What is not in the table is refused (default deny), and the trail knows first."]
    return "\n".join(lines) + "\n"
