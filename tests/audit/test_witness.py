"""A witness cosigns a log that only grew, and each other submission has its own refusal."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import Checkpoint, cosign, sign, witnesses
from audit.note import KeyKind, NoteError, SigningKey
from audit.tree import consistency, leaf_hash, root_of
from audit.witness import Refusal, Refused, Seen, Submission, joined, judge, origin_of

LOG = SigningKey("log.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
OTHER = SigningKey("log.example", Ed25519PrivateKey.from_private_bytes(b"o" * 32))
WITNESS = SigningKey("witness.example", Ed25519PrivateKey.from_private_bytes(b"w" * 32))
LEAVES = [leaf_hash(bytes([at])) for at in range(20)]
LOGS = [LOG.verifier()]


def read(height: int, index: int) -> bytes:
    return root_of(LEAVES[index << height : (index + 1) << height])


def submission(old: int, new: int) -> Submission:
    note = sign(Checkpoint("log.example", new, root_of(LEAVES[:new])), LOG)
    return Submission(old, tuple(consistency(old, new, read)), note)


def seen(size: int) -> Seen:
    return Seen(size, root_of(LEAVES[:size]))


@pytest.mark.parametrize(("old", "new"), [(0, 1), (0, 20), (7, 20), (8, 16), (20, 20), (0, 0)])
def test_a_log_that_grew_is_cosigned(old: int, new: int) -> None:
    sent = Submission.parse(submission(old, new).text)
    assert sent == submission(old, new)
    assert origin_of(sent) == "log.example"
    assert judge(sent, LOGS, seen(old)).size == new


GOOD = submission(7, 20)
FORKED = sign(Checkpoint("log.example", 20, root_of(LEAVES[1:] + LEAVES[:1])), LOG)
REFUSED = [
    (GOOD, [], seen(7), Refusal.UNKNOWN_LOG),
    (GOOD, [OTHER.verifier()], seen(7), Refusal.NOT_SIGNED),
    (replace(GOOD, checkpoint=GOOD.checkpoint.replace("\n20\n", "\n19\n")), LOGS, seen(7), Refusal.NOT_SIGNED),
    (submission(20, 20), LOGS, seen(7), Refusal.OTHER_SIZE),
    (GOOD, LOGS, seen(8), Refusal.OTHER_SIZE),
    (Submission(20, (), FORKED), LOGS, seen(20), Refusal.OTHER_SIZE),
    (replace(GOOD, old=21), LOGS, seen(7), Refusal.MALFORMED),
    (replace(GOOD, proof=GOOD.proof[:-1]), LOGS, seen(7), Refusal.NOT_GROWN),
    (replace(GOOD, checkpoint=FORKED), LOGS, seen(7), Refusal.NOT_GROWN),
    (replace(submission(0, 20), proof=(bytes(32),)), LOGS, Seen(), Refusal.NOT_GROWN),
]


@pytest.mark.parametrize(("sent", "logs", "known", "why"), REFUSED)
def test_anything_else_is_refused_with_its_status(
    sent: Submission, logs: list[object], known: Seen, why: Refusal
) -> None:
    with pytest.raises(Refused) as refused:
        judge(sent, logs, known)  # type: ignore[arg-type]
    assert refused.value.status is why
    assert refused.value.body == (f"{known.size}\n" if why is Refusal.OTHER_SIZE else f"{refused.value}\n")


@pytest.mark.parametrize(
    "text",
    ["", "old 7\n", GOOD.text.replace("old 7", "old 07"), GOOD.text.replace("=\n", "\n"), "old 0\n\nno checkpoint"],
)
def test_a_malformed_request_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        origin_of(Submission.parse(text))
    assert refused.value.status is Refusal.MALFORMED


def test_a_log_adds_only_lines_that_its_witnesses_made() -> None:
    known = WITNESS.verifier(KeyKind.WITNESS)
    line = cosign(GOOD.checkpoint, WITNESS, 1_770_000_000)
    full = joined(GOOD.checkpoint, line + line + OTHER.cosign("other text\n", 1), [known])
    assert full == GOOD.checkpoint + line
    assert witnesses(full, [known]) == [known]
    assert joined(GOOD.checkpoint, cosign(FORKED, WITNESS, 1), [known]) == GOOD.checkpoint
    assert joined(GOOD.checkpoint, "", [known]) == GOOD.checkpoint
    with pytest.raises(NoteError):
        joined(GOOD.checkpoint, "thanks\n", [known])
