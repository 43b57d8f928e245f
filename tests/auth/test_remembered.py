"""What was found out about a caller is remembered no longer than it must hold."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import auth.remembered as subject
from auth.keys import PUBLIC, make_key
from auth.remembered import AGE, Recent, RememberingReader
from auth.tokens import LIFETIME, Issuer, Reader, TokenError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://samsyn.example"


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every token that was verified, in order."""
    seen: list[str] = []
    read = Reader.read

    def counting(self: Reader, token: str, now: datetime) -> object:
        seen.append(token)
        return read(self, token, now)

    monkeypatch.setattr(Reader, "read", counting)
    return seen


def tokens(folder: Path, count: int) -> list[str]:
    issuer = Issuer(URL, make_key(folder, NOW))
    return [issuer.issue(client="c", scope="log", jti=f"{number:016d}", now=NOW) for number in range(count)]


def test_a_token_is_verified_once_and_dies_with_its_time(tmp_path: Path, verified: list[str]) -> None:
    (token,) = tokens(tmp_path, 1)
    reader = RememberingReader(URL, tmp_path / PUBLIC)
    for second in (0, 1, 599):
        assert reader.read(token, NOW + timedelta(seconds=second)).sub == "c"
    assert verified == [token]
    with pytest.raises(TokenError, match="expired"):
        reader.read(token, NOW + LIFETIME)


def test_what_is_refused_is_not_remembered(tmp_path: Path, verified: list[str]) -> None:
    (token,) = tokens(tmp_path, 1)
    reader = RememberingReader(URL, tmp_path / PUBLIC)
    for _ in range(3):
        with pytest.raises(TokenError):
            reader.read(token[:-4] + "AAAA", NOW)
    assert len(verified) == 3


def test_no_more_is_remembered_than_there_is_room_for(
    tmp_path: Path, verified: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "MOST", 3)
    made = tokens(tmp_path, 5)
    reader = RememberingReader(URL, tmp_path / PUBLIC)
    for token in [*made, made[4], made[0]]:
        reader.read(token, NOW)
    assert len(verified) == 6, "the last was remembered, the first was not"
    assert len(reader._known) == 3


def test_a_fact_is_looked_up_again_once_it_is_a_second_old() -> None:
    asked: list[str] = []

    def look_up(name: str) -> int:
        asked.append(name)
        return len(asked)

    facts: Recent[str, int] = Recent(look_up)
    moments = (timedelta(0), AGE / 2, AGE, AGE * 1.5, AGE * 3)
    assert [facts.get("a", NOW + after) for after in moments] == [1, 1, 2, 2, 3]
    assert facts.get("b", NOW) == 4
    assert facts.get("b", NOW - AGE) == 5, "a clock that went back is not believed"
