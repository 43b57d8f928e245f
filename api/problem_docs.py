"""The problems as the API's description tells them: the catalogue, and which of them each route can end in."""

from collections.abc import Sequence
from typing import Any

from api.problems import MEDIA_TYPE, Problem, Unauthenticated, family


def catalogue() -> dict[str, dict[str, Any]]:
    """Every problem type with what it means, as `x-problems` in the API's description."""
    return {
        kind.name: {"title": kind.title, "status": kind.status, "description": (kind.__doc__ or "").strip()}
        for kind in family()
    }


def documented(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that can end in these problems, one entry a status, each with its media type."""
    by_status: dict[int, list[type[Problem]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _response(those) for status, those in sorted(by_status.items())}


def _response(kinds: Sequence[type[Problem]]) -> dict[str, Any]:
    examples = {kind.name: {"value": _example(kind)} for kind in kinds}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}}
    return {"description": "; ".join(kind.title for kind in kinds), "content": content}


def _example(kind: type[Problem]) -> dict[str, Any]:
    made = kind() if kind is Unauthenticated else kind(kind.title)
    return made.document("0b6f3c1e-8d0c-4a53-9c37-5d1f6a4a2b10")
