"""The house stands: rooms import only downwards, and the pull door never reaches the raw.

Each room names the rooms it may lean on. A new room is one new line here.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]

LEANS_ON = {
    "models": "",
    "policies": "",
    "disclosure": "",
    "audit": "",
    "formats": "",
    "indicators": "",
    "pseudonyms": "",
    "settings": "",
    "samsyn_client": "",
    "store": "models audit",
    "auth": "models store",
    "intake": "models store audit policies pseudonyms",
    "release": "models store audit policies disclosure indicators formats",
    "desk": "models store audit policies",
    "api": "models store audit auth policies indicators intake desk formats settings",
    "cli": "models store audit auth policies disclosure indicators pseudonyms formats intake release desk api settings "
    "samsyn_client",
}
PURE = ("models", "policies", "disclosure", "indicators", "audit", "pseudonyms", "formats", "settings")
READING_DOORS = ("api.sign_in_fittings", "api.pages", "api.pull", "api.conventions", "api.review", "api.desk", "desk")
RAW = {
    "models.vault",
    "store.vault_counts",
    "store.vault_deliveries",
    "store.vault_reading",
    "store.vault_signatures",
    "intake",
    "release",
    "pseudonyms",
}
SHOWN = {"models.shelf", "store.shelf", "release", "disclosure"}


@cache
def modules() -> dict[str, set[str]]:
    """Every module of the house, with what it imports from the house."""
    found: dict[str, set[str]] = {}
    for room in LEANS_ON:
        for path in [HOUSE / f"{room}.py", *(HOUSE / room).rglob("*.py")]:
            if path.is_file():
                name = ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")
                found[name] = set(imports(ast.parse(path.read_text())))
    return {name: {i for i in named if i in found} for name, named in found.items()}


def imports(tree: ast.Module) -> list[str]:
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, "name the room in full: from store.shelf import ..."
            names += [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
    return names


def reach(door: str) -> set[str]:
    """All that a door (a module, or a whole room) loads: imports, theirs, packages above."""
    known = modules()
    seen: set[str] = set()
    todo = [name for name in known if name == door or name.startswith(f"{door}.")]
    assert todo, f"no such door: {door}"
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += [*known[name], *([name.rpartition(".")[0]] if "." in name else [])]
    return seen


def rooms(names: set[str]) -> set[str]:
    return names | {name.split(".")[0] for name in names}


@pytest.mark.parametrize("room", LEANS_ON)
def test_rooms_lean_only_downwards(room: str) -> None:
    inside = [named for name, named in modules().items() if name.split(".")[0] == room]
    assert inside, f"the room {room} is empty"
    leaned = {name.split(".")[0] for named in inside for name in named}
    assert leaned - {room} <= set(LEANS_ON[room].split())


def test_every_room_has_its_line() -> None:
    rooms_here = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    assert rooms_here <= set(LEANS_ON)


@pytest.mark.parametrize("door", READING_DOORS)
def test_the_reading_side_never_reaches_the_raw(door: str) -> None:
    assert not rooms(reach(door)) & RAW


def test_the_push_door_never_publishes() -> None:
    assert not rooms(reach("api.push")) & SHOWN


@pytest.mark.parametrize("room", PURE)
def test_a_room_on_the_ground_has_no_clock_no_chance_and_no_network(room: str) -> None:
    forbidden = {"random", "secrets", "time", "socket", "httpx", "urllib", "requests", "sqlite3", "psycopg"}
    for path in (HOUSE / room).rglob("*.py"):
        named = {name.split(".")[0] for name in imports(ast.parse(path.read_text()))}
        assert not named & forbidden, path.name


@pytest.mark.parametrize("room", LEANS_ON)
def test_an_init_holds_a_docstring_and_nothing_else(room: str) -> None:
    init = HOUSE / room / "__init__.py"
    if init.exists():
        body = ast.parse(init.read_text()).body
        assert len(body) == 1
        assert isinstance(body[0], ast.Expr), "an import here would open every door"
