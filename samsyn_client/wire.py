"""Requests to one service: signed in, tried again where that does no harm, every failure a `SamsynError`."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeVar

import httpx

from samsyn_client.patience import Patience
from samsyn_client.problems import SamsynError, Unexpected, Unreachable, problem_of
from samsyn_client.token import Tokens

Given = TypeVar("Given")


@dataclass(frozen=True)
class Ask:
    """One thing to ask of the service.

    Attributes:
        content: gives the body in pieces, anew for each attempt.
        repeatable: whether doing it twice is the same as doing it once.
        sign: signs the request, anew for each attempt.
    """

    method: str
    path: str
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None
    content: Callable[[], Iterator[bytes]] | None = None
    repeatable: bool = True
    sign: Callable[[httpx.Request], object] | None = None


def check_url(url: str, *, allow_http: bool) -> httpx.URL:
    """The service's URL; plain http only to this machine, unless allowed, since it would show the secret.

    Raises:
        ValueError: the URL will not do; the message says why.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"{url!r} is no URL: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"{url!r} is no URL of a service: write it like https://samsyn.example")
    if parsed.scheme == "http" and not (allow_http or _is_this_machine(parsed.host)):
        raise ValueError(f"{url!r} would send the secret in clear: use https")
    return parsed


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Wire:
    """A signed-in connection.

    Args:
        http: the connection, with the service as its base URL.
        tokens: who is signed in.
        patience: how often to try.
        sleep: waits that many seconds.
    """

    def __init__(
        self, http: httpx.Client, tokens: Tokens, patience: Patience, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._patience = patience
        self._sleep = sleep

    def json(self, ask: Ask) -> dict[str, Any]:
        """The JSON object that answers.

        Raises:
            SamsynError: there is none.
        """
        with self.stream(ask) as response:
            _read(response)
        try:
            said = response.json()
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise Unexpected(f"{ask.path} answered with something else than a JSON object")
        return said

    @contextmanager
    def stream(self, ask: Ask) -> Iterator[httpx.Response]:
        """A successful answer whose body has not been read.

        Raises:
            SamsynError: the service said no, or nothing.
        """
        response = self._patiently(lambda: self._once(ask), repeatable=ask.repeatable)
        try:
            yield response
        except httpx.TransportError as error:
            raise _unreachable(response.url, error) from error
        finally:
            response.close()

    def bearer(self) -> str:
        """An access token.

        Raises:
            SamsynError: the service gives none.
        """
        return self._patiently(self._bearer, repeatable=True)

    def proof(self, method: str, path: str) -> dict[str, str]:
        """The headers with which some other program may make one request.

        Raises:
            SamsynError: the service gives no token.
        """
        url = self._http.build_request(method, path).url
        self.bearer()
        return self._tokens.headers(method, url)

    def _patiently(self, act: Callable[[], Given], *, repeatable: bool) -> Given:
        attempt = 1
        while True:
            try:
                return act()
            except SamsynError as error:
                if not self._patience.allows(attempt, error, repeatable=repeatable):
                    raise
                self._sleep(self._patience.wait(attempt, error))
            attempt += 1

    def _bearer(self) -> str:
        try:
            return self._tokens.bearer()
        except httpx.TransportError as error:
            raise _unreachable(self._http.base_url, error) from error

    def _once(self, ask: Ask) -> httpx.Response:
        response = self._send(ask)
        if response.status_code == 401:  # the token may have been withdrawn, or have outlived its key
            response.close()
            if not self._tokens.hear(response):
                self._tokens.forget()
            response = self._send(ask)
        if not response.is_success:
            _read(response)
            response.close()
            raise problem_of(response)
        return response

    def _send(self, ask: Ask) -> httpx.Response:
        try:
            content = ask.content() if ask.content else None
            request = self._http.build_request(
                ask.method, ask.path, params=ask.params, headers=ask.headers, content=content
            )
            request.headers.update(self._tokens.headers(ask.method, request.url))
            if ask.sign:
                ask.sign(request)
            return self._http.send(request, stream=True)
        except httpx.TransportError as error:
            raise _unreachable(self._http.base_url, error) from error


def _read(response: httpx.Response) -> None:
    try:
        response.read()
    except httpx.TransportError as error:
        raise _unreachable(response.url, error) from error


def _unreachable(url: httpx.URL, error: httpx.TransportError) -> Unreachable:
    where = f"{url.scheme}://{url.netloc.decode()}"
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(f"{where} did not answer in time")
    if isinstance(error, httpx.ConnectError):
        return Unreachable(f"{where} cannot be reached: is the service running, and is the URL right?")
    return Unreachable(f"the connection to {where} broke: {error or type(error).__name__}")
