"""The documentation of the API as a page, in Swedish and English, made from the API's own description.

Its chapters are those that Digg's REST API profile wants (DOK.03, DOK.08 to DOK.10, MOG.03, WEB.05). It loads nothing
from another host and runs no script.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from jinja2 import Environment, StrictUndefined
from starlette.responses import HTMLResponse

from api.depends import STRICT
from api.description import VERSION
from api.pages.statics import statics

PATH: Final = "/docs"
_POLICY: Final = "default-src 'none'; style-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'"
_METHODS: Final = ("get", "post", "put", "delete")
_SHEETS: Final = ("tokens.css", "base.css")

router = APIRouter(tags=["about"], dependencies=[STRICT], include_in_schema=False)


@router.get(PATH)
def documentation(request: Request, lang: Annotated[Literal["sv", "en"], Query()] = "sv") -> HTMLResponse:
    """What the API is for, its terms, and every resource with parameters, answers and examples."""
    described: dict[str, Any] = request.app.openapi()
    page = _template().render(
        lang=lang,
        version=VERSION,
        sheets=[statics().path(name) for name in _SHEETS],
        chapters=_chapters(),
        resources=_by_tag(described),
        problems=sorted(described["x-problems"].items()),
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"})


@cache  # a file of the house, which does not change while it runs
def _chapters() -> list[dict[str, Any]]:
    said = tomllib.loads((files("api") / "documentation.toml").read_text(encoding="utf-8"))
    return [
        {
            "id": one["id"],
            "title": one["title"],
            "text": {lang: one[lang].strip().split("\n\n") for lang in ("sv", "en")},
        }
        for one in said["chapters"]
    ]


@cache
def _template() -> Any:  # noqa: ANN401 -- jinja's
    text = (files("api") / "documentation.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(text)


def _by_tag(described: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method in _METHODS:
            if operation := methods.get(method):
                found.setdefault((operation.get("tags") or ["about"])[0], []).append(
                    _operation(path, method, operation)
                )
    return sorted(found.items())


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "scopes": ", ".join(
            sorted({scope for one in operation.get("security", []) for each in one.values() for scope in each})
        ),
        "parameters": [{"description": "", "required": False, **each} for each in operation.get("parameters", [])],
        "request": next(_examples(operation.get("requestBody", {})), ""),
        "responses": [
            (status, answer.get("description", "")) for status, answer in sorted(operation["responses"].items())
        ],
        "example": next(
            (text for status in ("200", "201") for text in _examples(operation["responses"].get(status, {}))), ""
        ),
    }


def _examples(body: Mapping[str, Any]) -> Iterator[str]:
    for content in body.get("content", {}).values():
        if "example" in content:
            example = content["example"]
            yield example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=1)
