"""Signing keys: thumbprints of RFC 7638, files that only their owner reads."""

import os
import stat
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from auth.jwk import key_set, public_jwk
from auth.keys import PUBLIC, KeyFileError, load_keys, load_public, make_key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_key_file_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        make_key(tmp_path / "keys" / "tokens", NOW)
    finally:
        os.umask(old)
    (path,) = (tmp_path / "keys" / "tokens").glob("*.pem")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_newest_key_comes_first(tmp_path: Path) -> None:
    kids = [make_key(tmp_path, NOW + timedelta(days=n)).kid for n in (2, 0, 1)]
    assert [key.kid for key in load_keys(tmp_path)] == [kids[0], kids[2], kids[1]]


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    # The P-256 key of RFC 7517 appendix A.1 and its well-known thumbprint.
    x = int.from_bytes(b64("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"), "big")
    y = int.from_bytes(b64("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"), "big")
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    assert public_jwk(key)["kid"] == "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"


def b64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_key_set_shows_no_private_member(tmp_path: Path) -> None:
    (key,) = key_set([make_key(tmp_path, NOW).public])["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path, NOW)
    (path,) = tmp_path.glob("*.pem")
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="0600"):
        load_keys(tmp_path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (pem(ec.generate_private_key(ec.SECP384R1())), "no P-256 key"),
        (pem(ed25519.Ed25519PrivateKey.generate()), "no P-256 key"),
        (b"nothing", "no private key"),
    ],
)
def test_only_p256_keys_sign(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "20260101T000000Z.x.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match=why):
        load_keys(tmp_path)


def test_a_home_without_keys_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="samsyn init"):
        load_keys(tmp_path / "none")


def test_the_public_halves_are_published_with_every_new_key(tmp_path: Path) -> None:
    made = [make_key(tmp_path, NOW + timedelta(days=n)) for n in (0, 1)]
    published = {public_jwk(key)["kid"] for key in load_public(tmp_path / PUBLIC)}
    assert published == {key.kid for key in made}
    assert "PRIVATE" not in (tmp_path / PUBLIC).read_text()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"keys": [{"kty": "RSA"}]}', '{"keys": [{"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}]}'],
)
def test_a_set_of_other_keys_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / PUBLIC).write_text(text)
    with pytest.raises(KeyFileError, match="no set of P-256 keys"):
        load_public(tmp_path / PUBLIC)


def test_a_door_without_public_keys_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="samsyn init"):
        load_public(tmp_path / PUBLIC)


def test_a_folder_that_others_can_put_keys_into_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path / "tokens", NOW)
    (tmp_path / "tokens").chmod(0o777)
    with pytest.raises(KeyFileError, match="set its mode to 0700"):
        load_keys(tmp_path / "tokens")
