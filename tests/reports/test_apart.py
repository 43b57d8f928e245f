"""What leaves for two recipients cannot be joined, keys change without a count changing, and the pull side has none."""

import subprocess
import sys
from collections import Counter
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import settings
from cli import pseudonymise
from cli.main import build
from intake.reports_keys import FOLDER, load_keyring, master_of, save_keyring
from pseudonyms import keyring
from pseudonyms.tokens import is_pseudonym
from store import retention
from store.grants import GRANTS
from store.sessions import VaultSession, open_engine, transaction
from tests.reports.premises import HEAD, NOW, Premises

WEEKS = timedelta(weeks=1)


def written(small: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, *words: str) -> pl.DataFrame:
    """What `samsyn pseudonymise` makes of a body."""
    monkeypatch.setenv("SAMSYN_HOME", str(small.place.home))
    monkeypatch.setattr(pseudonymise, "now", lambda: NOW)
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(HEAD + body)
    done = CliRunner().invoke(
        build("pseudonymise"),
        ["pseudonymise", str(source), "--dataset", "kommunens-rapporter", "--out", str(out), *words],
    )
    assert done.exit_code == 0, done.output
    return pl.read_csv(out, infer_schema=False)


BODY = "".join(
    f"F-{n},KS 2026/{n % 40},2026-0{1 + n % 9}-11T21:30,klotter,59.15,17.45,stolpe {n % 30},x{n}\n" for n in range(400)
)


def test_two_recipients_outputs_join_no_better_than_chance(
    small: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have the same reports in the same order, which nobody would have: the pseudonyms alone must not tell."""
    one, two = (written(small, tmp_path, monkeypatch, BODY, "--recipient", who) for who in ("huddinge", "polisen"))
    for name in ("rapport", "arende", "objekt"):
        assert not set(one[name]) & set(two[name]), name
        assert one[name].n_unique() == two[name].n_unique()
        assert all(map(is_pseudonym, one[name]))
        # By their order, one's 20 characters say nothing of the other's: a rank match is right as often as by chance.
        ranked = zip(one[name].rank("dense"), two[name].rank("dense"), strict=True)
        hits = sum(first == second for first, second in ranked)
        assert hits <= 4 * len(one) / one[name].n_unique() + 10, name
    # Characters agree as often as those of two random texts: one in thirty-two.
    pairs = zip("".join(one["rapport"].str.head(20)), "".join(two["rapport"].str.head(20)), strict=True)
    agree = sum(first == second for first, second in pairs) / (20 * len(one))
    assert abs(agree - 1 / 32) < 0.01


def test_for_one_recipient_the_same_thing_stays_the_same(
    small: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(small, tmp_path, monkeypatch, BODY, "--recipient", "huddinge")
    again = written(small, tmp_path, monkeypatch, BODY, "--recipient", "huddinge")
    assert first.equals(again)
    assert "beskrivning" not in first.columns


def test_what_is_written_for_no_one_is_what_the_vault_keeps(
    small: Premises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "".join(BODY.splitlines(keepends=True)[:20])
    frame = written(small, tmp_path, monkeypatch, body)
    small.send(HEAD + body)
    assert sorted(frame["rapport"]) == [row.report for row in small.reports()]
    assert Counter(frame["arende"]) == Counter(row.link for row in small.reports())
    assert set(frame["area"]) == {"0181C1010"}
    assert "Storgatan" not in (tmp_path / "out.csv").read_text()
    assert (tmp_path / "out.csv.key").exists()


def rotate(small: Premises, epoch: str, weeks: int) -> None:
    folder = small.place.keys / FOLDER
    ring = keyring.rotate(load_keyring(folder), epoch, (NOW + weeks * WEEKS).date(), bytes([weeks]) * 32, 8)
    save_keyring(folder, ring, master_of(folder))


ONE = "F-1,KS 2026/17,2026-02-11,klotter,59.15,17.45,stolpe 7,\n"


def test_a_change_of_keys_keeps_counts_and_open_links(premises: Premises) -> None:
    premises.send(HEAD + ONE)
    before = premises.counts()
    rotate(premises, "e2", 1)
    corrected = premises.send(HEAD + ONE.replace("klotter", "nedskräpning"), at=NOW + 2 * WEEKS)
    assert (corrected.delivery.added, corrected.delivery.replaced) == (0, 1)
    linked = "F-2,KS 2026/17,2026-02-11,nedskräpning,59.15,17.45,stolpe 7,\n"
    premises.send(HEAD + linked, at=NOW + 2 * WEEKS)
    assert {row.incident for row in premises.reports()} == {premises.reports()[0].incident}
    assert {row.place for row in premises.reports()} == {premises.reports()[0].place}
    assert {row.epoch for row in premises.reports()} == {"e20260101", "e2"}
    assert sum(premises.counts().values()) == sum(before.values()) == 1
    after = "F-3,KS 2026/17,2026-02-11,nedskräpning,59.15,17.45,,\n"
    premises.send(HEAD + after, at=NOW + 20 * WEEKS)  # the old key matches no more; the link of the overlap does
    assert len({row.incident for row in premises.reports()}) == 1


def test_once_the_overlap_has_passed_the_old_key_joins_nothing(small: Premises) -> None:
    small.send(HEAD + ONE)
    rotate(small, "e2", 1)
    later = small.send(HEAD + ONE, at=NOW + 20 * WEEKS)
    assert later.delivery.added == 1
    assert len({row.incident for row in small.reports()}) == 2


def test_the_pull_side_is_handed_no_key() -> None:
    named = {one.name for one in fields(settings.PullSettings)}
    assert not [name for name in named if "vault" in name or "pseudonym" in name or "key" in name]
    assert not [table for table in GRANTS["puller"] if table.startswith("vault.") or "reversal" in table]


@pytest.mark.parametrize("door", ["pull", "review", "desk"])
def test_a_process_on_the_reading_side_loads_nothing_that_could_read_a_key(door: str) -> None:
    asked = f"import sys, api.{door}; print([n for n in sys.modules if n.split('.')[0] in ('pseudonyms', 'intake')])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_old_reports_go_with_their_counts_and_their_keys(premises: Premises) -> None:
    premises.send(HEAD + ONE.replace(",stolpe 7,", ",,Sett av någon"))
    premises.send(HEAD + ONE.replace("F-1", "F-2").replace("2026-02-11", "2026-10-11"))
    engine = open_engine(premises.place, "retainer", writes="vault")
    with transaction(engine) as session:
        retention.erase_counts(VaultSession(session), "kommunens-rapporter", "2026-W20")
    engine.dispose()
    assert [row.period for row in premises.reports()] == ["2026-W41"]
    with premises.engines[1].connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM vault.data_key").scalar() == 1
