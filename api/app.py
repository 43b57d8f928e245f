"""All doors in one process, for demo and development.

Production runs one process for each door, so that the one that reads the shelf has no way to the vault and the ones
that take requests hold no signing key. Here they share a process; their database roles stay apart.
"""

from contextlib import ExitStack

from api import desk, log, pull, push, review, sign_in_fittings, token
from api.forwarding import start_forwarding
from api.frame import Door, frame
from api.pages import granskning_fittings, insatser_fittings, laget_fittings
from api.reception import open_reception
from api.sequencing import start_sequencer
from settings import DeskSettings, Place, PullSettings, PushSettings, ReviewSettings


def app(place: Place, issuer: str) -> Door:
    """Every door on one home; `issuer` is the URL at which callers reach it, without a slash at the end."""
    settings = ReviewSettings(place, issuer)
    with ExitStack() as closing:
        sequencing = start_sequencer(settings, closing, settings.witnesses)
        reception = open_reception(settings, "reviewer", closing, wake=sequencing.wake)
        fittings = (
            reception.fittings()
            + sequencing.fittings
            + start_forwarding(settings, settings.siem, closing, sequencing.leads)
            + token.fittings(settings)
            + push.fittings(PushSettings(place, issuer), reception, closing, alone=True)
            + pull.fittings(PullSettings(place, issuer), closing)
            + desk.fittings(DeskSettings(place, issuer), reception, closing)
            + review.fittings(reception, settings.place)
            + log.fittings(reception)
            + sign_in_fittings.fittings(settings, closing)
            + laget_fittings.fittings(settings, closing, alone=False)
            + insatser_fittings.fittings(settings, closing)
            + granskning_fittings.fittings(reception, settings.place)
        )
        return frame(fittings, closing.pop_all())
