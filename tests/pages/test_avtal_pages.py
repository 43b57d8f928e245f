"""Agreements as pages: what changed, word by word, and decisions that bind the very text and say why."""

from collections.abc import Iterator

import pytest

from api import app as every_door
from api.pages.avtal_diff import changed
from audit.entry import Operation
from models.desk import AgreementStep, AgreementVersion
from policies.agreement import parse_agreement
from settings import Place
from store import desk
from store.sessions import DeskSession, open_engine, transaction
from tests.api.house import ISSUER, NOW, House, furnish
from tests.api.people import Browser, add_person, session_of
from tests.api.shelf import AGREEMENT, approve
from tests.api.visitor import Visitor

SECOND = AGREEMENT.replace(b"version = 1\n", b"version = 2\n", 1).replace(b"delay_days = 0", b"delay_days = 7", 1)
DIGEST = parse_agreement(SECOND, "test").digest
PAGE = f"/avtal/huddinge/{DIGEST}"


def propose(place: Place) -> None:
    """The second version, proposed by somebody of the police."""
    row = AgreementVersion(
        digest=DIGEST, agreement="huddinge", version=2, body=SECOND, author="x", author_party="polisen", created_at=NOW
    )
    engine = open_engine(place, "owner")
    with transaction(engine) as opened:
        session = DeskSession(opened)
        desk.add_version(session, row)
        desk.add_step(session, AgreementStep(digest=DIGEST, step="proposed", party="polisen", person="x", at=NOW))
    engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest) -> House:
    place: Place = request.getfixturevalue(f"new_{request.param}")()
    made = furnish(place)
    approve(place)
    propose(place)
    return made


@pytest.fixture(scope="module")
def door(house: House) -> Iterator[Visitor]:
    with Visitor(every_door.app(house.place, ISSUER)) as visitor:
        house.clock.now = visitor.app.state.reception.clock()
        yield visitor


def officer(house: House, door: Visitor, party: str) -> Browser:
    name = f"olle.{party}"
    session_of(house, add_person(house, name, "policy-officer", party), f"token of {name}")
    browser = Browser(door)
    browser.cookies.set("__Host-samsyn-session", f"token of {name}", domain="testserver.local")
    return browser


def test_a_rewritten_line_is_told_word_by_word() -> None:
    (line,) = changed("a = 1\nb = 2\n", "a = 1\nb = 3\n")
    assert line.number == 2
    assert [(piece.what, piece.text) for piece in line.pieces] == [("same", "b = "), ("gone", "2"), ("new", "3")]


@pytest.mark.parametrize(("old", "new"), [("", "a\nb"), ("a\nb\nc", "c"), ("a", "a"), ("a b c", "a, b\nd")])
def test_what_stayed_and_came_is_the_newer_text(old: str, new: str) -> None:
    for line in changed(old, new):
        kept = "".join(piece.text for piece in line.pieces if piece.what != "gone")
        assert line.number is None or kept == new.splitlines()[line.number - 1]


def test_a_version_says_what_it_changes(house: House, door: Visitor) -> None:
    olle = officer(house, door, "huddinge")
    assert PAGE in olle.get("/avtal").text
    text = olle.get(PAGE).text
    assert "<del><span" in text
    assert "<ins><span" in text
    assert f"sha256:{DIGEST}" in text


def test_another_partys_officer_sees_nothing(house: House, door: Visitor) -> None:
    olle = officer(house, door, "orebro")
    assert "huddinge" not in olle.get("/avtal").text
    assert olle.get(PAGE).status_code == 404


def test_an_approval_needs_the_text_read_and_a_reason_and_is_given_once(house: House, door: Visitor) -> None:
    olle = officer(house, door, "huddinge")
    assert "Bekräfta att du har läst" in olle.submit(PAGE, beslut="godkann", skal="bra").text
    assert "Bekräfta att du har läst" in olle.submit(PAGE, beslut="godkann", skal="bra", last="another").text
    assert "Skriv ett skäl" in olle.submit(PAGE, beslut="godkann", last=DIGEST, skal=" ").text
    assert olle.submit(PAGE, beslut="burn", skal="x").status_code == 400
    assert olle.submit(PAGE, beslut="godkann", last=DIGEST, skal="Prövat av oss").status_code == 303
    told = house.trail(Operation.ADMINISTER)[-1].fields
    assert (told["note"], told["justification"], told["actor"]) == ("approved", "Prövat av oss", "olle.huddinge")
    after = olle.get(PAGE).text
    assert "Prövat av oss" in after
    assert "Godkänn version 2" not in after


def test_a_version_in_force_cannot_be_decided_about_and_says_why(house: House, door: Visitor) -> None:
    first = parse_agreement(AGREEMENT, "test").digest
    text = officer(house, door, "polisen").get(f"/avtal/huddinge/{first}").text
    assert "Du kan inte besluta om den här versionen" in text
    assert 'name="beslut"' not in text
