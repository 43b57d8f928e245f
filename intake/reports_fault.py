"""What can be wrong with a report. No sentence repeats a value, since a wrong value may be anybody's number."""

from dataclasses import dataclass

from intake.delivery_fault import Fault, Faults
from intake.delivery_messages import Language, Message, Sentence

LISTED = 1_000
"""How many faults are named in full; all are counted."""


def _message(wrong: str, right: str, fel: str, ratt: str) -> Message:
    return Message(Sentence(wrong, right), Sentence(fel, ratt))


MESSAGES: dict[str, Message] = {
    "empty-file": _message(
        "the delivery is empty",
        "send a header and at least one report",
        "leveransen är tom",
        "skicka en rubrikrad och minst en rapport",
    ),
    "no-rows": _message(
        "the delivery has no reports",
        "send at least one",
        "leveransen har inga rapporter",
        "skicka minst en",
    ),
    "too-many-rows": _message(
        "the delivery has more than {limit} reports",
        "split it into several deliveries",
        "leveransen har fler än {limit} rapporter",
        "dela upp den i flera leveranser",
    ),
    "not-utf-8": _message(
        "the text is not UTF-8",
        "save the file as UTF-8 (in Excel: CSV UTF-8)",
        "texten är inte UTF-8",
        "spara filen som UTF-8 (i Excel: CSV UTF-8)",
    ),
    "unreadable": _message(
        "the file cannot be read as {form}",
        "send a whole file of that form",
        "filen kan inte läsas som {form}",
        "skicka en hel fil av det slaget",
    ),
    "undeclared-column": _message(
        "column {place} is not declared",
        "leave it out; the declared ones are {names}",
        "kolumn {place} är inte deklarerad",
        "utelämna den; de deklarerade är {names}",
    ),
    "duplicate-column": _message(
        "the column stands more than once",
        "give each column once",
        "kolumnen finns mer än en gång",
        "ange varje kolumn en gång",
    ),
    "missing-column": _message(
        "the column is missing",
        "give it in every row",
        "kolumnen saknas",
        "ange den på varje rad",
    ),
    "wrong-width": _message(
        "the row has {found} fields",
        "the header has {expected}: give as many, and quote a value with the separator in it",
        "raden har {found} fält",
        "rubriken har {expected}: ange lika många, och citera ett värde med avgränsaren i",
    ),
    "not-an-object": _message(
        "the row is not an object of plain values",
        'write it as {{"column": "value", …}}',
        "raden är inte ett objekt av enkla värden",
        'skriv den som {{"kolumn": "värde", …}}',
    ),
    "missing-value": _message(
        "the value is missing",
        "give one",
        "värdet saknas",
        "ange ett",
    ),
    "refused": _message(
        "this must not be sent at all",
        "leave the column empty, or out",
        "detta får inte skickas alls",
        "lämna kolumnen tom, eller utelämna den",
    ),
    "personal-number": _message(
        "a personal identity number may stand here",
        "leave it out; it belongs only in a column declared for it",
        "ett personnummer kan stå här",
        "utelämna det; det hör bara hemma i en kolumn som är deklarerad för det",
    ),
    "malformed": _message(
        "the value is no {type}",
        "write one that is, its check digit included where it has one",
        "värdet är inget {type}",
        "skriv ett som är det, med rätt kontrollsiffra om det har en",
    ),
    "unknown-code": _message(
        "the code is not one of the column's",
        "write one of {names}",
        "koden är ingen av kolumnens",
        "skriv en av {names}",
    ),
    "malformed-time": _message(
        "the time cannot be read",
        "write it as 2026-02-11T21:30, or 2026-02-11T21:30+01:00",
        "tiden kan inte läsas",
        "skriv den som 2026-02-11T21:30, eller 2026-02-11T21:30+01:00",
    ),
    "outside-span": _message(
        "the time lies outside {first}..{last}",
        "send reports of that span",
        "tiden ligger utanför {first}..{last}",
        "skicka rapporter ur det spannet",
    ),
    "malformed-coordinate": _message(
        "the coordinate cannot be read",
        "write degrees (WGS 84) or metres (SWEREF 99 TM) with a point, as declared",
        "koordinaten kan inte läsas",
        "skriv grader (WGS 84) eller meter (SWEREF 99 TM) med punkt, som deklarerat",
    ),
    "outside-areas": _message(
        "the point lies in none of the areas",
        "check the coordinates, and that the areas are imported",
        "punkten ligger i inget av områdena",
        "kontrollera koordinaterna, och att områdena är importerade",
    ),
    "foreign-area": _message(
        "the place is another publisher's to report",
        "send what lies in your own area",
        "platsen är en annan uppgiftslämnares",
        "skicka det som ligger i ert eget område",
    ),
    "report-twice": _message(
        "the report stands more than once in the delivery",
        "send each report once, as it now reads",
        "rapporten finns mer än en gång i leveransen",
        "skicka varje rapport en gång, som den nu lyder",
    ),
}
"""Every fault a report can have, by code."""


@dataclass(frozen=True)
class ReportFault(Fault):
    """One thing wrong with a delivery of reports; `value` is always None."""

    def wrong(self, language: Language = "en") -> str:
        """What was wrong."""
        sentence: Sentence = getattr(MESSAGES[self.code], language)
        return sentence.wrong.format(**self.details)

    def right(self, language: Language = "en") -> str:
        """What would be right."""
        sentence: Sentence = getattr(MESSAGES[self.code], language)
        return sentence.right.format(**self.details)


def fault(code: str, row: int | None = None, column: str | None = None, **details: object) -> ReportFault:
    """A fault of the file, of a row, or of a column in it."""
    return ReportFault(code, row, None, column, None, {name: str(value) for name, value in details.items()})


def add_rows(faults: Faults, code: str, rows: "list[int]", column: str | None = None, **details: object) -> None:
    """The same fault in many rows."""
    faults.add_all((fault(code, row, column, **details) for row in rows), len(rows))
