"""Secrecy rules: when a provision does not stand in the way of a table of counts, and when it always does."""

from policies.grounds import Case, WhyNot, ground
from policies.statutes import OSL


@ground(
    "osl-18-1",
    "secrecy",
    OSL("18 kap. 1 §"),
    sv="Rakt skaderekvisit för brottsbekämpning. Avgörs av lagens fördröjning eller av ett namngivet beslut.",
    en="Straight harm test for crime fighting. Settled by waiting out the law's delay, or by a named decision.",
)
def crime_fighting_is_not_harmed(case: Case) -> WhyNot:
    """OSL 18:1.

    Sekretess gäller för uppgift som hänför sig till förundersökning i brottmål eller till […] annan verksamhet för
    att förebygga brott […], om det kan antas att syftet med beslutade eller förutsedda åtgärder motverkas eller den
    framtida verksamheten skadas om uppgiften röjs.
    """
    least = case.law.release_delay_days
    if case.decided or case.table.delay_days >= least:
        return None
    return (
        f"tabellen fördröjs {case.table.delay_days} dygn; utan ett namngivet beslut krävs minst {least}",
        f"the table is delayed {case.table.delay_days} days; without a named decision at least {least} are needed",
    )


@ground(
    "osl-18-2",
    "secrecy",
    OSL("18 kap. 2 §"),
    final=True,
    sv="Omvänt skaderekvisit för underrättelser. Lämnas aldrig ut av en automatisk tjänst.",
    en="Reverse harm test for intelligence. Never released by an automatic service.",
)
def intelligence_never_leaves(_: Case) -> WhyNot:
    """OSL 18:2.

    Sekretess gäller för uppgift som hänför sig till sådan verksamhet som avses i 2 kap. 1 § 1 lagen (2018:1693)
    […], om det inte står klart att uppgiften kan röjas utan att syftet med beslutade eller förutsedda åtgärder
    motverkas eller den framtida verksamheten skadas.
    """
    return (
        "underrättelseuppgifter lämnas aldrig ut automatiskt; varje uppgift prövas för sig",
        "intelligence is never released automatically; each item is tested by itself",
    )


@ground(
    "osl-21-7",
    "secrecy",
    OSL("21 kap. 7 §"),
    sv="Håller inne personuppgifter från en mottagare utan registrerad rättslig grund.",
    en="Holds back personal data from a recipient without a registered lawful basis.",
)
def recipient_has_a_lawful_basis(case: Case) -> WhyNot:
    """OSL 21:7.

    Sekretess gäller för personuppgift, om det kan antas att uppgiften efter ett utlämnande kommer att behandlas i
    strid med […] allmän dataskyddsförordning […], [eller] lagen (2018:218) med kompletterande bestämmelser till
    EU:s dataskyddsförordning […].
    """
    if case.recipient.lawful_basis:
        return None
    return (
        f"{case.recipient.id} har ingen registrerad rättslig grund för sin behandling",
        f"{case.recipient.id} has no registered lawful basis for its processing",
    )


@ground(
    "osl-24-8",
    "secrecy",
    OSL("24 kap. 8 §"),
    final=True,
    sv="Absolut statistiksekretess. Bara skyddade antal lämnas ut, efter statistikmyndighetens eget beslut.",
    en="Absolute secrecy of statistics. Only protected counts leave, by the statistics authority's own decision.",
)
def statistics_cannot_be_traced_to_anyone(case: Case) -> WhyNot:
    """OSL 24:8.

    Sekretess gäller i sådan särskild verksamhet hos en myndighet som avser framställning av statistik för uppgift
    som avser en enskilds personliga eller ekonomiska förhållanden och som kan hänföras till den enskilde.
    """
    if not case.protected:
        return (
            "statistikuppgifter lämnas bara ut röjandekontrollerade; metoden är öppen",
            "statistical data leave only under disclosure control; the method is open",
        )
    if not case.decided:
        return (
            "inget beslut av den statistikansvariga myndigheten är antecknat till denna dag",
            "no decision by the authority behind the statistics is recorded by this day",
        )
    return None


@ground(
    "osl-25-1",
    "secrecy",
    OSL("25 kap. 1 §"),
    final=True,
    sv="Hälso- och sjukvård. En källa under denna sekretess tas inte emot alls.",
    en="Health care. A source under this secrecy is refused altogether.",
)
def health_care_is_no_source(_: Case) -> WhyNot:
    """OSL 25:1.

    Sekretess gäller inom hälso- och sjukvården för uppgift om en enskilds hälsotillstånd eller andra personliga
    förhållanden, om det inte står klart att uppgiften kan röjas utan att den enskilde eller någon närstående lider
    men.
    """
    return (
        "uppgifter från hälso- och sjukvården tas inte emot som källa",
        "data from health care are not accepted as a source",
    )


@ground(
    "osl-26-1",
    "secrecy",
    OSL("26 kap. 1 §"),
    final=True,
    sv="Socialtjänst. En källa under denna sekretess tas inte emot alls.",
    en="Social services. A source under this secrecy is refused altogether.",
)
def social_services_are_no_source(_: Case) -> WhyNot:
    """OSL 26:1.

    Sekretess gäller inom socialtjänsten för uppgift om en enskilds personliga förhållanden, om det inte står klart
    att uppgiften kan röjas utan att den enskilde eller någon närstående till denne lider men.
    """
    return (
        "uppgifter från socialtjänsten tas inte emot som källa",
        "data from social services are not accepted as a source",
    )


@ground(
    "osl-35-1",
    "secrecy",
    OSL("35 kap. 1 §"),
    sv="Omvänt skaderekvisit för enskilda i polisens verksamhet. Röjandekontrollerade antal gör det klart.",
    en="Reverse harm test for individuals in police work. Counts under disclosure control make it clear.",
)
def no_one_can_be_recognised(case: Case) -> WhyNot:
    """OSL 35:1.

    Sekretess gäller för uppgift om en enskilds personliga och ekonomiska förhållanden, om det inte står klart att
    uppgiften kan röjas utan att den enskilde eller någon närstående till honom eller henne lider skada eller men
    och uppgiften förekommer i […] 4. annan verksamhet som syftar till att förebygga, uppdaga, utreda eller beivra
    brott […].
    """
    if case.protected:
        return None
    return (
        "små antal kan peka ut enskilda och metoden är öppen; välj prickning, avrundning eller cellnyckel",
        "small counts can point out individuals and the method is open; choose suppress, round or cellkey",
    )
