"""What an agreement must say of a category for it to be shown, and what the law says however it is agreed."""

from policies.ask import Matter
from policies.parties import Denial
from policies.statutes import AGREEMENTS
from policies.verdict import Reason


def is_a_granted_category(matter: Matter) -> Reason | None:
    """The category is one the table names, or a sum with such a one in it."""
    category, known = matter.ask.category, matter.known_category
    if category is None or (known and next(matter.scope.granted_below(known), None)):
        return None
    return Reason(
        "category",
        f"kategorin {category} omfattas inte av tabellen",
        f"the category {category} is not covered by the table",
        AGREEMENTS,
    )


def is_fine_by_law(matter: Matter) -> Reason | None:
    """Sensitive categories are not shown in detail, and only open ones unprotected; a sum is fine if a part is."""
    category, table = matter.known_category, matter.table
    if category is None or next(matter.fine_leaves(), None):
        return None
    leaf = next(matter.scope.granted_below(category), None)
    if leaf is None:
        return None
    if matter.scope.hindrance(leaf, matter.levels[0]) == "method":
        return Reason(
            "method",
            f"{category} har små antal som inte får visas oskyddade; metoden är öppen",
            f"{category} has small counts that may not be shown unprotected; the method is open",
            matter.scope.law.cites("smallest_cell")[0],
        )
    finest = f"{', '.join(matter.levels)}, {table.period_unit}"
    return Reason(
        "detail",
        f"{category} är känslig och visas inte så fint som {finest}",
        f"{category} is sensitive and is not shown as finely as {finest}",
        matter.scope.law.cites("finest_period_unit")[0],
    )


def is_not_denied(matter: Matter) -> Reason | None:
    """What the parties have held back stays held back, for the reason they gave, and so does a sum that tells it."""
    if not matter.agreement.denials:
        return None
    denial = matter.denial(matter.known_category) or _denial_of_parts(matter)
    return Reason("denied", denial.reason.sv, denial.reason.en, AGREEMENTS) if denial else None


def _denial_of_parts(matter: Matter) -> Denial | None:
    """The denial that a sum falls under through its leaves.

    What is denied to everyone is left out of the sum, which then falls only if nothing is left. What is denied to this
    party or purpose alone is in the sum that the others see, and would be given away by it.
    """
    met, left = None, False
    for leaf in matter.fine_leaves():
        denial = matter.denial(leaf)
        if denial and not matter.scope.denial(leaf, matter.ask.area_level):
            return denial
        met, left = met or denial, left or denial is None
    return None if left else met
