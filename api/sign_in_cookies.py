"""The few cookies of the pages, and how they are set.

Served over https, each is `__Host-`, Secure and HttpOnly: no other host, and no page over plain http, can have set it
(RFC 6265bis §4.1.3.2), which is what keeps a neighbour from tossing one in. Over http on loopback, as a demo and
development are served, programs other than browsers send no Secure cookie, so there the names are plain.

SameSite is Lax, not Strict: a link in an invitation to the weekly meeting should lead in without signing in again.
What changes anything is a POST, which no other site can send with a Lax cookie, and carries the form's token besides.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

SESSION: Final = "samsyn-session"
FORM: Final = "samsyn-form"
"""Before anybody has signed in: what the sign-in form's token is derived from."""
DEVICE: Final = "samsyn-browser"
"""By which a browser that has been let in is known again; it opens nothing."""
ATTEMPT: Final = "samsyn-attempt"
"""On the way to an organisation's sign-in and back."""
LANGUAGE: Final = "samsyn-language"
THEME: Final = "samsyn-theme"
LASTING: Final = timedelta(days=365)


@dataclass(frozen=True)
class Cookies:
    """How cookies are named and set here; `secure` wherever there is https."""

    secure: bool

    def name(self, kind: str) -> str:
        """The name of a cookie in the browser."""
        return f"__Host-{kind}" if self.secure else kind

    def read(self, request: Request, kind: str) -> str:
        """What a browser sent, or empty."""
        return request.cookies.get(self.name(kind), "")

    def set(self, response: Response, kind: str, value: str, lasting: timedelta | None = None) -> None:
        """Set a cookie, until the browser closes unless it is to last."""
        seconds = None if lasting is None else int(lasting.total_seconds())
        name = self.name(kind)
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="lax")

    def clear(self, response: Response, kind: str) -> None:
        """Have the browser forget a cookie."""
        response.delete_cookie(self.name(kind), path="/", secure=self.secure, httponly=True, samesite="lax")


def cookies_for(issuer: str) -> Cookies:
    """The cookies of a service: plain only over http on loopback, where nothing goes over a wire."""
    url = urlsplit(issuer)
    return Cookies(secure=not (url.scheme == "http" and _is_loopback(url.hostname or "")))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
