"""Access tokens by client credentials (RFC 6749, section 4.4): fetched when needed, kept while they last.

A client with a key proves itself by `private_key_jwt` (RFC 7523) and has its tokens bound to that key (DPoP, RFC
9449): whoever else comes by one can do nothing with it.
"""

import threading
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx

from samsyn_client.key import ClientKey, base64url
from samsyn_client.problems import Unexpected, problem_of

TOKEN_PATH = "/samsyn/v1/oauth2/token"  # noqa: S105 -- a path
MARGIN_SECONDS = 30.0
"""How long before its end a token is no longer used, so that none runs out on its way."""
ASSERTION_SECONDS = 60
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Tokens:
    """The tokens of one client.

    Args:
        http: where to ask, with the service as its base URL.
        client_id: who asks.
        proof: the client's secret, or its key.
        monotonic: seconds that only grow.
        clock: seconds since 1970, which what is signed tells.
    """

    def __init__(
        self,
        http: httpx.Client,
        client_id: str,
        proof: str | ClientKey,
        monotonic: Callable[[], float],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._http = http
        self._client_id = client_id
        self._proof = proof
        self._monotonic = monotonic
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._kind = "Bearer"
        self._until = float("-inf")
        self._nonce = ""

    def bearer(self) -> str:
        """A token that is good for a while yet.

        Raises:
            SamsynError: the service gives none.
        """
        with self._lock:
            if self._monotonic() >= self._until:
                self._fetch()
            return self._token

    def headers(self, method: str, url: httpx.URL) -> dict[str, str]:
        """What a request carries as proof of who sends it.

        Raises:
            SamsynError: the service gives no token.
        """
        token = self.bearer()
        if self._kind != "DPoP" or not isinstance(self._proof, ClientKey):
            return {"Authorization": f"Bearer {token}"}
        digest = base64url(sha256(token.encode()).digest())
        return {"Authorization": f"DPoP {token}", "DPoP": self._possession(self._proof, method, url, ath=digest)}

    def hear(self, response: httpx.Response) -> bool:
        """Note the nonce that the service wants repeated; whether it was another one than before."""
        before, self._nonce = self._nonce, str(response.headers.get("dpop-nonce", self._nonce))
        return self._nonce != before

    def forget(self) -> None:
        """Fetch a new one next time: the service did not accept this one."""
        with self._lock:
            self._until = float("-inf")

    def _fetch(self) -> None:
        asked = self._monotonic()
        answer = self._ask()
        if not answer.is_success and self.hear(answer):
            answer = self._ask()
        if not answer.is_success:
            raise problem_of(answer)
        try:
            said = answer.json()
            self._token, lasts = str(said["access_token"]), float(said["expires_in"])
            self._kind = str(said.get("token_type", "Bearer"))
        except (ValueError, KeyError, TypeError):
            raise Unexpected("the token endpoint gave no token") from None
        self._until = asked + lasts - MARGIN_SECONDS

    def _ask(self) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": self._client_id}
        if isinstance(self._proof, str):
            return self._http.post(TOKEN_PATH, data={**form, "client_secret": self._proof})
        request = self._http.build_request("POST", TOKEN_PATH)
        headers = {"DPoP": self._possession(self._proof, "POST", request.url)}
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self._assertion(self._proof)}
        return self._http.post(TOKEN_PATH, data=form | proof, headers=headers)

    def _assertion(self, key: ClientKey) -> str:
        now = int(self._clock())
        who = {"iss": self._client_id, "sub": self._client_id, "aud": str(self._http.base_url).rstrip("/")}
        return key.jwt({"kid": key.kid}, {**who, "jti": uuid4().hex, "iat": now, "exp": now + ASSERTION_SECONDS})

    def _possession(self, key: ClientKey, method: str, url: httpx.URL, **more: Any) -> str:  # noqa: ANN401 -- claims
        plain = str(url.copy_with(query=None, fragment=None))
        said = {"jti": uuid4().hex, "htm": method, "htu": plain, "iat": int(self._clock()), **more}
        return key.jwt(
            {"typ": "dpop+jwt", "jwk": key.public}, {**said, **({"nonce": self._nonce} if self._nonce else {})}
        )
