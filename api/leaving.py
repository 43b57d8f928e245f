"""What a route leaves behind, for when the same reading is asked for again (`api.again`)."""

from starlette.requests import Request
from starlette.responses import Response

from api.again import Answered, Memory
from api.reading import Reading
from audit.repeat import pattern_of


def left(request: Request, reading: Reading, answer: Response) -> Response:
    """An answer, kept for when the same is asked again; streams and what told several entries are not."""
    key: bytes | None = getattr(request.state, "again", None)
    body, until = getattr(answer, "body", None), reading.visit.principal.until
    if key is not None and until is not None and isinstance(body, bytes) and len(reading.told) == 1:
        memory: Memory = request.app.state.again
        memory.keep(
            key,
            Answered(
                status=answer.status_code,
                headers=list(answer.raw_headers),
                body=body,
                route=request.scope["route"],
                client=reading.visit.principal.client,
                pattern=pattern_of(reading.told[0]),
                under=reading.under,
                until=until,
                keys=reading.visit.reception.tokens.keys(reading.visit.at),
                day=reading.visit.day,
            ),
        )
    return answer
