"""Which login each process of a deployment on PostgreSQL has: a member of the roles it acts as, and of nothing else.

A login inherits nothing: an engine takes on the one role it was opened as (`store.sessions`). By itself a login can
only see whether the database has this program's shape.
"""

from collections.abc import Mapping
from typing import Final

from psycopg import sql
from sqlalchemy import Engine

from store.grants import DatabaseRole

LOGINS: Final[Mapping[str, tuple[DatabaseRole, ...]]] = {
    "push": ("pusher",),
    "pull": ("puller",),
    "review": ("reviewer", "sequencer"),  # the token door and the sequencer stand with it
    "desk": ("desk", "greeter", "puller"),  # the pages stand with it: who is let in, and the tables they may see
    "release": ("releaser",),
    "operate": ("operator", "retainer"),
}
"""The logins, without the `samsyn_` before each, and the roles that each may take on."""

PREFIX: Final = "samsyn_login_"


def make_logins(owner: Engine, passwords: Mapping[str, str]) -> None:
    """Make every login that is not there yet, and give each the password and the roles it should have.

    Args:
        owner: of the database, after it was migrated.
        passwords: by the name of the login; one for each of `LOGINS`.
    """
    with owner.begin() as connection:
        driver = connection.connection.driver_connection
        for name, roles in LOGINS.items():
            for statement in _statements(PREFIX + name, passwords[name], roles):
                driver.execute(statement)  # type: ignore[union-attr]  # psycopg's connection, which is there


def _statements(login: str, password: str, roles: tuple[DatabaseRole, ...]) -> list[sql.Composed]:
    named = {"login": sql.Identifier(login), "literal": sql.Literal(login), "password": sql.Literal(password)}
    granted = sql.SQL(", ").join(sql.Identifier(f"samsyn_{role}") for role in roles)
    return [
        sql.SQL(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal})"
            " THEN CREATE ROLE {login}; END IF; END $$"
        ).format(**named),
        sql.SQL("ALTER ROLE {login} LOGIN NOINHERIT PASSWORD {password}").format(**named),
        sql.SQL("GRANT {granted} TO {login}").format(granted=granted, **named),
        sql.SQL("GRANT USAGE ON SCHEMA parties TO {login}").format(**named),
        sql.SQL("GRANT SELECT ON parties.migration TO {login}").format(**named),
    ]
