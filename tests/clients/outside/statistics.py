"""What the clients of statistics portals make of a table: run by their own environment, prints rows as JSON.

python statistics.py CLIENT URL ACCESS_KEY TABLE
"""

import json
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = tuple[str, str, str, int | None]


def pxwebpy(url: str, key: str, table: str) -> list[Row]:
    from pxweb import PxApi

    api = PxApi(f"{url.replace('://', f'://key:{key}@')}/pxweb/api/v2")
    found = api.get_table_data(table, value_codes={"Kategori": "*", "Region": "*", "Tid": "*"})
    assert api.get_table_metadata(table)
    assert any(each["id"] == table for each in api.search(query="samsyn")["tables"] + api.all_tables())
    return [_labelled(each) for each in found]


def pxstatspy(url: str, key: str, table: str) -> list[Row]:
    from pxstatspy import PxAPI, PxAPIConfig

    api = PxAPI(PxAPIConfig(base_url=f"{url.replace('://', f'://key:{key}@')}/pxweb/api/v2"))
    frame = api.get_data_as_dataframe(
        table, value_codes={"Region": ["*"], "Kategori": ["*"], "Tid": ["*"], "ContentsCode": ["*"]}
    )
    return [_loose(each) for each in frame.to_dict("records")]


def pyscbwrapper(url: str, key: str, table: str) -> list[Row]:
    from pyscbwrapper import SCB

    scb = SCB("sv", table)
    scb.url = f"{url.replace('://', f'://key:{key}@')}/pxweb/api/v1/sv/samsyn/"
    assert "område" in scb.get_variables()
    said = scb.info()
    scb.set_query(**{each["text"].replace(" ", ""): each["valueTexts"] for each in said["variables"]})
    found = scb.get_data()["data"]
    return [(*each["key"][:3], None if each["values"][0].startswith(".") else int(each["values"][0])) for each in found]


def pyjstat(url: str, key: str, table: str) -> list[Row]:
    from pyjstat import pyjstat as reader

    dataset = reader.Dataset.read(_got(url, key, f"/samsyn/v1/tables/{table}/cells?format=json-stat2").decode())
    frame = dataset.write("dataframe", naming="id")
    return [_coded(each) for each in frame.to_dict("records")]


def pyaxis(url: str, key: str, table: str) -> list[Row]:
    from pyaxis import pyaxis as reader

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.px"
        file.write_bytes(_got(url, key, f"/samsyn/v1/tables/{table}/cells?format=px"))
        read = reader.parse(str(file), encoding="utf-8", lang="sv")
    frame = read["DATA"]
    return [(*map(str, list(row)[:3]), _number(row[-1])) for row in frame.itertuples(index=False)]


def _got(url: str, key: str, path: str) -> bytes:
    request = urllib.request.Request(f"{url}{path}", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request) as answer:
        return bytes(answer.read())


def _number(value: object) -> int | None:
    text = str(value).strip('"')
    return int(float(text)) if text.replace(".", "", 1).isdigit() and text.strip(".") else None


def _labelled(each: dict[str, Any]) -> Row:
    return each["Område"], each["Kategori"], each["Period"], _number(each["value"])


def _coded(each: dict[str, Any]) -> Row:
    return each["area"], each["category"], each["period"], _number(each["value"])


def _loose(each: dict[str, Any]) -> Row:
    return each["region_code"], each["Category"], each["Period"], _number(each["Count"])


CLIENTS: dict[str, Callable[[str, str, str], list[Row]]] = {
    each.__name__: each for each in (pxwebpy, pxstatspy, pyscbwrapper, pyjstat, pyaxis)
}

if __name__ == "__main__":
    print(json.dumps(CLIENTS[sys.argv[1]](*sys.argv[2:])))
