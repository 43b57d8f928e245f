"""A reading as a document: its cells with the labels, notes, source and terms that every format must carry."""

from collections.abc import Mapping
from datetime import date

from starlette.requests import Request

from api.reading import Reading
from api.selection import Selection
from api.wire import BASE
from formats.document import DIMENSIONS, Code, Document

_EVERYTHING = Selection()


def document(
    request: Request,
    reading: Reading,
    selection: Selection = _EVERYTHING,
    geometry: Mapping[str, str | None] | None = None,
) -> Document:
    """What a visitor has asked for and may have, as formats are written from it.

    Raises:
        NotFound, Gone: nothing stands on the shelf.
    """
    shown = reading.shown
    part, release, permit = shown.part, shown.release, reading.permit
    source = reading.rules.datasets[permit.dataset].source
    secrecy = permit.secrecy_transferred
    return Document(
        table=reading.grant.id,
        href=href(request, f"{BASE}/tables/{reading.grant.id}"),
        title={"sv": reading.grant.title.sv, "en": reading.grant.title.en},
        cells=part.cells.only(selection.areas, selection.categories, selection.periods),
        codes=codes(reading, selection),
        labels=part.lying.labels,
        notes=part.lying.said["notes"],
        method=part.lying.said["method"],
        source={"text": source.text, "href": str(source.href) if source.href else None},
        terms=terms(reading),
        agreement=permit.agreement,
        secrecy_transferred=(
            {"source": secrecy.source, "provision": ", ".join(secrecy.provisions)} if secrecy else None
        ),
        release=release.id,
        released_at=release.released_at,
        known_on=date.fromisoformat(release.known_on),
        geometry=geometry or {},
    )


def codes(reading: Reading, selection: Selection = _EVERYTHING) -> dict[str, dict[str, Code]]:
    """The codes of each dimension that were asked for, in the order of the table."""
    asked = dict(zip(DIMENSIONS, (selection.areas, selection.categories, selection.periods), strict=True))
    every = reading.shown.part.dimensions
    return {
        name: {code: one for code, one in every[name].items() if (wanted := asked[name]) is None or code in wanted}
        for name in DIMENSIONS
    }


def terms(reading: Reading) -> dict[str, str]:
    """On which conditions the figures were given."""
    permit = reading.permit
    if is_public(reading):
        return {"sv": "Öppna uppgifter: får användas fritt.", "en": "Open figures: free to use."}
    named = f"{permit.agreement} (version {permit.version})"
    words = {
        "sv": f"Lämnas enligt överenskommelsen {named}; får användas för dess ändamål, inte lämnas vidare.",
        "en": f"Given under the agreement {named}; for its purposes, and not to be passed on outside it.",
    }
    if secrecy := permit.secrecy_transferred:
        by = f"{secrecy.source}, {', '.join(secrecy.provisions)}"
        words["sv"] += f" Sekretessen följer med uppgifterna (OSL 11 kap. 4 §): {by}."
        words["en"] += f" Secrecy follows the figures (OSL ch. 11 s. 4): {by}."
    return words


def is_public(reading: Reading) -> bool:
    """Whether anyone may have the table."""
    found = reading.rules.agreements.grant(reading.permit.table, reading.ask.on)
    return bool(found and found[0].public)


def href(request: Request, path: str, query: str = "") -> str:
    """An absolute URL at the host that was asked (Digg's profile HYP.14)."""
    return str(request.base_url.replace(path=path, query=query))
