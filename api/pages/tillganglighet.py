"""The statement on accessibility that the law on digital services asks for (lag 2018:1937), open to all."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.depends import STRICT
from api.pages.rendering import page

PATH: Final = "/tillganglighet"

router = APIRouter(tags=["pages"], include_in_schema=False, dependencies=[STRICT])


@router.get(PATH, summary="How accessible the pages are")
def statement(request: Request) -> Response:
    """What was tried, what was not, and where one turns."""
    return page(request, "tillganglighet.html")
