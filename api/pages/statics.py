"""Style sheets, scripts and fonts: read once, served under a name that changes with them, so that they may be kept.

All of it is ours or bundled with its licence; a page loads nothing from elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from api.depends import STRICT
from api.problems import NotFound

TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "woff2": "font/woff2",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
KEPT: Final = "public, max-age=31536000, immutable"

router = APIRouter(tags=["pages"], include_in_schema=False, dependencies=[STRICT])


@dataclass(frozen=True)
class Statics:
    """Every static file by its name, and one version for all of them."""

    files: Mapping[str, bytes]
    version: str

    def path(self, name: str) -> str:
        """Where a page finds a file.

        Raises:
            KeyError: there is none of that name.
        """
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"


@cache
def statics() -> Statics:
    """The files of this program."""
    found = dict(_below(files("api.pages") / "static", ""))
    told = sha256()
    for name in sorted(found):
        told.update(name.encode() + b"\0" + sha256(found[name]).digest())
    return Statics(found, told.hexdigest()[:12])


@router.get("/static/{version}/{name:path}")
def static(version: str, name: str) -> Response:
    """A static file; an older version's name gives today's file, which is then not kept."""
    held = statics()
    content = held.files.get(name)
    kind = TYPES.get(name.rpartition(".")[2])
    if content is None or kind is None:
        raise NotFound
    return Response(
        content, media_type=kind, headers={"Cache-Control": KEPT if version == held.version else "no-cache"}
    )


def _below(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        found += _below(entry, f"{name}/") if entry.is_dir() else [(name, entry.read_bytes())]
    return found
