"""`samsyn trail ask`, `mandate` and `cosignatures`, as an auditor and an operator type them."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import update

from audit.checkpoint import cosign
from audit.note import KeyKind, SigningKey
from models.parties import Party
from models.trail import HEAD
from store.sessions import transaction
from store.trail_answers import QUESTIONS
from store.trail_log import TrailLog
from store.trail_reading import Asked
from tests.api.house import NOW
from tests.store_trail.test_command_line import complaint, home, samsyn_trail
from tests.store_trail.trails import Trail

__all__ = ["home"]  # the fixture is the command line's


def test_a_question_is_answered_and_that_it_was_asked_is_in_the_trail(home: Trail) -> None:
    rows = json.loads(samsyn_trail("ask", "readings-by-actor", "--actor", "reader-1", "--json").stdout)
    assert [(row["index"], row["table"]) for row in rows] == [(1, "notiser"), (4, "notiser")]
    assert "reader-1" in samsyn_trail("ask", "readings-of-table", "--table", "notiser").stdout
    entries = list(home.reader().stream(Asked(operation=("review",))))
    assert [entry.fields["client"] for entry in entries] == [
        "samsyn trail ask readings-by-actor",
        "samsyn trail ask readings-of-table",
    ]


def test_questions_are_listed_and_what_one_lacks_is_said(home: Trail) -> None:
    assert {one["id"] for one in json.loads(samsyn_trail("ask", "--json").stdout)} == set(QUESTIONS)
    assert "Vem har ändrat en överenskommelse?" in samsyn_trail("ask").stdout
    assert "needs --table" in complaint(samsyn_trail("ask", "readings-of-table"))
    assert "no question 'who'" in complaint(samsyn_trail("ask", "who"))
    assert "No such entries." in samsyn_trail("ask", "refusals-by-reason").stdout


def test_a_mandate_is_decided_once_and_told_for_good(home: Trail) -> None:
    with transaction(home.engine("operator", "parties")) as session:
        session.add(Party(id="granskaren", name="Granskaren", kind="auditor", created_at=NOW))
        session.add(Party(id="sodertalje", name="Södertälje", kind="municipality", created_at=NOW))
    decide = ("mandate", "decide", "granskaren", "--decision", "dnr 7")
    assert "either --every or --sees" in complaint(samsyn_trail(*decide))
    assert "no party 'nowhere'" in complaint(samsyn_trail(*decide, "--sees", "nowhere"))
    told = samsyn_trail(*decide, "--sees", "sodertalje", "--names")
    assert told.exit_code == 0, complaint(told)
    (one,) = json.loads(samsyn_trail("mandate", "list", "--json").stdout)
    assert (one["party"], one["sees"], one["names"]) == ("granskaren", ["sodertalje"], True)
    intent, outcome = home.reader().stream(Asked(operation=("administer",)))
    assert intent.fields["note"] == outcome.fields["note"] == "mandate: sees sodertalje, names; dnr 7"
    refused = samsyn_trail("export", "--for", "granskaren", "--party", "huddinge")
    assert "is for sodertalje, not for huddinge" in complaint(refused)


@pytest.mark.parametrize("cosigns", [True, False])
def test_cosignatures_are_checked(home: Trail, cosigns: bool) -> None:  # noqa: FBT001 - a case
    witness = SigningKey("witness.test/w", Ed25519PrivateKey.generate())
    note = TrailLog(home.engine("reviewer")).checkpoint() or ""
    if cosigns:
        with home.engine("sequencer", "trail").begin() as connection:
            connection.execute(update(HEAD).values(published=note + cosign(note, witness, 1_770_000_000)))
    key = witness.verifier(KeyKind.WITNESS).vkey
    told = samsyn_trail("cosignatures", "--witness", key, "--json")
    assert told.exit_code == (0 if cosigns else 1), complaint(told)
    expected = "2026-02-02T02:40:00+00:00" if cosigns else None
    assert json.loads(told.stdout)["cosigned"] == {"witness.test/w": expected}
    assert samsyn_trail("cosignatures", "--witness", key, "--least", "0").exit_code == 0
