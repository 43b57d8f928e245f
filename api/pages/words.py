"""Swedish and English. Texts are written in Swedish where they stand; `locale/en.po` holds each in English.

In a template `{{ _("Logga in") }}` or `{% trans %}`, in a module `said("Logga in")`, which marks a text and gives it
back unchanged. `tools/words` brings the catalogue up to date; a test finds a text without its English.
"""

import gettext
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final, Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import Request

Language = Literal["sv", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("sv", "en")
NAMES: Final = {"sv": "Svenska", "en": "English"}


def said(text: str) -> str:
    """Mark a text of a module for the catalogue."""
    return text


@cache
def translations(language: Language) -> gettext.NullTranslations:
    """How texts are said in a language; Swedish is what they are written in."""
    if language == "sv":
        return gettext.NullTranslations()
    with (files("api.pages") / "locale" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def language_of(request: Request, chosen: str) -> Language:
    """The language of a page: as chosen, else English if the browser asks for it before Swedish, else Swedish."""
    if chosen in LANGUAGES:
        return chosen
    for wanted in request.headers.get("accept-language", "").lower().split(","):
        code = wanted.partition(";")[0].strip()[:2]
        if code in LANGUAGES:
            return code
    return "sv"
