"""Breaking rules: when secrecy that does apply gives way. None of them gives way by an agreement alone."""

from datetime import date

from policies.grounds import Case, WhyNot, ground
from policies.grounds_exceptions import (
    EXCEPTED_FROM_10_15A,
    EXCEPTED_FROM_10_24,
    EXCEPTED_FROM_10_27,
    NO_AUTHORITY,
    NO_DECISION,
    excepted,
)
from policies.statutes import OSL

_PREVENTION = frozenset({"lagesbild", "atgardsplan", "uppfoljning"})


@ground(
    "osl-10-2",
    "breaking",
    OSL("10 kap. 2 §"),
    sv="Nödvändigt för den utlämnande myndighetens egen uppgift. Tolkas snävt: ett antecknat beslut säger varför.",
    en="Necessary for the disclosing authority's own task. Read narrowly: a recorded decision says why.",
)
def necessary_for_its_own_task(case: Case) -> WhyNot:
    """OSL 10:2.

    Sekretess hindrar inte att en uppgift lämnas till en enskild eller till en annan myndighet, om det är nödvändigt
    för att den utlämnande myndigheten ska kunna fullgöra sin verksamhet.
    """
    return None if case.decided else NO_DECISION


@ground(
    "osl-10-15a",
    "breaking",
    OSL("10 kap. 15 a §"),
    since=date(2025, 12, 1),
    sv="Sekretess i 21-40 kap. viker mellan myndigheter för att förebygga brott, efter en intresseavvägning.",
    en="Secrecy in chapters 21-40 gives way between authorities to prevent crime, after a weighing of interests.",
)
def needed_to_prevent_crime(case: Case) -> WhyNot:
    """OSL 10:15 a.

    Sekretess enligt 21-40 kap. hindrar inte att en uppgift lämnas till en annan myndighet, om det behövs för att 1.
    förebygga, förhindra eller upptäcka brottslig verksamhet, […]. En uppgift får inte lämnas om övervägande skäl
    talar för att det intresse som sekretessen ska skydda har företräde framför intresset av att uppgiften lämnas
    ut.
    """
    if not case.to_an_authority:
        return NO_AUTHORITY
    if not 21 <= _chapter(case.provision) <= 40:
        return (
            f"bryter bara sekretess enligt 21-40 kap., inte {case.provision}",
            f"breaks secrecy in chapters 21-40 only, not {case.provision}",
        )
    if case.provision in EXCEPTED_FROM_10_15A:
        return excepted(case.provision)
    if case.claim is None or case.claim.point != 1 or case.purpose not in _PREVENTION:
        return (
            f"ändamålet {case.purpose} är inte att förebygga brott enligt punkt 1",
            f"the purpose {case.purpose} is not the prevention of crime under point 1",
        )
    if not case.claim.balance:
        return ("ingen intresseavvägning är antecknad", "no weighing of the interests is recorded")
    return None


@ground(
    "osl-10-17",
    "breaking",
    OSL("10 kap. 17 §"),
    sv="Tillsyn och revision av den myndighet som har uppgiften. Sekretessen följer med (11 kap. 1 §).",
    en="Supervision and audit of the authority that holds the data. The secrecy follows along (11:1).",
)
def needed_for_audit(case: Case) -> WhyNot:
    """OSL 10:17.

    Sekretess hindrar inte att en uppgift lämnas till en myndighet, om uppgiften behövs där för tillsyn över eller
    revision hos den myndighet där uppgiften förekommer.
    """
    if case.recipient.kind == "auditor" and case.purpose == "granskning":
        return None
    return (
        f"{case.recipient.id} granskar inte för ändamålet {case.purpose}",
        f"{case.recipient.id} does not audit for the purpose {case.purpose}",
    )


@ground(
    "osl-10-24",
    "breaking",
    OSL("10 kap. 24 §"),
    sv="Ett begånget brott med fängelse i skalan, bara till polisen, efter ett antecknat beslut om det brottet.",
    en="A committed crime with prison in its range, to the police only, by a recorded decision on that crime.",
)
def crime_already_committed(case: Case) -> WhyNot:
    """OSL 10:24.

    Sekretess […] hindrar inte att en uppgift av betydelse för utredningen av ett begånget brott lämnas till en
    åklagarmyndighet, Polismyndigheten, Säkerhetspolisen eller någon annan myndighet som har till uppgift att
    ingripa mot brottet, om fängelse ingår i straffskalan för brottet.
    """
    if case.recipient.kind != "police":
        return (
            f"uppgifter om ett begånget brott lämnas till polisen, inte till {case.recipient.id}",
            f"data on a committed crime go to the police, not to {case.recipient.id}",
        )
    if case.provision in EXCEPTED_FROM_10_24:
        return excepted(case.provision)
    return None if case.decided else NO_DECISION


@ground(
    "osl-10-27",
    "breaking",
    OSL("10 kap. 27 §"),
    sv="Generalklausulen: bara genom en människas antecknade beslut, aldrig efter tjänstens egen bedömning.",
    en="The general clause: only by a person's recorded decision, never by this service's own judgement.",
)
def obviously_outweighed(case: Case) -> WhyNot:
    """OSL 10:27.

    […] får en sekretessbelagd uppgift lämnas till en myndighet, om det är uppenbart att intresset av att uppgiften
    lämnas har företräde framför det intresse som sekretessen ska skydda.
    """
    if not case.to_an_authority:
        return NO_AUTHORITY
    if case.provision in EXCEPTED_FROM_10_27:
        return excepted(case.provision)
    return None if case.decided else NO_DECISION


def _chapter(provision: str) -> int:
    """The chapter of the secrecy act that a provision stands in."""
    return int(provision.split("-")[1])
