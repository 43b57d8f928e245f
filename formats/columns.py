"""Cells as columns for programs: Parquet, and Arrow IPC, with `period_start` as a date.

What is said of the table goes with it, as JSON under the key `samsyn` of the file's metadata.
"""

import json
from io import BytesIO
from typing import Final

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from formats.document import Document

PARQUET_MEDIA_TYPE: Final = "application/vnd.apache.parquet"
ARROW_MEDIA_TYPE: Final = "application/vnd.apache.arrow.file"
KEY: Final = b"samsyn"

_CODE: Final = pa.dictionary(pa.int32(), pa.string())
_FIELDS: Final = [
    pa.field("area", _CODE, nullable=False),
    pa.field("category", _CODE, nullable=False),
    pa.field("period", _CODE, nullable=False),
    pa.field("period_start", pa.date32(), nullable=False),
    pa.field("count", pa.int64()),
    pa.field("status", _CODE, nullable=False),
]
_ROWS: Final = 65_536
"""Rows of a group: a reader that wants a few of many need not take them all."""


def write_parquet(document: Document) -> bytes:
    """The cells as Parquet under zstd, its texts as plain strings."""
    buffer = BytesIO()
    plain = pa.schema([pa.field(one.name, _plain(one.type), nullable=one.nullable) for one in _FIELDS])
    table = _table(document).cast(plain.with_metadata(_said(document)))
    pyarrow.parquet.write_table(table, buffer, compression="zstd", row_group_size=_ROWS)
    return buffer.getvalue()


def write_arrow(document: Document) -> bytes:
    """The cells as an Arrow IPC file, its codes as dictionaries; uncompressed, so that every reader takes it."""
    buffer = BytesIO()
    table = _table(document).combine_chunks()
    with pyarrow.ipc.new_file(buffer, table.schema) as file:
        file.write_table(table)
    return buffer.getvalue()


def _table(document: Document) -> pa.Table:
    frame = document.cells.frame
    columns = [
        frame[one.name].to_arrow().cast(_plain(one.type)).dictionary_encode()
        if one.type == _CODE
        else frame[one.name].to_arrow()
        for one in _FIELDS
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(_FIELDS, metadata=_said(document)))


def _said(document: Document) -> dict[bytes, bytes]:
    return {KEY: json.dumps(document.told, ensure_ascii=False).encode()}


def _plain(kind: pa.DataType) -> pa.DataType:
    return pa.string() if kind == _CODE else kind
