"""A sealed field asked for by one person, approved by another, and opened once, on the key host alone."""

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.entry import Kind, Operation, Status
from cli.errors import Stop
from cli.opening import Opened, new_id, now
from intake.reports_keys import load_private
from models import desk as models
from policies.law import load_law
from pseudonyms import reversal
from pseudonyms.keyring import KeyringError
from pseudonyms.reversal import Approval, Officer, Request, ReversalError, Rules, Signed
from pseudonyms.seal import Sealer, SealError, unwrap
from store import desk_reversals, vault_reports
from store.sessions import DeskSession, VaultSession


def rules(listed: Mapping[str, Officer]) -> Rules:
    """Who may sign, and for how long, on this day."""
    return Rules(listed, timedelta(days=load_law().at(now().date()).reversal_days))


def ask(home: Opened, request: Request, key: Ed25519PrivateKey) -> None:
    """Keep a signed request, and tell the trail."""
    signed = Signed.by(key, request)
    row = models.ReversalRequest(
        id=request.id,
        person=request.person,
        party=request.party,
        at=request.at,
        statement=request.statement(),
        signature=signed.signature,
    )
    said = _said(request)
    with home.noted(Operation.REVEAL, **{**said, "note": "asked for"}), home.writing("desk") as session:
        desk_reversals.add(DeskSession(session), row)


def approve(home: Opened, request_id: str, person: str, party: str, key: Ed25519PrivateKey) -> Approval:
    """Keep a signed approval of a request as it was signed, and tell the trail."""
    request = _request(home, request_id).said
    if request.person == person:
        raise Stop(f"{person} asked, and cannot approve: another person must")
    at = now()
    approval = Approval(request.id, request.digest, person, party, at, min(request.until, at + rules({}).longest))
    row = models.ReversalApproval(
        request_id=request.id,
        person=person,
        party=party,
        at=at,
        statement=approval.statement(),
        signature=Signed.by(key, approval).signature,
    )
    said = {**_said(request), "actor": person, "party": party, "note": "approved"}
    with home.reading() as session:
        if desk_reversals.approval_of(DeskSession(session), request_id) is not None:
            raise Stop(f"request {request_id} is approved already")
    with home.noted(Operation.REVEAL, **said), home.writing("desk") as session:
        desk_reversals.add(DeskSession(session), row)
    return approval


def reveal(home: Opened, request_id: str, private: Path, listed: Mapping[str, Officer]) -> str:
    """The sealed field that a request asks for, once.

    Everything is judged from what was signed; that it was shown is kept before it is.
    """
    request, approval = _request(home, request_id), _approval(home, request_id)
    said = {**_said(request.said), "request_id": new_id()}
    try:
        reversal.check(request, approval, rules(listed), now())
        value = _opened(home, request.said, private)
    except (ReversalError, SealError, KeyringError) as error:
        home.note(Operation.DENY, **{**said, "reasons": ("reversal-refused",), "note": str(error)})
        raise Stop(f"it stays sealed: {error}") from None
    home.note(Operation.REVEAL, Kind.INTENT, **said)
    try:
        with home.writing("desk") as session:
            answered = models.ReversalAnswer(request_id=request_id, person=request.said.person, at=now())
            desk_reversals.add(DeskSession(session), answered)
    except BaseException:
        home.note(Operation.REVEAL, Kind.OUTCOME, status=Status.NOT_DONE, **said)
        raise
    home.note(Operation.REVEAL, Kind.OUTCOME, status=Status.DONE, **said)
    return value


def _opened(home: Opened, request: Request, private: Path) -> str:
    key = load_private(private)
    with home.reading() as session:
        if desk_reversals.answer_of(DeskSession(session), request.id) is not None:
            raise ReversalError("the answer has been shown, and is shown once: ask again")
        vault = VaultSession(session)
        rows = vault_reports.by_report(vault, request.dataset, request.publisher, [request.report])
        kept = vault_reports.data_key(vault, rows[0].delivery_id) if rows else None
    sealed = json.loads(rows[0].sealed).get(request.column) if rows else None
    if kept is None or sealed is None:
        raise ReversalError("there is no such sealed field: the report was withdrawn or erased, or never had it")
    data_key = unwrap(kept.wrapped, key, kept.delivery_id)
    return Sealer(data_key).open(request.dataset, request.column, request.report, b64decode(sealed))


def _request(home: Opened, request_id: str) -> Signed[Request]:
    with home.reading() as session:
        row = desk_reversals.request_of(DeskSession(session), request_id)
    if row is None:
        raise Stop(f"no request {request_id}: `samsyn pseudonym list` shows those there are")
    try:
        return Signed(reversal.read_request(row.statement), row.signature)
    except ReversalError as error:
        raise Stop(f"it stays sealed: {error}") from None


def _approval(home: Opened, request_id: str) -> Signed[Approval]:
    with home.reading() as session:
        row = desk_reversals.approval_of(DeskSession(session), request_id)
    if row is None:
        raise Stop(f"request {request_id} is not approved: another person runs `samsyn pseudonym approve {request_id}`")
    try:
        return Signed(reversal.read_approval(row.statement), row.signature)
    except ReversalError as error:
        raise Stop(f"it stays sealed: {error}") from None


def _said(request: Request) -> dict[str, Any]:
    """A request as the trail has it: who, for whom, which field, why; never what it holds."""
    return {
        "actor": request.person,
        "party": request.party,
        "dataset": request.dataset,
        "justification": f"{request.ground}: {request.purpose}",
        "selection": {"request": (request.id,), "report": (request.report,), "column": (request.column,)},
    }
