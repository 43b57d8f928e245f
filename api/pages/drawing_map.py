"""Areas as a map, drawn from their geometries: no tiles, no outside host. Withheld areas are hatched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from typing import Any, Final

import shapely
from markupsafe import Markup

from api.pages.drawing import HATCH, element, joined, label, path, picture

CLASSES: Final = (0.75, 0.9, 1.15, 1.5)
"""Where the ratio of observed to expected changes colour."""
_TOWN_SHARE: Final = 2 / 3
_TOWN_MOST: Final = 0.4
_FEWEST_FOR_A_TOWN: Final = 12
_PAD: Final = 0.06

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Area:
    """An area of a map.

    Attributes:
        drawn: GeoJSON geometry, WGS 84.
        ratio: observed over expected; None where it is not known.
        withheld: hatched, whatever else is known.
        number: its place in a list beside the map.
    """

    code: str
    name: str
    drawn: str
    ratio: float | None = None
    withheld: bool = False
    number: int | None = None
    own: bool = False


def fill_class(ratio: float | None) -> str:
    """The colour of a ratio: d1 well below what was expected, d5 well above; none without a ratio."""
    return "none" if ratio is None else f"d{1 + sum(ratio >= limit for limit in CLASSES)}"


def choropleth(areas: Sequence[Area], sentence: str, *, inset: str, width: float = 424) -> Markup:
    """A map; where small areas lie close in a wide municipality, their town fills it and the whole stands in a corner.

    Args:
        inset: what the corner is called.
    """
    shapes = {area.code: _plane(area.drawn) for area in areas}
    whole = _around(list(shapes.values()))
    town = _town(shapes)
    frame = town or whole
    height = min(width * 1.25, max(width * 0.6, width * (frame[3] - frame[1]) / (frame[2] - frame[0])))
    parts = [_layer(areas, shapes, frame, (width, height), numbered=True)]
    if town:
        parts.append(_inset(areas, shapes, (whole, town), (width, height), inset))
    return picture(width, height, parts, sentence, "map")


def _layer(
    areas: Sequence[Area], shapes: Mapping[str, Any], frame: Box, size: tuple[float, float], *, numbered: bool
) -> Markup:
    scale = min(size[0] / (frame[2] - frame[0]), size[1] / (frame[3] - frame[1]))
    left = (size[0] - scale * (frame[2] - frame[0])) / 2 - scale * frame[0]
    top = (size[1] - scale * (frame[3] - frame[1])) / 2 + scale * frame[3]

    def place(x: float, y: float) -> tuple[float, float]:
        return left + scale * x, top - scale * y

    drawn = [_area(area, shapes[area.code], place, 0.7 / scale) for area in areas]
    rings = [_ring(area, shapes[area.code], place) for area in areas if numbered and area.number]
    return element("g", joined([*drawn, *rings]))


def _area(area: Area, shape: Any, place: Any, tolerance: float) -> Markup:  # noqa: ANN401 -- shapely's own, a function
    simple = shape.simplify(tolerance, preserve_topology=True)
    polygons = getattr(simple, "geoms", [simple])
    rings = [ring for polygon in polygons if not polygon.is_empty for ring in (polygon.exterior, *polygon.interiors)]
    d = " ".join(f"{path([place(x, y) for x, y in ring.coords])} Z" for ring in rings)
    own = " own" if area.own else ""
    if area.withheld:
        return element("path", d=d, class_=f"area{own}", fill=f"url(#{HATCH})")
    return element("path", d=d, class_=f"area {fill_class(area.ratio)}{own}")


def _ring(area: Area, shape: Any, place: Any) -> Markup:  # noqa: ANN401 -- shapely's own, a function
    point = shape.representative_point()
    x, y = place(point.x, point.y)
    circle = element("circle", cx=x, cy=y, r=11, class_="ring")
    return joined([circle, label(x, y + 5, str(area.number), "ring-number", "middle")])


def _inset(
    areas: Sequence[Area], shapes: Mapping[str, Any], boxes: tuple[Box, Box], size: tuple[float, float], words: str
) -> Markup:
    whole, town = boxes
    width = size[0] * 0.26
    height = min(size[1] * 0.45, width * (whole[3] - whole[1]) / (whole[2] - whole[0]))
    ground = element("rect", x=0, y=0, width=width, height=height + 20, class_="inset")
    scale = min(width / (whole[2] - whole[0]), height / (whole[3] - whole[1]))
    x, y = scale * (town[0] - whole[0]), scale * (whole[3] - town[3])
    frame = element(
        "rect", x=x, y=y, width=scale * (town[2] - town[0]), height=scale * (town[3] - town[1]), class_="frame"
    )
    within = joined([_layer(areas, shapes, whole, (width, height), numbered=False), frame])
    inner = element("g", within, transform="translate(0 20)")
    moved = f"translate(0 {size[1] - height - 20:.1f})"
    return element("g", joined([ground, label(4, 14, words, "axis"), inner]), transform=moved)


def _town(shapes: Mapping[str, Any]) -> Box | None:
    """The box around the smallest two thirds of the areas, if it is a small part of the whole."""
    if len(shapes) < _FEWEST_FOR_A_TOWN:
        return None
    small = sorted(shapes.values(), key=lambda shape: shape.area)[: int(len(shapes) * _TOWN_SHARE)]
    town, whole = _around(small), _around(list(shapes.values()))
    return town if _size(town) < _TOWN_MOST * _size(whole) else None


def _around(shapes: Sequence[Any]) -> Box:
    west, south, east, north = shapely.total_bounds(shapes)
    pad = _PAD * max(east - west, north - south, 1e-6)
    return west - pad, south - pad, east + pad, north + pad


def _size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


@lru_cache(maxsize=4096)
def _plane(drawn: str) -> Any:  # noqa: ANN401 -- shapely publishes no types
    """A geometry on a plane: degrees of longitude narrowed as at Sweden's middle, so that neighbours still meet."""
    return shapely.transform(shapely.from_geojson(drawn), lambda points: points * [cos(radians(60.0)), 1.0])
