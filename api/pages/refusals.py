"""A problem as a page, for a browser that asked for one: title and detail, what to do, and the request's id."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.rendering import page
from api.pages.words import said
from api.problems import (
    BadRequest,
    DatabaseUnavailable,
    Forged,
    Internal,
    NotFound,
    Problem,
    TooManyRequests,
    TrailUnavailable,
    WrongRole,
)

TOLD: Final[dict[type[Problem], tuple[str, str]]] = {
    Forged: (said("Formuläret är för gammalt"), said("Ladda om sidan och försök igen.")),
    WrongRole: (said("Din roll har inte den här sidan"), said("Fråga den som lagt upp ditt konto om du behöver den.")),
    NotFound: (said("Här finns inget för dig"), said("Sidan finns inte, eller så ingår den inte i ert avtal.")),
    TooManyRequests: (said("För många försök på kort tid"), said("Vänta en stund och försök igen.")),
    TrailUnavailable: (
        said("Läsningen kunde inte loggas, därför visas inga siffror"),
        said("Försök igen om en stund. Kvarstår felet, säg till den som driver tjänsten."),
    ),
    DatabaseUnavailable: (said("Tjänsten når inte sina uppgifter just nu"), said("Försök igen om en stund.")),
    Internal: (said("Något gick fel hos oss"), said("Säg till den som driver tjänsten och uppge numret nedan.")),
    BadRequest: (said("Sidan förstår inte det som skickades"), said("Gå tillbaka och försök igen.")),
}
"""What is said in place of a problem's own words, and what to do."""


def wanted(request: Request) -> bool:
    """Whether a browser asked for a page, or for a path that leads nowhere."""
    route = request.scope.get("route")
    paged = "pages" in getattr(route, "tags", ()) if route else not request.scope["path"].startswith("/samsyn/")
    return paged and "text/html" in request.headers.get("accept", "")


def page_of(request: Request, problem: Problem) -> Response:
    """The page of a problem."""
    told = next((TOLD[kind] for kind in type(problem).__mro__ if kind in TOLD), None)
    title, advice = told or (problem.title, "")
    answer = page(
        request,
        "refused.html",
        status=problem.status,
        title=title,
        advice=advice,
        detail=problem.detail if problem.detail not in (problem.title, "") else "",
        request_id=request.state.request_id,
    )
    for name, value in (problem.headers or {}).items():
        answer.headers[name] = value
    return answer
