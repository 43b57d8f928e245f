"""A table in PxWeb's words: its variables, its metadata, its code lists."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request

from api.described import codes, document, href
from api.granted import Granted
from api.reading import Reading
from api.selection import Selection
from api.wire import wire_time
from formats.document import DIMENSIONS, Code
from formats.jsonstat import Names, outline

V2: Final = "/pxweb/api/v2"
NAMES: Final = Names(area="Region", category="Kategori", period="Tid", measure="ContentsCode", count="antal")
"""Clients look for these very ids: a region, a time, and something with ContentsCode in it."""
LANGUAGES: Final = ({"id": "sv", "label": "svenska"}, {"id": "en", "label": "English"})
VARIABLES: Final = {"area": NAMES.area, "category": NAMES.category, "period": NAMES.period}
FORMATS: Final = {"json-stat2": "json-stat2", "csv": "csv", "px": "px", "xlsx": "xlsx", "parquet": "parquet"}
"""PxWeb's names of formats, and ours."""
MOST_CELLS: Final = 1_000_000
CALLS: Final = 600
WINDOW: Final = 60
_UNITS: Final = {"iso-week": "Weekly", "month": "Monthly", "day": "Other", "quarter": "Quarterly", "year": "Annual"}
_LEVEL: Final = "--level--"


def language_of(asked: str | None) -> str:
    """One of the languages there are; Swedish unless English is asked for."""
    return "en" if (asked or "").lower().startswith("en") else "sv"


def config() -> dict[str, Any]:
    """What a client should know before it asks."""
    return {
        "apiVersion": "2.0.0",
        "appVersion": "2.0.0",
        "languages": list(LANGUAGES),
        "defaultLanguage": "sv",
        "maxDataCells": MOST_CELLS,
        "maxCallsPerTimeWindow": CALLS,
        "timeWindow": WINDOW,
        "license": "https://www.riksdagen.se/sv/dokument-och-lagar/",
        "sourceReferences": [
            {"language": "sv", "text": "Källa: Samsyn"},
            {"language": "en", "text": "Source: Samsyn"},
        ],
        "defaultDataFormat": "json-stat2",
        "dataFormats": list(FORMATS),
        "features": [{"id": "CORS", "params": [{"key": "enabled", "value": "False"}]}],
    }


def table(request: Request, given: Granted, language: str) -> dict[str, Any]:
    """A table as the list of tables has it."""
    grant, release = given
    title = {"sv": grant.title.sv, "en": grant.title.en}[language]
    return {
        "type": "Table",
        "id": grant.id,
        "label": title,
        "description": title,
        "updated": wire_time(release.released_at),
        "firstPeriod": release.first_period,
        "lastPeriod": release.last_period,
        "category": "public" if release.circle == ["*"] else "private",
        "variableNames": [*VARIABLES.values(), NAMES.measure],
        "source": grant.dataset,
        "subjectCode": "SAM",
        "timeUnit": _UNITS.get(grant.period_unit, "Other"),
        "discontinued": False,
        "paths": [[{"id": "samsyn", "label": "Samsyn"}]],
        "links": [
            {
                "rel": rel,
                "hreflang": language,
                "href": href(request, f"{V2}/tables/{grant.id}{tail}", f"lang={language}"),
            }
            for rel, tail in (("self", ""), ("metadata", "/metadata"), ("data", "/data"))
        ],
    }


def metadata(request: Request, reading: Reading, language: str) -> dict[str, Any]:
    """The table's variables as JSON-stat without values, with what PxWeb adds to it."""
    said = outline(document(request, reading), NAMES, language)
    said["href"] = href(request, f"{V2}/tables/{reading.grant.id}/metadata", f"lang={language}")
    said["extension"]["px"] = {
        "tableid": reading.grant.id,
        "infofile": "",
        "decimals": 0,
        "official-statistics": False,
        "copyright": False,
        "subject-code": "SAM",
        "subject-area": "Samsyn",
        "contents": said["label"],
    }
    said["extension"]["contact"] = []
    for name, variable in VARIABLES.items():
        lists = [_named_list(request, reading, name, level, language) for level in levels(reading, name)]
        said["dimension"][variable]["extension"] = {"elimination": False, "show": "value", "codeLists": lists}
    said["dimension"][NAMES.measure]["extension"] = {"elimination": False, "show": "value", "codeLists": []}
    return said


def levels(reading: Reading, dimension: str) -> dict[str, dict[str, Code]]:
    """The codes of a dimension by level, where it has more than one."""
    found: dict[str, dict[str, Code]] = {}
    for code, one in codes(reading)[dimension].items():
        found.setdefault(one.level, {})[code] = one
    return found if len(found) > 1 else {}


def list_id(table_id: str, dimension: str, level: str) -> str:
    """The id of the code list of a level."""
    return f"{table_id}{_LEVEL}{dimension}--{level}"


def of_list_id(list_id: str) -> tuple[str, str, str] | None:
    """Table, dimension and level of a code list's id; None if it is none."""
    table_id, _, rest = list_id.partition(_LEVEL)
    dimension, _, level = rest.partition("--")
    return (table_id, dimension, level) if dimension in DIMENSIONS and level else None


def code_list(request: Request, listed: str, level: str, held: Mapping[str, Code], language: str) -> dict[str, Any]:
    """A code list: the values of a variable at one level."""
    return {
        "id": listed,
        "label": level,
        "language": language,
        "languages": [each["id"] for each in LANGUAGES],
        "elimination": False,
        "type": "Valueset",
        "values": [{"code": code, "label": one.label[language], "valueMap": [code]} for code, one in held.items()],
        "links": [_link(request, f"{V2}/codelists/{listed}", language)],
    }


def default_selection(reading: Reading) -> Selection:
    """What is given where nothing is chosen: the sum of all categories if there is one, and the newest 13 periods."""
    found = codes(reading)
    total = tuple(code for code, one in found["category"].items() if one.level == "total")
    return Selection(categories=total or None, periods=tuple(found["period"])[-13:])


def _named_list(request: Request, reading: Reading, name: str, level: str, language: str) -> dict[str, Any]:
    listed = list_id(reading.grant.id, name, level)
    link = _link(request, f"{V2}/codelists/{listed}", language)
    return {"id": listed, "label": level, "type": "Valueset", "links": [link]}


def _link(request: Request, path: str, language: str) -> dict[str, str]:
    return {"rel": "self", "hreflang": language, "href": href(request, path, f"lang={language}")}
