"""Every format that a table's cells are written in, by the name that `format` takes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from formats import columns, csv, geojson, json, jsonstat, px, xlsx
from formats.document import Document


@dataclass(frozen=True)
class Format:
    """How a table is written.

    Attributes:
        suffix: of a file's name.
        write: gives the bytes, in pieces.
        drawn: whether it needs the areas' geometries.
    """

    media_type: str
    suffix: str
    write: Callable[[Document], Iterable[bytes]]
    drawn: bool = False


def _whole(write: Callable[[Document], bytes]) -> Callable[[Document], Iterable[bytes]]:
    return lambda document: (write(document),)


FORMATS: Final = {
    "json": Format(json.MEDIA_TYPE, "json", _whole(lambda document: json.write_json(document.cells, document.about))),
    "csv": Format(csv.MEDIA_TYPE, "csv", _whole(lambda document: csv.write_csv(document.cells))),
    "csv-excel": Format(csv.MEDIA_TYPE, "csv", _whole(csv.write_csv_for_excel)),
    "csvw": Format(csv.CSVW_MEDIA_TYPE, "csv-metadata.json", _whole(csv.write_csvw)),
    "ndjson": Format(json.NDJSON_MEDIA_TYPE, "ndjson", _whole(lambda document: json.write_ndjson(document.cells))),
    "json-stat2": Format(jsonstat.MEDIA_TYPE, "json-stat.json", _whole(jsonstat.write_jsonstat)),
    "geojson": Format(geojson.MEDIA_TYPE, "geojson", geojson.write_geojson, drawn=True),
    "parquet": Format(columns.PARQUET_MEDIA_TYPE, "parquet", _whole(columns.write_parquet)),
    "arrow": Format(columns.ARROW_MEDIA_TYPE, "arrow", _whole(columns.write_arrow)),
    "xlsx": Format(xlsx.MEDIA_TYPE, "xlsx", _whole(xlsx.write_xlsx)),
    "px": Format(px.MEDIA_TYPE, "px", _whole(px.write_px)),
}
"""The preferred one first."""
