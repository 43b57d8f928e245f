"""Secrecy rules: when a provision does not stand in the way of a table of counts, and when it always does."""

from policies.grounds import Case, WhyNot, ground
from policies.statutes import OSL


@ground(
    "osl-18-1",
    "secrecy",
    OSL("18 kap. 1 §"),
    meaning="Straight harm test for crime fighting. Settled by waiting out the law's delay, or by a named decision.",
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
    meaning="Reverse harm test for intelligence. Never released by an automatic service.",
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
    meaning="Holds back personal data from a recipient without a registered lawful basis.",
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
    meaning="Absolute secrecy of statistics. Only protected counts leave, by the statistics authority's own decision.",
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
    meaning="Health care. A source under this secrecy is refused altogether.",
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
    meaning="Social services. A source under this secrecy is refused altogether.",
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
    meaning="Reverse harm test for individuals in police work. Counts under disclosure control make it clear.",
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


@ground(
    "osl-6-5",
    "free",
    OSL("6 kap. 5 §"),
    meaning="What is under no secrecy an authority gives another on request.",
)
def not_secret_between_authorities(case: Case) -> WhyNot:
    """OSL 6:5.

    En myndighet ska på begäran av en annan myndighet lämna uppgift som den förfogar över, om inte uppgiften är
    sekretessbelagd eller det skulle hindra arbetets behöriga gång.
    """
    if case.provision:
        return (f"uppgiften omfattas av {case.provision}", f"the data fall under {case.provision}")
    if not case.to_an_authority:
        return ("mottagaren är ingen myndighet", "the recipient is no authority")
    return None


@ground(
    "osl-11-4",
    "following",
    OSL("11 kap. 4 §"),
    meaning="The secrecy of what another authority reads electronically follows along, and every answer says so.",
)
def secrecy_follows_electronic_access(case: Case) -> WhyNot:
    """OSL 11:4.

    Om en myndighet hos en annan myndighet har elektronisk tillgång till en upptagning för automatiserad behandling
    och en uppgift i denna upptagning är sekretessreglerad, blir sekretessbestämmelsen tillämplig även hos den
    mottagande myndigheten.
    """
    if not case.provision:
        return ("uppgiften är inte sekretessreglerad", "the data are under no secrecy rule")
    if not case.to_an_authority:
        return ("mottagaren är ingen myndighet", "the recipient is no authority")
    return None
