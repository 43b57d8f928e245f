"""Why a value is wrong: one question after another, the first that answers names the fault.

Each function is asked only about values already known to be wrong, and always has an answer.
"""

import re
from collections.abc import Callable
from difflib import get_close_matches

from intake.delivery_expectation import LARGEST_COUNT, Expectation
from intake.delivery_fault import Why, looks_personal
from policies.period import PeriodError, parse_period, unit_of

_MARKS = frozenset({"na", "n/a", "#n/a", "#saknas!", "null", "none", "nil", "-", "--", "\u2013", ".", "..", "x", "?"})
_COUNT_FORMS = [
    (re.compile(r"-\d+", re.ASCII), "count-negative"),
    (re.compile(r"\+\d+", re.ASCII), "count-plus-sign"),
    (re.compile(r"0\d+", re.ASCII), "count-leading-zero"),
    (re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f'\u2019]\d{3})+|\d{1,3}(?:[.,]\d{3}){2,}"), "count-separator"),
    (re.compile(r"[+-]?\d*[.,]\d*", re.ASCII), "count-decimal"),
    (re.compile(r"[+-]?\d+(?:[.,]\d*)?[eE][+-]?\d+", re.ASCII), "count-exponent"),
    (re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE), "count-not-finite"),
    (re.compile(r"true|false|sant|falskt", re.IGNORECASE), "count-boolean"),
]
_FORMULA = re.compile(r"[=+\-@\t\r].*", re.DOTALL)


def why_area(text: str, expected: Expectation) -> Why:
    """Why `text` is no area of the dataset."""
    return _why_any(text, expected) or _why_code_of_area(text, expected)


def why_category(text: str, expected: Expectation) -> Why:
    """Why `text` is no category of the dataset."""
    return _why_any(text, expected) or _why_code_of_category(text, expected)


def why_period(text: str, expected: Expectation) -> Why:
    """Why `text` is no period that can be counted."""
    return _why_any(text, expected) or _why_form_of_period(text, expected) or _why_span(text, expected)


def why_count(text: str, expected: Expectation) -> Why:
    """Why `text` is no count."""
    return _why_personal(text) or _why_long(text, expected) or _why_number(text) or _why_any(text, expected) or _OTHER


_OTHER = Why("count-not-whole")


def _why_any(text: str, expected: Expectation) -> Why | None:
    return _why_personal(text) or _why_long(text, expected) or _why_blank(text) or _why_formula(text)


def _why_personal(text: str) -> Why | None:
    return Why("personal-number") if looks_personal(text) else None


def _why_long(text: str, expected: Expectation) -> Why | None:
    limits = expected.limits
    if len(text) <= limits.field_length:
        return None
    return Why("field-too-long", {"length": str(len(text)), "limit": str(limits.field_length)})


def _why_blank(text: str) -> Why | None:
    if not text.strip():
        return Why("missing-value")
    return Why("surrounding-space") if text != text.strip() else None


def _why_formula(text: str) -> Why | None:
    return Why("formula") if _FORMULA.fullmatch(text) else None


def _why_number(text: str) -> Why | None:
    if text.lower() in _MARKS:
        return Why("count-mark")
    for form, code in _COUNT_FORMS:
        if form.fullmatch(text):
            return Why(code)
    return _why_digits(text)


def _why_digits(text: str) -> Why | None:
    if not text.isdecimal():
        return None
    return Why("count-too-large", {"limit": str(LARGEST_COUNT)}) if text.isascii() else Why("count-digits")


def _why_code_of_area(text: str, expected: Expectation) -> Why:
    example = expected.areas[0] if expected.areas else "—"
    level = {"level": expected.area_level, "example": example}
    if text in expected.foreign_areas:
        return Why("area-foreign", level)
    if text in expected.other_areas:
        return Why("area-level", level | {"found": expected.other_areas[text]})
    if f"0{text}" in expected.area_set:
        return Why("area-lost-zero", {"suggestion": f"0{text}"})
    return Why("area-unknown", level)


def _why_code_of_category(text: str, expected: Expectation) -> Why:
    if text in expected.groups:
        return Why("category-group")
    if text in expected.other_categories:
        return Why("category-elsewhere")
    near = get_close_matches(text.lower(), expected.categories, n=1)
    return Why("category-unknown", {"suggestion": near[0] if near else expected.categories[0]})


def _why_form_of_period(text: str, expected: Expectation) -> Why | None:
    example = {"example": str(expected.first)}
    try:
        found = unit_of(text)
    except PeriodError:
        return Why("period-form", example)
    if found != expected.unit:
        return Why("period-granularity", example | {"found": found, "unit": expected.unit})
    return None if _exists(text, expected) else Why("period-not-in-calendar", example)


def _exists(text: str, expected: Expectation) -> bool:
    try:
        parse_period(text, expected.unit)
    except PeriodError:
        return False
    return True


def _why_span(text: str, expected: Expectation) -> Why:
    period = parse_period(text, expected.unit)
    if period < expected.first:
        return Why("period-before-span", {"first": str(expected.first)})
    if expected.last is not None and period > expected.last:
        return Why("period-after-span", {"last": str(expected.last)})
    return Why("period-in-future", {"newest": str(expected.newest)})


Reason = Callable[[str], Why]
"""Says why a wrong value is wrong."""


def reasons(expected: Expectation) -> dict[str, Reason]:
    """For each column the function that says why one of its values is wrong."""
    return {
        "area": lambda text: why_area(text, expected),
        "category": lambda text: why_category(text, expected),
        "period": lambda text: why_period(text, expected),
        "count": lambda text: why_count(text, expected),
    }
