"""Any JSON document as a plain HTML page, for someone who follows a link with a browser: no script, no outside host."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from starlette.responses import HTMLResponse


def as_page(title: str, document: Mapping[str, Any]) -> HTMLResponse:
    """The document as nested definition lists; what is a link can be followed."""
    body = "".join(_told(document))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return HTMLResponse(
        f'<!doctype html><html lang="sv"><head>{head}</head><body><h1>{escape(title)}</h1>{body}</body></html>'
    )


def _told(value: Any) -> Iterator[str]:  # noqa: ANN401 -- any JSON value
    if isinstance(value, Mapping):
        yield "<dl>"
        for name, below in value.items():
            yield f"<dt>{escape(str(name))}</dt><dd>"
            yield from _told(below)
            yield "</dd>"
        yield "</dl>"
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield "<ul>"
        for below in value:
            yield "<li>"
            yield from _told(below)
            yield "</li>"
        yield "</ul>"
    else:
        yield _leaf(value)


def _leaf(value: object) -> str:
    text = "" if value is None else escape(str(value))
    return f'<a href="{text}">{text}</a>' if text.startswith(("http://", "https://")) else text
