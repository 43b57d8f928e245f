"""Every known weakness of python-jose: it is there, we refuse what it lets through, and so does joserfc, the oracle."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jose import jwt as python_jose
from jose.backends import ECKey
from joserfc import jwt as oracle
from joserfc.errors import JoseError
from joserfc.jwk import ECKey as OracleKey
from pydantic import BaseModel, ConfigDict

from auth.jose import Kind, TokenError, VerifyingKey, opened
from auth.jwk import JwkError, public_jwk, public_key, unpadded
from auth.tokens import Claims, Reader

P256 = ec.generate_private_key(ec.SECP256R1())
P384 = ec.generate_private_key(ec.SECP384R1())
RSA_1024 = rsa.generate_private_key(65537, 1024)  # noqa: S505 -- that it is refused is the point
URL = "https://samsyn.example"
NOW = 1_800_000_000
KID = public_jwk(P256.public_key())["kid"]
HEADER: dict[str, Any] = {"alg": "ES256", "typ": "at+jwt", "kid": KID}
CLAIMS: dict[str, Any] = {
    "iss": URL,
    "aud": URL,
    "sub": "c",
    "client_id": "c",
    "scope": "tables",
    "iat": NOW,
    "exp": NOW + 600,
    "jti": "0123456789abcdef",
}
Sign = Callable[[bytes], bytes]


def ecdsa(key: ec.EllipticCurvePrivateKey) -> Sign:
    def sign(message: bytes) -> bytes:
        width = (key.key_size + 7) // 8
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")

    return sign


def mac(secret: bytes) -> Sign:
    def sign(message: bytes) -> bytes:
        made = hmac.HMAC(secret, hashes.SHA256())
        made.update(message)
        return made.finalize()

    return sign


def rs256(message: bytes) -> bytes:
    return RSA_1024.sign(message, padding.PKCS1v15(), hashes.SHA256())


def token(header: object = HEADER, claims: object = CLAIMS, sign: Sign = ecdsa(P256)) -> str:  # noqa: B008 -- the good one
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims)]
    signed = ".".join(map(unpadded, parts))
    return f"{signed}.{unpadded(sign(signed.encode()))}"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIMS.items() if key != name}


DER = P256.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
PEM = P256.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
ES256_BY_P384 = token(sign=ecdsa(P384))
AT_NOW = {"options": {"verify_exp": False, "verify_iat": False, "verify_nbf": False}}

# What python-jose lets through when it is used as its documentation shows, each with the token that gets through.
WEAKNESSES: dict[str, tuple[str, Callable[[str], object]]] = {
    "a P-384 key under ES256": (
        ES256_BY_P384,
        lambda text: python_jose.decode(text, ECKey(P384.public_key(), "ES256"), ["ES256"], audience=URL, **AT_NOW),
    ),
    "RSA of 1024 bits": (
        token(HEADER | {"alg": "RS256"}, sign=rs256),
        lambda text: python_jose.decode(text, rsa_pem(), ["RS256"], audience=URL, **AT_NOW),
    ),
    "an unknown crit": (
        token(HEADER | {"crit": ["never-heard-of"], "never-heard-of": 1}),
        lambda text: python_jose.decode(text, PEM, ["ES256"], audience=URL, **AT_NOW),
    ),
    "two megabytes": (
        token(claims=CLAIMS | {"more": "x" * 2_000_000}),
        lambda text: python_jose.decode(text, PEM, ["ES256"], audience=URL, **AT_NOW),
    ),
    "no audience": (
        token(claims=without("aud")),
        lambda text: python_jose.decode(text, PEM, ["ES256"], audience=URL, **AT_NOW),
    ),
    "no end": (
        token(claims=without("exp")),
        lambda text: python_jose.decode(text, PEM, ["ES256"], audience=URL),
    ),
    "a public key in DER as the secret of HMAC": (
        token(HEADER | {"alg": "HS256"}, sign=mac(DER)),
        lambda text: python_jose.decode(text, DER, ["ES256", "HS256"], audience=URL, **AT_NOW),
    ),
    "the algorithm that the token names": (
        token(HEADER | {"alg": "HS256"}, sign=mac(DER)),
        lambda text: python_jose.decode(text, DER, None, audience=URL, **AT_NOW),
    ),
}


def rsa_pem() -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return RSA_1024.public_key().public_bytes(serialization.Encoding.PEM, form)


def ours(text: str) -> Claims:
    return Reader(URL, [P256.public_key()]).read(text, datetime.fromtimestamp(NOW, UTC))


ESSENTIAL = {name: {"essential": True} for name in CLAIMS} | {
    "iss": {"essential": True, "value": URL},
    "aud": {"essential": True, "value": URL},
}


def theirs(text: str) -> None:
    """joserfc told to be as strict as we are."""
    found = oracle.decode(text, OracleKey.import_key(PEM), algorithms=["ES256"])
    oracle.JWTClaimsRegistry(now=lambda: NOW, leeway=0, **ESSENTIAL).validate(found.claims)  # type: ignore[arg-type]  # options


def test_both_read_the_good_token() -> None:
    assert ours(token()).sub == "c"
    theirs(token())


@pytest.mark.parametrize(("text", "lets_through"), WEAKNESSES.values(), ids=WEAKNESSES)
def test_what_python_jose_lets_through_is_refused(text: str, lets_through: Callable[[str], object]) -> None:
    assert lets_through(text), "python-jose has mended this: say so in the decision, and keep our refusal"
    with pytest.raises(TokenError):
        ours(text)
    with pytest.raises((JoseError, ValueError)):
        theirs(text)


ADVERSARIES: dict[str, str] = {
    "no algorithm": token(HEADER | {"alg": "none"}, sign=lambda _: b"x"),
    "an empty signature": token(sign=lambda _: b"")[:-1] + ".",
    "the public key in PEM as a secret": token(HEADER | {"alg": "HS256"}, sign=mac(PEM)),
    "a secret under ES256": token(sign=mac(DER)),
    "ES384 named, ES256 made": token(HEADER | {"alg": "ES384"}),
    "another key of the same kind": token(sign=ecdsa(ec.generate_private_key(ec.SECP256R1()))),
    "a signature of zeros": token(sign=lambda _: bytes(64)),
    "a signature in DER": token(sign=lambda message: P256.sign(message, ec.ECDSA(hashes.SHA256()))),
    "another issuer": token(claims=CLAIMS | {"iss": "https://other.example"}),
    "another audience": token(claims=CLAIMS | {"aud": "https://other.example"}),
    "expired": token(claims=CLAIMS | {"iat": NOW - 700, "exp": NOW - 100}),
    "from the future": token(claims=CLAIMS | {"iat": NOW + 61, "exp": NOW + 600}),
    "claims that are a list": token(claims=[CLAIMS]),
    "claims that are no JSON": token(claims=b"{"),
    "a header that is no JSON": token(header=b"{"),
    "five parts, as encrypted tokens have": token() + "..",
}


@pytest.mark.parametrize("text", ADVERSARIES.values(), ids=ADVERSARIES)
def test_we_and_the_oracle_refuse_the_same(text: str) -> None:
    with pytest.raises(TokenError):
        ours(text)
    with pytest.raises((JoseError, ValueError)):
        theirs(text)


STRICTER: dict[str, str] = {
    "a key that the token brings": token(HEADER | {"jwk": public_jwk(P256.public_key())}),
    "a key that the token points to": token(HEADER | {"jku": "https://other.example/jwks"}),
    "another kind of token": token(HEADER | {"typ": "JWT"}),
    "a key that is not named": token({"alg": "ES256", "typ": "at+jwt"}),
    "several audiences, ours among them": token(claims=CLAIMS | {"aud": [URL, "https://other.example"]}),
    "a claim that nobody reads": token(claims=CLAIMS | {"admin": True}),
    "a life longer than we give": token(claims=CLAIMS | {"exp": NOW + 86_400}),
}


@pytest.mark.parametrize("text", STRICTER.values(), ids=STRICTER)
def test_here_we_refuse_what_a_general_library_may_take(text: str) -> None:
    with pytest.raises(TokenError):
        ours(text)


@pytest.mark.parametrize(
    "key",
    [P384.public_key(), RSA_1024.public_key(), DER, PEM, "secret", None],
    ids=["P-384", "RSA", "DER", "PEM", "text", "nothing"],
)
def test_only_a_p256_key_verifies(key: object) -> None:
    with pytest.raises(TypeError, match="P-256"):
        VerifyingKey.of(key)


GOOD = public_jwk(P256.public_key())


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "RSA"},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"x": GOOD["y"]},
        {"x": "AQ"},
        {"x": GOOD["x"] + "="},
        {"x": GOOD["x"][:-1] + "!"},
        {"x": 7},
        {"d": "AAAA"},
    ],
)
def test_a_jwk_that_is_no_public_p256_key_is_refused(change: dict[str, Any]) -> None:
    assert public_key(GOOD) == P256.public_key()
    with pytest.raises(JwkError):
        public_key(GOOD | change)


def test_what_a_stranger_names_is_never_repeated() -> None:
    """A claim of somebody's own making could bring line ends and lies into the trail."""

    class Said(BaseModel):
        model_config = ConfigDict(strict=True, extra="ignore")

        jti: dict[str, int]

    kind = Kind("note", frozenset({"at+jwt"}), needs=frozenset({"kid"}))
    with pytest.raises(TokenError) as caught:
        opened(token(claims={"jti": {"a lie": "x"}}), kind).verified(VerifyingKey.of(P256.public_key()), Said)
    assert str(caught.value) == "the note's claims are wrong: jti"
