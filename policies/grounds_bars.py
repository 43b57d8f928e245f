"""Bars: what no agreement and no ground gets past."""

from policies.grounds import Case, WhyNot, ground
from policies.statutes import OSL, POLICE_DATA


@ground(
    "sfs-2018-1693-3-7",
    "bar",
    POLICE_DATA("3 kap. 7 §"),
    sv="Polisen sänder färdiga antal (2 kap. 12 §); bara de uppräknade myndigheterna söker i dess system.",
    en="The police push finished counts (2:12); nobody but the listed agencies queries their systems.",
)
def no_direct_access_to_the_police(case: Case) -> WhyNot:
    """Lag 2018:1693 2:12 and 3:7.

    Personuppgifter får lämnas ut elektroniskt på annat sätt än genom direktåtkomst om det inte är olämpligt.
    Elektroniskt utlämnande genom direktåtkomst är tillåtet bara i den utsträckning som anges i 3 kap. 7 § […].
    """
    if case.operation != "direct-access" or case.source.kind != "police" or case.recipient.kind == "police":
        return None
    return (
        f"{case.recipient.id} får inte ha direktåtkomst till polisens uppgifter; polisen sänder färdiga antal",
        f"{case.recipient.id} may not have direct access to police data; the police send finished counts",
    )


@ground(
    "osl-8-1",
    "bar",
    OSL("8 kap. 1 §"),
    sv="Utgångspunkten är nej: en överenskommelse bryter ingen sekretess. En bestämmelse som släpper fram ska anges.",
    en="Default deny: an agreement breaks no secrecy. Some provision must be named that lets the figures through.",
)
def secrecy_must_be_answered(case: Case) -> WhyNot:
    """OSL 8:1.

    En uppgift för vilken sekretess gäller enligt denna lag får inte röjas för enskilda eller för andra myndigheter,
    om inte annat anges i denna lag eller i lag eller förordning som denna lag hänvisar till.
    """
    if not case.provision or case.claim is not None:
        return None
    return (
        f"uppgifterna omfattas av {case.provision}, och överenskommelsen anger ingen grund som svarar på den",
        f"the figures fall under {case.provision}, and the agreement names no ground that answers it",
    )


@ground(
    "osl-8-2",
    "bar",
    OSL("8 kap. 2 §"),
    sv="Sekretess gäller mellan självständiga verksamhetsgrenar: bara den gren som undertecknat är mottagare.",
    en="Secrecy holds between independent branches of one authority: only the branch that signed is a recipient.",
)
def only_the_branch_that_signed(case: Case) -> WhyNot:
    """OSL 8:2.

    Vad som föreskrivs om sekretess mot andra myndigheter i 1 § […] gäller också mellan olika verksamhetsgrenar inom
    en myndighet när de är att betrakta som självständiga i förhållande till varandra.
    """
    if case.branch == case.recipient.branch:
        return None
    signed, asks = case.recipient.branch, case.branch
    return (
        f"{case.recipient.id} undertecknade för {signed or 'hela myndigheten'}, inte {asks or 'hela myndigheten'}",
        f"{case.recipient.id} signed for {signed or 'the whole authority'}, not for {asks or 'the whole authority'}",
    )
