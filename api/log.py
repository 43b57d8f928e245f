"""The public side of the trail over HTTP (C2SP tlog-tiles): anyone may hold the log to what it has said.

Leaves tell no payload. Tiles never change, also the partial ones, whose width is part of their name.
"""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.depends import STRICT
from api.fittings import Fittings
from api.problem_docs import documented
from api.problems import NotFound
from api.reception import Reception
from audit.tile import TileError, parse
from store.trail_log import TrailLog

FOREVER: Final = "public, max-age=31536000, immutable"
SHORTLY: Final = "public, max-age=1"
TEXT: Final = "text/plain"
BYTES: Final = "application/octet-stream"

router = APIRouter(prefix="/log", tags=["log"], dependencies=[STRICT])


@router.get(
    "/checkpoint",
    summary="The newest signed checkpoint (C2SP tlog-checkpoint)",
    response_class=Response,
    responses={200: {"content": {TEXT: {}}, "description": "A signed note"}, **documented(NotFound)},
)
def checkpoint(request: Request) -> Response:
    """The size and root of the tree, signed by the log."""
    log: TrailLog = request.app.state.log
    note = log.checkpoint()
    if note is None:
        raise NotFound("The log has no checkpoint yet")
    return Response(note, media_type=TEXT, headers={"Cache-Control": SHORTLY})


@router.get(
    "/tile/{tile:path}",
    summary="A tile of hashes or a bundle of entries (C2SP tlog-tiles)",
    response_class=Response,
    responses={
        200: {"content": {BYTES: {}}, "description": "Hashes, or entries each after its length"},
        **documented(NotFound),
    },
)
def tile(request: Request, tile: str) -> Response:
    """`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`, as soon as a published tree has it."""
    log: TrailLog = request.app.state.log
    try:
        found = log.tile(parse(f"tile/{tile}"))
    except TileError as error:
        raise NotFound(str(error)) from None
    if found is None:
        raise NotFound("The log does not publish this tile")
    return Response(found, media_type=BYTES, headers={"Cache-Control": FOREVER})


def fittings(reception: Reception) -> Fittings:
    """The public log."""
    return Fittings((router,), {"log": TrailLog(reception.trail_reads)})
