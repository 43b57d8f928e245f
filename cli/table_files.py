"""Tables of counts as files: dimensions as JSON, inner counts and released tables as CSV.

Every fault stops the command with one line that names the file, the row and what would be right.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cli.errors import Stop
from disclosure.table import Dimension, DisclosureError

VALUE: Final = "value"
SUPPRESSED: Final = "suppressed"

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Released:
    """A released table as read back: over the codes' cross product."""

    name: str
    values: IntArray
    withheld: BoolArray
    published: BoolArray


def read_dimensions(path: Path) -> tuple[Dimension, ...]:
    """``{"dimension": {"code": ["leaf", …]}}``."""
    try:
        found = json.loads(_text(path), object_pairs_hook=_once)
    except ValueError as error:
        raise Stop(f"{path}: not JSON as it should be: {error}") from None
    if not isinstance(found, dict) or not found or not all(_is_dimension(d) for d in found.values()):
        raise Stop(f'{path}: must be {{"dimension": {{"code": ["leaf", …]}}}} with at least one dimension and code')
    reserved = {VALUE, SUPPRESSED} & found.keys()
    if reserved:
        raise Stop(f"{path}: a dimension cannot be called {min(reserved)!r}, which is a column of the outcome")
    try:
        return tuple(Dimension.from_mapping(name, codes) for name, codes in found.items())
    except DisclosureError as error:
        raise Stop(f"{path}: {error}") from None


def read_inner(path: Path, dimensions: Sequence[Dimension], count: str) -> IntArray:
    """Counts per leaf combination (.csv or .csv.gz); combinations without a row are 0."""
    frame = _frame(path, [*(d.name for d in dimensions), count])
    counts = np.zeros([len(d.leaves) for d in dimensions], np.int64)
    counts[_places(path, frame, [(d.name, d.leaves, "leaf") for d in dimensions])] = _whole(path, frame, count)
    return counts


def read_released(path: Path, dimensions: Sequence[Dimension]) -> Released:
    """A table as `samsyn protect` writes it; combinations without a row were not published."""
    frame = _frame(path, [*(d.name for d in dimensions), VALUE, SUPPRESSED])
    places = _places(path, frame, [(d.name, tuple(d.codes), "code") for d in dimensions])
    marks = frame[SUPPRESSED].str.to_uppercase()
    _refuse(path, frame, ~marks.is_in(["TRUE", "FALSE"]).fill_null(value=False), SUPPRESSED, "TRUE or FALSE")
    withheld = marks == "TRUE"
    told = frame[VALUE].is_not_null()
    _refuse(path, frame, withheld & told, VALUE, "empty where suppressed is TRUE")
    _refuse(path, frame, ~withheld & ~told, VALUE, "a count where suppressed is FALSE")
    shape = tuple(len(d.codes) for d in dimensions)
    values, hidden, published = np.zeros(shape, np.int64), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    values[places] = _whole(path, frame.with_columns(pl.col(VALUE).fill_null("0")), VALUE)
    hidden[places], published[places] = withheld.to_numpy(), True
    return Released(path.name, values, hidden, published)


def write_released(path: Path, dimensions: Sequence[Dimension], values: IntArray, withheld: BoolArray) -> None:
    """The cross product of all codes: dimension columns, value (empty where withheld), suppressed."""
    hidden = withheld.ravel()
    columns = code_columns(dimensions, np.arange(values.size))
    columns[VALUE] = pl.Series(values.ravel()).set(pl.Series(hidden), None)
    columns[SUPPRESSED] = pl.Series(np.where(hidden, "TRUE", "FALSE"))
    write(path, pl.DataFrame(columns))


def code_columns(dimensions: Sequence[Dimension], cells: IntArray) -> dict[str, pl.Series]:
    """The code columns of some cells, given by their flat places."""
    places = np.unravel_index(cells, [len(d.codes) for d in dimensions])
    return {
        d.name: pl.Series(np.array(list(d.codes), dtype=object)[place].tolist(), dtype=pl.String)
        for d, place in zip(dimensions, places, strict=True)
    }


def write(path: Path, frame: pl.DataFrame) -> None:
    """A CSV file, put in place whole."""
    partial = path.with_name(path.name + ".part")
    try:
        frame.write_csv(partial)
        partial.replace(path)
    except OSError as error:
        raise Stop(f"{path}: cannot be written: {error.strerror or error}") from None


def _frame(path: Path, wanted: Sequence[str]) -> pl.DataFrame:
    """The wanted columns as text."""
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise Stop(f"{path}: cannot be read as CSV: {str(error).splitlines()[0]}") from None
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise Stop(f"{path}: column {missing[0]!r} is missing; there are {', '.join(frame.columns)}")
    return frame.select(wanted)


def _places(path: Path, frame: pl.DataFrame, axes: Sequence[tuple[str, Sequence[str], str]]) -> tuple[IntArray, ...]:
    """The place of each row along each dimension; refuses unknown names and repeated rows."""
    for name, known, kind in axes:
        unknown = ~frame[name].is_in(list(known)).fill_null(value=False)
        _refuse(path, frame, unknown, name, f"a {kind} of that dimension, such as {known[0]!r}")
    names = [name for name, _, _ in axes]
    again = ~frame.select(pl.struct(names).is_first_distinct()).to_series()
    if again.any():
        row = int(again.arg_max() or 0)
        raise Stop(f"{path}: row {row + 2} says {_cell(frame.select(names), row)} a second time; say each cell once")
    numbers = ({leaf: i for i, leaf in enumerate(known)} for _, known, _ in axes)
    return tuple(
        np.array([number[text] for text in frame[name]], dtype=np.int64)
        for name, number in zip(names, numbers, strict=True)
    )


def _whole(path: Path, frame: pl.DataFrame, column: str) -> IntArray:
    texts = frame[column].str.strip_chars()
    good = texts.str.contains(r"^\d{1,15}$").fill_null(value=False)
    _refuse(path, frame, ~good, column, "a whole number, 0 or more")
    return texts.cast(pl.Int64).to_numpy()


def _refuse(path: Path, frame: pl.DataFrame, wrong: pl.Series, column: str, right: str) -> None:
    if wrong.any():
        row = int(wrong.arg_max() or 0)
        raise Stop(f"{path}: row {row + 2}, column {column}: {frame[column][row]!r}; must be {right}")


def _cell(frame: pl.DataFrame, row: int) -> str:
    return ", ".join(f"{name} {value}" for name, value in frame.row(row, named=True).items())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{path}: cannot be read: {error}") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    again = [name for name in names if names.count(name) > 1]
    if again:
        raise ValueError(f"{again[0]!r} is given twice")
    return dict(pairs)


def _is_dimension(found: object) -> bool:
    return isinstance(found, dict) and all(
        isinstance(leaves, list) and all(isinstance(leaf, str) for leaf in leaves) for leaves in found.values()
    )
