"""What lies on the shelf is attacked again, with all that a circle holds and what its members counted themselves."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from audit.entry import Kind, Operation, Status
from cli.release import app
from release.basis import Basis
from release.past import pack, unpack
from store import vault_basis
from store.sessions import VaultSession, open_engine, transaction
from store.trail_reading import Asked, TrailReader
from tests.release.premises import DATASET, TABLE, Premises, attack_all, under, with_a_neighbour

WEEKS = ("2026-W40", "2026-W43")


@pytest.fixture
def released(premises: Premises) -> Premises:
    """Two weekly releases of one table."""
    premises.agree()
    premises.push("huddinge", ("2026-W40", "2026-W42"))
    premises.release()
    premises.push("huddinge", ("2026-W43", "2026-W43"), seed=2)
    assert premises.release().state == "released"
    return premises


def spoil(premises: Premises, how: Callable[[Basis], Basis]) -> None:
    """Put another basis behind every release, as if the protector had made it."""
    engine = open_engine(premises.place, "owner")
    with transaction(engine) as session:
        for kept in vault_basis.bases(VaultSession(session), DATASET, "", "~"):
            kept.body = pack(how(unpack(kept.body)))
            session.add(kept)
    engine.dispose()


def show_one_withheld(basis: Basis) -> Basis:
    """The same release but for one withheld cell, shown."""
    made = basis.release
    at = tuple(np.argwhere(made.withheld)[0])
    shown, withheld = made.shown.copy(), made.withheld.copy()
    shown[at], withheld[at] = True, False
    return replace(basis, release=replace(made, shown=shown, withheld=withheld))


def test_nothing_is_found_in_what_was_released(released: Premises) -> None:
    (report,) = attack_all(released)
    assert report.safe
    assert (report.releases, report.tables) == (2, (TABLE,))
    assert report.asked > 0
    assert report.seconds == 1


def test_a_cell_that_the_protector_forgot_is_found(released: Premises) -> None:
    spoil(released, show_one_withheld)
    (report,) = attack_all(released)
    assert not report.safe
    assert {finding.view.split()[0] for finding in report.findings} == {TABLE}


def test_a_party_outside_every_circle_holds_nothing(released: Premises) -> None:
    assert attack_all(released, ("orebro",)) == []
    assert [report.circle for report in attack_all(released, ("polisen",))] == [("polisen",)]


def test_a_perturbed_table_is_attacked_too(premises: Premises) -> None:
    premises.agree(under('{ kind = "cellkey" }'))
    premises.push("huddinge", WEEKS)
    premises.release()
    (report,) = attack_all(premises)
    assert report.safe
    assert report.asked > 0


def test_members_attack_with_their_own_counts(premises: Premises) -> None:
    premises.agree(with_a_neighbour())
    premises.push("huddinge", WEEKS, mean=20.0)
    premises.push("sodertalje", WEEKS, mean=0.5, seed=4)
    assert premises.release().state == "released"
    (report,) = attack_all(premises)
    (alone,) = attack_all(premises, ("polisen",))
    assert report.safe
    assert alone.safe
    assert report.asked > 2 * alone.asked


def show_all(basis: Basis) -> Basis:
    """Every cell shown whose whole count is not small: what a protector without own counts might do."""
    made = basis.release
    nothing = np.zeros_like(made.withheld)
    return replace(basis, release=replace(made, shown=~nothing, withheld=nothing))


def test_what_only_a_member_can_work_out_is_found(premises: Premises) -> None:
    premises.agree(with_a_neighbour())
    premises.push("huddinge", WEEKS, mean=20.0)
    premises.push("sodertalje", WEEKS, mean=0.5, seed=4)
    premises.release()
    spoil(premises, show_all)
    (report,) = attack_all(premises)
    seen = {finding.view.split(" ", 2)[2] for finding in report.findings}
    assert "seen by huddinge" in seen
    assert seen <= {"seen by huddinge", "seen by sodertalje"}


@pytest.fixture
def command(released: Premises, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """`samsyn release attack` on the home."""
    monkeypatch.setenv("SAMSYN_HOME", str(released.place.home))

    def run(*arguments: str) -> tuple[int, str]:
        said = CliRunner().invoke(app, ["attack", *arguments])
        return said.exit_code, said.stdout or str(said.exception)

    return run


def test_the_command_ends_well_and_leaves_a_trace(command: Callable[..., tuple[int, str]], released: Premises) -> None:
    status, said = command("--json", "--party", "polisen")
    assert status == 0
    (report,) = json.loads(said)
    assert report["safe"]
    engine = open_engine(released.place, "reviewer")
    entries = TrailReader(engine).read(Asked(operation=(Operation.REVIEW,)), limit=10)
    engine.dispose()
    told = [each.fields for each in entries]
    assert [each["kind"] for each in told] == [Kind.INTENT, Kind.OUTCOME]
    assert told[-1]["status"] == Status.DONE
    assert told[-1]["party"] == "polisen"


def test_the_command_ends_badly_on_a_finding(command: Callable[..., tuple[int, str]], released: Premises) -> None:
    spoil(released, show_one_withheld)
    status, said = command("--table", TABLE)
    assert status == 1
    assert "recovered" in said or "narrow" in said


def test_a_table_that_was_never_released_is_told(command: Callable[..., tuple[int, str]]) -> None:
    assert "no release of 'nosuch'" in command("--table", "nosuch")[1]
