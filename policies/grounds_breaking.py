"""Breaking rules: when secrecy that does apply gives way. None of them gives way by an agreement alone."""

from datetime import date

from policies.grounds import Case, WhyNot, ground
from policies.statutes import DUTY_TO_REPORT, OSL

# OSL 10:15 a third paragraph and 10:27 second paragraph, by section; where the act excepts one paragraph of a section
# (26:1 a and 31:1, their first), the whole section is excepted here, which is stricter.
_ALWAYS_EXCEPTED = frozenset(
    f"osl-{place}"
    for place in ("24-2a", "24-8", "29-1", "29-2", "31-1", "31-2", "31-12", "33-2", "33-4a", "36-3", "40-2", "40-5")
)
_EXCEPTED_15A = (
    _ALWAYS_EXCEPTED
    | {f"osl-25-{number}" for number in (1, 2, 3, 4, 5, 8)}
    | {f"osl-26-{number}" for number in ("1a", "3", "4", "6")}
)
_HEALTH = {f"osl-25-{number}" for number in ("1", "2", "3", "4", "5", "6", "7", "8")}
_SOCIAL = {f"osl-26-{number}" for number in ("1", "1a", "2", "2a", "3", "4", "5", "6")}
_EXCEPTED_27 = _ALWAYS_EXCEPTED | _HEALTH | _SOCIAL
_EXCEPTED_DUTY = _HEALTH | _SOCIAL | {"osl-24-8", "osl-25-15", "osl-40-2", "osl-40-5"}
_EXCEPTED_24 = frozenset({"osl-25-2", "osl-26-1a"})
_PREVENTION = frozenset({"lagesbild", "atgardsplan", "uppfoljning"})
_NO_AUTHORITY = (
    "mottagaren är ingen myndighet, och bestämmelsen gäller mellan myndigheter",
    "the recipient is no authority, and the provision holds between authorities",
)
_NO_DECISION = (
    "inget beslut är antecknat till denna dag",
    "no decision is recorded by this day",
)


def _excepted(provision: str) -> tuple[str, str]:
    return f"{provision} är undantagen från bestämmelsen", f"{provision} is excepted from the provision"


@ground(
    "osl-10-2",
    "breaking",
    OSL("10 kap. 2 §"),
    meaning="Necessary for the disclosing authority's own task. Read narrowly: a recorded decision says why.",
)
def necessary_for_its_own_task(case: Case) -> WhyNot:
    """OSL 10:2.

    Sekretess hindrar inte att en uppgift lämnas till en enskild eller till en annan myndighet, om det är nödvändigt
    för att den utlämnande myndigheten ska kunna fullgöra sin verksamhet.
    """
    return None if case.decided else _NO_DECISION


@ground(
    "osl-10-15a",
    "breaking",
    OSL("10 kap. 15 a §"),
    since=date(2025, 12, 1),
    meaning="Secrecy in chapters 21-40 gives way between authorities to prevent crime, after a weighing of interests.",
)
def needed_to_prevent_crime(case: Case) -> WhyNot:
    """OSL 10:15 a.

    Sekretess enligt 21-40 kap. hindrar inte att en uppgift lämnas till en annan myndighet, om det behövs för att 1.
    förebygga, förhindra eller upptäcka brottslig verksamhet, […]. En uppgift får inte lämnas om övervägande skäl
    talar för att det intresse som sekretessen ska skydda har företräde framför intresset av att uppgiften lämnas
    ut.
    """
    if not case.to_an_authority:
        return _NO_AUTHORITY
    if not 21 <= _chapter(case.provision) <= 40:
        return (
            f"bryter bara sekretess enligt 21-40 kap., inte {case.provision}",
            f"breaks secrecy in chapters 21-40 only, not {case.provision}",
        )
    if case.provision in _EXCEPTED_15A:
        return _excepted(case.provision)
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
    meaning="Supervision and audit of the authority that holds the data. The secrecy follows along (11:1).",
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
    meaning="A committed crime with prison in its range, to the police only, by a recorded decision on that crime.",
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
    if case.provision in _EXCEPTED_24:
        return _excepted(case.provision)
    return None if case.decided else _NO_DECISION


@ground(
    "osl-10-27",
    "breaking",
    OSL("10 kap. 27 §"),
    meaning="The general clause: only by a person's recorded decision, never by this service's own judgement.",
)
def obviously_outweighed(case: Case) -> WhyNot:
    """OSL 10:27.

    […] får en sekretessbelagd uppgift lämnas till en myndighet, om det är uppenbart att intresset av att uppgiften
    lämnas har företräde framför det intresse som sekretessen ska skydda.
    """
    if not case.to_an_authority:
        return _NO_AUTHORITY
    if case.provision in _EXCEPTED_27:
        return _excepted(case.provision)
    return None if case.decided else _NO_DECISION


@ground(
    "sfs-2025-170-6",
    "breaking",
    DUTY_TO_REPORT("6 §"),
    since=date(2025, 4, 1),
    meaning="A municipality or region must give law enforcement what it needs. One direction: it gives no right back.",
)
def municipality_reports_to_police(case: Case) -> WhyNot:
    """Lag 2025:170 6 §.

    En kommun eller en region ska lämna en uppgift till en brottsbekämpande myndighet, om uppgiften behövs i den
    brottsbekämpande verksamheten. En uppgift ska inte lämnas om det finns en sekretessbestämmelse som är tillämplig
    på uppgiften och det står klart att det intresse som sekretessen ska skydda har företräde framför intresset av
    att uppgiften lämnas ut.
    """
    if case.source.kind not in ("municipality", "region") or case.recipient.kind != "police":
        way = case.source.id, case.recipient.id
        return (
            "skyldigheten går från kommun eller region till polisen, inte från {} till {}".format(*way),
            "the duty runs from municipality or region to the police, not from {} to {}".format(*way),
        )
    if case.provision in _EXCEPTED_DUTY:
        return _excepted(case.provision)
    if case.claim is None or not case.claim.balance:
        return (
            "det är inte antecknat att sekretessintresset inte klart har företräde",
            "it is not recorded that the interest of secrecy does not clearly prevail",
        )
    return None


@ground(
    "osl-10-28",
    "breaking",
    OSL("10 kap. 28 §"),
    meaning="A duty to report in another act, which must be named and must itself hold.",
)
def duty_in_another_act(case: Case) -> WhyNot:
    """OSL 10:28.

    Sekretess hindrar inte att en uppgift lämnas till en annan myndighet, om uppgiftsskyldighet följer av lag eller
    förordning.
    """
    if not case.to_an_authority:
        return _NO_AUTHORITY
    if case.claim is None or case.claim.act != "sfs-2025-170-6":
        return (
            "ingen känd uppgiftsskyldighet är angiven; ange act = sfs-2025-170-6",
            "no known duty to report is named; write act = sfs-2025-170-6",
        )
    reason = municipality_reports_to_police.why_not(case)
    return (reason.sentence_sv, reason.sentence_en) if reason else None


def _chapter(provision: str) -> int:
    """The chapter of OSL a provision stands in; 0 for one of another act."""
    act, _, place = provision.partition("-")
    chapter = place.partition("-")[0]
    return int(chapter) if act == "osl" and chapter.isdecimal() else 0
