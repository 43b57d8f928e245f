"""Worked examples for the API's description. The figures are invented; a test holds each against its shape."""

from typing import Any, Final

from formats.registry import FORMATS

_PAGE: Final[dict[str, Any]] = {
    "_meta": {"totalRecords": 1, "page": 1, "offset": 0, "limit": 20, "count": 1},
    "_links": {
        "self": {"href": "https://samsyn.example/samsyn/v1/tables?limit=20&page=1", "rel": "self", "method": "GET"},
        "first": {"href": "https://samsyn.example/samsyn/v1/tables?limit=20&page=1", "rel": "first", "method": "GET"},
        "last": {"href": "https://samsyn.example/samsyn/v1/tables?limit=20&page=1", "rel": "last", "method": "GET"},
    },
}
_RELEASE: Final = "0b6f3c1e-8d0c-4a53-9c37-5d1f6a4a2b10"
_TITLE: Final = {"sv": "Störningar per vecka, Huddinge", "en": "Disturbances by week, Huddinge"}
_SUMMARY: Final[dict[str, Any]] = {
    "id": "huddinge-storningar",
    "title": _TITLE,
    "dataset": "kommunens-storningar",
    "areaLevels": ["kommun"],
    "period": {"unit": "iso-week", "first": "2024-W01", "last": "2026-W46"},
    "releaseId": _RELEASE,
    "releasedAt": "2026-11-17T06:00:00.000Z",
}
_GRAFFITI: Final = {
    "code": "storning-klotter",
    "label": {"sv": "Klotter", "en": "Graffiti"},
    "parent": "storning-fysisk-miljo",
    "level": "leaf",
}

TABLES: Final[dict[str, Any]] = {"tables": [_SUMMARY | {"method": "suppress"}], **_PAGE}
TABLE: Final[dict[str, Any]] = _SUMMARY | {
    "dimensions": [{"id": "category", "label": {"sv": "Kategori", "en": "Category"}, "codes": [_GRAFFITI]}],
    "method": {"kind": "suppress", "smallestCell": 5},
    "agreement": "huddinge",
    "agreementVersion": 1,
    "grounds": ["osl-2-1"],
    "legalGrounds": [
        {"law": "lagen (2023:196)", "section": "9 §", "href": "https://www.riksdagen.se/sv/dokument-och-lagar/"}
    ],
    "knownOn": "2026-11-17",
    "releases": [
        {
            "releaseId": _RELEASE,
            "releasedAt": "2026-11-17T06:00:00.000Z",
            "knownOn": "2026-11-17",
            "status": "released",
            "withdrawnAt": None,
            "withdrawnReason": None,
        }
    ],
    "secrecyTransferred": {"source": "polisen", "provision": "osl-18-1"},
    "notes": {"sv": ["Uppgifter som de var kända 2026-11-17"], "en": ["Figures as known on 2026-11-17"]},
}
CELLS: Final[dict[str, Any]] = {
    "cells": [
        {
            "area": "0126",
            "category": "storning-klotter",
            "period": "2026-W46",
            "periodStart": "2026-11-09",
            "count": None,
            "status": "withheld",
        }
    ],
    "releaseId": _RELEASE,
    "agreement": "huddinge",
    "secrecyTransferred": {"source": "polisen", "provision": "osl-18-1"},
    **_PAGE,
}
CELLS_CSV: Final = (
    "area,category,period,period_start,count,status\r\n0126,storning-klotter,2026-W46,2026-11-09,,withheld\r\n"
)
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
CELLS_FILES: Final[dict[str, Any]] = {
    form.media_type: _BYTES | ({"example": CELLS_CSV} if name == "csv" else {})
    for name, form in reversed(FORMATS.items())
    if name != "json"
}
"""Every format besides JSON; the last of those that share a media type tells its example."""
RECEIPT: Final[dict[str, Any]] = {
    "deliveryId": "625ffa9d-eee2-444a-93b6-e191af91046d",
    "dataset": "kommunens-storningar",
    "rows": 1,
    "added": 1,
    "replaced": 0,
    "unchanged": 0,
    "receivedAt": "2026-11-22T11:59:37.120Z",
    "contentDigest": "sha-256=:aLzOKy8XE/HOiXQFq9Pyy4yJCgOoLcF0Pq6NkzRyQGk=:",
    "logIndex": 5,
    "logProof": None,
}
_PARTIES: Final = ["huddinge", "polisen", "raddningstjansten"]
VERSION: Final[dict[str, Any]] = {
    "agreement": "huddinge",
    "version": 1,
    "digest": "66fd38b58a17be1d5a09dfb0dca3bb5a1f1ad8f4c3d2f0ef7a2a5fb7d21fd2a1",
    "title": {"sv": "Samverkan i Huddinge: veckans lägesbild", "en": "Cooperation in Huddinge: the weekly picture"},
    "state": "proposed",
    "validFrom": "2026-12-01",
    "validTo": "2027-12-31",
    "public": False,
    "purposes": ["lagesbild", "atgardsplan", "uppfoljning"],
    "parties": _PARTIES,
    "circle": _PARTIES,
    "tables": ["huddinge-storningar"],
    "awaits": ["polisen", "raddningstjansten"],
    "author": "huddinge-policy-officer",
    "authorParty": "huddinge",
    "createdAt": "2026-11-22T11:59:37.120Z",
    "steps": [
        {
            "step": "proposed",
            "party": "huddinge",
            "person": "huddinge-policy-officer",
            "at": "2026-11-22T11:59:37.120Z",
            "note": "",
        }
    ],
}
AGREEMENT: Final[dict[str, Any]] = {"id": "huddinge", "inForce": None, "versions": [VERSION]}
AGREEMENTS: Final[dict[str, Any]] = {"agreements": [AGREEMENT], **_PAGE}
TERMINATION: Final[dict[str, Any]] = {
    "version": VERSION | {"state": "terminated", "awaits": []},
    "withdrawn": [{"table": "huddinge-storningar", "releaseId": _RELEASE}],
    "pulledBy": [
        {
            "party": "polisen",
            "client": "polisen-reader",
            "table": "huddinge-storningar",
            "releaseId": _RELEASE,
            "readings": 3,
            "lastReadAt": "2026-11-21T06:10:02Z",
        }
    ],
}
LOG_ENTRIES: Final[dict[str, Any]] = {
    "logEntries": [
        {
            "index": 4711,
            "time": "2026-11-22T11:59:34.120Z",
            "operation": "read",
            "actor": "huddinge-reader",
            "role": "reader",
            "party": "huddinge",
            "purpose": "lagesbild",
            "table": "huddinge-storningar",
            "selection": {"period": ["2026-W44"]},
            "decision": "permit",
            "rows": 6,
            "cellsWithheld": 2,
            "requestId": "92bb0d11-54ae-43eb-87b3-ef1318a0c6a6",
        }
    ],
    **_PAGE,
}


def shown(example: object) -> dict[str, Any]:
    """The `content` of a JSON response with its example."""
    return {"content": {"application/json": {"example": example}}}
