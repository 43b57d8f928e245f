"""A release as the shelf keeps it."""

from hashlib import sha256

from formats.shelved import pack
from formats.table import CellTable
from models import shelf as models
from release.due import Due
from release.outcome import Named
from release.tables import structure


def rows(due: Due, made: CellTable, named: Named, policy_digest: str) -> tuple[models.Release, models.ReleasedTable]:
    """The release and its cells, as the shelf keeps them."""
    scope, shape, cells = due.scope, due.shape, pack(made)
    release = models.Release(
        id=named.release,
        table_id=scope.table.id,
        dataset=scope.dataset.id,
        agreement=scope.agreement.id,
        agreement_digest=scope.agreement.digest,
        policy_digest=policy_digest,
        circle=due.circle,
        method=scope.table.method.kind,
        period_unit=scope.table.period_unit,
        first_period=shape.periods[0].code,
        last_period=shape.periods[-1].code,
        known_on=named.at.date().isoformat(),
        released_at=named.at,
        request_id=named.request,
    )
    lying = models.ReleasedTable(
        release_id=named.release,
        structure=structure(scope, shape, due.permit.terms, named.at.date()),
        cells=cells,
        cell_count=len(made),
        withheld_count=made.withheld,
        digest=sha256(cells).hexdigest(),
    )
    return release, lying
