"""The absolute rules of the national REST API profile, each held against the doors; docs/api-profile.md names them."""

import ast
import json
import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.house import House
from tests.api.shelf import TABLE
from tests.api.visitor import Visitor

ROOT = Path(__file__).parents[2]
RULES: dict[str, dict[str, str]] = tomllib.loads((ROOT / "docs/api-profile.toml").read_text())["rules"]
BASE = "/samsyn/v1"
LISTS = (f"{BASE}/tables", f"{BASE}/tables/{TABLE}/cells", f"{BASE}/releases", f"{BASE}/release-calendar")
_OTHERS_NAMES = {"access_token", "token_type", "expires_in"}
"""RFC 6749's members."""


def ask(house: House, door: Visitor, path: str, **headers: str) -> Any:  # noqa: ANN401 -- httpx's answer
    return door.get(path, headers=house.bearer("huddinge-reader") | {"Samsyn-Purpose": "lagesbild"} | headers)


def own(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The operations under the API's own root: those of other conventions follow their own."""
    for path, methods in described["paths"].items():
        if path.startswith(BASE):
            for method, operation in methods.items():
                yield path, method, operation


def test_every_absolute_rule_is_met_or_deviated_from_in_writing(shared: Path) -> None:
    rules = json.loads((shared / "api-profile" / "rest_api_profil_1_2_0_krav.json").read_text())
    assert set(RULES) == {rule["id"] for rule in rules if rule["typ"].startswith("SKALL")}


@pytest.mark.parametrize("name", RULES)
def test_the_test_that_a_rule_names_exists(name: str) -> None:
    rule = RULES[name]
    assert ("test" in rule) != ("deviation" in rule)
    if "test" in rule:
        file, _, function = rule["test"].partition("::")
        tree = ast.parse((ROOT / file).read_text())
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_page_is_what_its_source_says() -> None:
    made = runpy.run_path(str(ROOT / "tools/api-profile"))["text"]()
    assert (ROOT / "docs/api-profile.md").read_text() == made


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_documentation_has_every_chapter(door: Visitor, lang: str) -> None:
    page = door.get(f"/docs?lang={lang}")
    assert page.headers["content-type"].startswith("text/html")
    for chapter in ("about", "terms", "model", "authentication", "life", "service", "limits", "resources", "problems"):
        assert f'<section id="{chapter}">' in page.text
    assert not re.search(r'(src|href)="https?://', page.text), "nothing from another host"
    assert "<script" not in page.text


def test_documentation_description_and_api_have_one_version(door: Visitor, described: dict[str, Any]) -> None:
    said = door.get(f"{BASE}/api-info").json()
    assert set(said) == {"apiName", "apiVersion", "apiReleased", "apiDocumentation", "apiStatus"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", said["apiVersion"])
    assert described["info"]["version"] == said["apiVersion"]
    assert said["apiVersion"] in door.get("/docs").text
    assert said["apiDocumentation"].endswith("/docs")


def test_an_alpha_has_major_version_0(door: Visitor) -> None:
    said = door.get(f"{BASE}/api-info").json()
    assert said["apiStatus"] not in ("alpha", "beta") or said["apiVersion"].startswith("0.")


def test_every_operation_says_what_it_does(described: dict[str, Any]) -> None:
    for path, method, operation in own(described):
        assert operation["summary"], (path, method)
        assert operation.get("description"), (path, method)


def test_the_description_lies_under_the_root_by_its_name(door: Visitor) -> None:
    answer = door.get(f"{BASE}/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")


def test_times_are_taken_in_any_zone_and_given_in_utc(house: House, door: Visitor) -> None:
    listed = ask(house, door, f"{BASE}/releases?since=2020-01-01T00:00:00%2B05:30").json()["releases"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", listed[0]["releasedAt"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", listed[0]["knownOn"])
    cell = ask(house, door, f"{BASE}/tables/{TABLE}/cells").json()["cells"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", cell["periodStart"])


def test_paths_have_lower_case_words_with_hyphens(described: dict[str, Any]) -> None:
    for path in described["paths"]:
        if path.startswith(("/samsyn", "/log", "/.well-known", "/catalog", "/ogc")):
            for part in path.strip("/").split("/"):
                assert re.fullmatch(r"[a-z0-9.~-]+|\{[a-z_:]+\}", part), path


def test_no_query_parameter_carries_data(described: dict[str, Any]) -> None:
    named = {each["name"] for _, _, operation in own(described) for each in operation.get("parameters", [])}
    assert not named & {"count", "counts", "value", "body", "data", "rows"}


def test_a_reading_by_post_is_documented(door: Visitor, described: dict[str, Any]) -> None:
    reading = [
        path
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method == "post" and operation.get("tags") == ["pxweb"]
    ]
    assert reading
    assert "PxWeb is asked by POST" in " ".join(door.get("/docs?lang=en").text.split())


@pytest.mark.parametrize("query", ["?unknown=1", "?limit=x", "?limit=0", "?page=0", "?limit=1&limit=2"])
def test_unknown_and_malformed_parameters_are_refused(house: House, door: Visitor, query: str) -> None:
    for path in LISTS:
        assert ask(house, door, path + query).status_code == 400, path


def test_a_token_in_the_url_opens_nothing(house: House, door: Visitor) -> None:
    token = house.bearer("huddinge-reader")["Authorization"].partition(" ")[2]
    for name in ("access_token", "token", "api_key", "key"):
        assert door.get(f"{BASE}/tables?{name}={token}").status_code == 401


def test_no_body_is_a_database_row(described: dict[str, Any]) -> None:
    columns = {"secret_hash", "secretHash", "personal_salt", "personalSalt", "policy_digest", "policyDigest"}
    for name, schema in described["components"]["schemas"].items():
        assert not columns & set(schema.get("properties", {})), name


def test_a_fault_of_ours_tells_nothing(house: House, door: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2 at /srv/samsyn/store.py")

    monkeypatch.setattr(door.app.state.readings, "open", broken)
    answer = ask(house, door, f"{BASE}/tables/{TABLE}")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "/srv" not in answer.text


def test_members_are_in_camel_case(described: dict[str, Any]) -> None:
    used = json.dumps([operation for _, _, operation in own(described)])
    for name, schema in described["components"]["schemas"].items():
        if f"#/components/schemas/{name}" in used:
            for member in schema.get("properties", {}):
                assert member in _OTHERS_NAMES or re.fullmatch(r"_?[a-z][a-zA-Z0-9]*", member), (name, member)


def test_members_that_hold_lists_are_in_the_plural(house: House, door: Visitor) -> None:
    for path in LISTS:
        lists = [name for name, value in ask(house, door, path).json().items() if isinstance(value, list)]
        assert lists
        assert all(name.endswith("s") or name == "coming" for name in lists)


def test_authorization_and_content_type_are_read(house: House, door: Visitor) -> None:
    assert door.get(f"{BASE}/tables").status_code == 401
    sent = house.bearer("polisen-publisher") | {"Content-Type": "application/xml", "Idempotency-Key": "k"}
    assert door.post(f"{BASE}/datasets/polisens-handelser/deliveries", content="<a/>", headers=sent).status_code == 415


def test_reading_twice_is_the_same(house: House, door: Visitor) -> None:
    for path in LISTS:
        first, second = ask(house, door, path), ask(house, door, path)
        assert first.json() == second.json(), path
        head = door.head(path, headers=house.bearer("huddinge-reader") | {"Samsyn-Purpose": "lagesbild"})
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("path", [f"{BASE}/tables/none", f"{BASE}/tables?x=1", f"{BASE}/nothing"])
def test_an_error_is_a_problem_document(house: House, door: Visitor, path: str) -> None:
    answer = ask(house, door, path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "instance"} <= set(answer.json())


def test_links_are_absolute_and_say_relation_and_method(house: House, door: Visitor) -> None:
    for path in LISTS:
        links = ask(house, door, f"{path}?limit=1").json()["_links"]
        assert "self" in links
        for rel, link in links.items():
            assert set(link) == {"href", "rel", "method"}
            assert link["href"].startswith("http://testserver/")
            assert (link["rel"], link["method"]) == (rel, "GET")
            assert rel in {"self", "first", "prev", "next", "last"}


def test_links_keep_every_other_parameter(house: House, door: Visitor) -> None:
    links = ask(house, door, f"{BASE}/tables/{TABLE}/cells?category=total&limit=1").json()["_links"]
    assert all("category=total" in link["href"] for link in links.values())


def test_parameters_are_named_alike_and_begin_with_a_letter(described: dict[str, Any]) -> None:
    for path, _, operation in own(described):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert re.fullmatch(r"[a-z][a-zA-Z0-9]*", parameter["name"]), (path, parameter["name"])


def test_values_are_percent_encoded_utf_8(house: House, door: Visitor) -> None:
    answer = ask(house, door, f"{BASE}/tables/{TABLE}/cells?category=sk%C3%A5p")
    assert answer.status_code == 400
    assert "skåp" in answer.json()["detail"]


def test_every_list_takes_page_and_limit(house: House, door: Visitor) -> None:
    for path in LISTS:
        said = ask(house, door, f"{path}?page=1&limit=1").json()["_meta"]
        assert (said["page"], said["limit"], said["offset"]) == (1, 1, 0)
