"""The step from being accepted to having a session: into the house, or on to what a sign-in still lacks."""

from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from api.sign_in_cookies import DEVICE, FORM, LASTING, SESSION
from api.sign_in_errand import STAGES
from api.sign_in_lobby import Lobby, Started
from api.sign_in_proving import Proving
from audit.entry import Decision
from auth.sessions import Stage, new_token
from models.people import Person


@dataclass(frozen=True)
class Entered:
    """A session that has just begun, and has not been answered with.

    Attributes:
        device: the browser's own mark, once the sign-in is whole; else empty.
    """

    lobby: Lobby
    stage: Stage
    token: str = field(repr=False)
    device: str = field(repr=False)

    def going(self, back: str) -> str:
        """Where to go on: to `back`, or first to what is lacking."""
        return back if self.stage is Stage.IN else f"{STAGES[self.stage]}?next={quote(back, safe='/')}"

    def dress(self, answer: Response) -> Response:
        """The answer, with the cookies of the session."""
        self.lobby.cookies.set(answer, SESSION, self.token)
        self.lobby.cookies.clear(answer, FORM)
        if self.device:
            self.lobby.cookies.set(answer, DEVICE, self.device, LASTING)
        return answer


def enter(proving: Proving, person: Person, purpose: str | None, *, how: str, proven: bool) -> Entered:
    """Begin the next session of a sign-in; the trail knows first.

    Args:
        proving: this try.
        person: who has been accepted so far.
        purpose: what the readings of the session will be for.
        how: by what, for the trail.
        proven: whether a second factor has been accepted too.
    """
    lobby, at = proving.lobby, proving.reception.clock()
    stage = lobby.stage_for(person, at, proven=proven)
    proving.note(person, Decision.PERMIT, note=f"{how}; {'signed in' if stage is Stage.IN else f'awaits {stage}'}")
    old = lobby.cookies.read(proving.request, SESSION)
    token = lobby.begin(person, stage, at, proving.browser, Started(purpose, old))
    device = ""
    if stage is Stage.IN:
        device = proving.browser.device or new_token()
        lobby.tries.right(person.id, proving.browser, at, device)
    return Entered(lobby, stage, token, device)


def let_in(  # noqa: PLR0913 -- who, for what, where to, and how it was proven
    proving: Proving, person: Person, purpose: str | None, back: str, *, how: str, proven: bool
) -> Response:
    """Begin the next session of a sign-in (see `enter`) and go on."""
    entered = enter(proving, person, purpose, how=how, proven=proven)
    return entered.dress(RedirectResponse(entered.going(back), 303))
