"""Weeks of one series: small beside a row of a list, and large with an axis."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from markupsafe import Markup

from api.pages.drawing import element, hatched, joined, label, line, path, picture, ticks

SHOWN: Final = "shown"
WITHHELD: Final = "withheld"


@dataclass(frozen=True)
class Week:
    """A week of a series, as it may be shown.

    Attributes:
        name: as an axis has it.
        count: None where it is withheld or missing.
        status: of the cell; what is not `shown`, `rounded` or `perturbed` has no count.
        over: above the limit.
        mark: begins a month (or a year), written below the axis; empty otherwise.
    """

    name: str
    count: int | None
    expected: float | None
    upper: float | None
    status: str
    over: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Frame:
    """Where weeks and counts lie in a picture."""

    left: float
    top: float
    width: float
    height: float
    weeks: int
    most: float

    def x(self, at: float) -> float:
        """The middle of a week."""
        return self.left + (at + 0.5) * self.width / self.weeks

    def y(self, count: float) -> float:
        """The height of a count."""
        return self.top + self.height * (1 - count / self.most)

    @property
    def slot(self) -> float:
        """The width of a week."""
        return self.width / self.weeks


def sparkline(weeks: Sequence[Week], sentence: str, *, width: float = 190, height: float = 46) -> Markup:
    """Some weeks without an axis: the band up to the limit, what was expected, what was observed."""
    frame = Frame(4, 6, width - 44, height - 12, len(weeks), _most(weeks))
    end = weeks[-1]
    last = [] if end.count is None else [_last(frame, len(weeks) - 1, end)]
    return picture(width, height, [*_series(frame, weeks, dots=False), *last], sentence, "sparkline")


def trend(weeks: Sequence[Week], sentence: str, words: dict[str, str], *, width: float = 720) -> Markup:
    """Some weeks with axes and labels at their end.

    Args:
        words: `limit`, `expected` and `observed` as the labels say them; a narrow picture has none.
    """
    height, room = 300.0, 104 if words else 10
    most = ticks(_most(weeks) / 1.08)
    frame = Frame(36, 12, width - 36 - room, height - 44, len(weeks), most[-1])
    grid = [
        joined(
            [
                line([(frame.left, frame.y(at)), (frame.left + frame.width, frame.y(at))], "grid"),
                label(frame.left - 8, frame.y(at) + 4, f"{at:g}", "axis", "end"),
            ]
        )
        for at in most
    ]
    below = [label(frame.x(at), height - 8, week.mark, "axis", "middle") for at, week in enumerate(weeks) if week.mark]
    parts = [*grid, *_series(frame, weeks, dots=True), *_ends(frame, weeks, words), *below]
    return picture(width, height, parts, sentence, "trend")


def _series(frame: Frame, weeks: Sequence[Week], *, dots: bool) -> Iterator[Markup]:
    yield from _band(frame, weeks)
    for run in _runs([week.status == WITHHELD for week in weeks]):
        yield hatched(frame.x(run[0]) - frame.slot / 2, frame.top, frame.slot * len(run), frame.height)
    for run in _runs([week.expected is not None for week in weeks]):
        points = [(frame.x(at), frame.y(weeks[at].expected or 0.0)) for at in run]
        yield line(points, "expected")
    for run in _runs([week.count is not None for week in weeks]):
        points = [(frame.x(at), frame.y(weeks[at].count or 0)) for at in run]
        yield line(points, "observed")
        if len(run) == 1 or dots:
            yield joined(_dot(x, y, "dot") for x, y in points)
    for at, week in enumerate(weeks):
        if week.over and week.count is not None:
            yield _dot(frame.x(at), frame.y(week.count), "over")


def _band(frame: Frame, weeks: Sequence[Week]) -> Iterator[Markup]:
    """From 0 to the limit, week by week."""
    half = frame.slot / 2
    for run in _runs([week.upper is not None for week in weeks]):
        top = [
            point
            for at in run
            for point in (
                (frame.x(at) - half, frame.y(weeks[at].upper or 0.0)),
                (frame.x(at) + half, frame.y(weeks[at].upper or 0.0)),
            )
        ]
        base = [(top[-1][0], frame.y(0)), (top[0][0], frame.y(0))]
        yield element("path", d=f"{path([*top, *base])} Z", class_="band")


def _ends(frame: Frame, weeks: Sequence[Week], words: dict[str, str]) -> Iterator[Markup]:
    """The last week's figures, at the right and apart from each other."""
    last, right = weeks[-1], frame.left + frame.width + 10
    found = [
        (frame.y(value), words[name], class_)
        for name, value, class_ in (
            ("observed", last.count, "end over-end" if last.over else "end observed-end"),
            ("limit", last.upper, "end"),
            ("expected", last.expected, "end"),
        )
        if value is not None and name in words
    ]
    lowest = frame.top + 4
    for y, told, class_ in sorted(found):
        lowest = max(y, lowest)
        yield label(right, lowest + 4, told, class_)
        lowest += 18


def _last(frame: Frame, at: int, week: Week) -> Markup:
    x, y = frame.x(at), frame.y(week.count or 0)
    class_ = "over" if week.over else "dot"
    words = "end over-end" if week.over else "end observed-end"
    return joined([_dot(x, y, class_), label(x + 10, y + 5, str(week.count), words)])


def _dot(x: float, y: float, class_: str) -> Markup:
    return element("circle", cx=x, cy=y, r=3.2 if class_ == "over" else 2.2, class_=class_)


def _most(weeks: Sequence[Week]) -> float:
    values = [value for week in weeks for value in (week.count, week.upper, week.expected) if value is not None]
    return max([*map(float, values), 1.0]) * 1.08


def _runs(flags: Sequence[bool]) -> list[list[int]]:
    """Numbers of those in a row that hold: no line is drawn across a gap."""
    runs = groupby(enumerate(flags), key=lambda each: each[1])
    return [[at for at, _ in run] for holds, run in runs if holds]
