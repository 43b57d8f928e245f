"""What lets people in, as one fitting: every door with pages has it."""

from contextlib import ExitStack

from api import sign_in, sign_in_account, sign_in_organisation
from api.fittings import Fittings
from api.pages import preferences, refusals, statics
from api.reception import answers
from api.sign_in_errand import SignInNeeded, sign_in_needed
from api.sign_in_lobby import open_lobby
from settings import DoorSettings


def fittings(settings: DoorSettings, closing: ExitStack) -> Fittings:
    """The sign-in, the account, and what every page needs.

    Raises:
        KeyFileError: the key of people's secrets is missing, or others can read it.
        OrganisationsError: the file of organisations does not hold.
    """
    lobby = open_lobby(settings, closing)
    return Fittings(
        (sign_in.router, sign_in_organisation.router, sign_in_account.router, statics.router, preferences.router),
        {"lobby": lobby, "problem_pages": refusals},
        {"people": lambda: answers(lobby.reads)},
        handlers={SignInNeeded: sign_in_needed},
    )
