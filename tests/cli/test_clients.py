"""`samsyn client`, `access-key` and `key` on a home: what they give, what they keep, and what the trail hears."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from audit.entry import Operation
from auth.jwk import public_jwk
from auth.keys import read_private
from auth.secrets import verify_secret
from cli import access_keys, clients, keys
from cli.errors import Stop
from models.parties import AccessKey, Client
from settings import Place
from store.sessions import open_engine, transaction
from tests.api.house import House, furnish


@pytest.fixture
def house(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("SAMSYN_HOME", str(place.home))
    monkeypatch.setenv("SAMSYN_DATABASE_URL", place.database_url or "")
    monkeypatch.delenv("SAMSYN_KEY_PASSPHRASE_FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    return furnish(place)


def run(app: Any, *words: str) -> dict[str, Any]:  # noqa: ANN401 -- a Typer
    result = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False, standalone_mode=False)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def listed(app: Any) -> list[dict[str, Any]]:  # noqa: ANN401 -- a Typer
    """What a `list` command lists."""
    result = CliRunner().invoke(app, ["list", "--json"], catch_exceptions=False, standalone_mode=False)
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def stopped(app: Any, *words: str) -> str:  # noqa: ANN401 -- a Typer
    with pytest.raises(Stop) as caught:
        CliRunner().invoke(app, [*words], catch_exceptions=False, standalone_mode=False)
    return caught.value.message


def kept(house: House, kind: type[Client | AccessKey], row_id: str) -> Any:  # noqa: ANN401 -- a row
    engine = open_engine(house.place, "owner")
    with transaction(engine) as session:
        row = session.get(kind, row_id)
    engine.dispose()
    assert row is not None
    return row


def told(house: House) -> str:
    return " | ".join(str(entry.fields.get("note")) for entry in house.trail(Operation.ADMINISTER))


ADD = ("add", "huddinge-new", "--party", "huddinge", "--role", "publisher")


def test_a_client_gets_a_key_in_a_file_of_its_owners_alone_and_no_secret(house: House) -> None:
    given = run(clients.app, *ADD)
    path = Path(given["privateKeyFile"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    row = kept(house, Client, "huddinge-new")
    assert row.keys == [public_jwk(read_private(path).public_key())]
    assert (row.secret_hash, row.binding, given["clientSecret"]) == (None, "dpop", None)
    assert given["keys"][0] in told(house)
    assert stopped(clients.app, *ADD[:1], "huddinge-other", *ADD[2:], "--key-file", str(path)).endswith("--key-file")


def test_a_client_that_made_its_own_key_shows_its_public_half(house: House, tmp_path: Path) -> None:
    mine = ec.generate_private_key(ec.SECP256R1()).public_key()
    for name, content in {
        "pem": mine.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "jwk": json.dumps(public_jwk(mine)),
        "jwks": json.dumps({"keys": [public_jwk(mine)]}),
    }.items():
        (tmp_path / name).write_text(content)
        given = run(clients.app, "add", f"huddinge-{name}", *ADD[2:], "--public-keys", name)
        assert given["privateKeyFile"] is None
        assert kept(house, Client, f"huddinge-{name}").keys == [public_jwk(mine)]


@pytest.mark.parametrize("content", ["", "{}", '{"keys": 1}', '{"kty": "EC", "crv": "P-384"}', '{"kty":"EC","d":"x"}'])
def test_what_is_no_public_key_is_refused(house: House, tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content)
    assert "key holds no public keys" in stopped(clients.app, *ADD, "--public-keys", "key")


def test_a_tool_gets_a_secret_which_is_kept_as_its_hash(house: House) -> None:
    given = run(clients.app, "add", "huddinge-bi", "--party", "huddinge", "--role", "reader", "--no-key")
    row = kept(house, Client, "huddinge-bi")
    assert row.keys == []
    assert verify_secret(given["clientSecret"], row.secret_hash)
    assert given["clientSecret"] not in told(house)
    wrong = stopped(clients.app, "add", "x", "--party", "huddinge", "--role", "reader", "--no-key", "--must-sign")
    assert wrong.startswith("without a key a client can neither sign")


def test_a_change_gives_and_takes_keys_and_kills_tokens(house: House) -> None:
    first = run(clients.app, *ADD)["keys"][0]
    changed = run(clients.app, "change", "huddinge-new", "--new-key", "--key-file", "second.pem", "--must-sign")
    assert changed["keys"][0] == first
    assert len(changed["keys"]) == 2
    assert kept(house, Client, "huddinge-new").tokens_from is not None
    last = run(clients.app, "change", "huddinge-new", "--drop-key", first, "--role", "reader", "--binding", "none")
    assert last["keys"] == changed["keys"][1:]
    row = kept(house, Client, "huddinge-new")
    assert (row.roles, row.binding, row.must_sign) == (["reader"], "", True)
    assert "client huddinge-new changed: reader" in told(house)
    assert f"key {changed['keys'][1]} given" in told(house)
    assert f"key {first} taken" in told(house)
    run(clients.app, "change", "huddinge-new", "--secret")
    assert told(house).endswith("; secret given")
    assert "there is no client" in stopped(clients.app, "change", "nobody")


def test_a_key_that_is_not_there_cannot_be_dropped(house: House) -> None:
    (kid,) = run(clients.app, *ADD)["keys"]
    said = stopped(clients.app, "change", "huddinge-new", "--drop-key", kid[:-1])
    assert "has no key" in said
    assert kid in said
    assert kept(house, Client, "huddinge-new").tokens_from is None


def test_a_suspension_kills_the_tokens_for_good(house: House) -> None:
    runner = CliRunner()
    runner.invoke(clients.app, ["suspend", "huddinge-reader"], catch_exceptions=False)
    row = kept(house, Client, "huddinge-reader")
    assert row.status == "suspended"
    runner.invoke(clients.app, ["suspend", "huddinge-reader", "--lift"], catch_exceptions=False)
    again = kept(house, Client, "huddinge-reader")
    assert again.status == "active"
    assert again.tokens_from == row.tokens_from is not None


def test_an_access_key_is_made_listed_and_suspended(house: House) -> None:
    made = run(access_keys.app, "add", "--client", "huddinge-reader", "--table", "handelser-huddinge", "--days", "90")
    row = kept(house, AccessKey, made["id"])
    assert (row.expires_at - row.created_at).days == 90
    assert made["accessKey"].startswith(made["id"])
    assert made["accessKey"][17:] not in told(house) + row.digest
    (one,) = listed(access_keys.app)
    assert "digest" not in one
    CliRunner().invoke(access_keys.app, ["suspend", made["id"]], catch_exceptions=False)
    assert kept(house, AccessKey, made["id"]).status == "suspended"
    assert f"access key {made['id']}: suspended" in told(house)


@pytest.mark.parametrize("client", ["sodertalje-publisher", "granskaren-auditor", "nobody"])
def test_only_who_reads_tables_has_access_keys(house: House, client: str) -> None:
    assert "no client that reads tables" in stopped(access_keys.app, "add", "--client", client, "--table", "t")


def test_an_access_key_lives_ninety_days_at_most(house: House) -> None:
    words = ["add", "--client", "huddinge-reader", "--table", "t", "--days", "91"]
    assert CliRunner().invoke(access_keys.app, words).exit_code != 0


def test_the_next_signing_key_is_announced_then_signs(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "passphrase").write_text("0123456789abcdef")
    (tmp_path / "passphrase").chmod(0o600)
    monkeypatch.setenv("SAMSYN_KEY_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    made = run(keys.app, "rotate")
    staged = {each["kid"]: each["stage"] for each in listed(keys.app)}
    assert staged[made["kid"]] == "announced"
    assert sorted(staged.values()) == ["announced", "signs"]
    assert f"token key {made['kid']} made" in told(house)
    monkeypatch.delenv("SAMSYN_KEY_PASSPHRASE_FILE")
    assert "SAMSYN_KEY_PASSPHRASE_FILE" in stopped(keys.app, "list")


def test_after_a_leak_one_key_is_left(house: House) -> None:
    made = run(keys.app, "rotate", "--at-once")
    assert [(each["kid"], each["stage"]) for each in listed(keys.app)] == [(made["kid"], "signs")]
