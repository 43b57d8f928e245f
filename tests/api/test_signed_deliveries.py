"""Deliveries signed by their sender: demanded where the registration says so, and evidence afterwards."""

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from typer.testing import CliRunner

from api import push
from api.frame import frame
from api.reception import open_reception
from api.sequencing import start_sequencer
from audit.entry import Operation
from auth.jwk import public_key
from cli.trail import app as trail_commands
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from settings import Place, PushSettings
from store.sessions import ReferenceSession, open_engine, transaction
from store.trail_key import FOLDER as LOG_FOLDER
from store.trail_key import read_verifier_key
from tests.api.house import ISSUER, House, furnish
from tests.api.keyholder import KeyHolder, new_key, register
from tests.api.visitor import Visitor

PUBLISHER = "sodertalje-publisher"
PATH = "/samsyn/v1/datasets/kommunens-storningar/deliveries"
BODY = b"area,category,period,count\n0181,storning-klotter,2026-W07,12\n"


@pytest.fixture
def house(place: Place) -> House:
    made = furnish(place)
    made.clock.now = datetime.now(UTC)  # the client's library signs by the real time
    engine = open_engine(place, "owner")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), made.clock())
    engine.dispose()
    return made


@pytest.fixture
def holder(house: House) -> KeyHolder:
    return register(house, PUBLISHER, must_sign=True)


@pytest.fixture
def door(house: House) -> Iterator[Visitor]:
    closing = ExitStack()
    sequencing = start_sequencer(house.settings, closing)
    reception = open_reception(house.settings, "reviewer", closing, clock=house.clock, wake=sequencing.wake)
    doors = reception.fittings() + push.fittings(PushSettings(house.place, ISSUER), reception, closing, alone=True)
    with Visitor(frame(doors, closing)) as visitor:
        yield visitor


def headers(house: House, key: str = "k1", **more: str) -> dict[str, str]:
    return house.bearer(PUBLISHER) | {"content-type": "text/csv", "idempotency-key": key} | more


def told(house: House) -> list[str]:
    return [str(entry.fields.get("note")) for entry in house.trail(Operation.DENY)]


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 403, answer.text
    assert answer.json()["type"].endswith("/signature-refused")
    assert answer.json()["detail"] == "The delivery must carry a signature that holds"


def test_a_signed_delivery_is_kept_with_what_it_was_signed_with(house: House, door: Visitor, holder: KeyHolder) -> None:
    sent = holder.signed(
        PATH, BODY, headers(house, **{"samsyn-coverage": "areas=*;categories=*;period=2026-W07..2026-W07"})
    )
    answer = door.post(PATH, content=BODY, headers=sent)
    assert answer.status_code == 201, answer.text
    intent, _ = house.trail(Operation.COLLECT)
    assert f"signature holds; key {holder.key.kid}; evidence sha256:" in str(intent.fields["note"])


def test_a_delivery_that_must_be_signed_and_is_not_is_refused(house: House, door: Visitor, holder: KeyHolder) -> None:
    refused(door.post(PATH, content=BODY, headers=headers(house)))
    assert told(house) == ["the delivery is not signed"]


def test_a_delivery_that_need_not_be_signed_may_be_and_is_then_checked(house: House, door: Visitor) -> None:
    holder = register(house, PUBLISHER)
    assert door.post(PATH, content=BODY, headers=headers(house)).status_code == 201
    sent = holder.signed(PATH, BODY, headers(house, "k2"))
    assert door.post(PATH, content=BODY, headers=sent).status_code == 201
    refused(door.post(PATH, content=BODY, headers=holder.signed(PATH, BODY, headers(house, "k3")) | {"signature": "x"}))


def test_a_signature_is_good_once(house: House, door: Visitor, holder: KeyHolder) -> None:
    sent = holder.signed(PATH, BODY, headers(house))
    assert door.post(PATH, content=BODY, headers=sent).status_code == 201
    refused(door.post(PATH, content=BODY, headers=sent))
    assert "shown before" in told(house)[0]
    assert door.post(PATH, content=BODY, headers=holder.signed(PATH, BODY, headers(house))).status_code == 201


CHANGED: dict[str, dict[str, Any]] = {
    "another body": {"content": BODY.replace(b"12", b"13")},
    "another body with its digest": {
        "content": b"x",
        "headers": {"content-digest": f"sha-256=:{b64encode(sha256(b'x').digest()).decode()}:"},
    },
    "another key for the delivery": {"headers": {"idempotency-key": "k9"}},
    "a coverage that was not signed": {"headers": {"samsyn-coverage": "*"}},
    "another kind of body": {"headers": {"content-type": "application/json"}},
    "another dataset": {"path": PATH.replace("kommunens-storningar", "polisens-handelser")},
    "a question after the address": {"path": f"{PATH}?x=1"},
    "no digest": {"headers": {"content-digest": ""}},
    "no input": {"headers": {"signature-input": ""}},
    "an input of nothing": {"headers": {"signature-input": 'samsyn=();tag="samsyn-delivery"'}},
    "two headers that disagree": {"headers": {"signature": "other=:AAAA:"}},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_signature_over_something_else_is_refused(
    house: House, door: Visitor, holder: KeyHolder, change: dict[str, Any]
) -> None:
    sent = holder.signed(PATH, BODY, headers(house)) | change.get("headers", {})
    path = change.get("path", PATH)
    answer = door.post(path, content=change.get("content", BODY), headers=sent)
    if path.startswith(PATH) and "?" not in path:
        refused(answer)
        assert told(house)
    else:
        assert answer.status_code in (400, 403, 404)
    assert not house.trail(Operation.COLLECT)


def test_a_signature_that_covers_too_little_is_refused(house: House, door: Visitor, holder: KeyHolder) -> None:
    sent = holder.signed(PATH, BODY, headers(house))
    for component in ('"@method"', '"@target-uri"', '"content-digest"', '"idempotency-key"'):
        refused(door.post(PATH, content=BODY, headers=resigned(holder, sent, (component, ""))))


def test_tag_nonce_and_algorithm_are_demanded(house: House, door: Visitor, holder: KeyHolder) -> None:
    sent = holder.signed(PATH, BODY, headers(house))
    nonce = sent["signature-input"].partition(';nonce="')[2].partition('"')[0]
    for change in (
        (';tag="samsyn-delivery"', ""),
        (';tag="samsyn-delivery"', ';tag="other"'),
        (f';nonce="{nonce}"', ""),
        (f';nonce="{nonce}"', ';nonce="x"'),
        ('alg="ecdsa-p256-sha256"', 'alg="hmac-sha256"'),
    ):
        refused(door.post(PATH, content=BODY, headers=resigned(holder, sent, change)))


@pytest.mark.parametrize("age", [61, -11])
def test_a_signature_is_of_this_minute(house: House, door: Visitor, holder: KeyHolder, age: int) -> None:
    sent = holder.signed(PATH, BODY, headers(house))
    house.clock.forward(timedelta(seconds=age + (1 if age > 0 else -1)))
    refused(door.post(PATH, content=BODY, headers=sent | house.bearer(PUBLISHER)))


def test_another_key_does_not_sign_for_the_client(house: House, door: Visitor, holder: KeyHolder) -> None:
    thief = KeyHolder(house, PUBLISHER, new_key())
    refused(door.post(PATH, content=BODY, headers=thief.signed(PATH, BODY, headers(house))))
    thief.key.kid = holder.key.kid
    refused(door.post(PATH, content=BODY, headers=thief.signed(PATH, BODY, headers(house))))


def resigned(holder: KeyHolder, sent: dict[str, str], change: tuple[str, str]) -> dict[str, str]:
    """The headers with the input changed, and a signature by the right key over what it then says."""
    label, _, params = sent["signature-input"].partition("=")
    params = " ".join(params.replace(*change).split()).replace("( ", "(").replace(" )", ")")
    values = {"@method": "POST", "@target-uri": f"{ISSUER}{PATH}", **sent}
    covered = [name.strip('"') for name in params[1 : params.index(")")].split()]
    base = "\n".join([*(f'"{name}": {values[name]}' for name in covered), f'"@signature-params": {params}'])
    r, s = decode_dss_signature(holder.key.private.sign(base.encode(), ec.ECDSA(hashes.SHA256())))
    raw = b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()
    return sent | {"signature-input": f"{label}={params}", "signature": f"{label}=:{raw}:"}


def test_an_auditor_checks_the_evidence_again_here_and_elsewhere(
    house: House, door: Visitor, holder: KeyHolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = door.post(PATH, content=BODY, headers=holder.signed(PATH, BODY, headers(house))).json()["deliveryId"]
    monkeypatch.setenv("SAMSYN_HOME", str(house.place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", house.place.database_url or "")
    while house.trail()[-1].index is None:
        time.sleep(0.05)
    taken, file = tmp_path / "evidence.json", tmp_path / "delivered.csv"
    file.write_bytes(BODY)
    said = evidence(delivery, "--out", str(taken), "--body", str(file), "--json")
    assert said["faults"] == []
    assert said["client"] == PUBLISHER
    assert len(house.trail(Operation.REVIEW)) == 1
    monkeypatch.setenv("SAMSYN_HOME", str(tmp_path / "nowhere"))
    key = ("--key", read_verifier_key(house.place.keys / LOG_FOLDER).vkey, "--json")
    assert evidence("--from", str(taken), *key)["faults"] == []
    assert by_hand(said), "no program of ours is needed to check it"
    for name, change, fault in (
        ("signature_base", said["signature_base"].replace("POST", "GET"), "the signature does not hold"),
        ("public_jwk", new_key().public, "the key is not the one that is named"),
        ("content_digest", "sha-256=:AAAA:", "the receipt's digest is not the one that was signed"),
        ("entry", "", "the log does not vouch for it"),
        ("entry", said["entry"].replace("evidence sha256:", "evidence sha256:0"), "leaf"),
        ("checkpoint", said["checkpoint"].replace("\n", "0\n", 2), "the log does not vouch for it"),
        ("publisher", "huddinge", "the log says party"),
        ("client", "another-publisher", "the log says client"),
        ("dataset", "another-dataset", "what was signed went to"),
        ("delivery", "another-delivery", "the log says delivery"),
        ("received_at", "2020-01-01T00:00:00+00:00", "the log says time"),
    ):
        forged = tmp_path / "forged.json"
        forged.write_text(json.dumps({**json.loads(taken.read_text()), name: change}))
        assert any(told.startswith(fault) for told in evidence("--from", str(forged), *key, code=1)["faults"])
    file.write_bytes(BODY + b"\n")
    assert evidence("--from", str(taken), "--body", str(file), *key, code=1)["faults"] == [
        "the file is not the one that was signed"
    ]


def by_hand(said: dict[str, Any]) -> bool:
    raw = b64decode(said["signature"])
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public_key(said["public_jwk"]).verify(signature, said["signature_base"].encode(), ec.ECDSA(hashes.SHA256()))
    return True


def evidence(*words: str, code: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(trail_commands, ["evidence", *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found
