"""One spelling for what is written in many: an identifier is brought to it before its pseudonym is made.

Every kind begins with Unicode's NFKC, small or capital letters, and spaces. What cannot be read as what its column
declares becomes null; the caller says so and never repeats it. Check digits follow SFS 1990:1023 (Luhn), and are held
to python-stdnum in the tests.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import numpy as np
import polars as pl

TEXT: Final = "text"

_LABEL: Final = r"^(?:DNR|DIARIENUMMER|DIARIENR|ÄRENDENUMMER|ÄRENDENR|ÄRENDE|K-?NR)[\s.:]*"
_PERSON: Final = r"^((?:1[6-9]|2[01])?)(\d{2})(\d{2})(\d{2})([-+]?)(\d{4})$"


def normalise(values: pl.Series, kind: str, today: date) -> pl.Series:
    """Values in their one spelling; null where there is none.

    Args:
        kind: a key of `KINDS`.
        today: a person's ten digits are read as the latest such day of birth that is not after it.
    """
    return KINDS[kind](_plain(values), today)


def _plain(values: pl.Series) -> pl.Series:
    spaced = values.str.normalize("NFKC").str.replace_all(r"[\s\u{200b}]+", " ").str.strip_chars()
    return spaced.set(spaced == "", None)


def _text(values: pl.Series, _: date) -> pl.Series:
    return values.str.to_lowercase()


def _case_number(values: pl.Series, _: date) -> pl.Series:
    """Runs of letters and of digits without leading zeros, joined by hyphens: `KS 2026/0123` is `KS-2026-123`."""
    runs = values.str.to_uppercase().str.replace(_LABEL, "").str.extract_all(r"\p{L}+|\d+")
    joined = runs.list.eval(pl.element().str.replace(r"^0+(\d)", "$1")).list.join("-")
    return joined.set(joined == "", None)


def _email(values: pl.Series, _: date) -> pl.Series:
    lower = values.str.to_lowercase()
    return _only(lower, lower.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$"))


def _phone(values: pl.Series, _: date) -> pl.Series:
    digits = values.str.replace_all(r"[^\d+]", "").str.replace(r"^(?:\+|00)46\(?0?", "0")
    return _only(digits, digits.str.contains(r"^\+?\d{5,15}$"))


def _plate(values: pl.Series, _: date) -> pl.Series:
    signs = values.str.to_uppercase().str.replace_all(r"[\s-]", "")
    return _only(signs, signs.str.contains(r"^[A-ZÅÄÖ0-9]{2,8}$"))


def _organisation_number(values: pl.Series, _: date) -> pl.Series:
    digits = values.str.replace_all(r"[\s-]", "").str.replace(r"^16(\d{10})$", "$1")
    formed = _only(digits, digits.str.contains(r"^\d{2}[2-9]\d{7}$"))
    return _only(formed, _luhn_holds(formed))


def _personal_number(values: pl.Series, today: date) -> pl.Series:
    """Twelve digits, a coordination number's day 60 more than the day of birth; the day must be in the calendar."""
    tight = values.str.replace_all(r"[\s\u{2010}-\u{2015}]", "").str.replace_all(r"-+", "-")
    parts = tight.str.extract_groups(_PERSON).struct.unnest()
    parts.columns = ["century", "year", "month", "day", "sign", "last"]
    number = pl.col("day").cast(pl.Int64)
    born = pl.when(number > 60).then(number - 60).otherwise(number).cast(pl.String).str.zfill(2)
    monthday = pl.col("month") + born
    held = parts.with_columns(born=monthday, century=_century(monthday, today))
    whole = held.select(
        day=(pl.col("century") + pl.col("year") + pl.col("born")).str.to_date("%Y%m%d", strict=False),
        number=pl.concat_str("century", "year", "month", "day", "last"),
        ten=pl.concat_str("year", "month", "day", "last"),
    )
    known = whole["day"].is_not_null() & (whole["day"] <= today) & _luhn_holds(whole["ten"])
    return _only(whole["number"], known)


def _century(monthday: pl.Expr, today: date) -> pl.Expr:
    """The century as written, or the latest that makes the day of birth not a coming one; `+` says a hundred more."""
    this = today.year // 100
    coming = (pl.col("year") + monthday) > f"{today:%y%m%d}"
    guessed = this - coming.cast(pl.Int64) - (pl.col("sign") == "+").cast(pl.Int64)
    return pl.when(pl.col("century") == "").then(guessed.cast(pl.String)).otherwise(pl.col("century"))


def _luhn_holds(tens: pl.Series) -> pl.Series:
    """Whether ten digits end in their check digit; null is none."""
    filled = tens.fill_null("0000000001")
    digits = np.frombuffer("".join(filled.to_list()).encode(), dtype=np.uint8).reshape(-1, 10) - 48
    doubled = digits[:, ::2].astype(np.int64) * 2
    total = (doubled - 9 * (doubled > 9)).sum(axis=1) + digits[:, 1::2].sum(axis=1)
    return pl.Series(total % 10 == 0)


def _only(values: pl.Series, where: pl.Series) -> pl.Series:
    return values.set(~where.fill_null(value=False), None)


KINDS: Final[Mapping[str, Callable[[pl.Series, date], pl.Series]]] = {
    TEXT: _text,
    "name": _text,
    "address": _text,
    "object": _text,
    "case-number": _case_number,
    "personal-number": _personal_number,
    "organisation-number": _organisation_number,
    "plate": _plate,
    "email": _email,
    "phone": _phone,
}
"""How each kind of identifier is written, by the type a column declares."""
