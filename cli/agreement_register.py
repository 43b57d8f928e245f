"""`samsyn agreement register`: the record of processing, and the public description of regular flows."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import jinja2
import typer

from cli.agreement_check import held_against
from cli.opening import here, now
from policies.life import binding
from policies.reading import Words
from policies.register import HEADINGS, SOURCES, Language, Row
from policies.register import register as rows_of

Format = Literal["html", "csv", "json"]
RECORD: Final = (
    "agreement",
    "version",
    "valid_from",
    "valid_to",
    "controller",
    "processor",
    "operator",
    "purposes",
    "data_categories",
    "recipient_categories",
    "retention",
    "security",
    "contact",
)
FLOWS: Final = ("agreement", "table", "title", "dataset", "given_by", "given_to", "how_often", "secrecy", "grounds")
_TITLE: Final = Words(sv="Register över behandlingar och uppgiftsflöden", en="Record of processing and of data flows")
_RECORD: Final = Words(sv="Behandlingar", en="Processing")
_FLOWS: Final = Words(
    sv="Uppgifter som regelbundet hämtas från och lämnas till andra",
    en="Data regularly fetched from and given to others",
)


def register(
    *,
    written_as: Annotated[Format, typer.Option("--format", help="How it is written.")] = "html",
    lang: Annotated[Language, typer.Option(help="Swedish or English.")] = "sv",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today if not told.")] = None,
    out: Annotated[Path | None, typer.Option(help="A file to write; the screen if not told.")] = None,
) -> None:
    """Write the record (GDPR art. 30) and the description of regular flows (OSL 4:2) of the agreements in force."""
    against = held_against(here())
    day = on.date() if on else now().date()
    text = written(rows_of(binding(against.desk.lives), against.rules.datasets, day, lang), written_as, lang, day)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


def written(rows: Sequence[Row], written_as: Format, lang: Language, day: date) -> str:
    """The register in one format, ended by a line break."""
    return {"html": as_html, "csv": as_csv, "json": as_json}[written_as](rows, lang, day)


def as_csv(rows: Sequence[Row], lang: Language, _: date) -> str:
    """One line a row under headings in words."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(_said(HEADINGS[name], lang) for name in Row._fields)
    lines.writerows(rows)
    return out.getvalue()


def as_json(rows: Sequence[Row], lang: Language, day: date) -> str:
    """The rows with the day they hold on and what they rest on."""
    told = {"on": day.isoformat(), "lang": lang, "sources": [cite.model_dump() for cite in SOURCES]}
    return json.dumps({**told, "rows": [row._asdict() for row in rows]}, ensure_ascii=False, indent=1) + "\n"


def as_html(rows: Sequence[Row], lang: Language, day: date) -> str:
    """A page that stands by itself: one table of the processing, one of the flows."""
    page = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    template = page.from_string(files("cli").joinpath("agreement_register.html").read_text(encoding="utf-8"))
    parts = [_part(_RECORD, RECORD, rows, lang), _part(_FLOWS, FLOWS, [row for row in rows if row.table], lang)]
    return (
        template.render(lang=lang, title=_said(_TITLE, lang), on=day.isoformat(), sources=SOURCES, parts=parts) + "\n"
    )


def _part(title: Words, names: Sequence[str], rows: Sequence[Row], lang: Language) -> dict[str, Any]:
    """A table of the page, each line of it once."""
    lines = dict.fromkeys(tuple(getattr(row, name) for name in names) for row in rows)
    return {"title": _said(title, lang), "headings": [_said(HEADINGS[name], lang) for name in names], "lines": lines}


def _said(words: Words, lang: Language) -> str:
    return words.sv if lang == "sv" else words.en
