"""Cells as CSV (RFC 4180): comma, UTF-8, lines ended by CRLF, a withheld or missing count empty."""

from typing import Final

from formats.table import CellTable

MEDIA_TYPE: Final = "text/csv"
HEADER: Final = "area,category,period,period_start,count,status"


def write_csv(table: CellTable) -> bytes:
    """The cells as CSV under `HEADER`; `period_start` is the first day of the period, an ISO date."""
    text = table.frame.write_csv(line_terminator="\r\n", null_value="", date_format="%Y-%m-%d")
    return text.encode()
