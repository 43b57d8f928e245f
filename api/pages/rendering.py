"""A page from its template: language, theme, navigation and the headers that every page has.

    return page(request, "week.html", visit, signals=signals)

A template extends `base.html` and may not hold `style=` nor a script of its own: the content policy allows neither.
"""

from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.errands import SWEDEN
from api.pages.agents import browser_name
from api.pages.navigation import destinations
from api.pages.statics import statics
from api.pages.words import LANGUAGES, NAMES, Language, language_of, said, translations
from api.sign_in_cookies import LANGUAGE, THEME
from api.sign_in_errand import PageVisit
from api.sign_in_lobby import lobby_of
from auth.rights import Role

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not `no-referrer`: with it a browser hides its own origin from us too, by which a form is known as ours.
    "Referrer-Policy": "same-origin",
}
THEMES: Final = ("light", "dark")
ROLES: Final = {
    Role.PUBLISHER: ("leverantör", "publisher"),
    Role.READER: ("läsare", "reader"),
    Role.ANALYST: ("analytiker", "analyst"),
    Role.POLICY_OFFICER: ("avtalsansvarig", "policy officer"),
    Role.AUDITOR: ("granskare", "auditor"),
    Role.OPERATOR: ("driftansvarig", "operator"),
}
"""What a role is called, in Swedish and in English."""
PURPOSE_NAMES: Final[dict[str, str]] = {
    "lagesbild": said("Lägesbild enligt lag 2023:196"),
    "atgardsplan": said("Åtgärdsplan enligt lag 2023:196"),
    "uppfoljning": said("Uppföljning av åtgärder"),
    "nationell-jamforelse": said("Nationell jämförelse"),
    "granskning": said("Granskning"),
}
"""What a purpose is called; its English is in the catalogue."""


def page(
    request: Request,
    template: str,
    visit: PageVisit | None = None,
    *,
    status: int = 200,
    **shown: Any,  # noqa: ANN401 -- whatever the template shows
) -> HTMLResponse:
    """A page. Templates know `visit`, `csrf`, `language`, `static(name)`, `_`, and the filters of `_environment`."""
    lobby = lobby_of(request)
    language = language_of(request, lobby.cookies.read(request, LANGUAGE))
    theme = lobby.cookies.read(request, THEME)
    context = {
        "visit": visit,
        "csrf": visit.csrf if visit else "",
        "language": language,
        "theme": theme if theme in THEMES else "",
        "languages": [(code, NAMES[code]) for code in LANGUAGES],
        "destinations": destinations(visit.principal) if visit and visit.whole else [],
        "here": request.url.path,
        "is_demo": lobby.is_demo,
        **shown,
    }
    text = _environment(language).get_template(template).render(context)
    headers = {**HEADERS, "Content-Language": language, "Vary": "Cookie, Accept-Language"}
    return HTMLResponse(text, status, headers=headers)


def role_names(roles: list[str] | frozenset[Role], language: Language) -> str:
    """Roles in words."""
    at = LANGUAGES.index(language)
    return ", ".join(sorted(ROLES[Role(role)][at] for role in roles))


@cache
def _environment(language: Language) -> Environment:
    """The templates in one language; numbers and times are written as that language writes them."""
    made = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    say = translations(language).gettext
    made.globals |= {"said_faults": lambda faults: {field: say(sentence) for field, sentence in faults.items()}}
    made.globals |= {
        "purpose_names": PURPOSE_NAMES,
        "static": lambda name: statics().path(name),
        "version": version("samsyn"),
    }
    made.filters |= {
        "number": lambda value: format_decimal(value, locale=language),
        "moment": lambda value: moment(value, language),
        "roles": lambda value: role_names(value, language),
        "browser": browser_name,
    }
    return made


def moment(at: datetime, language: Language) -> str:
    """A time as it is said in Sweden: `22 november 2026 kl. 14.05`."""
    written = "d MMMM y 'kl.' HH.mm" if language == "sv" else "d MMMM y 'at' HH:mm"
    return format_datetime(at.astimezone(SWEDEN), written, locale=language)
