"""`samsyn areas`: bring in a division of the country from a map file, and list those there are."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlmodel import Session

from audit.entry import Operation
from cli.errors import Stop
from cli.opening import now, opened
from intake.area import Areas
from intake.areas import Import, read_areas
from intake.areas_builtin import BRA, SVERIGE
from intake.areas_file import AreasError, Feature
from intake.areas_store import store_areas
from store import reference
from store.sessions import ReferenceSession, transaction

app = typer.Typer(help="Area schemes: import one from a map file, list those there are.", no_args_is_help=True)

_ID = re.compile(r"[a-z0-9-]+")
_Property = Annotated[str | None, typer.Option(help="Name of the property, if it cannot be guessed.")]
_Json = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]


@app.command("import")
def import_areas(
    file: Annotated[Path, typer.Argument(help="A .geojson, .parquet (GeoParquet) or .gpkg file.")],
    *,
    scheme: Annotated[str, typer.Option(help="Id with its version, such as deso-2018.")],
    level: Annotated[str, typer.Option(help="The level of its areas: deso, regso, omrade, …")],
    title: Annotated[str | None, typer.Option(help="What people call the scheme.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the file comes from, in words.")] = None,
    parent_scheme: Annotated[str, typer.Option(help="The scheme that its areas lie in.")] = SVERIGE,
    parent_level: Annotated[str, typer.Option(help="The level of that scheme.")] = "kommun",
    code: _Property = None,
    name: _Property = None,
    parent: _Property = None,
    population: _Property = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a GeoPackage that has several.")] = None,
    tolerance: Annotated[
        float, typer.Option(min=0.0, max=0.1, help="How far a border may move to be simpler, in degrees.")
    ] = 0.0001,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of other areas of this id.")] = False,
    as_json: _Json = False,
) -> None:
    """Import the areas of a map file. Every fault in it is named, and then nothing is imported."""
    _check_ids(scheme, level)
    names = {"code": code, "name": name, "parent": parent, "population": population, "layer": layer}
    parents = _parents(parent_scheme, parent_level)
    wanted = Import(scheme, level, parent_scheme, parents, title, source, **names, tolerance=tolerance)
    found = _read(file, wanted)
    stored = _store(found, replace=replace)
    outcome = {"scheme": found.id, "areas": len(found.areas), "digest": found.digest, "changed": stored}
    said = f"{found.id}: {len(found.areas)} areas" + ("" if stored else ", the same as were there already")
    typer.echo(json.dumps(outcome) if as_json else said)


@app.command("list")
def list_areas(*, as_json: _Json = False) -> None:
    """List the area schemes with their levels."""
    with opened("operator") as home, transaction(home.engine()) as session:
        held = [(row, _levels(session, row.id)) for row in reference.schemes(ReferenceSession(session))]
    if as_json:
        named = ("id", "title", "source", "digest")
        typer.echo(json.dumps([{key: getattr(row, key) for key in named} | {"levels": levels} for row, levels in held]))
        return
    table = Table("scheme", "title", "areas", "source")
    for row, levels in held:
        table.add_row(row.id, row.title, ", ".join(f"{n} {level}" for level, n in levels.items()), row.source)
    Console().print(table)


def _levels(session: Session, scheme: str) -> dict[str, int]:
    return dict(Counter(area.level for area in reference.areas(ReferenceSession(session), scheme)))


def _check_ids(scheme: str, level: str) -> None:
    for text in (scheme, level):
        if not _ID.fullmatch(text):
            raise Stop(f"{text!r} is no id: use a-z, 0-9 and hyphens, as in deso-2018")
    if scheme in (SVERIGE, BRA):
        raise Stop(f"{scheme} comes with the program; give the imported scheme an id of its own")


def _parents(scheme: str, level: str) -> frozenset[str]:
    with opened("operator") as home, transaction(home.engine()) as session:
        found = frozenset(reference.codes(ReferenceSession(session), scheme, level))
    if not found:
        raise Stop(f"there are no areas of level {level} in {scheme}; `samsyn areas list` shows what there is")
    return found


def _read(file: Path, wanted: Import) -> Areas:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"Reading {file.name}", total=None)

        def watch(features: Sequence[Feature]) -> Iterator[Feature]:
            bar.update(task, description="Checking areas", total=len(features))
            for feature in features:
                yield feature
                bar.advance(task)
            bar.update(task, description="Drawing borders", total=None)

        try:
            return read_areas(file, wanted, watch)
        except AreasError as error:
            raise Stop(str(error)) from None


def _store(found: Areas, *, replace: bool) -> bool:
    """Put the scheme in place, the trail told before and after; False if it was there already."""
    with opened("operator") as home:
        with transaction(home.engine()) as session:
            known = reference.scheme(ReferenceSession(session), found.id)
        if known is not None and known.digest == found.digest:
            return False
        if known is not None and not replace:
            raise Stop(f"{found.id} already has other areas; a new version is a new scheme, or say --replace")
        what = f"area scheme {found.id} imported: {len(found.areas)} areas, sha256 {found.digest}"
        with home.noted(Operation.ADMINISTER, note=what), transaction(home.engine("reference")) as session:
            return store_areas(ReferenceSession(session), found, now())
