"""The proxy's file leads every path to the door that has it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter

from api import changes, code_lists, log, pull, push, push_reports, releases, review, signals, token
from api.conventions.routers import ROUTERS

PROXY = (Path(__file__).parents[2] / "deploy" / "proxy" / "Caddyfile").read_text()
LEADS = {door: re.compile(path) for door, path in re.findall(r"@(\w+) path_regexp (\S+)", PROXY)}
DOORS: dict[str, tuple[APIRouter, ...]] = {
    "pull": (pull.router, signals.router, releases.router, changes.router, code_lists.router, *ROUTERS),
    "push": (push.router, push_reports.router),
    "review": (review.router, token.router, log.router),
}


def paths(door: str) -> Iterator[str]:
    return (str(getattr(route, "path", "")) for router in DOORS[door] for route in router.routes)


@pytest.mark.parametrize("door", DOORS)
def test_every_path_of_a_door_leads_to_it_and_to_no_other(door: str) -> None:
    led = {path: [name for name, lead in LEADS.items() if lead.search(path)] for path in paths(door)}
    assert led
    assert {path: doors for path, doors in led.items() if doors != [door]} == {}
