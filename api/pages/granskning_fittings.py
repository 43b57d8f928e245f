"""The auditor's pages as one fitting: they read the trail and nothing else."""

from api.fittings import Fittings
from api.log_reach import Auditing
from api.pages import granskning
from api.pages.granskning_verdict import Verdicts
from api.reception import Reception
from settings import Place
from store.trail_key import FOLDER, read_verifier_key
from store.trail_names import names_secret
from store.trail_reading import TrailReader


def fittings(reception: Reception, place: Place) -> Fittings:
    """The auditor's pages; beside the review door they share what it stands on."""
    reader, keys = TrailReader(reception.trail_reads), place.keys / FOLDER
    auditing = Auditing(reader, lambda: names_secret(keys))
    return Fittings(
        (granskning.router,), {"review": auditing, "verdicts": Verdicts(reader, lambda: read_verifier_key(keys))}
    )
