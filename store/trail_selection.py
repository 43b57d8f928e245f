"""What entries are found by, in each database's own words: columns, areas of a selection, and all as one set."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ARRAY, Boolean, ColumnElement, FromClause, Text, cast, literal_column, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from models.trail import ENTRY

Named = Mapping[str, tuple[str, ...]]
"""Filters by name; an entry must match one of the values of each."""

FACETS: Final[ColumnElement[Any]] = literal_column(
    "trail.facets(entry.time, entry.actor, entry.party, entry.operation, entry.decision, entry.purpose, entry.table_id,"
    " entry.other)",
    ARRAY(Text),
)
"""On PostgreSQL, what an entry is found by as a set of `name=value`; the index `ix_entry_facets` is over this."""


class _NamesArea(FunctionElement[bool]):
    """Whether the areas of a payload's selection hold a code, given as it stands in JSON."""

    inherit_cache = True
    name = "names_area"
    type = Boolean()


@compiles(_NamesArea, "sqlite")
def _on_sqlite(element: _NamesArea, compiler: Any, **said: Any) -> str:  # noqa: ANN401 - SQLAlchemy's hook
    payload, code = (compiler.process(clause, **said) for clause in element.clauses)
    return f"instr(json_extract({payload}, '$.selection.area'), {code}) > 0"


@compiles(_NamesArea, "postgresql")
def _on_postgresql(element: _NamesArea, compiler: Any, **said: Any) -> str:  # noqa: ANN401 - SQLAlchemy's hook
    payload, code = (compiler.process(clause, **said) for clause in element.clauses)
    # Most payloads are passed over without being read as JSON.
    return f"(strpos({payload}, {code}) > 0 AND strpos({payload}::json #>> '{{selection,area}}', {code}) > 0)"


def matching(named: Named, entry: FromClause = ENTRY) -> list[ColumnElement[bool]]:
    """The filters on columns, each of which has its index, and on areas, which have none by themselves."""
    return [
        _names_area(values, entry) if name == "area" else entry.c[_COLUMNS.get(name, name)].in_(values)
        for name, values in named.items()
    ]


def faceted(named: Named) -> list[ColumnElement[bool]]:
    """The same filters on PostgreSQL's one index over all of them; `day` is one more."""
    return [
        FACETS.op("&&", is_comparison=True)(cast([f"{name}={value}" for value in values], ARRAY(Text)))
        for name, values in named.items()
    ]


_COLUMNS: Final = {"table": "table_id"}


def _names_area(codes: Iterable[str], entry: FromClause) -> ColumnElement[bool]:
    """Entries whose selection names one of these areas; one that asked for everything names none."""
    return or_(*(_NamesArea(entry.c.other, json.dumps(code, ensure_ascii=False)) for code in codes))
