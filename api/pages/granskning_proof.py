"""The proof card of an entry: four statements, each tried anew, and the path from the entry to the signed root."""

from dataclasses import dataclass

from sqlalchemy import Engine

from api.pages.granskning_verdict import Signed, signed_by
from audit.bundle import Bundled
from audit.entry import commit_other, commit_personal, commitment, leaf
from audit.note import VerifierKey
from audit.proof import check_inclusion
from audit.receipt import Receipt
from audit.tree import ProofError, leaf_hash
from store.trail_bundle import bundled
from store.trail_log import TrailLog
from store.trail_reading import Logged


@dataclass(frozen=True)
class Card:
    """What can be said of an entry without trusting whoever keeps it.

    Attributes:
        included: whether its leaf leads to the checkpoint's root.
        content: whether what is shown is what was committed to; None where retention has erased it.
        path: each step's hash, shortened, from the leaf upward.
    """

    signed: Signed
    included: bool
    content: bool | None
    path: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against it."""
        return self.included and self.signed.signed and self.content is not False


def card_of(engine: Engine, entry: Logged, key: VerifierKey | None) -> Card | None:
    """The card of an entry; None while no signed tree has it.

    Raises:
        TrailUnavailable: the trail cannot be read.
    """
    receipt = None if entry.index is None else TrailLog(engine).receipt(entry.index)
    if receipt is None:
        return None
    signed = signed_by(receipt.checkpoint, key)
    found = next(bundled(engine, [entry.entry_id], receipt.index + 1, names=True), None)
    content = None if found is None else _content(found, receipt.extra)
    return Card(signed, _included(receipt, signed), content, tuple(step.hex()[:12] for step in receipt.path))


def _included(receipt: Receipt, signed: Signed) -> bool:
    try:
        check_inclusion(receipt.index, signed.size, leaf_hash(receipt.extra), receipt.path, signed.root)
    except ProofError:
        return False
    return True


def _content(entry: Bundled, public: bytes) -> bool | None:
    """Whether both parts are those of the leaf; None if one of them was erased."""
    if leaf(entry.time, commitment(entry.personal.commitment, entry.other.commitment)) != public:
        return False
    shown = ((entry.personal, commit_personal), (entry.other, commit_other))
    for part, commit in shown:
        if part.text is not None and part.salt is not None and commit(part.salt, part.text) != part.commitment:
            return False
    return None if any(part.text is None for part, _ in shown) else True
