"""Areas (schema reference): schemes with versions, codes as strings, parents across schemes, population."""

from datetime import datetime

from sqlmodel import Field

from models.base import Base, UtcTime


class AreaScheme(Base, table=True):
    """One version of one division of the country: `deso-2018` and `deso-2025` are two schemes.

    Attributes:
        source: where it came from, in words.
        digest: sha256 of the areas it holds, so that a second import can be seen to change nothing.
    """

    __tablename__ = "area_scheme"
    __table_args__ = ({"schema": "reference"},)

    id: str = Field(primary_key=True)
    title: str
    source: str
    digest: str
    imported_at: datetime = Field(sa_type=UtcTime)


class Area(Base, table=True):
    """An area of a scheme.

    Attributes:
        level: riket, lan, kommun, omrade, regso, deso, …
        parent_scheme, parent_code: the area it lies in; None only for a root.
        population: inhabitants, if the source gave it.
        geometry: GeoJSON geometry (WGS 84) as text, if the source gave it.
    """

    __tablename__ = "area"
    __table_args__ = ({"schema": "reference"},)

    scheme: str = Field(primary_key=True, foreign_key="reference.area_scheme.id")
    code: str = Field(primary_key=True)
    level: str
    name: str
    parent_scheme: str | None = None
    parent_code: str | None = None
    population: int | None = None
    geometry: str | None = None
