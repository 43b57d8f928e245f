"""What every picture is drawn with: SVG put together from plain elements, for light and dark, screen and paper.

Colours stand in `drawing.css`, so that one picture serves both themes and no element carries a style. A withheld figure
has no place in any picture: its week is hatched from top to bottom, and no label, path or attribute tells it.
"""

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from typing import Final

from markupsafe import Markup, escape

HATCH: Final = "hatch"
MOST_TICKS: Final = 5


def element(name: str, content: str | Markup = "", **attributes: object) -> Markup:
    """An element; `class_` and `aria_label` are written as SVG has them, and what is None is left out."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_written(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{said}>{escape(content)}</{name}>")  # noqa: S704 -- every value was escaped above


def joined(parts: Iterable[Markup]) -> Markup:
    """Elements after each other."""
    return Markup("").join(parts)


def picture(width: float, height: float, parts: Iterable[Markup], sentence: str, class_: str = "") -> Markup:
    """A picture with the sentence that says what it shows."""
    return element(
        "svg",
        joined(parts),
        class_=f"drawing {class_}".strip(),
        viewBox=f"0 0 {_written(width)} {_written(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=sentence,
    )


def hatching(name: str = HATCH) -> Markup:
    """The pattern of what is withheld; once a page, before what uses it."""
    line = element("path", d="M-1 1 l2 -2 M0 6 l6 -6 M5 7 l2 -2", class_="hatch-line")
    ground = element("rect", width=6, height=6, class_="hatch-ground")
    pattern = element("pattern", joined([ground, line]), id=name, width=6, height=6, patternUnits="userSpaceOnUse")
    return element("svg", element("defs", pattern), width=0, height=0, class_="defs", aria_hidden="true")


def hatched(x: float, y: float, width: float, height: float) -> Markup:
    """A withheld week over the whole height of the axis."""
    return element("rect", x=x, y=y, width=width, height=height, fill=f"url(#{HATCH})")


def line(points: Sequence[tuple[float, float]], class_: str) -> Markup:
    """A line through points."""
    return element("path", d=path(points), class_=class_)


def path(points: Sequence[tuple[float, float]]) -> str:
    """Points as a path."""
    return " ".join(f"{'L' if at else 'M'}{_written(x)} {_written(y)}" for at, (x, y) in enumerate(points))


def label(x: float, y: float, words: str, class_: str = "", anchor: str = "start") -> Markup:
    """A text."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=class_ or None)


def ticks(most: float) -> list[float]:
    """Round numbers from 0 past the greatest value."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / (MOST_TICKS - 1)
    power = 10.0 ** floor(log10(rough))
    step = max(1.0, next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= rough))
    return [step * at for at in range(ceil(most / step) + 1)]


def _written(value: object) -> str:
    """A value as an attribute has it; numbers to a tenth: a finer one is bytes and nothing to see."""
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value) if isinstance(value, int) else str(escape(value))
