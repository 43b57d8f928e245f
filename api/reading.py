"""A reading of a table, the one way that every door and format goes: rights first, then the trail, then the figures.

An outsider gets the same 404 for a table that is not its own as for one that does not exist. A party gets every
reason. Nothing of a cell is shown before the entry about it is durable.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any, Final

from api.errands import SWEDEN, Visit
from api.part import Part, part_of
from api.problems import Gone, NotFound, RefusedByPolicy
from api.rules import Rules, RulesNow, ask_of
from api.selection import Selection
from api.shelves import Shelves, standing
from api.wire import wire_time
from audit.entry import Decision, Entry, Operation
from models.shelf import Release
from policies.agreement import TableGrant
from policies.ask import Ask
from policies.reading import Cite
from policies.verdict import Permit, Refusal, Verdict
from store.epoch import Epoch

PARTS_AT_HAND: Final = 64


@dataclass(frozen=True)
class Found:
    """A release, and the part of it that a visitor may have."""

    release: Release
    part: Part


@dataclass(frozen=True)
class Reading:
    """A table that a visitor may read for its purpose.

    Attributes:
        releases: every release of the table, newest first.
        found: the release asked for, else the newest that stands, and what of it the visitor may have; None before
            the first.
        under: the epoch in which all this was found out.
        told: the entries about it that are in the trail.
    """

    visit: Visit
    ask: Ask
    permit: Permit
    grant: TableGrant
    rules: RulesNow
    releases: tuple[Release, ...]
    found: Found | None
    under: Epoch
    told: list[Entry] = field(default_factory=list)

    @property
    def shown(self) -> Found:
        """The release and the part of it that are read.

        Raises:
            NotFound: nothing has been released yet.
            Gone: all that was released has been withdrawn.
        """
        if self.found is not None:
            return self.found
        if self.releases:
            raise gone(self.visit, self.ask, self.releases[0])
        raise NotFound("The table has no release yet")

    @property
    def modified(self) -> datetime:
        """The last moment at which what the visitor may have of the table could have changed.

        That is when it was released, when an agreement last changed, or when the day began, since rights have days.
        """
        day = datetime.combine(self.visit.day, time(), SWEDEN)
        return max(self.shown.release.released_at, self.rules.since, day)

    def note(self, note: str = "", **said: Any) -> None:  # noqa: ANN401 -- Entry's own
        """Make the reading durable in the trail; only then may anything of it be shown.

        Raises:
            TrailUnavailable: it is not durable.
            RightsChanged: something that it was decided by has changed meanwhile.
        """
        entry = self.visit.entry(
            Operation.READ,
            decision=Decision.PERMIT,
            purpose=self.ask.purpose,
            recipient=self.ask.party,
            table=self.permit.table,
            dataset=self.permit.dataset,
            release=self.found.release.id if self.found else "",
            agreement=self.permit.agreement,
            agreement_version=f"{self.permit.version} sha256:{self.permit.digest}",
            grounds=self.permit.legal_grounds,
            policy_digest=self.rules.digest(self.permit.dataset),
            note=note,
            **said,
        )
        self.visit.reception.trail.append(entry, self.under)
        self.told.append(entry)

    def refuse_denied(self, selection: Selection) -> None:
        """Refuse a selection that names a category which is kept from this visitor where it is asked for.

        Raises:
            RefusedByPolicy: it does, and why.
        """
        part = self.shown.part
        levels = {part.areas[area].level for area in selection.areas or part.areas}
        had = frozenset[str]().union(*(part.categories[level] for level in levels))
        for category in selection.categories or ():
            if category not in had and category in part.refused:
                raise refused(self.visit, self.ask, part.refused[category], selection)


class Readings:
    """Opens readings; keeps at hand which part of a release each kind of caller may have."""

    def __init__(self, rules: Rules, shelves: Shelves) -> None:
        self.rules = rules
        self.shelves = shelves
        self._lock = threading.Lock()
        self._parts: OrderedDict[tuple[object, ...], Part] = OrderedDict()

    def open(self, visit: Visit, purpose: str, table: str, release: str | None = None) -> Reading:
        """A visitor's reading of a table, or of an earlier release of it.

        Raises:
            NotFound: no agreement of the visitor's party touches the table, or it has no such release.
            RefusedByPolicy: one does, and does not permit this.
            Gone: the release was withdrawn.
        """
        under = self.shelves.epoch()  # before anything is looked up, so that no change goes unnoticed
        rules = self.rules.now()
        ask = ask_of(visit, purpose, table)
        if not visit.principal.may_see(table):
            visit.note(Operation.DENY, decision=Decision.DENY, table=table, reasons=("not-of-the-access-key",))
            raise NotFound
        permit = rules.decide(ask)
        if isinstance(permit, Refusal):
            problem = refused(visit, ask, permit)
            raise problem if rules.touches(ask.party, table) else NotFound()
        releases = tuple(self.shelves.releases(table))
        wanted = _wanted(releases, release)
        if wanted and not standing(wanted):
            raise gone(visit, ask, wanted)
        found = Found(wanted, self._part(rules, ask, permit, wanted)) if wanted else None
        return Reading(visit, ask, permit, rules.grant(table, ask.on), rules, releases, found, under)

    def _part(self, rules: RulesNow, ask: Ask, permit: Permit, release: Release) -> Part:
        key = (release.id, permit.digest, *(getattr(ask, name) for name in Ask.__slots__))
        with self._lock:
            if key in self._parts:
                self._parts.move_to_end(key)
                return self._parts[key]
        lying = self.shelves.lying(release)
        grant = rules.grant(permit.table, ask.on)
        summed = rules.summed(grant, release.agreement_digest, release.released_at.date())
        leaves = {code: _below(code, each.level, rules, summed) for code, each in lying.dimensions["category"].items()}

        def judge(leaf: str, level: str) -> Verdict:
            return rules.decide(replace(ask, category=leaf, area_level=level))

        part = part_of(lying, permit, leaves, judge)
        with self._lock:
            self._parts[key] = part
            while len(self._parts) > PARTS_AT_HAND:
                self._parts.popitem(last=False)
        return part


def refused(visit: Visit, ask: Ask, refusal: Refusal, selection: Selection | None = None) -> RefusedByPolicy:
    """The problem of a refusal, once it is durable in the trail.

    Raises:
        TrailUnavailable: it is not.
    """
    visit.note(
        Operation.DENY,
        decision=Decision.DENY,
        purpose=ask.purpose,
        recipient=ask.party,
        table=ask.table,
        reasons=refusal.rules,
        grounds=tuple(map(str, refusal.cites)),
        selection=selection.said if selection else {},
    )
    reasons = [
        {"rule": reason.rule, "sv": reason.sentence_sv, "en": reason.sentence_en, "cite": cited(reason.cite)}
        for reason in refusal.reasons
    ]
    return RefusedByPolicy("; ".join(reason.sentence_en for reason in refusal.reasons), extra={"reasons": reasons})


def gone(visit: Visit, ask: Ask, release: Release) -> Gone:
    """The problem of a release that was withdrawn: when and why, once it is durable in the trail that it was refused.

    Raises:
        TrailUnavailable: it is not.
    """
    about: dict[str, Any] = {
        "purpose": ask.purpose,
        "recipient": ask.party,
        "table": release.table_id,
        "release": release.id,
    }
    visit.note(Operation.DENY, decision=Decision.DENY, reasons=("withdrawn",), **about)
    at = wire_time(release.withdrawn_at) if release.withdrawn_at else None
    told = {"releaseId": release.id, "withdrawnAt": at, "reason": release.withdrawn_reason}
    return Gone(f"The release was withdrawn on {at}: {release.withdrawn_reason}", extra=told)


def cited(cite: Cite) -> dict[str, str]:
    """A citation as it goes over the wire."""
    return {"law": cite.law, "section": cite.section, "href": cite.href}


def _below(code: str, level: str, rules: RulesNow, summed: frozenset[str]) -> frozenset[str]:
    """The leaves that a category of a table adds up; a leaf is always itself, and the total is of them all."""
    if level == "leaf":
        return frozenset({code})
    if level == "total":
        return summed
    return summed & frozenset(rules.classification.leaves_of(code))


def _wanted(releases: tuple[Release, ...], release: str | None) -> Release | None:
    if release is None:
        return next(filter(standing, releases), None)
    found = next((each for each in releases if each.id == release), None)
    if found is None:
        raise NotFound("The table has no such release")
    return found
