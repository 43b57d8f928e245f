"""Texts with and without a personal identity number, labelled: what the detector is measured on.

All are generated; no number is taken from anybody. Numbers are of real days with a right check digit, one in ten with
a digit mistyped; what looks alike and is none is what reports are full of: telephone and case numbers, times, dates,
coordinates, organisation numbers.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

FORMS = {
    "10 digits": "{y}{md}{n}",
    "10 digits, hyphen": "{y}{md}-{n}",
    "10 digits, plus": "{y}{md}+{n}",
    "10 digits, space": "{y}{md} {n}",
    "12 digits": "{c}{y}{md}{n}",
    "12 digits, hyphen": "{c}{y}{md}-{n}",
    "12 digits, space": "{c}{y}{md} {n}",
    "hyphens in the date": "{c}{y}-{m}-{d}-{n}",
    "spaced hyphen": "{y}{md} - {n}",
    "dash": "{y}{md}\u2013{n}",
}
_AROUND = ("{}", "Pnr {} enligt boende", "se {}.", "({})", "anmälare {} ringde 21:30", "Kim,{},Storgatan 3")
_ALIKE: dict[str, Callable[[Random], str]] = {
    "telephone": lambda r: f"07{r.randrange(10)}{r.randrange(10**7):07d}",
    "telephone, hyphen": lambda r: (
        f"07{r.randrange(10)}-{r.randrange(10**3):03d} {r.randrange(10**2):02d} {r.randrange(10**2):02d}"
    ),
    "case number": lambda r: f"KS 2026/{r.randrange(10**5):05d}",
    "K number": lambda r: f"0105-K{r.randrange(10**6):06d}-26",
    "time": lambda r: (
        f"2026-{r.randrange(1, 13):02d}-{r.randrange(1, 29):02d}T{r.randrange(24):02d}:{r.randrange(60):02d}"
    ),
    "compact time": lambda r: (
        f"2026{r.randrange(1, 13):02d}{r.randrange(1, 29):02d}{r.randrange(24):02d}{r.randrange(60):02d}"
    ),
    "date": lambda r: f"2026{r.randrange(1, 13):02d}{r.randrange(1, 29):02d}",
    "coordinates": lambda r: f"{6_500_000 + r.randrange(10**5)}, {600_000 + r.randrange(10**5)}",
    "organisation number": lambda r: f"55{r.randrange(20, 99)}{r.randrange(10**2):02d}-{r.randrange(10**4):04d}",
    "ten digits": lambda r: f"{r.randrange(10**10):010d}",
    "words": lambda r: f"klotter på {r.randrange(400)} skyltar",
}


def labelled(each: int, seed: int = 1) -> Iterator[tuple[str, str, bool]]:
    """Kind, text, and whether a number stands in it: `each` texts of every kind."""
    chance = Random(seed)  # noqa: S311 -- the same texts every time
    for kind, form in FORMS.items():
        for number in range(each):
            yield kind, chance.choice(_AROUND).format(_number(chance, form, mistyped=number % 10 == 0)), True
    for kind, make in _ALIKE.items():
        for _ in range(each):
            yield kind, chance.choice(_AROUND).format(make(chance)), False


def _number(chance: Random, form: str, *, mistyped: bool) -> str:
    born = date(1925, 1, 1) + timedelta(days=chance.randrange(36_000))
    day = born.day + 60 * (chance.random() < 0.1)
    nine = f"{born:%y%m}{day:02d}{chance.randrange(1000):03d}"
    last = nine[6:] + str(_check_digit(nine))
    if mistyped:
        place = chance.randrange(4)
        last = last[:place] + str((int(last[place]) + chance.randrange(1, 10)) % 10) + last[place + 1 :]
    month, day_ = f"{born:%m}", f"{day:02d}"
    return form.format(c=f"{born:%Y}"[:2], y=f"{born:%y}", m=month, d=day_, md=month + day_, n=last)


def _check_digit(nine: str) -> int:
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(nine))
    return -total % 10
