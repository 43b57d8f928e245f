"""Certificates that callers show (RFC 8705): read from what the proxy that saw the handshake says, as a thumbprint."""

import re
from base64 import b64decode
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from auth.jose import TokenError
from auth.jwk import unpadded

MOST = 16 * 1024
_BYTE_SEQUENCE = re.compile(r":([A-Za-z0-9+/]+={0,2}):", re.ASCII)


def certificate_thumbprint(header: str) -> str:
    """The `x5t#S256` of the certificate that a proxy names in a header.

    Args:
        header: as RFC 9440 has it (`:base64 of the DER:`), or as nginx's `$ssl_client_escaped_cert` (PEM, URL-encoded).

    Raises:
        TokenError: it is neither.
    """
    try:
        return unpadded(_read(header).fingerprint(SHA256()))
    except ValueError:
        raise TokenError("the proxy's certificate header is neither RFC 9440 nor an escaped PEM") from None


def _read(header: str) -> x509.Certificate:
    if len(header) > MOST:
        raise ValueError("too large")
    found = _BYTE_SEQUENCE.fullmatch(header.strip())
    if found:
        return x509.load_der_x509_certificate(b64decode(found[1], validate=True))
    return x509.load_pem_x509_certificate(unquote(header).encode())
