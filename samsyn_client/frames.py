"""Tables as data frames, and data frames as deliveries. polars and pandas are asked for only when they are used."""

from io import BytesIO
from typing import TYPE_CHECKING, Any, Unpack

from samsyn_client.asking import Selection
from samsyn_client.client import Client
from samsyn_client.shapes import Receipt

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

PARQUET = "application/vnd.apache.parquet"
COLUMNS = ("area", "category", "period", "count")


def to_polars(client: Client, table: str, **which: Unpack[Selection]) -> "pl.DataFrame":
    """The cells: area, category, period, period_start (a date), count (null where withheld or missing), status."""
    import polars as pl  # noqa: PLC0415 -- optional

    return pl.read_parquet(_fetched(client, table, which))


def to_pandas(client: Client, table: str, **which: Unpack[Selection]) -> "pd.DataFrame":
    """The cells as `to_polars` has them; `count` is a nullable integer."""
    import pandas as pd  # noqa: PLC0415 -- optional

    frame = pd.read_parquet(_fetched(client, table, which))
    return frame.astype({"count": "Int64"}).assign(period_start=pd.to_datetime(frame["period_start"]))


def push_frame(  # noqa: PLR0913 -- what a delivery is made of
    client: Client,
    dataset: str,
    frame: "pl.DataFrame | pd.DataFrame",
    *,
    idempotency_key: str | None = None,
    coverage: str | None = None,
    dry_run: bool = False,
) -> Receipt:
    """Deliver a frame's columns area, category, period and count.

    Raises:
        FaultyDelivery: with every row that is wrong, numbered from 1.
        KeyError: a column is missing.
    """
    buffer = BytesIO()
    chosen: Any = frame[list(COLUMNS)]
    if hasattr(chosen, "write_parquet"):
        chosen.write_parquet(buffer)
    else:
        chosen.to_parquet(buffer, index=False)
    body = buffer.getvalue()
    return client.push(dataset, body, PARQUET, idempotency_key=idempotency_key, coverage=coverage, dry_run=dry_run)


def _fetched(client: Client, table: str, which: Selection) -> BytesIO:
    buffer = BytesIO()
    client.fetch(table, "parquet", buffer.write, **which)
    buffer.seek(0)
    return buffer
