"""Duties to report, which secrecy gives way to. They run one way: to law enforcement, never back."""

from datetime import date

from policies.grounds import Case, WhyNot, ground
from policies.grounds_exceptions import EXCEPTED_FROM_2025_170, NO_AUTHORITY, excepted
from policies.statutes import DUTY_TO_REPORT, OSL


@ground(
    "sfs-2025-170-6",
    "breaking",
    DUTY_TO_REPORT("6 §"),
    since=date(2025, 4, 1),
    sv="Kommun och region ska lämna vad brottsbekämpningen behöver. En riktning: ingen rätt att få tillbaka.",
    en="A municipality or region must give law enforcement what it needs. One direction: it gives no right back.",
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
    if case.provision in EXCEPTED_FROM_2025_170:
        return excepted(case.provision)
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
    sv="Uppgiftsskyldighet i en annan författning, som ska anges och själv vara uppfylld.",
    en="A duty to report in another act, which must be named and must itself hold.",
)
def duty_in_another_act(case: Case) -> WhyNot:
    """OSL 10:28.

    Sekretess hindrar inte att en uppgift lämnas till en annan myndighet, om uppgiftsskyldighet följer av lag eller
    förordning.
    """
    if not case.to_an_authority:
        return NO_AUTHORITY
    if case.claim is None or case.claim.act != "sfs-2025-170-6":
        return (
            "ingen känd uppgiftsskyldighet är angiven; ange act = sfs-2025-170-6",
            "no known duty to report is named; write act = sfs-2025-170-6",
        )
    reason = municipality_reports_to_police.why_not(case)
    return (reason.sentence_sv, reason.sentence_en) if reason else None
