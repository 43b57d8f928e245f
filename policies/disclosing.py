"""From an agreement to the disclosures it makes: from each party whose figures they are, to each who receives them."""

from collections.abc import Iterable

from policies.ask import Matter, anyone
from policies.checks import not_in_force
from policies.coverage import Scope
from policies.grounds import Case
from policies.parties import PartyRef
from policies.secrecy import Weighed, weigh
from policies.statutes import AGREEMENTS
from policies.verdict import Permit, Reason, Refusal, SecrecyTransferred, Terms, Verdict


def weighed_for(matter: Matter) -> Weighed:
    """Weigh what one ask would disclose; nothing where the asker is no recipient, which is its own reason."""
    ask, recipient = matter.ask, matter.recipient
    if recipient is None:
        return Weighed((), (), ())
    return weighed(matter.scope, recipient, ask.branch, ask.purpose, ask.operation)


def weighed(scope: Scope, recipient: PartyRef, branch: str, purpose: str, operation: str) -> Weighed:
    """Weigh the table's disclosure to one recipient, from every other party that publishes its dataset."""
    publishers = [party for party in scope.agreement.parties if scope.dataset.takes_from(party.id, party.kind)]
    if not publishers:
        return Weighed((_no_publisher(scope),), (), ())
    others = [party for party in publishers if party.id != recipient.id]
    claims, secrecy = scope.agreement.grounds, scope.dataset.secrecy
    each = [
        weigh(Case("", None, source, recipient, branch, purpose, operation, scope.table, scope.law), secrecy, claims)
        for source in others
    ]
    return _together(each or [_its_own(scope, recipient, branch)])


def _its_own(scope: Scope, recipient: PartyRef, branch: str) -> Weighed:
    """A party's own figures are disclosed to no one when it reads them; only another branch of it is held back."""
    case = Case("", None, recipient, recipient, branch, "", "read", scope.table, scope.law)
    return Weighed(weigh(case, (), ()).reasons, (), ())


def may_release(scope: Scope) -> Verdict:
    """Whether a table may be put on the shelf: the law must let every recipient have it, for some purpose it is for.

    The agreement must be in force on the day of `scope.law`; `scope.leaves` says what of the table is then shown.
    """
    agreement, table = scope.agreement, scope.table
    if not agreement.covers(scope.law.day):
        return Refusal((not_in_force(agreement, scope.law.day),))
    parties = [agreement.party(party_id) or anyone() for party_id in table.recipients]
    every = _together(_for_some_purpose(scope, party) for party in parties)
    return Refusal(every.reasons) if every.reasons else permit(scope, every)


def _for_some_purpose(scope: Scope, party: PartyRef) -> Weighed:
    """The first purpose nothing stands in the way of, or what stands in the way of them all."""
    each = [weighed(scope, party, party.branch, purpose, "read") for purpose in scope.table.purposes]
    return next((found for found in each if not found.reasons), _together(each))


def permit(scope: Scope, found: Weighed) -> Permit:
    """The permit for a table nothing stands in the way of."""
    agreement, table = scope.agreement, scope.table
    source = ", ".join(party.id for party in agreement.parties if scope.dataset.takes_from(party.id, party.kind))
    return Permit(
        agreement=agreement.id,
        version=agreement.version,
        digest=agreement.digest,
        table=table.id,
        dataset=table.dataset,
        terms=_terms(scope),
        grounds=tuple(ground.code for ground in found.grounds),
        cites=(AGREEMENTS, *(ground.cite for ground in found.grounds)),
        secrecy_transferred=SecrecyTransferred(source, found.follows) if found.follows else None,
    )


def _terms(scope: Scope) -> Terms:
    """The table's terms, where the law's bounds are stricter than its own, the law's."""
    table, law = scope.table, scope.law
    own = table.method.smallest_cell or 0
    return Terms(
        method=table.method,
        area_levels=table.area_levels,
        areas=table.areas,
        categories=table.categories,
        category_levels=table.category_levels,
        period_unit=table.period_unit,
        first=table.first,
        last=table.last,
        delay_days=table.delay_days,
        smallest_cell=max(own, law.smallest_cell("normal")),
        smallest_sensitive_cell=max(own, law.smallest_cell("sensitive")),
        rounding_base=max(table.method.rounding_base or 0, law.rounding_base),
    )


def _together(each: Iterable[Weighed]) -> Weighed:
    """Several disclosures as one: every reason, ground and provision once."""
    found = tuple(each)
    if len(found) == 1:
        return found[0]
    return Weighed(
        tuple(dict.fromkeys(reason for one in found for reason in one.reasons)),
        tuple(dict.fromkeys(ground for one in found for ground in one.grounds)),
        tuple(dict.fromkeys(provision for one in found for provision in one.follows)),
    )


def _no_publisher(scope: Scope) -> Reason:
    return Reason(
        "publisher",
        f"ingen av dem som lämnar {scope.dataset.id} är part i {scope.agreement.id}",
        f"none of those who publish {scope.dataset.id} is a party to {scope.agreement.id}",
        AGREEMENTS,
    )
