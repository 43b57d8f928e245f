"""A sealed field opens only for what one listed person signed and another approved, in time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pseudonyms.reversal import (
    Approval,
    Officer,
    Request,
    ReversalError,
    Rules,
    Signed,
    check,
    read_approval,
    read_request,
)

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
KEYS = {name: Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32)) for name in ("asa", "bo", "eve")}
RULES = Rules({name: Officer(name, "kommunen", KEYS[name].public_key()) for name in ("asa", "bo")}, WEEK)
REQUEST = Request("r1", "d", "p", "TOKEN", "beskrivning", "beslut 7", "en fara", "asa", "kommunen", AT, AT + WEEK)
APPROVAL = Approval("r1", REQUEST.digest, "bo", "kommunen", AT, AT + WEEK)
LATER = AT + timedelta(hours=1)


def judged(
    request: Request = REQUEST,
    approval: Approval = APPROVAL,
    *,
    asks: str = "asa",
    approves: str = "bo",
    rules: Rules = RULES,
    now: datetime = LATER,
) -> None:
    check(Signed.by(KEYS[asks], request), Signed.by(KEYS[approves], approval), rules, now)


def test_what_two_persons_signed_is_opened() -> None:
    judged()


def changed(**said: object) -> Request:
    return replace(REQUEST, **said)  # type: ignore[arg-type]  # fields by name


OTHER = changed(report="OTHER")
SELF = replace(APPROVAL, person="asa")
TWIN = Rules({**RULES.officers, "bo": Officer("bo", "kommunen", KEYS["asa"].public_key())}, WEEK)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"asks": "eve"}, "signature of the request"),
        ({"approves": "eve"}, "signature of the approval"),
        ({"approves": "asa"}, "signature of the approval"),
        ({"approval": SELF, "approves": "asa"}, "another one must"),
        ({"approves": "asa", "rules": TWIN}, "another one must"),
        ({"request": OTHER}, "another request"),
        ({"approval": replace(APPROVAL, request="r2")}, "another request"),
        ({"approval": replace(APPROVAL, person="eve"), "approves": "eve"}, "not in the key host's list"),
        ({"approval": replace(APPROVAL, party="polisen")}, "not in the key host's list"),
        ({"request": changed(ground=" ")}, "ground and its purpose"),
        ({"now": AT + WEEK + timedelta(seconds=1)}, "is good from"),
        ({"now": AT - timedelta(seconds=1)}, "is good from"),
        ({"request": changed(until=AT + 2 * WEEK)}, "longer than 7 days"),
        ({"approval": replace(APPROVAL, until=AT + 2 * WEEK)}, "longer than 7 days"),
        ({"approval": replace(APPROVAL, at=AT - timedelta(hours=1), until=AT + timedelta(days=1))}, "older"),
    ],
)
def test_anything_else_stays_sealed(given: dict[str, object], told: str) -> None:
    with pytest.raises(ReversalError, match=told):
        judged(**given)  # type: ignore[arg-type]  # arguments by name


def test_statements_are_read_back_to_the_letter() -> None:
    assert read_request(REQUEST.statement()) == REQUEST
    assert read_approval(APPROVAL.statement()) == APPROVAL


@pytest.mark.parametrize("statement", [b"", b"{}", APPROVAL.statement(), REQUEST.statement().replace(b'"d"', b' "d"')])
def test_what_is_no_request_is_not_read(statement: bytes) -> None:
    with pytest.raises(ReversalError):
        read_request(statement)
