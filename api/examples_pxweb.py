"""Worked examples of PxWeb's answers for the API's description. The figures are invented."""

from typing import Any, Final

_ROOT: Final = "https://samsyn.example/pxweb/api/v2"
TABLE: Final[dict[str, Any]] = {
    "language": "sv",
    "type": "Table",
    "id": "huddinge-storningar",
    "label": "Störningar per vecka, Huddinge",
    "description": "Störningar per vecka, Huddinge",
    "updated": "2026-11-17T06:00:00.000Z",
    "firstPeriod": "2024-W01",
    "lastPeriod": "2026-W46",
    "category": "private",
    "variableNames": ["Region", "Kategori", "Tid", "ContentsCode"],
    "source": "kommunens-storningar",
    "subjectCode": "SAM",
    "timeUnit": "Weekly",
    "discontinued": False,
    "paths": [[{"id": "samsyn", "label": "Samsyn"}]],
    "links": [{"rel": "self", "hreflang": "sv", "href": f"{_ROOT}/tables/huddinge-storningar?lang=sv"}],
}
TABLES: Final[dict[str, Any]] = {
    "language": "sv",
    "tables": [TABLE],
    "page": {"pageNumber": 1, "pageSize": 20, "totalElements": 1, "totalPages": 1},
    "links": [{"rel": "self", "hreflang": "sv", "href": f"{_ROOT}/tables?lang=sv"}],
}
FOLDER: Final[dict[str, Any]] = {
    "language": "sv",
    "id": "samsyn",
    "label": "Samsyn",
    "description": None,
    "tags": [],
    "folderContents": [TABLE],
    "links": [],
}
METADATA: Final[dict[str, Any]] = {
    "version": "2.0",
    "class": "dataset",
    "label": "Störningar per vecka, Huddinge",
    "role": {"time": ["Tid"], "geo": ["Region"], "metric": ["ContentsCode"]},
    "id": ["Region", "Kategori", "ContentsCode", "Tid"],
    "size": [1, 1, 1, 1],
    "dimension": {
        "Region": {"label": "Område", "category": {"index": {"0126": 0}, "label": {"0126": "Huddinge"}}},
        "Kategori": {
            "label": "Kategori",
            "category": {"index": {"storning-klotter": 0}, "label": {"storning-klotter": "Klotter"}},
        },
        "ContentsCode": {"label": "Tabellinnehåll", "category": {"index": {"antal": 0}, "label": {"antal": "Antal"}}},
        "Tid": {"label": "Period", "category": {"index": {"2026-W46": 0}, "label": {"2026-W46": "2026-W46"}}},
    },
}
DATA: Final[dict[str, Any]] = METADATA | {"value": [None], "status": {"0": "S"}}
SELECTION: Final[dict[str, Any]] = {
    "language": "sv",
    "selection": [{"variableCode": "Tid", "codelist": None, "valueCodes": ["2026-W46"]}],
    "placement": {"heading": ["Tid"], "stub": ["Region", "Kategori"]},
    "tableId": "huddinge-storningar",
    "links": [],
}
CODELIST: Final[dict[str, Any]] = {
    "id": "huddinge-storningar--level--category--leaf",
    "label": "leaf",
    "language": "sv",
    "languages": ["sv", "en"],
    "elimination": False,
    "type": "Valueset",
    "values": [{"code": "storning-klotter", "label": "Klotter", "valueMap": ["storning-klotter"]}],
    "links": [],
}
SAVED: Final[dict[str, Any]] = {
    "id": "eNqrViouKVayUoqOBQAVaQNH",
    "language": "sv",
    "languages": ["sv", "en"],
    "savedQuery": {"tableId": "huddinge-storningar", "selection": {"selection": []}, "language": "sv"},
    "links": [],
}
