"""Intervals and bars: ranks of areas, a ratio beside no difference, and counts before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from markupsafe import Markup

from api.pages.drawing import element, hatched, joined, label, line, picture, ticks


@dataclass(frozen=True)
class Rank:
    """An area's place among the others; `own` is the one that the page is about.

    Attributes:
        middle: None where the interval is too wide to say.
    """

    name: str
    first: int
    last: int
    middle: float | None
    own: bool = False


def ranks(rows: Sequence[Rank], sentence: str, *, unclear: str, width: float = 540) -> Markup:
    """Intervals of ranks, a row an area.

    Args:
        unclear: stands in place of the point where areas cannot be told apart.
    """
    names, step, top = 170.0, 22.0, 26.0
    most, right = max(row.last for row in rows), width - 16
    height = top + step * len(rows) + 8

    def x(rank: float) -> float:
        return names + (right - names) * (rank - 1) / max(1, most - 1)

    marks = sorted({1, most, *range(5, most, 5)})
    parts = [
        joined([line([(x(at), top - 6), (x(at), height - 8)], "grid"), label(x(at), 14, str(at), "axis", "middle")])
        for at in marks
    ]
    for number, row in enumerate(rows):
        y = top + step * (number + 0.5)
        own = " own" if row.own else ""
        parts.append(label(names - 10, y + 5, row.name, f"name{own}", "end"))
        parts.append(line([(x(row.first), y), (x(row.last), y)], f"interval{own}"))
        if row.middle is not None:
            parts.append(element("circle", cx=x(row.middle), cy=y, r=3.5, class_=f"point{own}"))
        else:
            parts.append(label(x((row.first + row.last) / 2), y - 5, unclear, "axis", "middle"))
    return picture(width, height, parts, sentence, "ranks")


def ratio(interval: tuple[float, float, float], sentence: str, words: dict[str, str], *, width: float = 420) -> Markup:
    """A ratio with its interval on an axis of doublings, beside the heavy line of no difference.

    Args:
        interval: the ratio, and the low and high end of its interval.
        words: `none` for the line, `fewer` and `more` for the ends.
    """
    value, low, high = interval
    ends = (min(0.5, low), max(2.0, high))
    height, y = 84.0, 34.0

    def x(at: float) -> float:
        return 16 + (width - 32) * (log(at) - log(ends[0])) / (log(ends[1]) - log(ends[0]))

    shown = [at for at in (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0) if ends[0] <= at <= ends[1]]
    parts = [line([(x(1.0), 10), (x(1.0), 56)], "none"), label(x(1.0), 82, words["none"], "axis", "middle")]
    parts += [label(x(at), 68, f"{at:g}".replace(".", ","), "axis", "middle") for at in shown]
    parts += [label(16, 82, words["fewer"], "axis"), label(width - 16, 82, words["more"], "axis", "end")]
    parts.append(line([(x(low), y), (x(high), y)], "interval own"))
    parts.append(element("circle", cx=x(value), cy=y, r=4, class_="point own"))
    return picture(width, height, parts, sentence, "ratio")


@dataclass(frozen=True)
class Interval:
    """A ratio with its interval; `own` is the one that the page is about."""

    name: str
    value: float
    low: float
    high: float
    own: bool = False


def intervals(rows: Sequence[Interval], sentence: str, none: str, *, width: float = 560) -> Markup:
    """Ratios below each other on one axis of doublings, beside the heavy line of no difference.

    Args:
        none: what that line is called.
    """
    names, step, top = 150.0, 26.0, 30.0
    ends = min(0.5, *(row.low for row in rows)), max(2.0, *(row.high for row in rows))
    height = top + step * len(rows) + 8

    def x(at: float) -> float:
        return names + 12 + (width - names - 28) * (log(at) - log(ends[0])) / (log(ends[1]) - log(ends[0]))

    parts = [line([(x(1.0), top - 8), (x(1.0), height - 4)], "none"), label(x(1.0), 14, none, "axis", "middle")]
    for number, row in enumerate(rows):
        y, own = top + step * (number + 0.5), " own" if row.own else ""
        parts.append(label(names, y + 5, row.name, f"name{own}", "end"))
        parts.append(line([(x(row.low), y), (x(row.high), y)], f"interval{own}"))
        parts.append(element("circle", cx=x(row.value), cy=y, r=3.5, class_=f"point{own}"))
    return picture(width, height, parts, sentence, "ratio")


@dataclass(frozen=True)
class Bar:
    """A bar of a before-and-after picture.

    Attributes:
        count: None where it is withheld.
        kind: `before`, `left-out` or `after`.
    """

    name: str
    count: int | None
    kind: str


def bars(rows: Sequence[Bar], most: float, sentence: str, *, width: float = 640, height: float = 180) -> Markup:
    """Bars with their value in them; `most` is shared by panels that are held against each other."""
    scale = ticks(most)[-1]
    slot, base = (width - 8) / max(1, len(rows)), height - 24
    parts = [line([(4, base), (width - 4, base)], "base")]
    for at, row in enumerate(rows):
        x = 4 + at * slot
        parts.append(label(x + slot / 2, height - 8, row.name, "axis", "middle"))
        if row.count is None:
            parts.append(hatched(x + 2, 8, slot - 4, base - 8))
            continue
        tall = (base - 8) * row.count / scale
        parts.append(element("rect", x=x + 2, y=base - tall, width=slot - 4, height=tall, class_=f"bar {row.kind}"))
        inside = tall > 22
        y = base - tall + (16 if inside else -6)
        parts.append(label(x + slot / 2, y, str(row.count), f"in-bar {row.kind}" if inside else "axis", "middle"))
    begins = next((at for at, row in enumerate(rows) if row.kind == "after"), None)
    if begins is not None:
        parts.append(line([(4 + begins * slot, 4), (4 + begins * slot, base)], "start"))
    return picture(width, height, parts, sentence, "bars")
