"""What is told of tables besides their cells: the list of those a caller may read, and the description of one."""

from typing import Any

from api.reading import Reading, cited
from api.wire import Listed, Time, Wire, as_json
from formats.document import Code
from models.shelf import Release
from policies.agreement import TableGrant
from policies.verdict import SecrecyTransferred


class Words(Wire):
    """The same thing in Swedish and in English."""

    sv: str
    en: str


class Period(Wire):
    """The unit of a table's periods, and the first and last that it has cells for; null before the first release."""

    unit: str
    first: str | None
    last: str | None


class TableSummary(Wire):
    """A table in the list, with its newest release."""

    id: str
    title: Words
    dataset: str
    area_levels: list[str]
    period: Period
    method: str
    release_id: str
    released_at: Time


class TableList(Listed):
    """One page of the tables that the caller may read."""

    tables: list[TableSummary]


class CodeBody(Wire):
    """A code of a dimension; `parent` is the code it lies in, where that is told."""

    code: str
    label: Words
    parent: str | None
    level: str


class Dimension(Wire):
    """A dimension with every code that the caller may have cells of."""

    id: str
    label: Words
    codes: list[CodeBody]


class ReleaseBody(Wire):
    """A release of a table, and when and why it was withdrawn if it was."""

    release_id: str
    released_at: Time
    known_on: str
    status: str
    withdrawn_at: Time | None
    withdrawn_reason: str | None


class Transferred(Wire):
    """The secrecy that follows the figures to their recipient (OSL 11 kap. 4 §)."""

    source: str
    provision: str


class LegalGround(Wire):
    """A provision that the disclosure rests on."""

    law: str
    section: str
    href: str


class TableBody(Wire):
    """All that is told of a table besides its cells."""

    id: str
    title: Words
    dataset: str
    area_levels: list[str]
    period: Period
    dimensions: list[Dimension]
    method: dict[str, Any]
    agreement: str
    agreement_version: int
    grounds: list[str]
    legal_grounds: list[LegalGround]
    release_id: str | None
    released_at: Time | None
    known_on: str | None
    releases: list[ReleaseBody]
    secrecy_transferred: Transferred | None
    notes: dict[str, list[str]]


def summary(grant: TableGrant, release: Release) -> dict[str, Any]:
    """A table as the list has it."""
    return as_json(
        TableSummary(
            id=grant.id,
            title=Words(sv=grant.title.sv, en=grant.title.en),
            dataset=grant.dataset,
            area_levels=list(grant.area_levels),
            period=_period(grant.period_unit, release),
            method=grant.method.kind,
            release_id=release.id,
            released_at=release.released_at,
        )
    )


def description(reading: Reading) -> dict[str, Any]:
    """A table with its codes, as far as the caller may have them."""
    permit, grant = reading.permit, reading.grant
    release = reading.found.release if reading.found else None
    said = reading.found.part.lying.said if reading.found else {}
    return as_json(
        TableBody(
            id=grant.id,
            title=Words(sv=grant.title.sv, en=grant.title.en),
            dataset=grant.dataset,
            area_levels=list(grant.area_levels),
            period=_period(grant.period_unit, release),
            dimensions=_dimensions(reading),
            method=said.get("method", {"kind": grant.method.kind}),
            agreement=permit.agreement,
            agreement_version=permit.version,
            grounds=list(permit.grounds),
            legal_grounds=[LegalGround(**cited(cite)) for cite in permit.cites],
            release_id=release.id if release else None,
            released_at=release.released_at if release else None,
            known_on=release.known_on if release else None,
            releases=[_release(each) for each in reading.releases],
            secrecy_transferred=transferred(permit.secrecy_transferred),
            notes=said.get("notes", {"sv": [], "en": []}),
        )
    )


def _period(unit: str, release: Release | None) -> Period:
    return Period(
        unit=unit, first=release.first_period if release else None, last=release.last_period if release else None
    )


def _dimensions(reading: Reading) -> list[Dimension]:
    if reading.found is None:
        return []
    part = reading.found.part
    labels = part.lying.labels
    return [
        Dimension(id=name, label=Words(**labels[name]), codes=[_code(code) for code in codes.values()])
        for name, codes in part.dimensions.items()
    ]


def _code(code: Code) -> CodeBody:
    return CodeBody(code=code.code, label=Words(**code.label), parent=code.parent, level=code.level)


def _release(release: Release) -> ReleaseBody:
    return ReleaseBody(
        release_id=release.id,
        released_at=release.released_at,
        known_on=release.known_on,
        status=release.status,
        withdrawn_at=release.withdrawn_at,
        withdrawn_reason=release.withdrawn_reason,
    )


def transferred(secrecy: SecrecyTransferred | None) -> Transferred | None:
    """The secrecy that follows the figures, as it goes over the wire."""
    return Transferred(source=secrecy.source, provision=", ".join(secrecy.provisions)) if secrecy else None
