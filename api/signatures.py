"""The signature of a delivery at the push door: demanded where the registration says so, checked wherever it is."""

from urllib.parse import quote

from fastapi import Request

from api.errands import Visit
from api.problems import SignatureRefused
from audit.entry import Decision, Operation
from auth.signatures import Message, check_signature
from auth.tokens import TokenError
from intake.receive_incoming import Evidence


def evidence_of(request: Request, visit: Visit, dataset: str, body: bytes) -> Evidence | None:
    """What a delivery's signature leaves as evidence; None for one that is not signed and need not be.

    Raises:
        SignatureRefused: it must be signed and is not, or its signature does not hold; the trail knows which.
    """
    try:
        return _evidence(request, visit, body)
    except TokenError as error:
        why = ("signature-refused",)
        visit.note(Operation.DENY, decision=Decision.DENY, dataset=dataset, reasons=why, note=str(error))
        raise SignatureRefused from None


def _evidence(request: Request, visit: Visit, body: bytes) -> Evidence | None:
    reception, client = visit.reception, visit.principal.client
    registered = reception.register.recent(client, visit.at).client
    if not {"signature", "signature-input"} & {*request.headers}:
        if registered is not None and registered.must_sign:
            raise TokenError("the delivery is not signed")
        return None
    message = Message(request.method, _target(request, reception.issuer), request.headers)
    signed = check_signature(message, body, registered.keys if registered else [], visit.at)
    if not reception.once.first("nonce", client, signed.nonce, signed.expires):
        raise TokenError("the delivery's signature was shown before")
    return Evidence(signed.key_id, dict(signed.jwk), signed.base, signed.signature)


def _target(request: Request, issuer: str) -> str:
    """The address as its sender wrote it: where we are reached, not where a proxy reaches us."""
    raw = request.scope.get("raw_path")
    path = raw.decode("latin-1") if raw else quote(request.scope["path"])
    query = request.scope["query_string"].decode("latin-1")
    return f"{issuer}{path}{'?' + query if query else ''}"
