"""What can be wrong with a delivery: one code a fault, with what was wrong and what would be right in two languages.

The sentences are templates. `{value}` is the shown form of the value (short, escaped, and never one that looks like
a personal identity number); the other names are given by the check that found the fault.
"""

from typing import Literal, NamedTuple

Language = Literal["en", "sv"]


class Sentence(NamedTuple):
    """What was wrong, and what would be right."""

    wrong: str
    right: str


class Message(NamedTuple):
    """One fault in both languages."""

    en: Sentence
    sv: Sentence


def _message(wrong: str, right: str, fel: str, ratt: str) -> Message:
    return Message(Sentence(wrong, right), Sentence(fel, ratt))


_OF_THE_FILE = {
    "empty-file": _message(
        "the delivery is empty",
        "send a header and at least one row",
        "leveransen är tom",
        "skicka en rubrikrad och minst en rad",
    ),
    "no-rows": _message(
        "the delivery has no rows",
        "send at least one row, or declare in Samsyn-Coverage which areas, categories and periods it covers",
        "leveransen har inga rader",
        "skicka minst en rad, eller ange i Samsyn-Coverage vilka områden, kategorier och perioder den täcker",
    ),
    "too-many-rows": _message(
        "the delivery has more than {limit} rows",
        "split it into several deliveries, each with its own Idempotency-Key",
        "leveransen har fler än {limit} rader",
        "dela upp den i flera leveranser, var och en med egen Idempotency-Key",
    ),
    "not-utf-8": _message(
        "byte {offset} ({byte}) is not UTF-8",
        "save the file as UTF-8 (in Excel: CSV UTF-8)",
        "byte {offset} ({byte}) är inte UTF-8",
        "spara filen som UTF-8 (i Excel: CSV UTF-8)",
    ),
    "utf-16": _message(
        "the file is UTF-16",
        "save it as UTF-8 (in Excel: CSV UTF-8)",
        "filen är UTF-16",
        "spara den som UTF-8 (i Excel: CSV UTF-8)",
    ),
    "unreadable-file": _message(
        "the file cannot be read as {kind}: {why}",
        "save it again from the program that made it, or send CSV",
        "filen kan inte läsas som {kind}: {why}",
        "spara den igen i programmet som gjorde den, eller skicka CSV",
    ),
    "missing-column": _message(
        "the column {name} is missing",
        "the columns are area, category, period and count",
        "kolumnen {name} saknas",
        "kolumnerna är area, category, period och count",
    ),
    "unknown-column": _message(
        "the column {value} is not known",
        "the columns are area, category, period and count, written so",
        "kolumnen {value} är okänd",
        "kolumnerna är area, category, period och count, skrivna så",
    ),
    "duplicate-column": _message(
        "the column {name} stands more than once",
        "give each column once",
        "kolumnen {name} finns mer än en gång",
        "ange varje kolumn en gång",
    ),
    "malformed-json": _message(
        "the JSON breaks at line {at_line}, character {at_column}: {reason}",
        "send well-formed JSON",
        "JSON-texten brister på rad {at_line}, tecken {at_column}: {reason}",
        "skicka välformad JSON",
    ),
    "not-rows": _message(
        "the JSON is not a list of rows",
        'send an array of objects, or an object with nothing but "rows"',
        "JSON-texten är inte en lista av rader",
        'skicka en lista av objekt, eller ett objekt med bara "rows"',
    ),
}

_OF_A_ROW = {
    "too-few-fields": _message(
        "the row has only {found} fields",
        "the header has {expected}: give as many",
        "raden har bara {found} fält",
        "rubriken har {expected}: ange lika många",
    ),
    "too-many-fields": _message(
        "the row has {found} fields, too many",
        "the header has {expected}: give as many, and quote a value that contains the separator",
        "raden har {found} fält, för många",
        "rubriken har {expected}: ange lika många, och citera ett värde som innehåller avgränsaren",
    ),
    "malformed-quotes": _message(
        "the row's quotation marks do not close",
        'begin and end a quoted value with ", and write " inside it as ""',
        "radens citattecken går inte ihop",
        'inled och avsluta ett citerat värde med ", och skriv " inuti som ""',
    ),
    "not-an-object": _message(
        "the row is not a JSON object",
        'write it as {{"area": …, "category": …, "period": …, "count": …}}',
        "raden är inte ett JSON-objekt",
        'skriv den som {{"area": …, "category": …, "period": …, "count": …}}',
    ),
    "missing-field": _message(
        "the row has no {name}",
        "give area, category, period and count",
        "raden saknar {name}",
        "ange area, category, period och count",
    ),
    "unknown-field": _message(
        "the row has a field {value} that is not known",
        "give area, category, period and count and nothing else",
        "raden har ett okänt fält {value}",
        "ange area, category, period och count och inget annat",
    ),
    "duplicate-field": _message(
        "the row has {name} more than once",
        "give each field once",
        "raden har {name} mer än en gång",
        "ange varje fält en gång",
    ),
    "duplicate-row": _message(
        "area, category and period are the same as in row {other_row} (line {other_line})",
        "give each combination once",
        "område, kategori och period är desamma som i rad {other_row} (filens rad {other_line})",
        "ange varje kombination en gång",
    ),
}

_OF_ANY_FIELD = {
    "personal-number": _message(
        "the value looks like a Swedish personal identity number and is not repeated here",
        "counts hold no personal data: remove it, and see where it came from",
        "värdet liknar ett svenskt personnummer och återges inte här",
        "antal innehåller inga personuppgifter: ta bort det, och se efter var det kom ifrån",
    ),
    "field-too-long": _message(
        "the value is {length} characters long",
        "a value has at most {limit} characters",
        "värdet är {length} tecken långt",
        "ett värde har högst {limit} tecken",
    ),
    "missing-value": _message(
        "the value is missing",
        "give it, or leave the whole row out (0 is written 0)",
        "värdet saknas",
        "ange det, eller utelämna hela raden (0 skrivs 0)",
    ),
    "surrounding-space": _message(
        "{value} has space before or after it",
        "remove the space",
        "{value} har blanktecken före eller efter",
        "ta bort blanktecknen",
    ),
    "formula": _message(
        "{value} begins as a spreadsheet formula",
        "send the value, not a formula",
        "{value} börjar som en kalkylbladsformel",
        "skicka värdet, inte en formel",
    ),
    "not-text": _message(
        "{value} is not a JSON string",
        "write it in quotation marks, with leading zeros",
        "{value} är inte en JSON-sträng",
        "skriv det inom citattecken, med inledande nollor",
    ),
}

_OF_A_COUNT = {
    "count-negative": _message(
        "{value} is negative", "a count is 0 or more", "{value} är negativt", "ett antal är 0 eller mer"
    ),
    "count-plus-sign": _message(
        "{value} has a plus sign", "write digits only", "{value} har plustecken", "skriv bara siffror"
    ),
    "count-leading-zero": _message(
        "{value} has a leading zero",
        "write the count without it, as 7",
        "{value} har inledande nolla",
        "skriv antalet utan den, som 7",
    ),
    "count-decimal": _message(
        "{value} is a decimal number",
        "a count is a whole number, written without decimals",
        "{value} är ett decimaltal",
        "ett antal är ett heltal och skrivs utan decimaler",
    ),
    "count-separator": _message(
        "{value} has a thousands separator",
        "write the digits together, as 1234",
        "{value} har tusentalsavgränsare",
        "skriv siffrorna ihop, som 1234",
    ),
    "count-exponent": _message(
        "{value} is written with an exponent",
        "write all the digits",
        "{value} är skrivet med exponent",
        "skriv ut alla siffror",
    ),
    "count-not-finite": _message(
        "{value} is not a number",
        "a count is a whole number; leave the row out when it is not known",
        "{value} är inte ett tal",
        "ett antal är ett heltal; utelämna raden när det inte är känt",
    ),
    "count-mark": _message(
        "{value} is a mark for a missing figure",
        "leave the row out when the count is not known; 0 is written 0",
        "{value} är ett tecken för saknad uppgift",
        "utelämna raden när antalet inte är känt; 0 skrivs 0",
    ),
    "count-boolean": _message(
        "{value} is true or false",
        "a count is a whole number",
        "{value} är sant eller falskt",
        "ett antal är ett heltal",
    ),
    "count-text": _message(
        "{value} is a JSON string",
        "write the count as a number, without quotation marks",
        "{value} är en JSON-sträng",
        "skriv antalet som ett tal, utan citattecken",
    ),
    "count-too-large": _message(
        "{value} is more than {limit}",
        "a count of one area, category and period is at most {limit}",
        "{value} är mer än {limit}",
        "ett antal för ett område, en kategori och en period är högst {limit}",
    ),
    "count-digits": _message(
        "{value} is written with other digits than 0 to 9",
        "write it with 0 to 9",
        "{value} är skrivet med andra siffror än 0 till 9",
        "skriv det med 0 till 9",
    ),
    "count-not-whole": _message(
        "{value} is not a whole number",
        "a count is a whole number, 0 or more",
        "{value} är inte ett heltal",
        "ett antal är ett heltal, 0 eller mer",
    ),
}

_OF_A_CODE = {
    "area-unknown": _message(
        "{value} is not an area of this dataset",
        "give a code of level {level}, such as {example}",
        "{value} är inget område i denna datamängd",
        "ange en kod på nivån {level}, som {example}",
    ),
    "area-foreign": _message(
        "{value} is an area that another publisher counts",
        "deliver your own areas only, such as {example}",
        "{value} är ett område som någon annan räknar",
        "leverera bara egna områden, som {example}",
    ),
    "area-level": _message(
        "{value} is an area of level {found}",
        "this dataset counts by {level}: give such a code, as {example}",
        "{value} är ett område på nivån {found}",
        "denna datamängd räknas per {level}: ange en sådan kod, som {example}",
    ),
    "area-lost-zero": _message(
        "{value} has lost its leading zero",
        "write {suggestion} (in a spreadsheet: format the column as text)",
        "{value} har förlorat sin inledande nolla",
        "skriv {suggestion} (i ett kalkylblad: formatera kolumnen som text)",
    ),
    "category-unknown": _message(
        "{value} is not a category of this dataset",
        "give one of its categories, such as {suggestion}",
        "{value} är ingen kategori i denna datamängd",
        "ange en av dess kategorier, som {suggestion}",
    ),
    "category-group": _message(
        "{value} is a group of categories",
        "count by its parts; the sum is made here",
        "{value} är en grupp av kategorier",
        "räkna per ingående kategori; summan görs här",
    ),
    "category-elsewhere": _message(
        "{value} is a category, but not of this dataset",
        "send it to the dataset that has it, or leave it out",
        "{value} är en kategori, men inte i denna datamängd",
        "skicka den till den datamängd som har den, eller utelämna den",
    ),
}

_OF_A_PERIOD = {
    "period-form": _message(
        "{value} is not written as a period",
        "write {example}",
        "{value} är inte skrivet som en period",
        "skriv {example}",
    ),
    "period-granularity": _message(
        "{value} is a period of unit {found}",
        "this dataset counts by {unit}: write {example}",
        "{value} är en period av enheten {found}",
        "denna datamängd räknas per {unit}: skriv {example}",
    ),
    "period-not-in-calendar": _message(
        "{value} is not in the calendar",
        "give a period that exists, such as {example}",
        "{value} finns inte i kalendern",
        "ange en period som finns, som {example}",
    ),
    "period-before-span": _message(
        "{value} is before the dataset begins",
        "the first period is {first}",
        "{value} är före datamängdens början",
        "första perioden är {first}",
    ),
    "period-after-span": _message(
        "{value} is after the dataset ends",
        "the last period is {last}",
        "{value} är efter datamängdens slut",
        "sista perioden är {last}",
    ),
    "period-in-future": _message(
        "{value} is in the future",
        "the newest period that can be counted is {newest}",
        "{value} ligger i framtiden",
        "den senaste perioden som kan räknas är {newest}",
    ),
}

MESSAGES: dict[str, Message] = {
    **_OF_THE_FILE,
    **_OF_A_ROW,
    **_OF_ANY_FIELD,
    **_OF_A_COUNT,
    **_OF_A_CODE,
    **_OF_A_PERIOD,
}
"""Every fault a delivery can have, by code."""
