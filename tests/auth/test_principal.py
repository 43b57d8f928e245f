"""The table of roles is complete, keeps duties apart, and is the one that the documentation prints."""

from pathlib import Path

import pytest

from auth.principal import Principal, RoleError, granted, read_roles, scopes_of
from auth.rights import RIGHTS, TABLE, Role, as_markdown, read_rights
from auth.scopes import Scope, ScopeError, read_scopes, write_scopes


def test_every_role_has_its_rights_in_words() -> None:
    assert set(RIGHTS) == set(Role)
    assert all(rights.sentence and rights.scopes for rights in RIGHTS.values())


def test_every_scope_is_held_by_someone() -> None:
    assert scopes_of(Role) == frozenset(Scope)


def test_the_documentation_is_the_table() -> None:
    docs = Path(__file__).parents[2] / "docs" / "roles.md"
    assert docs.read_text() == as_markdown(), "samsyn user rights > docs/roles.md"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("reader          -           agreed", "reader          -           everywhere"),
        ("reader  ", "writer  "),
        ("deliveries", "harvests"),
        ("self     all         alone", "self     all         lonely"),
        ("auditor         -           -       -         -           mandate  self     -           alone\n", ""),
    ],
)
def test_a_table_that_does_not_hold_is_not_read(was: str, becomes: str) -> None:
    assert was in TABLE
    with pytest.raises(ValueError, match=r"."):
        read_rights(TABLE.replace(was, becomes))


def test_an_auditor_neither_pushes_nor_pulls_and_an_operator_reads_no_counts() -> None:
    assert RIGHTS[Role.AUDITOR].scopes == {Scope.LOG, Scope.OWN_LOG}
    assert not RIGHTS[Role.OPERATOR].scopes & {Scope.DELIVERIES, Scope.TABLES, Scope.MEASURES}


@pytest.mark.parametrize("alone", [Role.AUDITOR, Role.OPERATOR])
@pytest.mark.parametrize("other", list(Role))
def test_duties_are_kept_apart(alone: Role, other: Role) -> None:
    if alone == other:
        assert read_roles([alone, other]) == {alone}
    else:
        with pytest.raises(RoleError, match="joined with no other"):
            read_roles([alone, other])


@pytest.mark.parametrize(("names", "why"), [([], "no role"), (["reader", "king"], "unknown role king")])
def test_a_role_that_is_none_is_refused(names: list[str], why: str) -> None:
    with pytest.raises(RoleError, match=why):
        read_roles(names)


def test_a_token_carries_what_was_asked_and_never_more_than_the_roles_hold() -> None:
    roles = read_roles(["analyst", "publisher"])
    assert granted(roles, frozenset()) == {Scope.DELIVERIES, Scope.TABLES, Scope.MEASURES, Scope.OWN_LOG}
    assert granted(roles, frozenset({Scope.TABLES})) == {Scope.TABLES}
    with pytest.raises(ScopeError, match="do not hold log"):
        granted(roles, frozenset({Scope.LOG, Scope.TABLES}))


def test_a_principal_acts_in_the_role_that_holds_the_scope() -> None:
    both = frozenset({Role.READER, Role.PUBLISHER})
    caller = Principal("c", "huddinge", "municipality", both, frozenset({Scope.TABLES}))
    assert caller.role_for(Scope.TABLES) is Role.READER
    assert caller.role_for(Scope.DELIVERIES) is None, "its token does not carry the scope"
    assert caller.role_for(Scope.LOG) is None
    assert not caller.sees_every_party


def test_scopes_are_read_and_written_as_one_text() -> None:
    assert write_scopes(read_scopes("tables  log")) == "log tables"
    assert read_scopes("") == frozenset()
    with pytest.raises(ScopeError, match="unknown scope root"):
        read_scopes("tables root")
