"""From where a request comes: its address, and the certificate its sender showed. A proxy is believed only if named.

Whoever is not a named proxy and sends the header in which proxies tell certificates is refused, whatever else it says.
"""

from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import Request

from auth.jose import TokenError
from auth.mtls import certificate_thumbprint
from settings import Edge


@dataclass(frozen=True)
class Caller:
    """Who is at the other end.

    Attributes:
        address: of the caller itself, or of the first on its way that is no proxy of ours.
        certificate: the thumbprint (`x5t#S256`) of the certificate that it showed to a proxy of ours, if any.
    """

    address: str
    certificate: str | None = None


def address_of(request: Request, edge: Edge) -> str:
    """The caller's address, which limits are counted by."""
    peer = request.client.host if request.client else ""
    if not _is_proxy(peer, edge):
        return peer
    hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    return next((hop for hop in reversed(hops) if _is_address(hop) and not _is_proxy(hop, edge)), peer)


def caller_of(request: Request, edge: Edge) -> Caller:
    """Who is at the other end.

    Raises:
        TokenError: a certificate is told by somebody whose word is not taken, or not as it should be.
    """
    address = address_of(request, edge)
    told = request.headers.getlist(edge.certificate_header)
    if not told:
        return Caller(address)
    if not _is_proxy(request.client.host if request.client else "", edge):
        raise TokenError("a certificate header from an address that is no proxy of ours")
    if len(told) > 1:
        raise TokenError("two certificate headers")
    return Caller(address, certificate_thumbprint(told[0]))


def _is_proxy(address: str, edge: Edge) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in edge.proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
