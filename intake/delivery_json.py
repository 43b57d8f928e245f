"""JSON and NDJSON read in columns, for deliveries that turn out well-formed.

What the reader of columns is known to forgive (a key given twice, `true` read as 1, a code given as a number) is
told by counting the signs of the body, so that it never accepts what the careful reader would refuse.
"""

from collections.abc import Callable

import polars as pl

from intake.delivery_expectation import COLUMNS
from intake.delivery_rows import numbered

_QUOTES_OF_A_ROW = 2 * len(COLUMNS) + 2 * (len(COLUMNS) - 1)
_SCHEMA = {"area": pl.String, "category": pl.String, "period": pl.String, "count": pl.Int64}


def quick(body: bytes) -> pl.DataFrame | None:
    """The raw frame of an array of objects, or of `{"rows": […]}`; None when it needs the careful reader."""
    wrapped = body.lstrip()[:1] == b"{"
    return _quick(body, _read_document, around=int(wrapped))


def quick_lines(body: bytes) -> pl.DataFrame | None:
    """The raw frame of one object a line; None when it needs the careful reader."""
    return _quick(body, _read_lines, around=0)


def placed(body: bytes, raw: pl.DataFrame) -> pl.DataFrame | None:
    """What `quick` read with the place of each row; None when only the careful reader can tell."""
    return numbered(raw, pl.lit(1)) if b"\n" not in body.rstrip() else None


def placed_lines(body: bytes, raw: pl.DataFrame) -> pl.DataFrame | None:
    """What `quick_lines` read with the place of each row; None when only the careful reader can tell."""
    return numbered(raw, pl.col("row")) if body.rstrip().count(b"\n") == raw.height - 1 else None


def _quick(body: bytes, read: Callable[[bytes], pl.DataFrame], around: int) -> pl.DataFrame | None:
    if any(sign in body for sign in (b"\\", b"true", b"false")):
        return None
    try:
        frame = read(body)
    except pl.exceptions.PolarsError:
        return None
    return frame.select(COLUMNS) if _is_plain(body, frame, around) else None


def _is_plain(body: bytes, frame: pl.DataFrame, around: int) -> bool:
    """Whether the body holds nothing but the frame: the one key of a document around it has two quotes, one colon."""
    return (
        dict(frame.schema) == _SCHEMA
        and body.count(b'"') == _QUOTES_OF_A_ROW * frame.height + 2 * around
        and body.count(b":") == len(COLUMNS) * frame.height + around
    )


def _read_lines(body: bytes) -> pl.DataFrame:
    return pl.read_ndjson(body, infer_schema_length=None)


def _read_document(body: bytes) -> pl.DataFrame:
    frame = pl.read_json(body, infer_schema_length=None)
    return frame.explode("rows").unnest("rows") if frame.columns == ["rows"] else frame
