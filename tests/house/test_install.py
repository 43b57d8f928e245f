"""The flat rooms belong to this distribution and to no other that is installed beside it."""

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

HOUSE = Path(__file__).parents[2]
ROOMS = sorted(path.parent.name for path in HOUSE.glob("*/__init__.py"))


def test_no_other_distribution_owns_a_room() -> None:
    owners = packages_distributions()
    strangers = {room: owners[room] for room in (*ROOMS, "settings") if set(owners.get(room, [])) - {"samsyn"}}
    assert strangers == {}


def test_every_room_is_in_the_wheel() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    assert sorted(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == ROOMS


def test_no_requirement_names_where_it_comes_from() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert "://" not in (HOUSE / name).read_text()
        assert "--hash=sha256:" in (HOUSE / name).read_text()
