"""Signing in at one's own organisation: OpenID Connect, authorization code with PKCE (S256), as RFC 9700 asks for it.

authlib writes the request and judges the ID token's claims, joserfc its signature. What is our own here is the glue:
who the provider is comes from `auth.organisations` and never from an answer, its metadata must name the issuer asked,
and the answer's `iss` (RFC 9207) must too, so that one provider's answer is worth nothing at another's callback.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from auth.organisations import Provider

ALGORITHMS: Final = [*(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)), "Ed25519", "EdDSA"]
"""Of an ID token: signatures with a key pair only; never `none`, and no shared secret."""
METADATA_LASTS: Final = timedelta(hours=1)
LEEWAY: Final = 10
"""Seconds that a provider's clock may be off."""
TIMEOUT: Final = 10.0
MAX_BYTES: Final = 256 * 1024


class OidcError(Exception):
    """A sign-in at an organisation that is not accepted; the message is for the trail and the log alone."""


@dataclass(frozen=True)
class Challenge:
    """What a sign-in begins with, and its answer must fit: random, kept here, used once."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class _Known:
    """A provider's metadata and keys, as of a time."""

    metadata: Mapping[str, Any]
    keys: KeySet
    since: datetime


class Organisation:
    """One provider, spoken to."""

    def __init__(
        self, provider: Provider, secret: str, callback: str, client: Callable[[], httpx.Client] | None = None
    ) -> None:
        self.provider = provider
        self._secret = secret
        self._callback = callback
        self._client = client or (lambda: httpx.Client(timeout=TIMEOUT, follow_redirects=False))
        self._known: _Known | None = None
        self._lock = threading.Lock()

    def authorization(self, challenge: Challenge, now: datetime) -> str:
        """The address at the provider to which a browser is sent.

        Raises:
            OidcError: the provider does not answer, or is not who it should be.
        """
        oauth = OAuth2Client(
            None,
            self.provider.client_id,
            scope=" ".join(self.provider.scopes),
            redirect_uri=self._callback,
            code_challenge_method="S256",
        )
        url, _ = oauth.create_authorization_url(
            self._provider(now).metadata["authorization_endpoint"],
            state=challenge.state,
            nonce=challenge.nonce,
            code_verifier=challenge.verifier,
        )
        return str(url)

    def claims(self, answer: Mapping[str, str], challenge: Challenge, now: datetime) -> Mapping[str, Any]:
        """The ID token's claims behind an answer that came to our callback.

        Raises:
            OidcError: it is another provider's, not for this browser's try, or anything in it does not hold.
        """
        if answer.get("state") != challenge.state:
            raise OidcError("the answer has another state")
        known = self._provider(now)
        self._check_issuer(answer, known.metadata)
        if "error" in answer or not answer.get("code"):
            raise OidcError("the provider did not sign the person in")
        token = self._redeem(answer["code"], challenge.verifier, known.metadata)
        return self._id_token(token, challenge.nonce, now)

    def _check_issuer(self, answer: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        """RFC 9207: an answer says whose it is; always where the provider says that it does."""
        said = answer.get("iss")
        if said is None and metadata.get("authorization_response_iss_parameter_supported") is True:
            raise OidcError("the answer does not say whose it is")
        if said not in (None, self.provider.issuer):
            raise OidcError("the answer is another provider's")

    def _redeem(self, code: str, verifier: str, metadata: Mapping[str, Any]) -> Mapping[str, Any]:
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": verifier,
        }
        who = (quote(self.provider.client_id, safe=""), quote(self._secret, safe=""))  # RFC 6749 §2.3.1
        return self._asked("POST", metadata["token_endpoint"], data=body, auth=who)

    def _id_token(self, token: Mapping[str, Any], nonce: str, now: datetime) -> Mapping[str, Any]:
        text = token.get("id_token")
        if not isinstance(text, str):
            raise OidcError("the provider gave no ID token")
        try:
            read = jwt.decode(text, self._provider(now).keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            read = self._with_fresh_keys(text, now)
        rules: Any = {
            "iss": {"essential": True, "value": self.provider.issuer},
            "aud": {"essential": True, "value": self.provider.client_id},
            "sub": {"essential": True},
        }
        params = {"nonce": nonce, "client_id": self.provider.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(read.claims, read.header, options=rules, params=params)
        try:
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except JoseError as error:
            raise OidcError(f"the ID token does not hold: {error}") from None
        return dict(claims)

    def _with_fresh_keys(self, text: str, now: datetime) -> jwt.Token:
        """Once more, since a provider may have rotated its keys."""
        try:
            return jwt.decode(text, self._provider(now, fresh=True).keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            raise OidcError("the ID token's signature does not hold") from None

    def _provider(self, now: datetime, *, fresh: bool = False) -> _Known:
        with self._lock:
            known = self._known
            if known is None or fresh or now >= known.since + METADATA_LASTS:
                known = self._known = self._discovered(now)
            return known

    def _discovered(self, now: datetime) -> _Known:
        """OpenID Connect Discovery 1.0 §4: the metadata must name the very issuer that was asked (§4.3)."""
        metadata = self._asked("GET", f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.provider.issuer:
            raise OidcError("the provider's metadata names another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(str(metadata.get(name))).scheme != urlsplit(self.provider.issuer).scheme:
                raise OidcError(f"the provider's metadata has no {name} to be trusted")
        try:
            keys = KeySet.import_key_set(self._asked("GET", metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError):
            raise OidcError("the provider's keys cannot be read") from None
        return _Known(metadata, keys, now)

    def _asked(self, method: str, url: str, **sent: Any) -> dict[str, Any]:  # noqa: ANN401 -- httpx's own
        """A JSON object from the provider."""
        try:
            with self._client() as client:
                answer = client.request(method, url, **sent)
            told = answer.json() if answer.status_code == 200 and len(answer.content) <= MAX_BYTES else None
        except (httpx.HTTPError, ValueError):
            told = None
        if not isinstance(told, dict):
            raise OidcError("the provider does not answer as it should")
        return told
