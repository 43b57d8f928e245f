"""What is open to whom when there is no secrecy, and what follows along when there is."""

from policies.grounds import Case, WhyNot, ground
from policies.statutes import OSL, PRESS_FREEDOM


@ground(
    "osl-6-5",
    "free",
    OSL("6 kap. 5 §"),
    sv="Det som inte är hemligt lämnar en myndighet till en annan på begäran.",
    en="What is under no secrecy an authority gives another on request.",
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
    sv="Sekretessen för det en annan myndighet läser elektroniskt följer med, och varje svar säger det.",
    en="The secrecy of what another authority reads electronically follows along, and every answer says so.",
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


@ground(
    "tf-2-1",
    "free",
    PRESS_FREEDOM,
    sv="Det som inte är hemligt får var och en ta del av.",
    en="What is under no secrecy anyone may have.",
)
def not_secret_to_anyone(case: Case) -> WhyNot:
    """TF 2:1.

    Till främjande av ett fritt meningsutbyte, en fri och allsidig upplysning och ett fritt konstnärligt skapande
    ska var och en ha rätt att ta del av allmänna handlingar.
    """
    return (
        (f"uppgiften omfattas av {case.provision}", f"the data fall under {case.provision}") if case.provision else None
    )
