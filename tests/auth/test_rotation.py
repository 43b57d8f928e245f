"""One signing key follows another with no moment in which a token is refused; locked keys need their passphrase."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auth.jwk import thumbprint
from auth.keys import PUBLIC, KeyFileError, load_keys, load_public, make_key, read_passphrase
from auth.remembered import RememberingReader
from auth.rotation import BELIEVED_AFTER, LEAD, KeyRing, Stage, replace_at_once, rotate, stages, tidy
from auth.tokens import LIFETIME, Issuer, TokenError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://samsyn.example"
SECOND = timedelta(seconds=1)


def issue(ring: KeyRing, at: datetime, jti: str = "0123456789abcdef") -> str:
    return Issuer(URL, ring.signing(at)).issue(client="c", scope="tables", jti=jti, now=at)


def published(folder: Path) -> set[str]:
    return {thumbprint(key) for key in load_public(folder / PUBLIC)}


def test_a_token_given_at_any_moment_of_a_rotation_is_read_until_its_time_is_out(tmp_path: Path) -> None:
    make_key(tmp_path, NOW)
    ring, reader = KeyRing(tmp_path), RememberingReader(URL, tmp_path / PUBLIC)
    at, given = NOW, []
    for minute in range(60):
        at = NOW + timedelta(minutes=minute)
        if minute == 10:
            rotate(tmp_path, at)
        if minute == 40:
            tidy(tmp_path, at)
        given.append((at, issue(ring, at, f"0123456789abcde{minute}")))
        for when, token in given:
            if at < when + LIFETIME:
                assert reader.read(token, at).client_id == "c"
            else:
                with pytest.raises(TokenError, match=r"expired|not ours"):
                    reader.read(token, at)
    assert len({token.split(".")[0] for _, token in given}) == 2
    assert len(published(tmp_path)) == 1


def test_a_new_key_is_published_before_it_signs(tmp_path: Path) -> None:
    old = make_key(tmp_path, NOW)
    ring = KeyRing(tmp_path)
    at = NOW + timedelta(days=1)
    new = rotate(tmp_path, at)
    assert published(tmp_path) == {old.kid, new.kid}
    assert ring.signing(at + LEAD - SECOND).kid == old.kid
    assert ring.signing(at + LEAD).kid == new.kid
    assert [key["kid"] for key in ring.key_set(at)["keys"]] == [new.kid, old.kid]


def test_the_stages_of_a_key_in_order(tmp_path: Path) -> None:
    first = make_key(tmp_path, NOW)
    second = make_key(tmp_path, NOW + timedelta(hours=1))
    moments = {
        timedelta(0): {first.kid: Stage.SIGNS, second.kid: Stage.ANNOUNCED},
        timedelta(hours=1): {first.kid: Stage.RETIRED, second.kid: Stage.SIGNS},
        timedelta(hours=1) + BELIEVED_AFTER: {first.kid: Stage.GONE, second.kid: Stage.SIGNS},
    }
    for after, expected in moments.items():
        assert {key.kid: stage for key, stage in stages(load_keys(tmp_path), NOW + after)} == expected
    tidy(tmp_path, NOW + timedelta(hours=2))
    assert [key.kid for key in load_keys(tmp_path)] == [second.kid]


def test_after_a_leak_no_earlier_token_is_believed(tmp_path: Path) -> None:
    make_key(tmp_path, NOW)
    ring, reader = KeyRing(tmp_path), RememberingReader(URL, tmp_path / PUBLIC)
    token = issue(ring, NOW)
    assert reader.read(token, NOW)
    replace_at_once(tmp_path, NOW + SECOND)
    with pytest.raises(TokenError, match="not ours"):
        reader.read(token, NOW + 2 * SECOND)
    assert reader.read(issue(ring, NOW + SECOND), NOW + 2 * SECOND)


def test_a_clock_before_every_key_signs_with_the_first(tmp_path: Path) -> None:
    key = make_key(tmp_path, NOW)
    assert KeyRing(tmp_path).signing(NOW - timedelta(days=1)).kid == key.kid


def test_a_locked_key_needs_its_passphrase(tmp_path: Path) -> None:
    key = make_key(tmp_path, NOW, b"correct horse battery")
    (path,) = tmp_path.glob("*.pem")
    assert b"ENCRYPTED" in path.read_bytes()
    assert load_keys(tmp_path, b"correct horse battery")[0].kid == key.kid
    with pytest.raises(KeyFileError, match="SAMSYN_KEY_PASSPHRASE_FILE"):
        load_keys(tmp_path)
    with pytest.raises(KeyFileError, match="passphrase is another"):
        load_keys(tmp_path, b"another passphrase")
    assert published(tmp_path) == {key.kid}, "what verifies needs no passphrase"


def test_a_passphrase_lies_in_a_file_of_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(b"0123456789abcdef\n")
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="0600"):
        read_passphrase(path)
    path.chmod(0o600)
    assert read_passphrase(path) == b"0123456789abcdef"
    path.write_bytes(b"short\n")
    with pytest.raises(KeyFileError, match="16"):
        read_passphrase(path)
    with pytest.raises(KeyFileError, match="No such file"):
        read_passphrase(tmp_path / "none")
    assert read_passphrase(None) is None


def test_a_key_elsewhere_can_sign(tmp_path: Path) -> None:
    """Whatever has `kid`, `public` and `sign`, such as a KMS, stands in for a file."""
    inside = make_key(tmp_path, NOW)

    class Elsewhere:
        kid = inside.kid
        public = inside.public

        def sign(self, message: bytes) -> bytes:
            return inside.sign(message)

    token = Issuer(URL, Elsewhere()).issue(client="c", scope="log", jti="0123456789abcdef", now=NOW)
    assert RememberingReader(URL, tmp_path / PUBLIC).read(token, NOW).scope == "log"
