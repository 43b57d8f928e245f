"""push, pull and token at the command line, against a service that answers from a list."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner, Result

from cli import credentials
from cli.credentials import find_credentials
from cli.errors import Stop
from cli.pull import pull
from cli.push import push
from cli.token import token
from samsyn_client.client import Client
from samsyn_client.patience import NEVER
from tests.client.service import Service, problem
from tests.client.test_client import RECEIPT

DEMO = {
    "url": "http://127.0.0.1:8000",
    "clients": [
        {"clientId": "polisen-publisher", "party": "polisen", "role": "publisher", "clientSecret": "demo-secret-1"},
        {"clientId": "huddinge-reader", "party": "huddinge", "role": "reader", "clientSecret": "demo-secret-2"},
        {"clientId": "bra-operator", "party": "bra", "role": "operator"},
    ],
}
TABLE = {
    "id": "handelser-huddinge",
    "title": {"sv": "Händelser i Huddinge", "en": "Events in Huddinge"},
    "dataset": "ds",
    "areaLevels": ["kommun"],
    "period": {"unit": "iso-week", "first": "2025-W01", "last": "2026-W06"},
    "method": "suppression",
    "releaseId": "r1",
    "releasedAt": "2026-02-11T12:00:00Z",
}


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: Service) -> Path:
    """A demo home, and a service in place of the network."""
    (tmp_path / "demo.json").write_text(json.dumps(DEMO))
    for name in ("URL", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE"):
        monkeypatch.delenv(f"SAMSYN_{name}", raising=False)
    monkeypatch.setenv("SAMSYN_HOME", str(tmp_path))

    def connect(url: str, client_id: str, secret: str, **options: Any) -> Client:  # noqa: ANN401 -- the client's own
        return Client(
            url, client_id, secret, **{**options, "patience": NEVER, "transport": httpx.MockTransport(service)}
        )

    monkeypatch.setattr(credentials, "Client", connect)
    return tmp_path


def run(*words: str, given: bytes | None = None) -> Result:
    app = typer.Typer()
    for command in (push, pull, token):
        app.command()(command)
    return CliRunner().invoke(app, words, input=given, env={"COLUMNS": "200"}, standalone_mode=False)


def stopped(result: Result) -> str:
    """The one line with which the command stopped."""
    assert isinstance(result.exception, Stop), result.exception
    return result.exception.message


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "rows.csv"
    file.write_text("area,category,period,count\n0181,klotter,2026-W06,3\n")
    return file


def test_a_push_shows_its_receipt(demo: Path, rows: Path, service: Service) -> None:
    service.answers = [httpx.Response(201, json={**RECEIPT, "logIndex": 42})]
    result = run(
        "push", str(rows), "--dataset", "ds", "--client", "polisen-publisher", "--coverage", "*", "--key", "k1"
    )
    assert result.exit_code == 0
    assert "3: 1 added, 1 replaced, 1 unchanged" in result.stdout
    assert "at 42" in result.stdout
    assert service.forms[0]["client_secret"] == ["demo-secret-1"]
    assert service.asked[0].headers["Idempotency-Key"] == "k1"
    assert service.asked[0].headers["Samsyn-Coverage"] == "*"
    assert service.asked[0].content == rows.read_bytes()


def test_a_script_reads_the_receipt_as_json(demo: Path, rows: Path, service: Service) -> None:
    service.answers = [httpx.Response(201, json=RECEIPT)]
    result = run("push", str(rows), "--dataset", "ds", "--client", "polisen-publisher", "--json")
    assert json.loads(result.stdout) == RECEIPT


@pytest.mark.parametrize(
    ("name", "options", "kind"),
    [
        ("x.csv", [], "text/csv"),
        ("x.JSON", [], "application/json"),
        ("x.jsonl", [], "application/x-ndjson"),
        ("x", ["--format", "ndjson"], "application/x-ndjson"),
    ],
)
def test_the_name_says_how_a_file_is_written(
    demo: Path, service: Service, name: str, options: list[str], kind: str
) -> None:
    service.answers = [httpx.Response(201, json=RECEIPT)]
    (demo / name).write_text("rows")
    assert run("push", str(demo / name), "--dataset", "ds", "--client", "polisen-publisher", *options).exit_code == 0
    assert service.asked[0].headers["Content-Type"] == kind


def test_what_is_piped_in_is_pushed(demo: Path, service: Service) -> None:
    service.answers = [httpx.Response(201, json=RECEIPT)]
    run("push", "-", "--dataset", "ds", "--client", "polisen-publisher", given=b"piped")
    assert service.asked[0].content == b"piped"


def fault(row: int) -> dict[str, Any]:
    said = {"en": f"“-{row}” is negative [bold]", "sv": "…"}
    where = {"row": row, "line": row + 1, "column": "count", "value": f"-{row}", "code": "count-negative"}
    return {**where, "wrong": said, "right": {"en": "a count is 0 or more", "sv": "…"}}


def test_every_error_has_its_row_and_fifty_are_shown(demo: Path, rows: Path, service: Service) -> None:
    errors = [fault(row) for row in range(1, 61)]
    service.answers = [problem(422, "invalid-delivery", errors=errors, total=1234)]
    result = run("push", str(rows), "--dataset", "ds", "--client", "polisen-publisher")
    assert "“-50” is negative [bold]" in result.stderr
    assert "“-51” is negative" not in result.stderr
    assert "and 1184 more" in result.stderr
    assert stopped(result) == f"{rows}: 1234 errors; nothing was kept"
    assert result.stdout == ""


def test_errors_come_as_json_where_a_script_reads_them(demo: Path, rows: Path, service: Service) -> None:
    service.answers = [problem(422, "invalid-delivery", errors=[fault(1)], total=1)]
    result = run("push", str(rows), "--dataset", "ds", "--client", "polisen-publisher", "--json")
    assert stopped(result) == f"{rows}: 1 error; nothing was kept"
    assert json.loads(result.stdout) == {"total": 1, "errors": [fault(1)]}


def test_the_tables_there_are_can_be_listed(demo: Path, service: Service) -> None:
    service.answers = [httpx.Response(200, json={"tables": [TABLE], "_links": {}}) for _ in range(2)]
    result = run("pull", "--client", "huddinge-reader")
    assert "handelser-huddinge" in result.stdout
    assert "2025-W01..2026-W06" in result.stdout
    assert json.loads(run("pull", "--client", "huddinge-reader", "--json").stdout) == [TABLE]


def test_no_table_is_said_in_words(demo: Path, service: Service) -> None:
    service.answers = [httpx.Response(200, json={"tables": [], "_links": {}})]
    assert "no table for this client" in run("pull", "--client", "huddinge-reader").stdout


def test_a_table_goes_to_the_terminal_or_to_a_file(demo: Path, service: Service) -> None:
    service.answers = [httpx.Response(200, content=b"area,count\n") for _ in range(2)]
    options = ["--client", "huddinge-reader", "--purpose", "lagesbild", "--area", "0126", "--area", "0181"]
    assert run("pull", "t1", *options, "--release", "r1").stdout == "area,count\n"
    out = demo / "t1.parquet"
    assert run("pull", "t1", *options, "--out", str(out)).exit_code == 0
    assert out.read_bytes() == b"area,count\n"
    first, second = service.asked
    assert first.url.params["format"] == "csv"
    assert first.url.params["release"] == "r1"
    assert first.headers["Samsyn-Purpose"] == "lagesbild"
    assert second.url.params["format"] == "parquet"
    assert second.url.params.get_list("area") == ["0126", "0181"]


def test_a_refusal_tells_its_reasons_in_lines(demo: Path, service: Service) -> None:
    service.answers = [problem(403, "refused-by-policy", reasons=["the agreement ended", {"reason": "OSL 10:2"}])]
    result = run("pull", "t1", "--client", "huddinge-reader")
    assert stopped(result) == "about refused-by-policy\n  the agreement ended\n  OSL 10:2"


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (httpx.ConnectError("refused"), "http://127.0.0.1:8000 cannot be reached: is the service running"),
        (problem(404, "not-found"), "there is no such thing for huddinge-reader: is its id right"),
        (problem(500, "internal", instance="urn:uuid:1"), "about internal (urn:uuid:1)"),
        (httpx.Response(502, text="<html>"), "127.0.0.1 answered 502 without saying why"),
    ],
)
def test_every_failure_is_one_clear_line(
    demo: Path, service: Service, answer: httpx.Response | Exception, line: str
) -> None:
    service.answers = [answer]
    result = run("pull", "t1", "--client", "huddinge-reader")
    assert stopped(result).startswith(line)
    assert "\n" not in stopped(result)


def test_a_wrong_secret_names_the_client_and_not_the_secret(demo: Path, service: Service) -> None:
    service.token_answers = [httpx.Response(401, json={"error": "invalid_client", "error_description": "not proven"})]
    result = run("token", "--client", "huddinge-reader")
    assert stopped(result) == "http://127.0.0.1:8000 does not accept huddinge-reader: not proven"


def test_a_token_is_printed_alone(demo: Path, service: Service) -> None:
    assert run("token", "--client", "huddinge-reader").stdout == "token-1\n"


@pytest.mark.parametrize(
    "words", [["push", "missing.csv", "--dataset", "ds"], ["pull", "t1", "--out", "/nowhere/x.csv"]]
)
def test_a_file_that_cannot_be_opened_is_one_clear_line(demo: Path, words: list[str]) -> None:
    assert stopped(run(*words, "--client", "huddinge-reader")).endswith("No such file or directory")


FULL = {"SAMSYN_URL": "https://s.example", "SAMSYN_CLIENT_ID": "own", "SAMSYN_CLIENT_SECRET": "own-secret"}


def test_the_environment_is_enough(tmp_path: Path) -> None:
    found = find_credentials(None, None, "reader", {**FULL, "SAMSYN_HOME": str(tmp_path)})
    assert (found.url, found.client_id, found.secret) == ("https://s.example", "own", "own-secret")
    assert "own-secret" not in repr(found)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-file\n")
    env = {**FULL, "SAMSYN_CLIENT_SECRET": "", "SAMSYN_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    assert find_credentials(None, None, "reader", env).secret == "from-file"


def test_what_the_command_was_told_comes_first(demo: Path) -> None:
    found = find_credentials("huddinge-reader", "https://other.example", "reader", {**FULL, "SAMSYN_HOME": str(demo)})
    assert (found.url, found.client_id, found.secret) == ("https://other.example", "huddinge-reader", "demo-secret-2")


def test_without_a_home_the_demo_of_make_is_found(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (demo / "var" / "demo").mkdir(parents=True)
    (demo / "demo.json").rename(demo / "var" / "demo" / "demo.json")
    monkeypatch.chdir(demo)
    assert find_credentials("huddinge-reader", None, "reader", {}).secret == "demo-secret-2"


@pytest.mark.parametrize(
    ("client", "env", "said"),
    [
        (None, {}, "give --client with one of the demo's: huddinge-reader"),
        (
            "bra-operator",
            {},
            "no key and no secret for bra-operator: set SAMSYN_CLIENT_KEY_FILE or SAMSYN_CLIENT_SECRET",
        ),
        ("unknown", {}, "no key and no secret for unknown"),
        ("unknown", FULL, "no key and no secret for unknown"),
        (None, {**FULL, "SAMSYN_CLIENT_SECRET_FILE": "x"}, "both SAMSYN_CLIENT_SECRET and"),
        ("own", {"SAMSYN_CLIENT_SECRET_FILE": "/nowhere"}, "SAMSYN_CLIENT_SECRET_FILE: /nowhere: No such file"),
        (None, {**FULL, "SAMSYN_URL": "", "SAMSYN_HOME": "/nowhere"}, "which service?"),
        (None, {"SAMSYN_HOME": "/nowhere"}, "give --client ID or set SAMSYN_CLIENT_ID"),
    ],
)
def test_what_is_missing_is_named(demo: Path, client: str | None, env: dict[str, str], said: str) -> None:
    with pytest.raises(Stop) as caught:
        find_credentials(client, None, "reader", {"SAMSYN_HOME": str(demo), **env})
    assert said in caught.value.message


def test_a_broken_demo_file_is_one_clear_line(demo: Path) -> None:
    (demo / "demo.json").write_text("{")
    assert "demo.json cannot be read" in stopped(run("token", "--client", "huddinge-reader"))


def test_a_secret_is_never_sent_in_clear(demo: Path) -> None:
    result = run("token", "--client", "huddinge-reader", "--url", "http://samsyn.example")
    assert "would send the secret in clear" in stopped(result)
