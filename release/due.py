"""Whether a table is due: what it would span today, what lies on the shelf of it, and which of that stays as it is."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from formats.shelved import unpack
from formats.table import CellTable
from models import shelf as models
from policies.coverage import Scope
from policies.verdict import Permit
from release.counts import Counts, areas_known, count, delivered, publishers_of, with_own
from release.past import EVERYONE
from release.reading import Rules, places
from release.shape import Shape, shape_of
from store import shelf, vault_reading
from store.sessions import ReferenceSession, ShelfSession, VaultSession, transaction


@dataclass(frozen=True)
class Engines:
    """The databases of the release process: it alone reads the vault and writes the shelf.

    Attributes:
        vault: writes there what a release was made from, and can write nothing else.
    """

    reads: Engine
    shelf: Engine
    vault: Engine


@dataclass(frozen=True)
class Due:
    """A granted table on its day, permitted, with its raw counts and the release before it.

    Attributes:
        kept: the periods whose cells stay as they were released.
        vintage: whether it is a vintage of revisions: corrections of what was released may show.
    """

    scope: Scope
    permit: Permit
    shape: Shape
    counts: Counts
    earlier: models.Release | None
    before: CellTable | None
    kept: frozenset[str]
    vintage: bool = False

    @property
    def circle(self) -> list[str]:
        """The parties who see the table together; everyone for a public one."""
        return circle_of(self.scope)

    @property
    def new(self) -> frozenset[str]:
        """The periods to be made safe now."""
        return frozenset(period.code for period in self.shape.periods) - self.kept

    @property
    def part(self) -> Shape:
        """The table in its new periods."""
        return self.shape.of_periods(self.new)


def circle_of(scope: Scope) -> list[str]:
    """The parties who see a granted table together; everyone for a public one."""
    agreement = scope.agreement
    return [EVERYONE] if agreement.public else sorted({*agreement.circle, *scope.table.recipients})


def look(reads: Engine, rules: Rules, scope: Scope, permit: Permit, now: datetime) -> Due:
    """A permitted table on its day: areas, and periods from the first to the last, of which anything was delivered.

    Raises:
        ShapeError: it has no area, no category, no finished period, or nothing was delivered for it yet.
    """
    with transaction(reads) as session:
        shape = shape_of(scope, places(ReferenceSession(session), scope), now.date())
        counts = _counts(VaultSession(session), scope, shape, now)
        earlier = shelf.latest(ShelfSession(session), scope.table.id)
        lying = shelf.table_of(ShelfSession(session), earlier.id) if earlier else None
    whole = shape
    shape = whole.of_periods(delivered(scope.table.id, whole, counts)).of_areas(areas_known(whole, counts))
    counts = counts.of_part(whole, shape)
    if earlier is None or lying is None:
        return Due(scope, permit, shape, counts, None, None, frozenset())
    before = unpack(lying.cells)
    kept = frozenset(before.frame["period"].unique()) & {period.code for period in shape.periods}
    same = {area.code for area in shape.areas} <= {*before.frame["area"].unique()}
    vintage = _is_vintage(scope, earlier, now.date())
    stays = same and not vintage and not _has_other_rules(rules, scope, earlier)
    return Due(scope, permit, shape, counts, earlier, before, kept if stays else frozenset(), vintage)


def _counts(session: VaultSession, scope: Scope, shape: Shape, now: datetime) -> Counts:
    first, last = shape.leaf_periods[0], shape.leaf_periods[-1]
    rows = vault_reading.counts_known(session, scope.dataset.id, first, last, now)
    counts = count(shape, rows, vault_reading.coverage_known(session, scope.dataset.id, now))
    publishers, circle = publishers_of(rows), {*circle_of(scope)}
    return with_own(counts, shape, rows, sorted(publishers if EVERYONE in circle else publishers & circle))


def _is_vintage(scope: Scope, earlier: models.Release, today: date) -> bool:
    """Whether a vintage has come since the earlier release."""
    vintage = scope.table.calendar.latest_vintage(today, scope.law.vintage_days)
    return vintage is not None and date.fromisoformat(earlier.known_on) < vintage


def _has_other_rules(rules: Rules, scope: Scope, earlier: models.Release) -> bool:
    """Whether the earlier release was made under other rules."""
    made_under = (earlier.agreement_digest, earlier.policy_digest)
    return made_under != (scope.agreement.digest, rules.digest(scope.dataset))
