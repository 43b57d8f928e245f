"""The README's five minutes hold: each command of the walk runs, and says what the README says it does."""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.journeys.service import SAMSYN, Service

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journeys")]

README = (Path(__file__).parents[2] / "README.md").read_text()
CHANGES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d|[\w+/]{43}=|\s+|[━─┏┓┡┩└┘┬┴┼│┃┐┌┳╇]+")
"""What differs from run to run: ids, figures, hashes, and how wide a table is."""


class Step(NamedTuple):
    """A command of the README and what it is said to print."""

    command: str
    printed: str


def walk() -> list[Step]:
    section = README.split("## Five minutes")[1].split("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    steps = []
    for said in re.split(r"^\$ ", "".join(blocks), flags=re.MULTILINE)[1:]:
        lines = said.splitlines()
        end = next(at for at, line in enumerate(lines) if not line.endswith("\\")) + 1
        steps.append(Step("\n".join(line.removeprefix("> ") for line in lines[:end]), "\n".join(lines[end:])))
    return [step for step in steps if not step.command.startswith("export")]


def test_the_walk_runs_as_it_is_written(demo: Service, tmp_path: Path) -> None:
    environment = {**demo.environment, "PATH": f"{SAMSYN.parent}:{demo.environment['PATH']}", "COLUMNS": "100"}
    for step in walk():
        done = subprocess.run(
            ["bash", "-c", step.command], check=False, capture_output=True, text=True, env=environment, cwd=tmp_path
        )
        fails = step.printed.startswith("error:")
        assert done.returncode == int(fails), f"{step.command}\n{done.stdout}{done.stderr}"
        assert_same(step, done.stderr if fails else done.stdout)


def assert_same(step: Step, printed: str) -> None:
    """Every line that the README shows is there, but for what differs from run to run."""
    told = {CHANGES.sub("", line) for line in printed.splitlines()}
    for line in step.printed.splitlines():
        assert CHANGES.sub("", line) in told, f"{step.command}\nno line like: {line}\n{printed}"


def test_there_is_a_walk() -> None:
    assert len(walk()) >= 6
