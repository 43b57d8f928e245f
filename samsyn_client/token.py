"""Access tokens by client credentials (RFC 6749, section 4.4): fetched when needed, kept while they last."""

import threading
from collections.abc import Callable

import httpx

from samsyn_client.problems import Unexpected, problem_of

TOKEN_PATH = "/samsyn/v1/oauth2/token"  # noqa: S105 -- a path
MARGIN_SECONDS = 30.0
"""How long before its end a token is no longer used, so that none runs out on its way."""


class Tokens:
    """The tokens of one client.

    Args:
        http: where to ask, with the service as its base URL.
        client_id, client_secret: who asks.
        monotonic: seconds that only grow.
    """

    def __init__(self, http: httpx.Client, client_id: str, client_secret: str, monotonic: Callable[[], float]) -> None:
        self._http = http
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token = ""
        self._until = float("-inf")

    def bearer(self) -> str:
        """A token that is good for a while yet.

        Raises:
            SamsynError: the service gives none.
        """
        with self._lock:
            if self._monotonic() >= self._until:
                self._fetch()
            return self._token

    def forget(self) -> None:
        """Fetch a new one next time: the service did not accept this one."""
        with self._lock:
            self._until = float("-inf")

    def _fetch(self) -> None:
        asked = self._monotonic()
        answer = self._http.post(TOKEN_PATH, data=self._form)
        if not answer.is_success:
            raise problem_of(answer)
        try:
            said = answer.json()
            self._token, lasts = str(said["access_token"]), float(said["expires_in"])
        except (ValueError, KeyError, TypeError):
            raise Unexpected("the token endpoint gave no token") from None
        self._until = asked + lasts - MARGIN_SECONDS
