"""The desk over HTTP: an agreement is proposed, approved by both sides, changed and ended, and the pulls follow."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api import desk, pull
from audit.entry import Kind, Operation
from desk.settling import LONGEST_ACT
from intake.areas_builtin import sverige
from intake.areas_store import store_areas
from policies.agreement import parse_agreement
from settings import DeskSettings, PullSettings
from store.sessions import ReferenceSession, open_engine, transaction
from tests.api.conftest import Open
from tests.api.house import ISSUER, NOW, House
from tests.api.shelf import AGREEMENT, TABLE, put
from tests.api.visitor import Visitor

AGREEMENTS = "/samsyn/v1/agreements"
HUDDINGE = f"{AGREEMENTS}/huddinge"
CELLS = f"/samsyn/v1/tables/{TABLE}/cells"
AUTHOR = "huddinge-policy-officer"
APPROVERS = ("huddinge-lawyer", "polisen-policy-officer", "raddningstjansten-policy-officer")


def version(number: int, text: bytes = AGREEMENT) -> bytes:
    return text.replace(b"version = 1", f"version = {number}".encode())


def without_the_police(text: bytes) -> bytes:
    """The same agreement, but the police receive no table of disturbances."""
    head, table, rest = re.split(rb'(?=\[\[tables\]\]\nid = "huddinge-(?:storningar|raddningsinsatser)")', text)
    all_three = b'recipients = ["huddinge", "polisen", "raddningstjansten"]'
    return head + table.replace(all_three, b'recipients = ["huddinge", "raddningstjansten"]') + rest


@pytest.fixture
def door(house: House, open_door: Open) -> Visitor:
    engine = open_engine(house.place, "operator", writes="reference")
    with transaction(engine) as session:
        store_areas(ReferenceSession(session), sverige(), NOW)
    engine.dispose()
    return opened(house, open_door)


def opened(house: House, open_door: Open) -> Visitor:
    return open_door(
        lambda reception, closing: desk.fittings(DeskSettings(house.place, ISSUER), reception, closing),
        lambda _, closing: pull.fittings(PullSettings(house.place, ISSUER), closing),
    )


def ask(house: House, door: Visitor, path: str, client: str = AUTHOR, **headers: str) -> httpx.Response:
    return door.get(path, headers=house.bearer(client) | headers)


def read(house: House, door: Visitor, client: str = "polisen-reader", path: str = CELLS) -> httpx.Response:
    return ask(house, door, path, client, **{"Samsyn-Purpose": "lagesbild"})


def propose(
    house: House, door: Visitor, text: bytes = AGREEMENT, client: str = AUTHOR, path: str = HUDDINGE
) -> httpx.Response:
    sent = house.bearer(client) | {"Content-Type": "application/toml"}
    return door.post(f"{path}/versions", headers=sent, content=text)


def step(  # noqa: PLR0917 -- who does what to which version, in the order of the sentence
    house: House,
    door: Visitor,
    digest: str,
    what: str,
    client: str,
    reason: str = "",
) -> httpx.Response:
    body: dict[str, Any] = {"json": {"reason": reason}} if reason else {}
    return door.post(f"{HUDDINGE}/versions/{digest}/{what}", headers=house.bearer(client), **body)


def agree(house: House, door: Visitor, text: bytes = AGREEMENT) -> str:
    """Propose a version and let everyone approve it; gives its digest."""
    digest = str(propose(house, door, text).json()["digest"])
    for client in APPROVERS:
        assert step(house, door, digest, "approvals", client).status_code == 201
    return digest


def state(house: House, door: Visitor, digest: str) -> str:
    return str(ask(house, door, f"{HUDDINGE}/versions/{digest}").json()["state"])


def test_an_agreement_from_draft_to_in_force_to_changed_to_terminated_and_the_pulls_with_it(
    house: House, door: Visitor
) -> None:
    assert read(house, door).status_code == 404
    answer = propose(house, door)
    first = answer.json()["digest"]
    assert (answer.status_code, answer.json()["state"]) == (201, "proposed")
    assert answer.headers["location"] == f"{HUDDINGE}/versions/{first}"
    put(house.place, first)
    awaited = []
    for client in APPROVERS:
        assert read(house, door).status_code == 404
        awaited.append(step(house, door, first, "approvals", client).json()["awaits"])
    assert awaited == [["polisen", "raddningstjansten"], ["raddningstjansten"], []]
    assert state(house, door, first) == "in-force"
    assert read(house, door).status_code == read(house, door, "huddinge-reader").status_code == 200

    second = agree(house, door, without_the_police(version(2)))
    assert (state(house, door, first), state(house, door, second)) == ("superseded", "in-force")
    refusal = read(house, door)
    assert refusal.status_code == 403
    assert [reason["rule"] for reason in refusal.json()["reasons"]] == ["recipient"]
    assert read(house, door, "huddinge-reader").status_code == 200

    ended = step(house, door, second, "terminations", "polisen-policy-officer", "the meetings have ended").json()
    assert ended["version"]["state"] == "terminated"
    assert ended["withdrawn"] == [{"table": TABLE, "releaseId": "release-1"}]
    assert [(one["client"], one["readings"]) for one in ended["pulledBy"]] == [
        ("huddinge-reader", 2),
        ("polisen-reader", 1),
    ]
    refusal = read(house, door, "huddinge-reader")
    assert refusal.status_code == 403
    (reason,) = refusal.json()["reasons"]
    assert reason["en"] == "huddinge version 2 was terminated before the end of its first day"
    assert read(house, door, "orebro-analyst").status_code == 404

    agree(house, door, version(3))
    withdrawn = read(house, door)
    assert withdrawn.status_code == 410
    assert withdrawn.json()["reason"] == "the agreement was terminated: the meetings have ended"


def test_every_step_is_announced_and_told_in_the_trail_with_version_party_and_person(
    house: House, door: Visitor
) -> None:
    digest = agree(house, door)
    put(house.place, digest)
    step(house, door, digest, "terminations", "polisen-policy-officer", "over")
    said = [entry.fields for entry in house.trail(Operation.ADMINISTER, Operation.WITHDRAW)]
    assert [(one["note"], one["kind"], one["actor"], one["party"]) for one in said] == [
        (what, kind, client, client.partition("-")[0])
        for what, client in [
            ("proposed", AUTHOR),
            *(("approved", client) for client in APPROVERS),
            ("terminated", "polisen-policy-officer"),
            ("the agreement was terminated: over", "polisen-policy-officer"),
        ]
        for kind in (Kind.INTENT, Kind.OUTCOME)
    ]
    steps = [one for one in said if one["operation"] == Operation.ADMINISTER]
    assert {(one["agreement"], one["agreementVersion"]) for one in steps} == {("huddinge", f"1 sha256:{digest}")}
    assert steps[-1]["justification"] == "over"
    assert [(one["table"], one["release"]) for one in said[-2:]] == [(TABLE, "release-1")] * 2
    assert [one["status"] for one in said if one["kind"] == Kind.OUTCOME] == ["done"] * 6
    assert len({one["requestId"] for one in said}) == 6


def test_the_text_is_given_back_as_the_very_bytes(house: House, door: Visitor) -> None:
    digest = propose(house, door).json()["digest"]
    answer = ask(house, door, f"{HUDDINGE}/versions/{digest}", "polisen-policy-officer", Accept="application/toml")
    assert (answer.content, answer.headers["content-type"]) == (AGREEMENT, "application/toml")
    assert parse_agreement(answer.content, "it", digest).digest == digest
    tag = answer.headers["etag"]
    again = f"{HUDDINGE}/versions/{digest}?format=toml"
    assert ask(house, door, again, **{"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("path", "client"),
    [(HUDDINGE, "orebro-policy-officer"), (f"{AGREEMENTS}/nowhere", AUTHOR), (f"{AGREEMENTS}/%00", AUTHOR)],
)
def test_an_outsider_is_told_nothing_and_the_trail_knows_who_tried(
    house: House, door: Visitor, path: str, client: str
) -> None:
    digest = agree(house, door)
    before = len(house.trail(Operation.DENY))
    answers = [
        ask(house, door, path, client),
        ask(house, door, f"{path}/versions/{digest}", client),
        propose(house, door, version(2), client, path) if path == HUDDINGE else ask(house, door, path, client),
        door.post(f"{path}/versions/{digest}/approvals", headers=house.bearer(client)),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.json()["detail"] for answer in answers}) == 1
    tried = house.trail(Operation.DENY)[before:]
    assert [entry.fields["client"] for entry in tried] == [client] * 4
    assert ask(house, door, AGREEMENTS, "orebro-policy-officer").json()["agreements"] == []


def test_nobody_ends_an_agreement_of_others_with_a_text_of_their_own(house: House, door: Visitor) -> None:
    digest = agree(house, door)
    head, _ = AGREEMENT.split(b"[[grounds]]")[:2]
    alone = head.replace(b"huddinge", b"orebro").replace(b'id = "orebro"', b'id = "huddinge"', 1)
    alone = alone.replace(b"version = 1", b"version = 2\ntables = []")
    alone = re.sub(rb'\[\[parties\]\]\nid = "(polisen|raddningstjansten)"(\n.+)+', b"", alone)
    alone = re.sub(rb"circle = .*", b'circle = ["orebro"]', alone)
    assert propose(house, door, alone, "orebro-policy-officer").status_code == 404
    assert house.trail(Operation.DENY)[-1].fields["reasons"] == ["others"]
    assert state(house, door, digest) == "in-force"


def test_a_public_agreement_is_read_by_all_but_not_who_approved_it(house: House, door: Visitor) -> None:
    public = AGREEMENT.replace(b'id = "huddinge"\nversion = 1', b'id = "huddinge"\nversion = 1\npublic = true')
    public = re.sub(rb"recipients = .*", b'recipients = ["*"]', public)
    digest = propose(house, door, public).json()["digest"]
    assert ask(house, door, HUDDINGE, "orebro-policy-officer").status_code == 404
    for client in APPROVERS:
        step(house, door, digest, "approvals", client)
    (told,) = ask(house, door, HUDDINGE, "orebro-policy-officer").json()["versions"]
    assert (told["state"], told["author"], told["steps"]) == ("in-force", None, [])
    assert step(house, door, digest, "terminations", "orebro-policy-officer", "no").status_code == 409


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (AGREEMENT.replace(b"version = 1", b"versoin = 1"), 4, "unknown key"),
        (AGREEMENT.replace(b"version = 1", b'version = "1"'), 4, "valid integer"),
        (AGREEMENT.replace(b'areas = ["0126"]', b'areas = ["9999"]'), 58, "'9999' is no area"),
        (b"not = toml = at all", 1, "not TOML"),
        (b"\xff", 1, "not UTF-8"),
    ],
)
def test_a_text_that_does_not_hold_is_refused_by_line(
    house: House, door: Visitor, text: bytes, line: int, told: str
) -> None:
    answer = propose(house, door, text)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("invalid-agreement")
    error = answer.json()["errors"][0]
    assert error["line"] == line
    assert told in error["message"]
    assert ask(house, door, AGREEMENTS).json()["agreements"] == []


def test_the_life_of_an_agreement_is_kept_to(house: House, door: Visitor) -> None:
    digest = propose(house, door).json()["digest"]
    refused = [
        (step(house, door, digest, "approvals", AUTHOR), "the author of a text does not approve it"),
        (
            step(house, door, digest, "terminations", AUTHOR, "why not"),
            "a version that is proposed cannot be terminated",
        ),
        (propose(house, door), "huddinge has version 1 already; give this text the number 2"),
    ]
    step(house, door, digest, "approvals", "huddinge-lawyer")
    refused += [(step(house, door, digest, "approvals", "huddinge-lawyer"), "huddinge has approved already")]
    returned = step(house, door, digest, "returns", "polisen-policy-officer", "The area is wrong")
    assert (returned.status_code, returned.json()["state"]) == (201, "returned")
    assert returned.json()["steps"][-1]["note"] == "The area is wrong"
    last = step(house, door, digest, "approvals", "polisen-policy-officer")
    refused += [(last, "a version that is returned cannot be approved")]
    for answer, why in refused:
        assert answer.status_code == 409
        assert answer.json()["detail"] == why
        assert answer.json()["reason"]["sv"]
    assert [entry.fields["reasons"] for entry in house.trail(Operation.DENY)] == [["life"]] * 2 + [["version"]] + [
        ["life"]
    ] * 2


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("returns", {}, 400),
        ("returns", {"json": {"reason": " "}}, 400),
        ("returns", {"json": {"reason": "a\x00b"}}, 400),
        ("returns", {"json": {"reason": "x" * 2001}}, 400),
        ("returns", {"json": {"reason": "x", "more": 1}}, 400),
        ("terminations", {"content": b"{"}, 400),
        ("approvals", {"json": {"reservation": "all of it"}}, 400),
    ],
)
def test_a_step_takes_its_reason_and_nothing_else(
    house: House, door: Visitor, path: str, sent: dict[str, Any], status: int
) -> None:
    digest = propose(house, door).json()["digest"]
    answer = door.post(f"{HUDDINGE}/versions/{digest}/{path}", headers=house.bearer("polisen-policy-officer"), **sent)
    assert answer.status_code == status
    assert state(house, door, digest) == "proposed"


def test_a_text_is_sent_as_toml_to_its_own_address(house: House, door: Visitor) -> None:
    sent = house.bearer(AUTHOR) | {"Content-Type": "application/json"}
    assert door.post(f"{HUDDINGE}/versions", headers=sent, content=AGREEMENT).status_code == 415
    assert propose(house, door, path=f"{AGREEMENTS}/sodertalje").status_code == 400


def test_without_the_trail_no_step_is_taken(house: House, door: Visitor) -> None:
    digest = propose(house, door).json()["digest"]
    door.app.state.reception.trail.close()
    assert step(house, door, digest, "approvals", "huddinge-lawyer").status_code == 503
    assert ask(house, door, HUDDINGE).status_code == 503
    assert door.app.state.desk.officer.desk().versions[digest].life.awaits[0] == "huddinge"


def test_what_a_crash_interrupted_is_finished_when_the_desk_opens_again(
    house: House, open_door: Open, door: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = agree(house, door)
    put(house.place, digest)
    monkeypatch.setattr("desk.withdrawing.shelf.withdraw", _crash)
    assert step(house, door, digest, "terminations", AUTHOR, "over").status_code == 500
    assert read(house, door).status_code == 403
    monkeypatch.undo()
    house.clock.forward(LONGEST_ACT + timedelta(seconds=1))
    opened(house, open_door)
    said = [entry.fields for entry in house.trail(Operation.WITHDRAW)]
    assert [(one["kind"], one.get("status")) for one in said] == [
        ("intent", None),
        ("outcome", "not-done"),
        ("intent", None),
        ("outcome", "done"),
    ]
    assert said[-1]["actor"] == "samsyn desk"


def _crash(*_: object) -> None:
    raise RuntimeError("the machine is gone")
