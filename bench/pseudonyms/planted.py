"""Reports full of identifiers that are easy to find again: numbers, names, plates, addresses, coordinates."""

import io
import re
from collections.abc import Iterator
from csv import writer
from dataclasses import dataclass
from random import Random

HEAD = (
    "rapport", "arende", "tid", "typ", "lat", "lon", "objekt", "kalla", "beskrivning", "anmalare", "epost", "telefon",
)  # fmt: skip
KINDS = ("klotter", "nedskräpning", "förstörd belysning", "skadegörelse")
_MARKS = re.compile(
    rb"F-20\d\d-\d{7}|KS[ -]2026|Zqvist|zqvist|XQZ \d{3}|Zorngatan|zorngatan|59\.1\d{6}7|17\.\d{7}7"
    rb"|070-555|070555\d{4}|lyktstolpe"
)
"""What stands in no file but in one that holds a planted identifier."""


@dataclass(frozen=True)
class Planted:
    """Reports as CSV."""

    body: bytes

    def within(self, data: bytes) -> list[bytes]:
        """The planted identifiers that stand in some bytes, a few of them."""
        return list(dict.fromkeys(match[0] for match in _MARKS.finditer(data)))[:10]


def plant(rows: int, seed: int = 1) -> Planted:
    """So many reports; the same for the same seed."""
    text = io.StringIO(newline="")
    out = writer(text, lineterminator="\n")
    out.writerow(HEAD)
    out.writerows(_rows(rows, Random(seed)))  # noqa: S311 -- the same reports every time
    return Planted(text.getvalue().encode())


def _rows(rows: int, chance: Random) -> Iterator[tuple[object, ...]]:
    for number in range(rows):
        yield (
            f"F-2026-{number:07d}",
            f"KS 2026/{chance.randrange(rows)}" if chance.random() < 0.5 else "",
            f"2026-{chance.randrange(1, 11):02d}-{chance.randrange(1, 29):02d}T{chance.randrange(24):02d}:30",
            chance.choice(KINDS),
            f"59.1{chance.randrange(10**6):06d}7",
            f"17.{4 + chance.randrange(3)}{chance.randrange(10**6):06d}7",
            f"lyktstolpe {chance.randrange(5000)}" if chance.random() < 0.4 else "",
            "app",
            f"XQZ {chance.randrange(1000):03d} vid Zorngatan {chance.randrange(90)}",
            "Kim Zqvist",
            "kim.zqvist@exempel.se",
            f"070-555 {chance.randrange(10**4):04d}",
        )
