"""A table as a PX file (PC-Axis, "PX file format" of Statistics Sweden, axis version 2013), in Swedish and English.

What is not shown has a symbol: `".."` withheld, `"..."` not known, `"."` not in the table. A rounded or changed figure
cannot be told from another here; how the table was made safe is in its notes.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from formats.dense import ABSENT, dense
from formats.document import STATUS_WORDS, Document

MEDIA_TYPE: Final = "application/x-px"
SYMBOLS: Final = {ABSENT: '"."', "withheld": '".."', "missing": '"..."'}
_LANGUAGES: Final = {"sv": "", "en": "[en]"}
_ABSENT: Final = {"sv": "Ingår inte i tabellen", "en": "Not in the table"}
_LONGEST: Final = 230
"""Characters of one quoted piece of text; PC-Axis reads lines of at most 256."""


def write_px(document: Document) -> bytes:
    """The file in UTF-8: keywords, then the figures with a row for each area and category."""
    return "".join([*(f"{line}\r\n" for line in _keywords(document)), "DATA=\r\n", *_data(document)]).encode()


def _keywords(document: Document) -> Iterator[str]:
    yield 'CHARSET="ANSI";'
    yield 'AXIS-VERSION="2013";'
    yield 'CODEPAGE="utf-8";'
    yield 'LANGUAGE="sv";'
    yield 'LANGUAGES="sv","en";'
    yield f'CREATION-DATE="{document.released_at:%Y%m%d %H:%M}";'
    yield "DECIMALS=0;"
    yield "SHOWDECIMALS=0;"
    yield f"MATRIX={_quoted(document.table)};"
    yield "COPYRIGHT=NO;"
    for language, marked in _LANGUAGES.items():
        yield from _in_language(document, language, marked)


def _in_language(document: Document, language: str, marked: str) -> Iterator[str]:
    area, category, period = (document.labels[name][language] for name in ("area", "category", "period"))
    unit = {"sv": "antal", "en": "count"}[language]
    yield f"SUBJECT-AREA{marked}={_quoted('Samsyn')};"
    yield f'SUBJECT-CODE{marked}="SAM";'
    yield f"DESCRIPTION{marked}={_quoted(document.title[language])};"
    yield f"TITLE{marked}={_quoted(document.title[language])};"
    yield f"CONTENTS{marked}={_quoted(unit.capitalize())};"
    yield f"UNITS{marked}={_quoted(unit)};"
    yield f"STUB{marked}={_listed([area, category])};"
    yield f"HEADING{marked}={_listed([period])};"
    named = (("area", area), ("category", category), ("period", period))
    for name, label in named:
        values = (code.label[language] for code in document.codes[name].values())
        yield f"VALUES{marked}({_quoted(label)})={_listed(values)};"
    for name, label in named:
        yield f"CODES{marked}({_quoted(label)})={_listed(document.codes[name])};"
    yield f"SOURCE{marked}={_quoted(str(document.source['text']))};"
    yield f"LAST-UPDATED{marked}={_quoted(f'{document.released_at:%Y%m%d %H:%M}')};"
    yield f"DATASYMBOL1{marked}={_quoted(_ABSENT[language])};"
    yield f"DATASYMBOL2{marked}={_quoted(STATUS_WORDS['withheld'][language])};"
    yield f"DATASYMBOL3{marked}={_quoted(STATUS_WORDS['missing'][language])};"
    notes = [*document.notes[language], document.terms[language]]
    if words := document.method.get("words"):
        notes.insert(0, words[language])
    yield f"NOTEX{marked}={_quoted(' '.join(notes))};"


def _data(document: Document) -> Iterator[str]:
    block = dense(document)
    shown = [SYMBOLS.get(status) or str(count) for count, status in zip(block.counts, block.statuses, strict=True)]
    width = block.size[-1]
    for start in range(0, len(shown), max(1, width)):
        yield " ".join(shown[start : start + width]) + "\r\n"
    yield ";\r\n"


def _listed(texts: Iterable[str]) -> str:
    return ",\r\n".join(_quoted(text) for text in texts)


def _quoted(text: str) -> str:
    """A text in quotation marks, in pieces if it is long; the marks inside become single ones, as PC-Axis has them."""
    plain = " ".join(text.replace('"', "'").split())
    pieces = [plain[at : at + _LONGEST] for at in range(0, len(plain), _LONGEST)] or [""]
    return "\r\n".join(f'"{piece}"' for piece in pieces)
