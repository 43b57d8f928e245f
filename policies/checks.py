"""What an agreement must say for an ask to be within it: one small check for each thing it can be outside of.

A check returns the reason it does not hold, or nothing. Each names the provision that makes it a condition.
"""

from collections.abc import Callable
from datetime import date

from policies.agreement import Agreement
from policies.ask import Matter
from policies.checks_content import is_a_granted_category, is_fine_by_law, is_not_denied
from policies.law import Law
from policies.statutes import AGREEMENTS, GDPR_ART_32, OSL
from policies.terms import period_fault
from policies.verdict import Reason

Check = Callable[[Matter], Reason | None]

READING_ROLES = ("reader", "analyst")
OPERATIONS = ("read", "direct-access")
DENY = OSL("8 kap. 1 §")


def no_agreement() -> Reason:
    """The whole answer to one whom no agreement about the table touches, whether or not the table exists."""
    return Reason(
        "agreement",
        "ingen överenskommelse om en sådan tabell rör den som frågar",
        "no agreement about such a table touches the one who asks",
        DENY,
    )


def before_the_law(day: date, law: Law) -> Reason:
    """The answer about days before the rules are formalised here."""
    return Reason(
        "law",
        f"reglerna är formaliserade från {law.since}; frågan avser {day}",
        f"the rules are formalised from {law.since}; the question is about {day}",
        DENY,
    )


def unknown_dataset(dataset: str) -> Reason:
    """The answer about a table of a dataset that is not there."""
    return Reason("dataset", f"datamängden {dataset} är okänd", f"the dataset {dataset} is unknown", AGREEMENTS)


def has_a_reading_role(matter: Matter) -> Reason | None:
    """Only a reader or an analyst reads tables."""
    role = matter.ask.role
    if role in READING_ROLES:
        return None
    return Reason(
        "role",
        f"rollen {role} läser inga tabeller; det gör {' och '.join(READING_ROLES)}",
        f"the role {role} reads no tables; {' and '.join(READING_ROLES)} do",
        GDPR_ART_32,
    )


def is_a_known_operation(matter: Matter) -> Reason | None:
    """What is not known to be a reading is not permitted as one."""
    operation = matter.ask.operation
    if operation in OPERATIONS:
        return None
    return Reason("operation", f"{operation} är ingen läsning", f"{operation} is no reading", DENY)


def is_the_kind_that_signed(matter: Matter) -> Reason | None:
    """An authority asks as what it signed as."""
    kind, signed = matter.ask.party_kind, matter.signed
    if signed is None or signed.kind == kind:
        return None
    return Reason(
        "party",
        f"{signed.id} är part som {signed.kind} men frågar som {kind}",
        f"{signed.id} is a party as {signed.kind} but asks as {kind}",
        DENY,
    )


def is_a_recipient(matter: Matter) -> Reason | None:
    """The table names who receives it; being a party is not enough."""
    if matter.recipient:
        return None
    return Reason(
        "recipient",
        f"{matter.ask.party} är inte mottagare av tabellen",
        f"{matter.ask.party} is not a recipient of the table",
        DENY,
    )


def is_in_force(matter: Matter) -> Reason | None:
    """The version that has taken over covers the day and still grants the table."""
    return None if matter.in_force else not_in_force(matter.agreement, matter.ask.on)


def not_in_force(agreement: Agreement, day: date) -> Reason:
    """Why a version does not hold on a day: outside its dates, or a newer one has taken over without the table."""
    if agreement.covers(day):
        return Reason(
            "in-force",
            f"{agreement.id} version {agreement.version} har ersatts av en version utan tabellen",
            f"{agreement.id} version {agreement.version} was superseded by one without the table",
            AGREEMENTS,
        )
    if agreement.valid_to < agreement.valid_from:
        return Reason(
            "in-force",
            f"{agreement.id} version {agreement.version} upphörde innan dess första dag var slut",
            f"{agreement.id} version {agreement.version} was terminated before the end of its first day",
            AGREEMENTS,
        )
    return Reason(
        "in-force",
        f"{agreement.id} gäller {agreement.valid_from} till {agreement.valid_to}; frågan avser {day}",
        f"{agreement.id} holds from {agreement.valid_from} to {agreement.valid_to}; the question is about {day}",
        AGREEMENTS,
    )


def is_for_its_purpose(matter: Matter) -> Reason | None:
    """An agreement is for stated purposes; what is open to everyone is so for any."""
    purpose, allowed = matter.ask.purpose, matter.table.purposes
    if matter.agreement.public or purpose in allowed:
        return None
    return Reason(
        "purpose",
        f"ändamålet {purpose or '(inget)'} omfattas inte; tabellen är till för {', '.join(allowed)}",
        f"the purpose {purpose or '(none)'} is not covered; the table is for {', '.join(allowed)}",
        AGREEMENTS,
    )


def is_a_granted_level(matter: Matter) -> Reason | None:
    """The level of area is one the table names."""
    level, allowed = matter.ask.area_level, matter.table.area_levels
    if level is None or level in allowed:
        return None
    return Reason(
        "area-level",
        f"områdesnivån {level} omfattas inte; tabellen har {', '.join(allowed)}",
        f"the level of area {level} is not covered; the table has {', '.join(allowed)}",
        AGREEMENTS,
    )


def is_a_granted_period(matter: Matter) -> Reason | None:
    """The period is written in the table's unit and lies in its span."""
    period, table = matter.ask.period, matter.table
    if period is None:
        return None
    if fault := period_fault(period, table.period_unit):
        return Reason("period", f"{period} är ingen period av slaget {table.period_unit}", fault, AGREEMENTS)
    if table.first <= period and (table.last is None or period <= table.last):
        return None
    until_sv = f"till {table.last}" if table.last else "tills vidare"
    until_en = f"to {table.last}" if table.last else "until further notice"
    return Reason(
        "period",
        f"{period} omfattas inte; tabellen går från {table.first} {until_sv}",
        f"{period} is not covered; the table runs from {table.first} {until_en}",
        AGREEMENTS,
    )


CHECKS: tuple[Check, ...] = (
    has_a_reading_role,
    is_a_known_operation,
    is_the_kind_that_signed,
    is_a_recipient,
    is_in_force,
    is_for_its_purpose,
    is_a_granted_level,
    is_a_granted_category,
    is_fine_by_law,
    is_a_granted_period,
    is_not_denied,
)
