"""Every known weakness of python-jose meets a refusal of ours."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from auth.jwk import public_jwk
from auth.keys import SigningKey
from auth.tokens import LIFETIME, MAX_BYTES, Issuer, Reader, TokenError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://samsyn.example"


def a_key() -> SigningKey:
    private = ec.generate_private_key(ec.SECP256R1())
    return SigningKey(public_jwk(private.public_key())["kid"], private)


KEY = a_key()
READER = Reader(URL, [KEY.public])
GOOD: dict[str, Any] = {
    "iss": URL,
    "aud": URL,
    "sub": "huddinge-reader",
    "client_id": "huddinge-reader",
    "scope": "tables",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 600,
    "jti": "0123456789abcdef",
}
HEADER: dict[str, Any] = {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid}


def part(value: object) -> bytes:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(raw).rstrip(b"=")


def ecdsa(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    def sign(message: bytes) -> bytes:
        width = (key.curve.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")

    return sign


def made(
    header: object = HEADER,
    claims: object = GOOD,
    sign: Callable[[bytes], bytes] = ecdsa(KEY.private),  # noqa: B008 -- the good signature unless told
) -> str:
    signed = part(header) + b"." + part(claims)
    return (signed + b"." + part(sign(signed))).decode()


def test_a_token_of_ours_is_read_back() -> None:
    token = Issuer(URL, KEY).issue(client="c", scope="tables log", jti="0123456789abcdef", now=NOW)
    claims = READER.read(token, NOW)
    assert (claims.sub, claims.scope, claims.exp - claims.iat) == ("c", "tables log", LIFETIME.total_seconds())


def test_a_token_made_by_hand_as_ours_are_is_read() -> None:
    assert READER.read(made(), NOW).sub == "huddinge-reader"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"alg": "none"}, "ES256"),
        ({"alg": "HS256"}, "ES256"),
        ({"alg": "ES384"}, "ES256"),
        ({"alg": ["ES256"]}, "ES256"),
        ({"typ": "JWT"}, "at.jwt"),
        ({"kid": "stranger"}, "not ours"),
        ({"kid": None}, "at.jwt"),
        ({"crit": ["exp"]}, "exactly"),
        ({"jku": "https://evil.example/jwks"}, "exactly"),
        ({"x5u": "https://evil.example/cert"}, "exactly"),
        ({"jwk": public_jwk(KEY.public)}, "exactly"),
        ({"zip": "DEF"}, "exactly"),
    ],
)
def test_a_header_that_is_not_as_ours_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(TokenError, match=why):
        READER.read(made(header=HEADER | change), NOW)


@pytest.mark.parametrize("missing", ["alg", "typ", "kid"])
def test_a_header_without_a_member_is_refused(missing: str) -> None:
    header = {name: value for name, value in HEADER.items() if name != missing}
    with pytest.raises(TokenError, match="exactly"):
        READER.read(made(header=header), NOW)


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_a_token_without_a_claim_is_refused(missing: str) -> None:
    claims = {name: value for name, value in GOOD.items() if name != missing}
    with pytest.raises(TokenError, match=missing):
        READER.read(made(claims=claims), NOW)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"aud": "https://other.example"}, "audience"),
        ({"aud": [URL]}, "aud"),
        ({"aud": [URL, "https://other.example"]}, "aud"),
        ({"sub": "another"}, "subject"),
        ({"sub": ""}, "sub"),
        ({"exp": GOOD["iat"]}, "lifetime"),
        ({"exp": GOOD["iat"] + 601}, "lifetime"),
        ({"exp": None}, "exp"),
        ({"exp": "9999999999"}, "exp"),
        ({"exp": 1e300}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": GOOD["iat"] + 11, "exp": GOOD["iat"] + 600}, "future"),
        ({"iat": GOOD["iat"] - 600, "exp": GOOD["iat"]}, "expired"),
        ({"jti": "short"}, "jti"),
        ({"nbf": GOOD["iat"]}, "nbf"),
        ({"admin": True}, "admin"),
    ],
)
def test_claims_that_are_not_as_ours_are_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(TokenError, match=why):
        READER.read(made(claims=GOOD | change), NOW)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"text"', b"\xff", b"{" * 1000])
def test_claims_that_are_no_object_are_refused(body: bytes) -> None:
    with pytest.raises(TokenError, match=r"claims are wrong|three base64url"):
        READER.read(made(claims=body), NOW)


def test_a_signature_by_another_p256_key_is_refused() -> None:
    with pytest.raises(TokenError, match="signature"):
        READER.read(made(sign=ecdsa(a_key().private)), NOW)


def test_a_p384_key_cannot_verify() -> None:
    with pytest.raises(TypeError, match="P-256"):
        Reader(URL, [ec.generate_private_key(ec.SECP384R1()).public_key()])


def test_a_signature_by_a_p384_key_under_es256_is_refused() -> None:
    with pytest.raises(TokenError, match="signature"):
        READER.read(made(sign=ecdsa(ec.generate_private_key(ec.SECP384R1()))), NOW)


def test_an_rsa_key_cannot_verify() -> None:
    key = rsa.generate_private_key(65537, 2048).public_key()
    with pytest.raises(TypeError, match="P-256"):
        Reader(URL, [key])  # type: ignore[list-item]  # the wrong kind is the point


@pytest.mark.parametrize("encoding", [serialization.Encoding.DER, serialization.Encoding.PEM])
def test_the_public_key_is_no_hmac_secret(encoding: serialization.Encoding) -> None:
    secret = KEY.public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(message: bytes) -> bytes:
        mac = hmac.HMAC(secret, hashes.SHA256())
        mac.update(message)
        return mac.finalize()

    with pytest.raises(TokenError):
        READER.read(made(header=HEADER | {"alg": "HS256"}, sign=sign), NOW)
    with pytest.raises(TokenError):
        READER.read(made(sign=sign), NOW)


def test_a_member_named_twice_is_refused() -> None:
    twice = b'{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"' + KEY.kid.encode() + b'"}'
    with pytest.raises(TokenError, match="twice"):
        READER.read(made(header=twice), NOW)


def test_a_huge_token_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TokenError, match="larger"):
        READER.read("e30." * MAX_BYTES, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a.b",
        "a..b",
        "a.b.c.d",
        "a.b.c.d.e",
        "é.b.c",
        "e30.e30.\n",
        " e30.e30.e30",
        "e30=.e30.e30",
        "Ww.e30.e30",
    ],
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenError):
        READER.read(text, NOW)


@given(st.text(alphabet=st.sampled_from("eyJhbGciOi._-0"), max_size=60) | st.binary(max_size=60).map(bytes.hex))
def test_noise_is_refused_as_a_token_error(text: str) -> None:
    with pytest.raises(TokenError):
        READER.read(text, NOW)


@given(st.integers(0, 2**32), st.integers(0, 255))
def test_no_changed_byte_goes_unseen(place: int, byte: int) -> None:
    token = made().encode()
    place %= len(token)
    # the last sextet of a segment has bits that carry nothing (RFC 7515 leaves them to the decoder)
    if byte == token[place] or token[place + 1 : place + 2] in (b".", b""):
        return
    changed = token[:place] + bytes([byte]) + token[place + 1 :]
    with pytest.raises(TokenError):
        READER.read(changed.decode("latin-1"), NOW)


def test_a_token_dies_when_its_time_is_out() -> None:
    token = made()
    READER.read(token, NOW + LIFETIME - timedelta(seconds=1))
    with pytest.raises(TokenError, match="expired"):
        READER.read(token, NOW + LIFETIME)
