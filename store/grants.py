"""One page: which database role may do what to which table. Both databases are held to it.

PostgreSQL carries it out with GRANT (`statements`), SQLite with what is attached and an authorizer
(`store.sessions`). A migration that adds a table applies the page again. Where a grant is wide, the reason stands
beside it. Nobody but the owner, who migrates, may change the shape of anything.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, get_args

DatabaseRole = Literal[
    "owner",
    "operator",
    "pusher",
    "reverser",
    "releaser",
    "puller",
    "reviewer",
    "desk",
    "greeter",
    "retainer",
    "sequencer",
]
Right = Literal["select", "glance", "insert", "update", "delete", "fade"]
"""*fade* is to empty what a retention rule takes, in the columns of `FADING`, and to touch no other; *glance* is to
read the columns of `GLANCING`, and no other."""

DOOR_ROLES: Final = tuple(role for role in get_args(DatabaseRole) if role != "owner")

FADING: Final[Mapping[str, tuple[str, ...]]] = {
    "trail.entry": ("personal", "personal_salt", "other", "other_salt"),
    "vault.coverage": ("first",),  # a declaration that reaches back too far begins later
}

GLANCING: Final[Mapping[str, tuple[str, ...]]] = {
    # When an entry came and what it is committed to, as the public log tells; nothing of who did what.
    "trail.entry": ("arrival", "time", "personal_commitment", "other_commitment"),
}

_READ: Final = frozenset[Right]({"select"})
_ADD: Final = frozenset[Right]({"select", "insert"})
_KEEP: Final = frozenset[Right]({"select", "insert", "update"})
_DROP: Final = frozenset[Right]({"select", "delete"})
_APPEND: Final = {"trail.entry": _ADD, "trail.leaf": _READ, "trail.node": _READ, "trail.head": _READ}
_APPEND_UNREAD: Final = {**_APPEND, "trail.entry": frozenset[Right]({"glance", "insert"})}
_WHO: Final = {"parties.party": _READ, "parties.client": _READ}
_ONCE: Final = {"parties.used_once": frozenset[Right]({"insert"})}  # what a caller shows is noted, and read by nobody
_KEYED: Final = {"parties.access_key": _READ}
_COUNTED: Final = frozenset[Right](
    {"select", "update"}
)  # by the triggers of models.epoch, when the role changes something
_EPOCHS: Final = {"parties.epoch": _READ, "shelf.epoch": _READ, "desk.epoch": _READ}
_WHERE: Final = {"reference.area_scheme": _READ, "reference.area": _READ}

GRANTS: Final[Mapping[str, Mapping[str, frozenset[Right]]]] = {
    # Parties, clients and areas; reads no count and no released table.
    "operator": {
        "parties.party": _KEEP,
        "parties.client": _KEEP,
        "parties.access_key": _KEEP,
        "parties.epoch": _COUNTED,
        "parties.person": _KEEP,
        "parties.recovery_code": _DROP,  # someone who lost their second factor begins anew
        "parties.person_session": _DROP,  # whoever is suspended or given other roles is signed out
        "parties.sign_in_place": _DROP,  # unlocking
        "reference.area_scheme": _KEEP,
        "reference.area": _KEEP | {"delete"},  # a corrected import of the same scheme replaces its areas
        **_APPEND_UNREAD,
        "trail.mandate": _ADD,
    },
    "pusher": {
        **_WHO,
        **_ONCE,
        **_WHERE,
        "vault.delivery": _ADD,
        "vault.delivery_signature": _ADD,
        "vault.waiting_delivery": _KEEP,  # its answer is written where it waited, and its body emptied
        "vault.event_count": _KEEP,  # the newest count of a cell; what it replaces goes to earlier_count
        "vault.earlier_count": _ADD,
        "vault.coverage": _ADD,
        "vault.idempotency_key": _KEEP | {"delete"},  # forgotten after the law's days
        "vault.report": _KEEP | {"delete"},  # a withdrawn report is erased
        "vault.data_key": _ADD,  # wrapped: who has it cannot open it
        "desk.agreement_version": _READ,  # the rules by which reports are joined
        "desk.agreement_step": _READ,
        **_APPEND,
    },
    "releaser": {
        **_WHO,
        **_WHERE,
        "vault.delivery": _READ,
        "vault.event_count": _READ,
        "vault.earlier_count": _READ,
        "vault.coverage": _READ,
        "vault.release_basis": _ADD,  # what a release made safe, for those after it to be protected with
        "shelf.release": _KEEP,  # a withdrawal marks it
        "shelf.epoch": _COUNTED,
        "shelf.released_table": _ADD,
        "shelf.signal": _ADD,
        "desk.agreement_version": _READ,
        "desk.agreement_step": _READ,
        **_APPEND,
    },
    "puller": {
        **_WHO,
        **_ONCE,
        **_KEYED,
        **_WHERE,
        "shelf.release": _READ,
        "shelf.released_table": _READ,
        "shelf.signal": _READ,
        "desk.agreement_version": _READ,
        "desk.agreement_step": _READ,
        **_EPOCHS,
        **_APPEND_UNREAD,  # the door that most parties reach reads nothing of what others did
    },
    # With it stands the token door, which forgets what was used once when its time is out.
    "reviewer": {
        **_WHO,
        **_KEYED,
        "parties.used_once": _ADD | {"delete"},
        **_EPOCHS,
        **_APPEND,
        "trail.mandate": _READ,
        "trail.forwarded": _KEEP,
    },
    "desk": {
        **_WHO,
        **_ONCE,
        **_WHERE,
        "shelf.release": frozenset({"select", "update"}),  # terminating an agreement withdraws what it released
        "shelf.epoch": _COUNTED,
        "desk.agreement_version": _ADD,
        "desk.agreement_step": _ADD,
        "desk.measure": _KEEP,
        "desk.measure_note": _ADD,
        "desk.epoch": _COUNTED,
        "parties.epoch": _READ,
        **_APPEND,
        "trail.mandate": _READ,  # its pages for auditors hold each to a mandate
    },
    # Lets people in. It changes what is known of a person, whom an organisation's sign-in may also add.
    "greeter": {
        **_WHO,
        "parties.person": _KEEP,
        "parties.recovery_code": _ADD | {"delete"},
        "parties.person_session": _KEEP | {"delete"},
        "parties.sign_in_place": _KEEP | {"delete"},
        "parties.sign_in_attempt": _ADD | {"delete"},
        **_APPEND_UNREAD,
    },
    # Erases what the retention rules say. That an entry only ever loses its parts is seen to by a trigger besides.
    "retainer": {
        "vault.delivery": _READ,  # SQLite looks the delivery up when one of its counts goes
        "vault.event_count": frozenset({"select", "delete"}),
        "vault.earlier_count": frozenset({"select", "delete"}),
        "vault.coverage": frozenset({"select", "delete", "fade"}),
        "vault.idempotency_key": frozenset({"select", "delete"}),
        "vault.report": frozenset({"select", "delete"}),
        "vault.data_key": frozenset({"select", "delete"}),
        "vault.release_basis": frozenset({"select", "delete"}),
        **_APPEND,
        "trail.entry": _ADD | {"fade"},
    },
    # The key host: asks, approves and opens sealed fields, and wraps their keys anew.
    "reverser": {
        "vault.report": _READ,
        "vault.data_key": frozenset({"select", "update"}),
        "vault.delivery": _READ,  # SQLite looks the delivery up when its data key is wrapped anew
        "desk.reversal_request": _ADD,
        "desk.reversal_approval": _ADD,
        "desk.reversal_answer": _ADD,
        **_APPEND,
    },
    "sequencer": {"trail.entry": frozenset({"glance"}), "trail.leaf": _ADD, "trail.node": _ADD, "trail.head": _KEEP},
}


def schemas_of(role: DatabaseRole) -> frozenset[str]:
    """The schemas in which a role may touch anything."""
    return frozenset(table.split(".")[0] for table in GRANTS[role])


def may(role: DatabaseRole, right: Right, table: str) -> bool:
    """Whether the page grants a right on `schema.table`."""
    return right in GRANTS[role].get(table, frozenset())


def append_only() -> list[str]:
    """The tables whose rows nobody who may add to them may change or remove once they stand there."""
    adding = [
        (table, rights & {"update", "delete"})
        for tables in GRANTS.values()
        for table, rights in tables.items()
        if "insert" in rights
    ]
    return sorted({table for table, _ in adding} - {table for table, touched in adding if touched})


def statements() -> Iterator[str]:
    """The page as PostgreSQL: make the roles, take everything back, grant what stands here."""
    for role, tables in GRANTS.items():
        name = f"samsyn_{role}"
        yield (
            f"DO $$ BEGIN CREATE ROLE {name} NOLOGIN; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        for schema in sorted({table.split(".")[0] for entry in GRANTS.values() for table in entry}):
            yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {name}"
            yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {name}"
            yield f"REVOKE ALL ON SCHEMA {schema} FROM {name}"
        for schema in sorted({table.split(".")[0] for table in tables}):
            yield f"GRANT USAGE ON SCHEMA {schema} TO {name}"
            if any("insert" in rights for table, rights in tables.items() if table.startswith(f"{schema}.")):
                yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {name}"
        for table, rights in tables.items():
            yield f"GRANT {', '.join(_spelled(right, table) for right in sorted(rights))} ON {table} TO {name}"


def _spelled(right: Right, table: str) -> str:
    """A right in PostgreSQL's words."""
    match right:
        case "fade":
            return f"UPDATE ({', '.join(FADING[table])})"
        case "glance":
            return f"SELECT ({', '.join(GLANCING[table])})"
        case _:
            return right.upper()
