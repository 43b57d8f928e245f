"""Signals of a released table: the columns they stand in, as they lie on the shelf and as they are written."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import polars as pl

SCHEMA: Final = pl.Schema(
    {
        "area": pl.String(),
        "category": pl.String(),
        "period": pl.String(),
        "period_start": pl.Date(),
        "observed": pl.Int64(),
        "expected": pl.Float64(),
        "upper": pl.Float64(),
        "p": pl.Float64(),
        "q": pl.Float64(),
        "tier": pl.String(),
        "alarm": pl.Boolean(),
        "weeks_in_row": pl.Int64(),
        "method": pl.String(),
        "in_family": pl.Boolean(),
        "enough": pl.Boolean(),
    }
)
"""One row a cell that could be compared with its own history. `observed`, `p` and what follows from them are null where
the cell is withheld; `q` and `tier` where it is not one of the week's tests (`in_family`), since its parts are."""

_REPEATED: Final = ("area", "category", "period", "tier", "method")
_ROUNDED: Final = {"expected": 3, "upper": 3, "p": 6, "q": 6}


@dataclass(frozen=True)
class SignalTable:
    """Signals in the order newest week first, then area and category as in the table."""

    frame: pl.DataFrame

    def __len__(self) -> int:
        """How many rows there are."""
        return self.frame.height

    def only(self, **wanted: Collection[str] | None) -> "SignalTable":
        """The rows of these codes, order kept; None asks for every code of a column."""
        keep = [pl.col(name).is_in(list(codes)) for name, codes in wanted.items() if codes is not None]
        return SignalTable(self.frame.filter(*keep)) if keep else self

    def page(self, number: int, limit: int) -> "SignalTable":
        """Page `number` (from 1) of `limit` rows; empty past the end."""
        return SignalTable(self.frame.slice((number - 1) * limit, limit))


def empty() -> SignalTable:
    """No signals."""
    return SignalTable(pl.DataFrame(schema=SCHEMA))


def pack_signals(signals: SignalTable) -> bytes:
    """The signals as bytes: Arrow IPC under zstd, the repeated texts as dictionaries."""
    buffer = BytesIO()
    signals.frame.with_columns(pl.col(*_REPEATED).cast(pl.Categorical)).write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpack_signals(data: bytes) -> SignalTable:
    """The signals that `pack_signals` made bytes of."""
    return SignalTable(pl.read_ipc(BytesIO(data)).cast(SCHEMA))


def write_signals_csv(signals: SignalTable) -> bytes:
    """The signals as CSV (RFC 4180), under the names of `SCHEMA`."""
    frame = _written(signals)
    return frame.write_csv(line_terminator="\r\n", null_value="", date_format="%Y-%m-%d").encode()


def write_signals_json(signals: SignalTable, about: Mapping[str, object]) -> bytes:
    """`{"signals": [{"area", …}, …], …about}` in UTF-8."""
    document = {"signals": signal_records(signals), **about}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def signal_records(signals: SignalTable) -> list[dict[str, Any]]:
    """The signals as JSON values in camelCase."""
    frame = _written(signals).with_columns(pl.col("period_start").dt.strftime("%Y-%m-%d"))
    return frame.rename({name: _camel(name) for name in frame.columns}).to_dicts()


def _written(signals: SignalTable) -> pl.DataFrame:
    rounded = [pl.col(name).round(digits) for name, digits in _ROUNDED.items()]
    return signals.frame.drop("enough").with_columns(*rounded)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
