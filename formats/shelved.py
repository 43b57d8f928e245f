"""A released table as it lies on the shelf: Arrow IPC, its codes written once, so that reading it is quick."""

from io import BytesIO

import polars as pl

from formats.table import SCHEMA, CellTable

_REPEATED = ("area", "category", "period", "status")


def pack(table: CellTable) -> bytes:
    """The table as bytes: Arrow IPC under zstd, the repeated texts as dictionaries. The same table, the same bytes."""
    buffer = BytesIO()
    table.frame.with_columns(pl.col(*_REPEATED).cast(pl.Categorical)).write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def unpack(data: bytes) -> CellTable:
    """The table that `pack` made bytes of."""
    return CellTable(pl.read_ipc(BytesIO(data)).cast(SCHEMA))
