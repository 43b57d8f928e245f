"""A witness over HTTP (c2sp.org/tlog-witness): other agencies' logs are cosigned here, as long as they only grow."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.depends import STRICT
from api.fittings import Fittings
from audit.witness import SIZE_MEDIA_TYPE, Refusal, Refused
from store.trail_witness import Witness

PATH: Final = "/add-checkpoint"
TEXT: Final = "text/plain; charset=utf-8"


async def _sent(request: Request) -> bytes:
    """The body, whatever its sender calls it."""
    return await request.body()


router = APIRouter(tags=["witness"], dependencies=[STRICT])


@router.post(
    PATH,
    summary="Have a checkpoint cosigned (C2SP tlog-witness)",
    response_class=Response,
    openapi_extra={"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}},
    responses={
        200: {"description": "Signature lines to add to the checkpoint"},
        **{refusal.value: {"description": refusal.name.lower().replace("_", " ")} for refusal in Refusal},
    },
)
def add_checkpoint(request: Request, body: Annotated[bytes, Depends(_sent)]) -> Response:
    """An old size, a consistency proof and a checkpoint; what is cosigned was remembered first."""
    witness: Witness = request.app.state.witness
    try:
        return Response(witness.add(body.decode()), media_type=TEXT)
    except UnicodeDecodeError:
        return Response("UTF-8 is expected\n", Refusal.MALFORMED, media_type=TEXT)
    except Refused as refused:
        kind = SIZE_MEDIA_TYPE if refused.size is not None else TEXT
        return Response(refused.body, refused.status, headers={"Content-Type": kind})


def fittings(witness: Witness) -> Fittings:
    """The witness."""
    return Fittings((router,), {"witness": witness})
