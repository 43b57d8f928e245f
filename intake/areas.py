"""Reading an imported area scheme: each feature an area with its parent, and every fault named at once."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import shapely

from intake.area import Area, Areas, as_geojson
from intake.areas_file import AreasError, Feature, read_features

# Codes as SCB writes them; a level without a form of its own takes any short code without spaces.
CODE_FORMS: Final = {
    "lan": re.compile(r"\d{2}", re.ASCII),
    "kommun": re.compile(r"\d{4}", re.ASCII),
    "deso": re.compile(r"\d{4}[ABC]\d{4}", re.ASCII),
    "regso": re.compile(r"\d{4}R\d{3}", re.ASCII),
}
ANY_CODE: Final = re.compile(r"[0-9A-Za-z-]{1,40}", re.ASCII)
SWEDEN: Final = shapely.box(10.0, 54.5, 25.0, 70.0)  # degrees; catches swapped axes and wrong projections
FAULTS_SHOWN: Final = 50

Watch = Callable[[Sequence[Feature]], Iterable[Feature]]

_POPULATION: Final = re.compile(r"(population|befolkning|folkmangd)(_?\d{4})?")


@dataclass(frozen=True)
class Import:
    """What a file is to become, and the names of its properties where they cannot be guessed.

    Attributes:
        parents: the codes of `parent_scheme` that an area may lie in.
        layer: which table of a GeoPackage, if it has several.
        code, name, parent, population: property names.
        tolerance: how far a border may be moved to make it simpler, in degrees.
    """

    scheme: str
    level: str
    parent_scheme: str
    parents: Collection[str]
    title: str | None = None
    source: str | None = None
    layer: str | None = None
    code: str | None = None
    name: str | None = None
    parent: str | None = None
    population: str | None = None
    tolerance: float = 0.0


def read_areas(path: Path, wanted: Import, watch: Watch = iter) -> Areas:
    """The areas of a .geojson, .parquet or .gpkg file, in order of code.

    Args:
        path: the file.
        wanted: what it is to become.
        watch: passes the features on while they are checked, for a progress bar.

    Raises:
        AreasError: the file cannot be read, or any of its features does not hold; every fault is listed.
    """
    features = read_features(path, wanted.layer)
    if not features:
        raise AreasError(f"{path.name}: it holds no features")
    names = _names(features, wanted, path.name)
    if faults := [f"feature {number}: {told}" for number, told in _faults(features, names, watch)]:
        left = len(faults) - FAULTS_SHOWN
        raise AreasError("\n".join(faults[:FAULTS_SHOWN] + ([f"… and {left} more"] if left > 0 else [])))
    shapes = [feature.geometry for feature in features if feature.geometry is not None]
    pairs = zip(features, as_geojson(shapes, wanted.tolerance), strict=True)
    areas = sorted((_area(feature, text, names, wanted) for feature, text in pairs), key=lambda area: area.code)
    return Areas(wanted.scheme, wanted.title or wanted.scheme, wanted.source or path.name, tuple(areas))


@dataclass(frozen=True)
class _Names:
    """The properties of the file by what they mean."""

    level: str
    parents: Collection[str]
    code: str
    name: str | None
    parent: str | None
    population: str | None


def _names(features: Sequence[Feature], wanted: Import, file: str) -> _Names:
    held = {key: None for feature in features for key in feature.properties}
    level = wanted.level
    given = (wanted.code, wanted.name, wanted.parent, wanted.population)
    if missing := [name for name in given if name is not None and name not in held]:
        raise AreasError(f"{file}: no property {', '.join(missing)}; it has {', '.join(held)}")
    code = wanted.code or _first(held, level, f"{level}kod", f"{level}_kod", "kod", "code")
    if code is None:
        raise AreasError(f"{file}: say which property holds the code (--code); it has {', '.join(held)}")
    return _Names(
        level=level,
        parents=wanted.parents,
        code=code,
        name=wanted.name or _first(held, f"{level}namn", f"{level}_namn", "namn", "name"),
        parent=wanted.parent or _first(held, "kommun", "kommunkod", "kommun_kod", "parent"),
        population=wanted.population or next((key for key in held if _POPULATION.fullmatch(key)), None),
    )


def _first(held: Collection[str], *names: str) -> str | None:
    return next((name for name in names if name in held), None)


def _faults(features: Sequence[Feature], names: _Names, watch: Watch) -> Iterator[tuple[int, str]]:
    times = Counter(str(feature.properties.get(names.code)) for feature in features)
    for feature in watch(features):
        code = feature.properties.get(names.code)
        told = [*_code_faults(code, names), *_parent_faults(feature, names), *_population_faults(feature, names)]
        told += _geometry_faults(feature.geometry)
        if times[str(code)] > 1:
            told.append(f"{names.code} {code!r} stands {times[str(code)]} times; each code once")
        yield from ((feature.number, sentence) for sentence in told)


def _code_faults(code: object, names: _Names) -> Iterator[str]:
    form = CODE_FORMS.get(names.level, ANY_CODE)
    if not isinstance(code, str):
        yield f"{names.code} {code!r} is no text; codes are texts, so that leading zeros stay"
    elif not form.fullmatch(code):
        yield f"{names.code} {code!r} is no code of level {names.level}; it is written as {form.pattern}"


def _parent_faults(feature: Feature, names: _Names) -> Iterator[str]:
    parent = _parent(feature, names)
    if parent not in names.parents:
        yield f"its parent {parent!r} is no known area; name a property that holds one"
    elif names.level in ("deso", "regso") and not str(feature.properties.get(names.code)).startswith(str(parent)):
        yield f"its code does not begin with its kommun {parent!r}"


def _population_faults(feature: Feature, names: _Names) -> Iterator[str]:
    value = feature.properties.get(names.population) if names.population else None
    whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
    if value is not None and (not whole or float(value) < 0):
        yield f"{names.population} {value!r} is no whole number of people"


def _geometry_faults(geometry: shapely.Geometry | None) -> Iterator[str]:
    if geometry is None or geometry.is_empty:
        yield "it has no geometry that can be read"
    elif geometry.geom_type not in ("Polygon", "MultiPolygon"):
        yield f"its geometry is a {geometry.geom_type}; an area is a Polygon or MultiPolygon"
    elif not geometry.is_valid:
        yield f"its geometry is not valid: {shapely.is_valid_reason(geometry)}"
    elif not SWEDEN.contains(geometry):
        yield f"it lies outside Sweden ({geometry.bounds}); coordinates are longitude, latitude in degrees"


def _parent(feature: Feature, names: _Names) -> object:
    """The parent as the file says it; for DeSO and RegSO without one, the kommun its code begins with."""
    if names.parent is not None:
        return feature.properties.get(names.parent)
    code = feature.properties.get(names.code)
    return code[:4] if isinstance(code, str) and names.level in ("deso", "regso") else None


def _area(feature: Feature, geometry: str, names: _Names, wanted: Import) -> Area:
    held = feature.properties
    code = str(held[names.code])
    population = held.get(names.population) if names.population else None
    return Area(
        scheme=wanted.scheme,
        code=code,
        level=wanted.level,
        name=str((held.get(names.name) if names.name else None) or code),
        parent_scheme=wanted.parent_scheme,
        parent_code=str(_parent(feature, names)),
        population=None if population is None else int(population),
        geometry=geometry,
    )
