"""What the tools of analysts make of a table's files: run by their own environment, prints rows as JSON.

python files.py TOOL URL ACCESS_KEY TABLE
"""

import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Row = tuple[str, str, str, int | None, str]
COLUMNS = ["area", "category", "period", "count", "status"]


def pandas_csv(url: str, key: str) -> list[Row]:
    import pandas as pd

    frame = pd.read_csv(
        f"{url}?format=csv", storage_options=_headers(key), dtype={"area": str}, parse_dates=["period_start"]
    )
    assert str(frame["period_start"].dtype).startswith("datetime64")
    return _rows(frame[COLUMNS].itertuples(index=False))


def pandas_parquet(url: str, key: str) -> list[Row]:
    import pandas as pd

    return _rows(
        pd.read_parquet(f"{url}?format=parquet", storage_options=_headers(key))[COLUMNS].itertuples(index=False)
    )


def pandas_xlsx(url: str, key: str) -> list[Row]:
    import pandas as pd

    body = _got(f"{url}?format=xlsx", key)
    frame = pd.read_excel(io.BytesIO(body), dtype={"area": str})
    assert str(frame["period_start"].dtype).startswith("datetime64")
    return _rows(frame[COLUMNS].itertuples(index=False))


def polars_parquet(url: str, key: str) -> list[Row]:
    import polars as pl

    frame = pl.read_parquet(io.BytesIO(_got(f"{url}?format=parquet", key)))
    assert frame.schema["period_start"] == pl.Date
    return _rows(frame.select(COLUMNS).iter_rows())


def polars_arrow(url: str, key: str) -> list[Row]:
    import polars as pl

    return _rows(pl.read_ipc(io.BytesIO(_got(f"{url}?format=arrow", key))).select(COLUMNS).iter_rows())


def duckdb_over_http(url: str, key: str) -> list[Row]:
    """HEAD, then ranges: the file is never fetched whole unless all of it is wanted."""
    import duckdb
    import duckdb_extension_httpfs

    base = duckdb.connect()
    (extension,) = Path(duckdb_extension_httpfs.__file__).parent.glob(f"extensions/v{duckdb.__version__}/*")
    base.execute(f"LOAD '{extension}'")
    base.execute(f"CREATE SECRET samsyn (TYPE http, EXTRA_HTTP_HEADERS MAP {{'Authorization': 'Bearer {key}'}})")
    found = base.execute(f"SELECT area, category, period, count, status FROM read_parquet('{url}?format=parquet')")
    return _rows(found.fetchall())


def duckdb_csv(url: str, key: str) -> list[Row]:
    import duckdb

    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(_got(f"{url}?format=csv", key))
        file.flush()
        frame = duckdb.read_csv(file.name, dtype={"area": "VARCHAR"})
        assert str(frame.types[3]) == "DATE"
        return _rows(frame.select("area, category, period, count, status").fetchall())


def _got(url: str, key: str) -> bytes:
    import requests

    answer = requests.get(url, headers=_headers(key), timeout=30)
    answer.raise_for_status()
    return bytes(answer.content)


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Samsyn-Purpose": "lagesbild"}


def _rows(rows: Iterable[Any]) -> list[Row]:
    return [
        (row[0], row[1], row[2], None if row[3] is None or row[3] != row[3] else int(row[3]), row[4]) for row in rows
    ]


TOOLS: dict[str, Callable[[str, str], list[Row]]] = {
    each.__name__: each
    for each in (pandas_csv, pandas_parquet, pandas_xlsx, polars_parquet, polars_arrow, duckdb_over_http, duckdb_csv)
}

if __name__ == "__main__":
    tool, root, access_key, table = sys.argv[1:]
    print(json.dumps(TOOLS[tool](f"{root}/samsyn/v1/tables/{table}/cells", access_key)))
