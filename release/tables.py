"""A released table put together: safe cells in order, what was on the shelf before, and the codes they speak in.

A period that has been released keeps its cells, to the letter, until a vintage of revisions comes: so figures are
stable, and a late correction of one event is not told by the difference of two releases.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from formats.table import CellTable, of_frame
from policies.coverage import Scope
from policies.verdict import Terms
from release.bounds import Bounds
from release.methods import Cells
from release.methods_changed import base_of
from release.shape import Code, Shape

_DIMENSION_WORDS = {
    "area": {"sv": "Område", "en": "Area"},
    "category": {"sv": "Kategori", "en": "Category"},
    "period": {"sv": "Period", "en": "Period"},
}
_METHOD_WORDS = {
    "suppress": {
        "sv": "Små antal döljs, och så många andra celler att inget dolt antal kan räknas ut.",
        "en": "Small counts are withheld, and so many other cells that no withheld count can be worked out.",
    },
    "round": {
        "sv": "Små antal avrundas; summorna går ihop.",
        "en": "Small counts are rounded; sums still add up.",
    },
    "cellkey": {
        "sv": "Antal ändras slumpmässigt men likadant varje gång; summor går inte alltid ihop.",
        "en": "Counts are changed at random but the same way each time; sums do not always add up.",
    },
    "open": {
        "sv": "Uppgifterna är offentliga och visas som de är.",
        "en": "The figures are public and shown as they are.",
    },
}


def as_columns(shape: Shape, safe: Cells) -> CellTable:
    """Safe cells in the order of the table: by area, then category, then period."""
    axes = (shape.areas, shape.categories, shape.periods)
    places = np.indices(safe.count.shape).reshape(3, -1)
    columns = {
        name: pl.Series([code.code for code in codes]).gather(place)
        for name, codes, place in zip(_DIMENSION_WORDS, axes, places, strict=True)
    }
    status = pl.Series("status", safe.status.reshape(-1).tolist(), dtype=pl.String)
    count = pl.Series("count", safe.count.reshape(-1))
    frame = pl.DataFrame(columns).with_columns(count, status)
    return of_frame(frame.with_columns(pl.when(~status.is_in(["withheld", "missing"])).then(pl.col("count"))))


def join(shape: Shape, parts: Sequence[CellTable]) -> CellTable:
    """Parts of a table with periods of their own, as one table in its order; codes no longer granted fall away."""
    order = pl.DataFrame({"area": [code.code for code in shape.areas]}).with_row_index("at_area")
    categories = pl.DataFrame({"category": [code.code for code in shape.categories]}).with_row_index("at_category")
    frame = pl.concat([part.frame for part in parts])
    sorted_frame = frame.join(order, on="area").join(categories, on="category").sort("at_area", "at_category", "period")
    return CellTable(sorted_frame.select(frame.columns))


def structure(scope: Scope, shape: Shape, terms: Terms, known_on: date) -> dict[str, object]:
    """What a reader needs beside the cells: titles, codes with labels, parents and levels, method, notes."""
    dimensions = zip(_DIMENSION_WORDS, (shape.areas, shape.categories, shape.periods), strict=True)
    words = scope.table.title
    return {
        "title": {"sv": words.sv, "en": words.en},
        "dimensions": [
            {"id": name, "label": _DIMENSION_WORDS[name], "codes": [_code(code) for code in codes]}
            for name, codes in dimensions
        ],
        "method": _method(Bounds(terms, scope.law, scope.classification), shape),
        "knownOn": known_on.isoformat(),
        "notes": _notes(scope, shape, known_on),
    }


def _code(code: Code) -> dict[str, object]:
    return {"code": code.code, "label": dict(code.label), "parent": code.parent, "level": code.level}


def _method(bounds: Bounds, shape: Shape) -> dict[str, object]:
    terms = bounds.terms
    kind = terms.method.kind
    smallest = max(bounds.smallest_cell(code.leaves) for code in shape.categories)
    said = {
        "smallestCell": terms.smallest_cell,
        "smallestSensitiveCell": terms.smallest_sensitive_cell,
        "roundingBase": base_of(terms, smallest),
    }
    used = {"open": (), "round": tuple(said)}.get(kind, ("smallestCell", "smallestSensitiveCell"))
    return {"kind": kind, "words": _METHOD_WORDS[kind], **{name: said[name] for name in used}}


def _notes(scope: Scope, shape: Shape, known_on: date) -> dict[str, list[str]]:
    notes = scope.dataset.notes
    left_out, linked = _left_out(scope, shape), _linked(scope)
    as_known = {
        "sv": f"Uppgifter som de var kända {known_on}; rättelser kan hållas inne.",
        "en": f"Figures as known on {known_on}; corrections may be held back.",
    }
    return {lang: [getattr(notes, lang), told, *linked[lang], *left_out[lang]] for lang, told in as_known.items()}


def _linked(scope: Scope) -> dict[str, list[str]]:
    """The rule by which several sources' reports count once, and how often it was found wrong; never the overlap."""
    rule = next((rule for rule in scope.agreement.links if rule.dataset == scope.dataset.id), None)
    if rule is None:
        return {"sv": [], "en": []}
    found = rule.uncertainty
    wrong, missed = f"{found.wrongly_joined:.0%}", f"{found.missed:.0%}"
    return {
        "sv": [rule.words.sv, f"Uppmätt på {found.on}: {wrong} felaktigt hopräknade, {missed} missade."],
        "en": [rule.words.en, f"Measured on {found.on}: {wrong} wrongly joined, {missed} missed."],
    }


def _left_out(scope: Scope, shape: Shape) -> dict[str, list[str]]:
    """What no sum of the table holds, so that nobody takes a total for the whole of its dataset."""
    names = [leaf for leaf in scope.dataset.categories if leaf not in shape.leaf_categories]
    if not names:
        return {"sv": [], "en": []}
    labels = {lang: ", ".join(scope.classification.label(leaf, lang) for leaf in names) for lang in ("sv", "en")}
    return {
        "sv": [f"Ingår inte, inte heller i summorna: {labels['sv']}."],
        "en": [f"Not included, in the sums neither: {labels['en']}."],
    }
