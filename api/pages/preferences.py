"""Which language and which theme a browser shows: two cookies that say nothing about anybody."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api.depends import STRICT
from api.pages.rendering import THEMES
from api.pages.words import LANGUAGES
from api.problems import NotFound
from api.sign_in_cookies import LANGUAGE, LASTING, THEME
from api.sign_in_errand import HOME, onward
from api.sign_in_lobby import lobby_of

router = APIRouter(tags=["pages"], include_in_schema=False, dependencies=[STRICT])
Back = Annotated[str, Query(alias="next", max_length=2000)]


@router.get("/language/{code}")
def language(request: Request, code: str, back: Back = HOME) -> Response:
    """Choose a language and go back to where one was."""
    return _chosen(request, LANGUAGE, code, LANGUAGES, back)


@router.get("/theme/{name}")
def theme(request: Request, name: str, back: Back = HOME) -> Response:
    """Choose light or dark, or `auto` for what the browser has."""
    return _chosen(request, THEME, name, (*THEMES, "auto"), back)


def _chosen(request: Request, cookie: str, value: str, known: tuple[str, ...], back: str) -> Response:
    if value not in known:
        raise NotFound
    answer = RedirectResponse(onward(back), 303)
    lobby_of(request).cookies.set(answer, cookie, value, LASTING)
    return answer
