"""An answer in the format asked for: chosen by `format` or Accept, compressed, in parts, or 304 when it is known."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.kept import CODINGS, KeptFiles, compressed, encoded
from api.problems import NotAcceptable, UnknownCode
from api.ranges import Slice, slice_of

PRIVATE: Final = "private, no-cache"
"""Kept by the caller alone, and asked about every time: rights and releases change, and each reading is logged."""
PIECE: Final = 256 * 1024


@dataclass(frozen=True)
class Validators:
    """By what a caller can tell whether it has an answer already.

    Attributes:
        tag: a strong one, of the identity coding; each other coding has its own.
        modified: the last moment at which the answer could have changed, where that can be told.
    """

    tag: str
    modified: datetime | None = None

    def headers(self, coding: str) -> dict[str, str]:
        """The headers that go with every answer about it, 304 among them."""
        said = {
            "etag": f'"{of_coding(self.tag, coding)}"',
            "cache-control": PRIVATE,
            "vary": "Accept, Accept-Encoding, Authorization, Samsyn-Purpose",
        }
        if self.second:
            said["last-modified"] = format_datetime(self.second, usegmt=True)
        return said

    @property
    def second(self) -> datetime | None:
        """`modified` as HTTP tells it, to the second."""
        return self.modified.astimezone(UTC).replace(microsecond=0) if self.modified else None


@dataclass(frozen=True)
class File:
    """A file ready to be sent: whole or a part of it, or in pieces where its length is not known."""

    body: bytes | Iterator[bytes]
    coding: str
    part: Slice | None = None

    @property
    def told(self) -> str:
        """What of the file is given, for the trail; empty when it is all of it."""
        return f"bytes {self.part.start}-{self.part.end - 1} of {self.part.size}" if self.part else ""


def chosen(request: Request, asked: str | None, formats: Mapping[str, str]) -> str:
    """The format to answer in; `formats` maps each name to its media type, the preferred one first.

    Raises:
        UnknownCode: `asked`, the parameter `format`, is none of them.
        NotAcceptable: nothing in Accept is one of them.
    """
    if asked is not None:
        if asked not in formats:
            raise UnknownCode(f"{asked!r} is no format here; the formats are {', '.join(formats)}")
        return asked
    weights = _weights(",".join(request.headers.getlist("accept")) or "*/*")
    best = max(formats, key=lambda name: _weight(formats[name], weights))
    if _weight(formats[best], weights) <= 0:
        raise NotAcceptable(f"This is written as {', '.join(dict.fromkeys(formats.values()))}")
    return best


def etag(*parts: str) -> str:
    """A strong validator over everything that the bytes of an answer follow from."""
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def known(request: Request, validators: Validators) -> bool:
    """Whether the caller has this answer already (RFC 9110 §13.1): by its tag, else by its date."""
    sent = ",".join(request.headers.getlist("if-none-match"))
    if sent:
        tags = {part.strip().removeprefix("W/") for part in sent.split(",")}
        own = {f'"{of_coding(validators.tag, coding)}"' for coding in (coding_of(request), "identity")}
        return "*" in tags or bool(tags & own)
    since = _date(request.headers.get("if-modified-since", ""))
    return since is not None and validators.second is not None and validators.second <= since


def not_modified(request: Request, validators: Validators) -> Response:
    """What the caller has is still so."""
    return Response(status_code=304, headers=validators.headers(coding_of(request)))


def answer(request: Request, body: bytes, media_type: str, validators: Validators) -> Response:
    """A body that was made for this answer, compressed where the caller takes it."""
    coding = coding_of(request)
    return sent(File(compressed(body, coding), coding), media_type, validators)


def file(request: Request, files: KeptFiles, validators: Validators, write: Callable[[], Iterable[bytes]]) -> File:
    """A file that is kept once it is written; a part of it where a range is asked for.

    Raises:
        RangeNotSatisfiable: it has no such bytes.
    """
    ranged = request.headers.get("range", "")
    coding = "identity" if ranged else coding_of(request)
    body = files.file(validators.tag, coding, write)
    if not ranged or not isinstance(body, bytes) or not _still_so(request, validators):
        return File(body, coding)
    part = slice_of(ranged, len(body))
    return File(body[part.start : part.end] if part else body, coding, part)


def made(request: Request, pieces: Iterable[bytes]) -> File:
    """A file made for this answer alone, under the coding that the caller takes."""
    coding = coding_of(request)
    return File(compressed(b"".join(pieces), coding) if isinstance(pieces, tuple) else encoded(pieces, coding), coding)


def sent(file: File, media_type: str, validators: Validators, *, ranges: bool = False, **headers: str) -> Response:
    """The answer that holds a file; `ranges` when parts of it may be asked for."""
    said = validators.headers(file.coding) | {name.replace("_", "-"): value for name, value in headers.items()}
    if ranges and isinstance(file.body, bytes):
        said["accept-ranges"] = "bytes"
    if file.coding != "identity":
        said["content-encoding"] = file.coding
    if file.part:
        said["content-range"] = file.part.content_range
    status = 206 if file.part else 200
    if isinstance(file.body, bytes) and len(file.body) <= PIECE:
        return Response(file.body, status, media_type=media_type, headers=said)
    if isinstance(file.body, bytes):
        said["content-length"] = str(len(file.body))
        return InPieces(file.body, status, media_type, said)
    return StreamingResponse(file.body, status, media_type=media_type, headers=said)


def coding_of(request: Request) -> str:
    """The content coding of an answer: the one that weighs most, the better one of equals (RFC 9110 §12.5.3)."""
    weights = _weights(",".join(request.headers.getlist("accept-encoding")))
    best = max(CODINGS, key=lambda coding: weights.get(coding, weights.get("*", 0.0)))
    weight = weights.get(best, weights.get("*", 0.0))
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else "identity"


def of_coding(tag: str, coding: str) -> str:
    """The tag of an answer under a content coding; strong ones must differ."""
    return tag if coding == "identity" else f"{tag}-{coding}"


def _still_so(request: Request, validators: Validators) -> bool:
    """Whether what a range is to be joined with is this very file (If-Range, RFC 9110 §13.1.5)."""
    condition = request.headers.get("if-range")
    if condition is None:
        return True
    if condition.startswith('"'):
        return condition == f'"{validators.tag}"'
    since = _date(condition)
    return since is not None and since == validators.second


class InPieces(StreamingResponse):
    """A long body that is known whole, sent as fast as it is taken."""

    def __init__(self, body: bytes, status: int, media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(_pieces(body), status, headers, media_type)
        self.body = body


def pieces_of(body: bytes) -> Iterator[bytes]:
    """A body in pieces; at least one."""
    yield body[:PIECE]
    for start in range(PIECE, len(body), PIECE):
        yield body[start : start + PIECE]


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for piece in pieces_of(body):
        yield piece


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _weights(header: str) -> dict[str, float]:
    """The names of an Accept header with their weights; what cannot be read weighs nothing."""
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        found[name] = float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0
    return found


def _weight(media_type: str, weights: Mapping[str, float]) -> float:
    """The weight of a media type: by its full name, else its family, else anything."""
    name = media_type.partition(";")[0]
    family = f"{name.partition('/')[0]}/*"
    return next((weights[key] for key in (name, family, "*/*") if key in weights), 0.0)
