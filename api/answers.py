"""An answer in the format asked for: chosen by `format` or Accept, compressed if wanted, 304 when it is known."""

import gzip
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.problems import NotAcceptable, UnknownCode

PRIVATE: Final = "private, no-cache"
"""Kept by the caller alone, and asked about every time: rights and releases change, and each reading is logged."""


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
        raise NotAcceptable(f"This is written as {', '.join(formats.values())}")
    return best


def etag(*parts: str) -> str:
    """A strong validator over everything that the bytes of an answer follow from."""
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def known(request: Request, tag: str) -> bool:
    """Whether the caller has this answer already (If-None-Match, RFC 9110 §13.1.2)."""
    sent = ",".join(request.headers.getlist("if-none-match"))
    tags = {part.strip().removeprefix("W/") for part in sent.split(",")}
    return bool(sent) and ("*" in tags or f'"{_of_coding(request, tag)}"' in tags)


def not_modified(request: Request, tag: str) -> Response:
    """What the caller has is still so."""
    return Response(status_code=304, headers=_headers(f'"{_of_coding(request, tag)}"'))


def answer(request: Request, body: bytes, media_type: str, tag: str) -> Response:
    """The bytes, compressed where the caller takes it; each coding has a tag of its own, as strong ones must."""
    headers = _headers(f'"{_of_coding(request, tag)}"')
    if takes_gzip(request):
        body = gzip.compress(body, 5, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, media_type=media_type, headers=headers)


def takes_gzip(request: Request) -> bool:
    """Whether the caller takes gzip (RFC 9110 §12.5.3)."""
    weights = _weights(",".join(request.headers.getlist("accept-encoding")))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _of_coding(request: Request, tag: str) -> str:
    return f"{tag}-gzip" if takes_gzip(request) else tag


def _headers(tag: str) -> dict[str, str]:
    return {"etag": tag, "cache-control": PRIVATE, "vary": "Accept, Accept-Encoding, Authorization, Samsyn-Purpose"}


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
