"""A log before its witness: cosigned as long as it only grows, found out when it did not."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest

from api import witness as door
from api import witnessing
from api.frame import Door, frame
from api.witnessing import Known, WitnessContradictsError, Witnessing
from audit.checkpoint import Checkpoint, sign, witnesses
from audit.note import KeyKind, SigningKey
from audit.tree import EMPTY_ROOT
from audit.witness import Submission
from settings import Place, SettingsError
from settings import witnesses as read_witnesses
from store import trail_published
from store.trail_key import FOLDER, make_log_key
from store.trail_log import TrailLog
from store.trail_signing import SIGNED, Signer
from store.trail_witness import ForgottenError, Witness
from tests.api.visitor import Visitor
from tests.store_trail.trails import Trail, reading_entry

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
REWRITE = ("UPDATE trail.entry SET other_commitment = personal_commitment WHERE arrival = 1",)
TAKE_BACK = ("DELETE FROM trail.entry WHERE arrival > 2",)
ANEW = tuple(f"DELETE FROM trail.{table}" for table in ("leaf", "node", "head"))


class Scene:
    """A log with its key, a witness with its folder, and the way between them."""

    def __init__(self, trail: Trail, folder: Path) -> None:
        self.trail = trail
        self.keys = trail.place.keys / FOLDER
        self.log_key = make_log_key(self.keys, "samsyn.test/log")
        self.folder = folder
        folder.mkdir()
        self.key = make_log_key(folder, "witness.test/w", KeyKind.WITNESS)
        self.log = TrailLog(trail.engine("sequencer"))
        self.engine = trail.engine("sequencer", "trail")
        self.up = True
        self.visitor = trail.stack.enter_context(Visitor(self.app()))
        self.grown = 0

    def witness(self) -> Witness:
        return Witness(self.key, [self.log_key.verifier()], self.folder, lambda: AT)

    def app(self) -> Door:
        return frame(door.fittings(self.witness()), ExitStack())

    def submitting(self) -> Witnessing:
        """A log that has just been started and knows nothing of what its witness has seen."""

        def forward(request: httpx.Request) -> httpx.Response:
            if not self.up:
                raise httpx.ConnectError("refused")
            told = self.visitor.post(request.url.path, content=request.content)
            return httpx.Response(
                told.status_code, headers={"content-type": told.headers["content-type"]}, text=told.text
            )

        http = self.trail.stack.enter_context(httpx.Client(transport=httpx.MockTransport(forward)))
        known = [Known(self.key.verifier(KeyKind.WITNESS), "http://witness")]
        publish = partial(trail_published.publish, self.engine)
        made = Witnessing(self.log, known, publish, lambda: True, http)
        self.trail.stack.callback(made.close)
        return made

    def grow(self, count: int) -> None:
        self.trail.writer().append_many([reading_entry(self.grown + at) for at in range(count)])
        self.grown += count
        self.sequence()

    def sequence(self) -> None:
        self.trail.sequencer(sign=Signer(self.log_key, self.keys)).integrate()

    def anew(self, *change: str) -> None:
        self.trail.tamper(*change, *ANEW)
        (self.keys / SIGNED).unlink()
        self.sequence()

    def published(self) -> tuple[int, list[str]]:
        note = self.log.checkpoint() or ""
        cosigned = witnesses(note, [self.key.verifier(KeyKind.WITNESS)])
        return int(note.splitlines()[1]), [one.name for one in cosigned]


@pytest.fixture
def scene(sqlite_place: Place, tmp_path: Path) -> Iterator[Scene]:
    with ExitStack() as stack:
        made = Scene(Trail(sqlite_place, stack), tmp_path / "witness")
        made.grow(5)
        yield made


def test_what_is_published_bears_the_witnesss_name(scene: Scene) -> None:
    assert scene.published() == (5, [])
    submitting = scene.submitting()
    submitting.round()
    assert scene.published() == (5, ["witness.test/w"])
    scene.grow(300)
    submitting.round()
    assert scene.published() == (305, ["witness.test/w"])
    submitting.check()


def test_a_log_that_forgot_what_its_witness_saw_is_told(scene: Scene) -> None:
    scene.submitting().round()
    scene.grow(4)
    afresh = scene.submitting()
    afresh.round()
    assert scene.published() == (9, ["witness.test/w"])
    afresh.check()


def test_what_witnesses_were_shown_is_published_until_they_were_shown_more(scene: Scene) -> None:
    scene.submitting().round()
    scene.grow(1)
    assert scene.published() == (5, ["witness.test/w"])


def test_a_witness_that_is_away_holds_nothing_up(scene: Scene) -> None:
    scene.up = False
    submitting = scene.submitting()
    submitting.round()
    submitting.check()
    assert scene.published() == (5, [])
    scene.up = True
    for _ in range(witnessing.ROUNDS_BEFORE_RETRY):
        submitting.round()
    assert scene.published() == (5, ["witness.test/w"])


@pytest.mark.parametrize("change", [REWRITE, TAKE_BACK], ids=["rewritten", "set back"])
def test_a_witness_contradicts_a_history_that_was_signed_anew(scene: Scene, change: tuple[str, ...]) -> None:
    scene.submitting().round()
    scene.anew(*change)
    submitting = scene.submitting()
    submitting.round()
    with pytest.raises(WitnessContradictsError, match=r"witness\.test/w has seen 5 entries"):
        submitting.check()


def test_an_empty_log_is_contradicted_by_a_witness_that_saw_entries(scene: Scene) -> None:
    scene.submitting().round()
    scene.trail.tamper("DELETE FROM trail.entry", *ANEW)
    submitting = scene.submitting()
    submitting.submit(sign(Checkpoint("samsyn.test/log", 0, EMPTY_ROOT), scene.log_key))
    with pytest.raises(WitnessContradictsError):
        submitting.check()


def test_a_process_that_lost_the_lead_is_behind_and_no_contradiction(scene: Scene) -> None:
    slow = scene.submitting()
    note = scene.log.signed() or ""
    scene.grow(3)
    scene.submitting().round()
    assert slow.submit(note) == note
    slow.check()


def test_what_is_published_never_goes_back_but_ends_with_the_witnesses(scene: Scene) -> None:
    scene.submitting().round()
    trail_published.publish(scene.engine, 4, "older")
    assert scene.published()[0] == 5
    scene.grow(1)
    trail_published.begin(scene.engine)
    assert scene.published()[0] == 5
    trail_published.end(scene.engine)
    assert scene.published() == (6, [])


def test_the_witness_answers_as_the_specification_says(scene: Scene) -> None:
    note = scene.log.signed() or ""
    stranger = SigningKey("samsyn.test/log", scene.key.private)
    unknown = SigningKey("other.test/log", scene.key.private)

    def told(body: str) -> tuple[int, str, str]:
        answer = scene.visitor.post("/add-checkpoint", content=body.encode())
        return answer.status_code, answer.headers["content-type"].split(";")[0], answer.text

    assert told("hello")[0] == 400
    assert scene.visitor.post("/add-checkpoint", content=b"\xff").status_code == 400
    assert told(Submission(0, (), sign(Checkpoint("other.test/log", 5, bytes(32)), unknown)).text)[0] == 404
    assert told(Submission(0, (), sign(Checkpoint("samsyn.test/log", 5, bytes(32)), stranger)).text)[0] == 403
    assert told(Submission(3, (), note).text) == (409, "text/x.tlog.size", "0\n")
    status, kind, line = told(Submission(0, (), note).text)
    assert (status, kind) == (200, "text/plain")
    assert witnesses(note + line, [scene.key.verifier(KeyKind.WITNESS)])
    scene.grow(2)
    assert told(Submission(5, (bytes(32),), scene.log.signed() or "").text)[0] == 422
    assert told(Submission(0, (), scene.log.signed() or "").text) == (409, "text/x.tlog.size", "5\n")


def test_a_witness_remembers_across_a_restart_and_never_begins_anew(scene: Scene) -> None:
    scene.submitting().round()
    again = scene.witness()
    last = again.last(scene.log_key.verifier())
    assert last is not None
    assert last.size == 5
    (file,) = scene.folder.glob("*.checkpoint")
    file.write_text("damaged")
    with pytest.raises(ForgottenError):
        again.add(Submission(0, (), scene.log.signed() or "").text)


def test_witnesses_are_named_in_the_environment() -> None:
    told = {"SAMSYN_WITNESSES": "w.test+01020304+BAAA https://w.test/, v.test+01020304+BAAA http://127.0.0.1:8090"}
    assert read_witnesses(told) == (
        ("w.test+01020304+BAAA", "https://w.test"),
        ("v.test+01020304+BAAA", "http://127.0.0.1:8090"),
    )
    assert read_witnesses({}) == ()
    with pytest.raises(SettingsError, match="SAMSYN_WITNESSES"):
        read_witnesses({"SAMSYN_WITNESSES": "https://w.test"})
