"""The OpenAPI description, completed: problem documents with their media type, and the scope each route needs."""

from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.errands import errand_of
from api.problem_docs import catalogue, documented
from api.problems import (
    DatabaseUnavailable,
    Internal,
    Problem,
    TooManyRequests,
    TrailUnavailable,
    Unauthenticated,
    UnknownParameter,
    WrongRole,
)
from api.wire import ProblemBody
from auth.rights import RIGHTS
from auth.scopes import Scope

VERSION: Final = version("samsyn")
ABOUT: Final = """\
Samsyn exchanges aggregated event data between police and municipalities within secrecy rules. Tables are made safe
before they are shown: a cell that is withheld has the status `withheld` and no count. Every reading is logged. Every
error is a problem document (RFC 9457). Times are RFC 3339 in UTC. HEAD is answered wherever GET is.
"""


def describe(document: dict[str, Any], app: FastAPI) -> dict[str, Any]:
    """Complete the document that FastAPI derives from the routes."""
    document["info"] |= {
        "description": ABOUT,
        "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        "termsOfService": "/docs#terms",
        "contact": {"name": "Whoever runs this service; each table names its own contact", "url": "/docs#service"},
    }
    document["externalDocs"] = {"url": "/docs", "description": "The same as a page, in Swedish and English"}
    document["x-problems"] = catalogue()
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = ProblemBody.model_json_schema()
    components["securitySchemes"] = {"clientCredentials": _security()}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and context.path_format in document["paths"]:
            for method in context.methods or ():
                _complete(document["paths"][context.path_format][method.lower()], errand_of(route.dependant))
    return document


def _complete(operation: dict[str, Any], scope: Scope | None) -> None:
    """Say which scope an operation needs and how it may be refused; what the route says itself stands."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    common: list[type[Problem]] = [Internal]
    if scope is not None:
        operation["security"] = [{"clientCredentials": [scope.value]}]
        common = [
            UnknownParameter,
            Unauthenticated,
            WrongRole,
            TooManyRequests,
            Internal,
            DatabaseUnavailable,
            TrailUnavailable,
        ]
    for status, response in documented(*common).items():
        told = responses.setdefault(str(status), response)
        if told is not response:
            told["content"]["application/problem+json"]["examples"] |= response["content"]["application/problem+json"][
                "examples"
            ]


def _security() -> dict[str, Any]:
    scopes = {
        scope.value: "; ".join(
            f"{role}: {rights.sentence}" for role, rights in RIGHTS.items() if scope in rights.scopes
        )
        for scope in Scope
    }
    return {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "/samsyn/v1/oauth2/token", "scopes": scopes}},
    }
