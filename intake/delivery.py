"""A delivery of counts: bytes in, validated columns out, or every fault it has. All or nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from intake import delivery_csv, delivery_json, delivery_json_careful
from intake.delivery_checks import is_clean, name_faults, typed
from intake.delivery_expectation import COLUMNS, Expectation, Limits
from intake.delivery_fault import Fault, Faults
from intake.delivery_refusals import UnknownMediaType
from intake.delivery_rows import Rows
from intake.delivery_sheet import PARQUET, XLSX, SheetError, as_csv

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Counts:
    """A delivery without fault: `area`, `category`, `period` (text) and `count` (Int64), each cell once."""

    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height


@dataclass(frozen=True)
class _Format:
    quick: Callable[[bytes], pl.DataFrame | None]
    placed: Callable[[bytes, pl.DataFrame], pl.DataFrame | None]
    careful: Callable[[str, Limits, Faults], pl.DataFrame]


_CSV = _Format(delivery_csv.quick, delivery_csv.placed, delivery_csv.careful)
_JSON = _Format(delivery_json.quick, delivery_json.placed, delivery_json_careful.careful)
_LINES = _Format(delivery_json.quick_lines, delivery_json.placed_lines, delivery_json_careful.careful_lines)
_FORMATS = {
    "text/csv": _CSV,
    "application/json": _JSON,
    "application/x-ndjson": _LINES,
    "application/ndjson": _LINES,
    "application/jsonl": _LINES,
    XLSX: _CSV,
    PARQUET: _CSV,
}
MEDIA_TYPES = tuple(_FORMATS)
"""What a delivery of counts may be sent as."""


def read_delivery(
    body: bytes,
    media_type: str,
    expected: Expectation,
    *,
    may_be_empty: bool = False,
) -> Counts | Faults:
    """Judge a delivery.

    Args:
        body: the bytes as sent, without content coding.
        media_type: the Content-Type header.
        expected: what the dataset takes from this publisher today.
        may_be_empty: whether no rows at all say something, because a declared coverage says what they are about.

    Raises:
        UnknownMediaType: `media_type` is none of `MEDIA_TYPES`, or names another charset than UTF-8.
    """
    form = _format_of(media_type)
    kind = media_type.partition(";")[0].strip().lower()
    if kind in (XLSX, PARQUET):
        try:
            body = as_csv(body, kind)
        except SheetError as error:
            broken = Faults(expected.limits.listed)
            broken.add(Fault("unreadable-file", details={"kind": kind, "why": str(error)}))
            return broken
    body = body.removeprefix(_BYTE_ORDER_MARK)
    quick = form.quick(body)
    raw = quick if quick is not None and 0 < quick.height <= expected.limits.rows else None
    if raw is not None and is_clean(frame := typed(raw, expected)):
        return _counts(frame)
    faults = Faults(expected.limits.listed)
    placed = form.placed(body, raw) if raw is not None else None
    if placed is None:
        placed = _carefully(body, form, expected.limits, faults, may_be_empty=may_be_empty)
    frame = name_faults(placed, expected, faults)
    return faults or _counts(frame)


def _format_of(media_type: str) -> _Format:
    name, _, parameters = media_type.partition(";")
    form = _FORMATS.get(name.strip().lower())
    if form is None:
        raise UnknownMediaType(f"{name.strip()!r} is not read here: send one of {', '.join(MEDIA_TYPES)}")
    charset = parameters.lower().partition("charset=")[2].strip().strip('"')
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        raise UnknownMediaType(f"the charset {charset!r} is not read here: send UTF-8")
    return form


def _carefully(body: bytes, form: _Format, limits: Limits, faults: Faults, *, may_be_empty: bool) -> pl.DataFrame:
    text = _decoded(body, faults)
    raw = form.careful(text, limits, faults) if text is not None else Rows().frame()
    if not raw.height and not faults and not may_be_empty:
        faults.add(Fault("no-rows"))
    return raw


def _decoded(body: bytes, faults: Faults) -> str | None:
    if not body.strip():
        faults.add(Fault("empty-file"))
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        utf_16 = Fault("utf-16") if body.startswith(_UTF_16_MARKS) else None
        where = {"offset": str(error.start), "byte": f"0x{body[error.start]:02x}"}
        faults.add(utf_16 or Fault("not-utf-8", details=where))
        return None


def _counts(frame: pl.DataFrame) -> Counts:
    return Counts(frame.select(pl.col(*COLUMNS[:3]).cast(pl.String), "count"))
