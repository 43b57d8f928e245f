"""What an entry's selection names, found in its payload in each database's own words.

No index serves this: ask for it together with a table, a party or a span of time.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, ColumnElement, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from models.trail import ENTRY


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
    return f"strpos({payload}::json #>> '{{selection,area}}', {code}) > 0"


def names_area(codes: Iterable[str]) -> ColumnElement[bool]:
    """Entries whose selection names one of these areas; one that asked for everything names none."""
    return or_(*(_NamesArea(ENTRY.c.other, json.dumps(code, ensure_ascii=False)) for code in codes))
