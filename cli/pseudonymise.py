"""`samsyn pseudonymise`: what the push door would keep of a file of reports, also at its source, before it is sent."""

import json
import os
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli.errors import Stop
from cli.opening import check_shape, here, now
from intake.delivery_dataset import expectation_of
from intake.delivery_expectation import Limits
from intake.delivery_fault import Faults
from intake.reports_checking import Checker
from intake.reports_fault import LISTED
from intake.reports_file import Treated
from intake.reports_keys import FOLDER, Keys, load_public
from intake.reports_place import Places
from intake.reports_plan import Plan
from intake.reports_reading import PARQUET, XLSX, batches
from intake.reports_treating import Treatment
from policies.classification import load_classification
from policies.dataset import load_datasets
from pseudonyms import seal
from pseudonyms.keyring import KeyringError
from settings import Place
from store.reference import areas
from store.sessions import ReferenceSession, open_engine, transaction

SHOWN: Final = 50
MOST_ROWS: Final = 100_000_000
SUFFIXES: Final = {
    ".csv": "text/csv",
    ".txt": "text/csv",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
    ".xlsx": XLSX,
    ".parquet": PARQUET,
}


def pseudonymise(
    file: Annotated[Path, typer.Argument(help="CSV, NDJSON, JSON, XLSX or Parquet with the dataset's columns.")],
    *,
    dataset: Annotated[str, typer.Option("--dataset", metavar="D", help="A dataset of reports.")],
    out: Annotated[Path, typer.Option(help="Where the treated reports go, as CSV.")],
    recipient: Annotated[
        str | None,
        typer.Option(metavar="P", help="Translate pseudonyms for one recipient, who can join them with no other's."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print rows and warnings as JSON.")] = False,
) -> None:
    """Treat reports as the dataset says: pseudonyms, areas and weeks in place of people, points and times.

    Sealed fields are written beside the key they hang on (OUT.key), which only the key host can open; for a recipient
    they are left out. Every fault is named, and then nothing is written.
    """
    where = here()
    plan = _plan(where, dataset)
    read = _read(file)
    counted, checker = _checked(file, read, plan)
    rows = _treat(where, plan, _Job(read, counted, out, recipient))
    told = [{"column": name, "kind": kind, "rows": many} for (name, kind), many in checker.warnings.items()]
    if as_json:
        typer.echo(json.dumps({"rows": rows, "warnings": told}))
        return
    typer.echo(f"{rows} reports in {out}")
    for each in told:
        typer.echo(f"warning: {each['column']} seems to hold a {each['kind']} in {each['rows']} rows", err=True)


@dataclass(frozen=True)
class _Body:
    data: bytes
    kind: str


@dataclass(frozen=True)
class _Job:
    body: _Body
    counted: list[pl.DataFrame]
    out: Path
    recipient: str | None


def _plan(where: Place, name: str) -> Plan:
    """What the dataset takes, from anyone: at a source there is nobody else."""
    classification = load_classification()
    dataset = load_datasets(classification).get(name)
    if dataset is None or dataset.kind != "reports":
        raise Stop(f"{name!r} is no dataset of reports")
    check_shape(where)
    engine = open_engine(where, "pusher")
    with transaction(engine) as session:
        level = areas(ReferenceSession(session), dataset.area_scheme, dataset.area_level)
    engine.dispose()
    if not level:
        raise Stop(f"{dataset.area_scheme} is not here: `samsyn areas import FILE --scheme {dataset.area_scheme}`")
    limits = Limits(rows=MOST_ROWS)
    expected = expectation_of(dataset, classification, {area.code: area.level for area in level}, now().date(), limits)
    return Plan(dataset, expected, Places((area.code, area.geometry) for area in level))


def _read(file: Path) -> _Body:
    kind = SUFFIXES.get(file.suffix.lower())
    if kind is None:
        raise Stop(f"{file}: the name should end in one of {', '.join(SUFFIXES)}")
    try:
        return _Body(file.read_bytes(), kind)
    except OSError as error:
        raise Stop(f"{file}: {error.strerror}") from None


def _checked(file: Path, body: _Body, plan: Plan) -> tuple[list[pl.DataFrame], Checker]:
    faults = Faults(LISTED)
    checker = Checker(plan, faults)
    counted = [checker.check(batch) for batch in batches(body.data, body.kind, plan.asked, faults)]
    checker.finish()
    if faults:
        listing = Table("row", "column", "what is wrong", "what would be right")
        for fault in faults.first()[:SHOWN]:
            listing.add_row(str(fault.row or ""), fault.column or "", fault.wrong(), fault.right())
        Console(stderr=True).print(listing)
        raise Stop(f"{file}: {faults.total} {'error' if faults.total == 1 else 'errors'}; nothing was written")
    return counted, checker


def _treat(where: Place, plan: Plan, job: _Job) -> int:
    folder = where.keys / FOLDER
    try:
        epochs = Keys(folder).ring().matching(plan.today)
        public = load_public(folder)
    except KeyringError as error:
        raise Stop(str(error)) from None
    data_key = os.urandom(seal.DATA_KEY_BYTES)
    treated = Treated(plan, Treatment(plan, epochs, seal.Sealer(data_key)), epochs[0], job.recipient)
    again = batches(job.body.data, job.body.kind, plan.asked, Faults(0))
    frames = (treated.frame(*pair) for pair in zip(again, job.counted, strict=True))
    rows = _write(job.out, frames, sum(each.height for each in job.counted))
    if plan.treated("seal") and job.recipient is None:
        name = job.out.name
        said = {
            "file": name,
            "reversalKey": seal.name_of(public),
            "wrapped": b64encode(seal.wrap(data_key, public, name)).decode(),
        }
        job.out.with_name(f"{name}.key").write_text(json.dumps(said, indent=1))
    return rows


def _write(out: Path, frames: Iterable[pl.DataFrame], total: int) -> int:
    """Write the frames one after the other, whole or not at all."""
    fresh = out.with_name(f"{out.name}.new")
    rows = 0
    with fresh.open("wb") as file, Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Treating reports", total=total)
        for frame in frames:
            frame.write_csv(file, include_header=rows == 0)
            rows += frame.height
            bar.update(task, completed=rows)
    fresh.replace(out)
    return rows
